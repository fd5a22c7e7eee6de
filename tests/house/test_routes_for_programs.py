"""What is for programs: no browser opens it, whoever is signed in there."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask

from accredit.web.access import Audience, declared_access
from tests.cast import Cast
from tests.web import ClientFor

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.mark.attack("WA27")
@pytest.mark.parametrize("role", ["nobody", "ama", "nia", "sam", "lee", "operator", "oz"])
def test_wa27_what_is_for_programs_opens_to_no_browser(
    role: str, app: Flask, cast: Cast, client_for: ClientFor
) -> None:
    browser = client_for(None if role == "nobody" else getattr(cast, role))
    statuses: dict[str, int] = {}
    declared = declared_access(app)
    for rule in app.url_map.iter_rules():
        access = declared.get(rule.endpoint)
        if access is None or access.audience is not Audience.CLIENT:
            continue
        with app.test_request_context():
            built = rule.build(dict.fromkeys(rule.arguments, UUID(int=7)))
        assert built is not None
        for method in set(METHODS) & (rule.methods or set()):
            statuses[f"{method} {rule.rule}"] = browser.open(built[1], method=method).status_code
    assert len(statuses) > 20
    assert {path: status for path, status in statuses.items() if status != 401} == {}
