"""Refusals: what they say, and how they write a place."""

from __future__ import annotations

import pytest

from accredit.kit.linkeddata.errors import LinkedDataError, Step, json_path, path_of


@pytest.mark.parametrize(
    ("steps", "path"),
    [
        ([], "$"),
        (["issuer", "name"], "$.issuer.name"),
        (["evidence", 0, 12], "$.evidence[0][12]"),
        (["@context", 1], "$['@context'][1]"),
        (["two words"], "$['two words']"),
        (["it's"], r"$['it\'s']"),
        (["back\\slash"], r"$['back\\slash']"),
        (["\\'"], r"$['\\\'']"),
        (["cân", "1"], "$.cân['1']"),
        ([""], "$['']"),
    ],
)
def test_a_place_is_written_as_a_json_path(steps: list[Step], path: str) -> None:
    assert json_path(steps) == path
    trail: tuple[object, ...] = ()
    for step in steps:
        trail = (trail, step)
    assert path_of(trail) == path


def test_a_refusal_says_why_and_where_and_what_to_do() -> None:
    refused = LinkedDataError("null_value", "$.name", "Leave it out.")
    assert str(refused) == "null_value at $.name: Leave it out."
    assert (refused.code, refused.path, refused.sentence) == ("null_value", "$.name", "Leave it out.")
