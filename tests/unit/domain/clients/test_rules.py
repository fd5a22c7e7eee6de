"""What a key opens, and for how long."""

from __future__ import annotations

import re
from datetime import date, timedelta
from uuid import UUID

import pytest

from accredit.domain.clients import rules
from accredit.domain.clients.rules import LONGEST, NEEDS, KeyState, Scope, Wish
from accredit.domain.organisations.rules import Permission, Role, permissions_of
from accredit.domain.people.rules import RolePeriod
from accredit.errors import RuleBroken
from tests.factories import TODAY

PERIOD = RolePeriod(id=UUID(int=1), role=Role.COORDINATOR, held_from=TODAY - timedelta(days=100))
WISH = Wish(label="Class list by night", scopes=frozenset({Scope.PEOPLE_WRITE}), last_day=TODAY + timedelta(days=90))


def test_a_key_has_a_shape_that_a_search_for_lost_secrets_finds() -> None:
    key = rules.make_key()
    assert re.fullmatch(r"accredit_[0-9A-Za-z]{49}", key)
    assert rules.is_whole(key)
    assert rules.make_key() != key


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda key: key[:-1], id="cut short"),
        pytest.param(lambda key: key + "0", id="one symbol more"),
        pytest.param(lambda key: key[:20] + ("A" if key[20] != "A" else "B") + key[21:], id="one symbol other"),
        pytest.param(lambda key: key.replace("accredit_", "accredit-"), id="another beginning"),
        pytest.param(lambda key: f" {key}", id="a space before it"),
        pytest.param(lambda _: "", id="nothing"),
    ],
)
def test_a_slip_in_copying_is_noticed(spoil: object) -> None:
    assert not rules.is_whole(spoil(rules.make_key()))  # type: ignore[operator]  # a table of functions


def test_a_key_is_drawn_evenly_from_all_letters_and_digits() -> None:
    asked: list[int] = []

    def draw(below: int) -> int:
        asked.append(below)
        return below - 1

    assert rules.make_key(draw).startswith("accredit_" + "z" * 43)
    assert asked == [62] * 43


@pytest.mark.attack("WA32")
@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param({"last_day": TODAY + LONGEST + timedelta(days=1)}, "key-last-day", id="WA32 more than a year"),
        pytest.param({"last_day": TODAY - timedelta(days=1)}, "key-last-day", id="WA32 a day that is over"),
        pytest.param({"scopes": frozenset()}, "key-without-scope", id="WA32 for nothing"),
        pytest.param({"label": "   "}, "key-label", id="WA32 without a name"),
        pytest.param({"label": "x" * 61}, "key-label", id="WA32 with a name that fits no list"),
        pytest.param({"label": "night\u202elist"}, "key-label", id="WA32 with a name that turns around"),
    ],
)
def test_a_key_that_cannot_be(change: dict[str, object], rule: str) -> None:
    wish = Wish(**{**vars(WISH), **change})
    with pytest.raises(RuleBroken) as refused:
        rules.check_wish(wish, today=TODAY, keys_open=0)
    assert refused.value.rule == rule


def test_there_are_twenty_keys_at_most() -> None:
    assert rules.check_wish(WISH, today=TODAY, keys_open=19) == WISH
    with pytest.raises(RuleBroken, match="keys-full"):
        rules.check_wish(WISH, today=TODAY, keys_open=20)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        pytest.param({}, KeyState.OPEN, id="today it opens"),
        pytest.param({"today": WISH.last_day}, KeyState.OPEN, id="on its last day it still opens"),
        pytest.param({"today": WISH.last_day + timedelta(days=1)}, KeyState.OVER, id="on the day after no more"),
        pytest.param({"ended": True}, KeyState.ENDED, id="once ended no more"),
        pytest.param({"has_left": True}, KeyState.ORPHANED, id="once its maker has left no more"),
        pytest.param({"periods": ()}, KeyState.ORPHANED, id="once the role is gone no more"),
        pytest.param(
            {"periods": (RolePeriod(id=UUID(int=2), role=Role.COORDINATOR, held_from=TODAY),)},
            KeyState.ORPHANED,
            id="under the role that its maker came back with no more",
        ),
    ],
)
def test_whether_a_key_opens_anything(change: dict[str, object], state: KeyState) -> None:
    told: dict[str, object] = {
        "ended": False,
        "last_day": WISH.last_day,
        "role_id": PERIOD.id,
        "periods": (PERIOD,),
        "has_left": False,
        "today": TODAY,
    }
    assert rules.state_of(**{**told, **change}) is state  # type: ignore[arg-type]  # a table of changes


def test_only_a_coordinator_makes_keys() -> None:
    others = [RolePeriod(id=UUID(int=3), role=role, held_from=TODAY) for role in Role if role is not Role.COORDINATOR]
    with pytest.raises(RuleBroken, match="key-not-a-coordinator"):
        rules.check_maker(others, today=TODAY)
    over = RolePeriod(id=UUID(int=4), role=Role.COORDINATOR, held_from=date(2025, 9, 1), held_until=TODAY)
    assert rules.check_maker([*others, over, PERIOD], today=TODAY) is PERIOD


@pytest.mark.attack("WA32")
def test_wa32_no_scope_stands_for_what_a_second_person_or_a_proof_guards() -> None:
    guarded = {
        *(Permission.AWARD, Permission.REVOKE, Permission.APPROVE_HOURS, Permission.MANAGE_STAFF),
        *(Permission.MANAGE_ORGANISATION, Permission.HIDE, Permission.OBSERVE_SKILLS),
    }
    assert set(NEEDS) == set(Scope)
    assert guarded.isdisjoint(NEEDS.values())
    assert rules.scopes_that_count(set(Scope), permissions_of([Role.COORDINATOR])) == set(Scope)
    assert rules.scopes_that_count([Scope.PEOPLE_READ, Scope.HOURS_WRITE], permissions_of([Role.SUPERVISOR])) == {
        Scope.HOURS_WRITE
    }
