"""Numbers of organisations, slugs, identities and permissions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accredit.domain.organisations import rules
from accredit.domain.organisations.rules import Details, Permission, Role, did_for, may, slug_from
from accredit.errors import RuleBroken


@pytest.mark.parametrize(
    ("check", "text", "kept"),
    [
        pytest.param(rules.check_urn, " 199902 ", "199902", id="a URN"),
        pytest.param(rules.check_ukprn, "1999 9903", "19999903", id="a UKPRN"),
        pytest.param(rules.check_charity_number, "123456", "123456", id="a charity of England and Wales"),
        pytest.param(rules.check_charity_number, "1234567", "1234567", id="a newer one"),
        pytest.param(rules.check_charity_number, "sc012345", "SC012345", id="a Scottish charity"),
        pytest.param(rules.check_charity_number, "NIC 123456", "NIC123456", id="a charity of Northern Ireland"),
    ],
)
def test_a_right_number_is_taken(check: Callable[[str], str], text: str, kept: str) -> None:
    assert check(text) == kept


@pytest.mark.parametrize(
    ("check", "text", "rule"),
    [
        pytest.param(rules.check_urn, "19990", "urn", id="five digits"),
        pytest.param(rules.check_urn, "19990A", "urn", id="a letter"),
        pytest.param(rules.check_urn, "１９９９０２", "urn", id="digits of another script"),
        pytest.param(rules.check_ukprn, "29999903", "ukprn", id="not starting with one"),
        pytest.param(rules.check_ukprn, "199999031", "ukprn", id="nine digits"),
        pytest.param(rules.check_charity_number, "SC12345", "charity-number", id="a digit short"),
        pytest.param(rules.check_slug, "Example", "slug", id="capitals"),
        pytest.param(rules.check_slug, "a--b", "slug", id="two hyphens"),
        pytest.param(rules.check_slug, "ab", "slug", id="two letters"),
        pytest.param(rules.check_slug, "-abc", "slug", id="a hyphen first"),
        pytest.param(rules.check_slug, "abc\n", "slug", id="a line break"),
    ],
)
def test_a_wrong_number_or_slug_is_refused(check: Callable[[str], str], text: str, rule: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        check(text)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Example Valley School", "example-valley-school"),
        ("Ysgol Cwm Enghraifft (Tŷ’r Ŵyn)", "ysgol-cwm-enghraifft-tyr-wyn"),
        ("St. Sample’s", "st-samples"),
        ("Sample’s–Prawf", "samples-prawf"),
        ("Школа", "organisation"),
        ("X", "organisation-x"),
    ],
)
def test_a_slug_is_made_from_the_name(name: str, slug: str) -> None:
    assert rules.check_slug(slug_from(name)) == slug


def test_a_port_is_encoded_in_the_did() -> None:
    assert did_for(host="Accredit.Example", slug="park") == "did:web:accredit.example:o:park"
    assert did_for(host="localhost:8123", slug="park") == "did:web:localhost%3A8123:o:park"


@pytest.mark.parametrize("name", ["", "  ", "A\u202eB", "A\nB\0", "x" * 201])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(RuleBroken, match="organisation-name"):
        rules.check_details(Details(name=name))


def test_only_a_co_ordinator_may_award() -> None:
    assert [role for role in Role if may([role], Permission.AWARD)] == [Role.COORDINATOR]
    assert not may([], Permission.SEE_PROGRESS)
