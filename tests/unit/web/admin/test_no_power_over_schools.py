"""Whoever runs the service confirms organisations; they see nobody's records, and issue nothing for a school."""

from __future__ import annotations

import pytest
from flask import Flask

from accredit.web.access import Audience, declared_access
from tests.cast import Cast
from tests.web import ClientFor


@pytest.mark.attack("WZ25", "WZ26")
def test_wz25_an_operator_opens_and_sends_nothing_of_a_school(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    declared, operator, asked = declared_access(app), client_for(cast.operator), 0
    for rule in app.url_map.iter_rules():
        access = declared.get(rule.endpoint)
        if access is None or access.audience not in {Audience.PERMISSION, Audience.YOUNG_PERSON}:
            continue
        values = {}
        for name in rule.arguments:
            items = getattr(rule._converters[name], "items", None)
            values[name] = min(items) if items is not None else cast.organisation_id
        try:
            with app.test_request_context():
                built = rule.build(values)
        except (TypeError, ValueError):
            built = rule.build(dict.fromkeys(rule.arguments, 1))
        assert built is not None, rule
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = operator.open(built[1], method=method)
            assert answer.status_code == 403, (method, rule.rule)
            asked += 1
    assert asked > 100


@pytest.mark.attack("WZ26")
def test_wz26_nobody_becomes_somebody_else(app: Flask) -> None:
    assert [name for name in declared_access(app) if "imperson" in name or "become" in name] == []
