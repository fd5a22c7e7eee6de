"""Pupil numbers, months of turning an age, and who may give which role."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest

from accredit.domain.audit.rules import SERVICE, Actor, ActorKind
from accredit.domain.organisations.rules import Role
from accredit.domain.people import rules
from accredit.domain.people.pupil_numbers import check_upn, upn_hash
from accredit.domain.people.rules import Months, RolePeriod, age_reached, months_from_birth_date
from accredit.errors import RuleBroken


@pytest.mark.parametrize(
    "upn",
    ["B801200005001", "P207000016049", "K999000125001", "W99900012500A", "V99900012501Z", "B001000125001"],
)
def test_a_right_upn_is_taken_whatever_its_authority(upn: str) -> None:
    assert check_upn(f" {upn.lower()} ") == upn


@pytest.mark.parametrize(
    ("upn", "rule", "expected"),
    [
        pytest.param("Q207000016049", "upn-check-letter", "P", id="the published example that is wrong"),
        pytest.param("B207000016049", "upn-check-letter", "P", id="another letter"),
        pytest.param("A801200005001", "upn-check-letter", "B", id="a wrong letter"),
        pytest.param("X80120000A001", "upn-format", None, id="a letter in the middle"),
        pytest.param("R99920O913025", "upn-format", None, id="the letter O for a digit"),
        pytest.param("F99920091302", "upn-length", None, id="twelve characters"),
        pytest.param("", "upn-length", None, id="nothing"),
    ],
)
def test_a_wrong_upn_is_refused_with_its_reason(upn: str, rule: str, expected: str | None) -> None:
    with pytest.raises(RuleBroken) as caught:
        check_upn(upn)
    assert (caught.value.rule, caught.value.facts.get("expected")) == (rule, expected)


def test_the_same_upn_has_another_hash_in_another_school_and_under_another_pepper() -> None:
    one, two = UUID(int=1), UUID(int=2)
    hashes = {upn_hash("P207000016049", organisation_id=o, pepper=p) for o in (one, two) for p in (b"a", b"b")}
    assert len(hashes) == 4


def test_only_three_months_are_left_of_a_date_of_birth() -> None:
    assert months_from_birth_date(date(2013, 5, 5)) == Months(
        turns_13="2026-05", turns_16="2029-05", turns_18="2031-05"
    )
    assert months_from_birth_date(date(2008, 2, 29)) == Months(
        turns_13="2021-03", turns_16="2024-02", turns_18="2026-03"
    )


@pytest.mark.parametrize(
    ("turns", "on", "reached"),
    [
        pytest.param("2026-05", date(2026, 4, 30), False, id="before the month"),
        pytest.param("2026-05", date(2026, 5, 31), False, id="within the month nobody can be sure"),
        pytest.param("2026-05", date(2026, 6, 1), True, id="once the month is over"),
        pytest.param(None, date(2099, 1, 1), False, id="never, without a date of birth"),
    ],
)
def test_an_age_is_reached_only_when_it_is_sure(turns: str | None, on: date, reached: bool) -> None:
    assert age_reached(turns, on) is reached


def _staff() -> Actor:
    return Actor(kind=ActorKind.STAFF, id=uuid4(), organisation_id=uuid4())


@pytest.mark.parametrize(
    ("role", "actor", "held", "ticked", "rule"),
    [
        pytest.param(Role.SUPERVISOR, _staff(), {Role.COORDINATOR}, True, None, id="a co-ordinator adds a supervisor"),
        pytest.param(Role.SUPERVISOR, _staff(), {Role.COORDINATOR}, False, "checks-not-confirmed", id="not unticked"),
        pytest.param(Role.SUPERVISOR, _staff(), {Role.ADMINISTRATOR}, True, "not-a-coordinator", id="no administrator"),
        pytest.param(Role.SUPERVISOR, _staff(), {Role.SUPERVISOR}, True, "not-a-coordinator", id="no supervisor"),
        pytest.param(Role.SUPERVISOR, SERVICE, set(), True, "not-a-coordinator", id="not the service itself"),
        pytest.param(Role.COORDINATOR, _staff(), {Role.COORDINATOR}, False, None, id="they make co-ordinators"),
        pytest.param(Role.ADMINISTRATOR, _staff(), {Role.COORDINATOR}, False, "role-beyond-yours", id="not more"),
        pytest.param(Role.ADMINISTRATOR, _staff(), {Role.ADMINISTRATOR}, False, None, id="administrators may"),
        pytest.param(Role.COORDINATOR, _staff(), set(), False, "role-beyond-yours", id="no role gives none"),
        pytest.param(Role.ADMINISTRATOR, SERVICE, set(), False, None, id="the service makes the first administrator"),
        pytest.param(
            Role.ADMINISTRATOR,
            Actor(kind=ActorKind.YOUNG_PERSON, id=uuid4()),
            {Role.ADMINISTRATOR},
            False,
            "role-beyond-yours",
            id="never a young person",
        ),
    ],
)
def test_who_gives_which_role(role: Role, actor: Actor, held: set[Role], ticked: bool, rule: str | None) -> None:
    def check() -> None:
        rules.check_role_giver(role=role, actor=actor, held_by_actor=held, checks_confirmed=ticked)

    if rule is None:
        check()
    else:
        with pytest.raises(RuleBroken) as caught:
            check()
        assert caught.value.rule == rule


def test_a_role_holds_on_its_first_and_last_day() -> None:
    period = RolePeriod(id=uuid4(), role=Role.SUPERVISOR, held_from=date(2025, 9, 1), held_until=date(2026, 7, 20))
    days = (date(2025, 8, 31), date(2025, 9, 1), date(2026, 7, 20), date(2026, 7, 21))
    assert [bool(rules.roles_held([period], day)) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param(" Nia.Enghraifft@Example.ORG ", "nia.enghraifft@example.org", id="in any case, spaces around"),
        pytest.param("o'specimen+peer@mail.example.org", "o'specimen+peer@mail.example.org", id="with an apostrophe"),
        pytest.param("nía@example.org", None, id="not every mail server takes an accent"),
        pytest.param("a..b@example.org", None, id="two dots together"),
        pytest.param("a(b@example.org", None, id="a comment that never ends"),
        pytest.param("a\0b@example.org", None, id="a zero byte"),
        pytest.param("a@example.org\r\nBcc: b@example.org", None, id="a second header"),
        pytest.param("a@-example.org", None, id="a host that begins with a hyphen"),
        pytest.param("nia@localhost", None, id="a host without a dot"),
    ],
)
def test_an_address_to_sign_in_with(typed: str, kept: str | None) -> None:
    if kept is not None:
        assert rules.check_email(typed) == kept
        return
    with pytest.raises(RuleBroken, match="email-format"):
        rules.check_email(typed)
