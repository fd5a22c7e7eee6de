"""Whatever sequence of giving, ending, leaving and coming back: what somebody may do is what the model says (WZ08)."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import pytest

from accredit.domain.audit.rules import SERVICE
from accredit.domain.organisations.rules import Role, permissions_of
from accredit.domain.people import handing_over, queries
from accredit.domain.people import operations as people
from accredit.errors import AccreditError
from accredit.storage import Database, Session
from accredit.web.auth.viewer import readers_of_account
from tests import factories
from tests.factories import NOW, TODAY

DAYS = [TODAY - timedelta(days=1), TODAY, TODAY + timedelta(days=1)]


@dataclass
class Model:
    """Who holds which role from when until when, and who has left; kept beside the database by other means."""

    held: dict[UUID, list[tuple[Role, date, date | None]]] = field(default_factory=dict)
    left: set[UUID] = field(default_factory=set)

    def roles(self, who: UUID, day: date) -> set[Role]:
        if who in self.left and day >= TODAY:
            return set()
        return {role for role, start, end in self.held[who] if start <= day and (end is None or day <= end)}


def _give(db: Session, model: Model, who: UUID, role: Role, day: date) -> None:
    people.give_role(db, staff_id=who, role=role, held_from=day, actor=SERVICE, now=NOW)
    if who in model.left:
        # Nothing of what they held before comes back with them.
        model.held[who] = []
        model.left.discard(who)
    model.held[who].append((role, day, None))


def _end(db: Session, model: Model, who: UUID, day: date) -> None:
    period = next(each for each in queries.staff_member(db, who).roles if each.held_until is None)
    people.end_role(db, role_id=period.id, held_until=day, actor=SERVICE, now=NOW)
    at = model.held[who].index((period.role, period.held_from, None))
    model.held[who][at] = (period.role, period.held_from, day)


def _hand_over(db: Session, model: Model, who: UUID, to: UUID) -> None:
    mine, theirs = _begins(model, who), _begins(model, to)
    handing_over.hand_over(db, staff_id=who, successor_id=to, actor=SERVICE, now=NOW)
    for role, start in mine.items():
        if role not in theirs or theirs[role] > start:
            model.held[to] = [each for each in model.held[to] if not (each[0] is role and each[1] > start)]
            model.held[to].append((role, start, None))
    # What never began never was; what goes on ends today.
    model.held[who] = [
        (role, start, TODAY if end is None or end > TODAY else end)
        for role, start, end in model.held[who]
        if start <= TODAY
    ]
    model.left.add(who)


def _begins(model: Model, who: UUID) -> dict[Role, date]:
    """Return from which day somebody holds each role that is not over; from today what they hold already."""
    found: dict[Role, date] = {}
    for role, start, end in model.held[who]:
        if end is None or end >= TODAY:
            found[role] = min(max(TODAY, start), found.get(role, date.max))
    return found


@pytest.mark.attack("WZ08")
@pytest.mark.parametrize("seed", range(4))
def test_wz08_rights_are_those_of_the_model_after_any_sequence(sqlite_database: Database, seed: int) -> None:
    chance, model = random.Random(seed), Model()  # repeatable, and nothing secret
    with sqlite_database.transaction() as db:
        school = factories.add_organisation(db)
        staff = [factories.add_staff(db, school, name=f"Staff {n}", email=f"s{n}@example.org") for n in range(3)]
        accounts = {who: queries.staff_member(db, who).account_id for who in staff}
        model.held = {who: [] for who in staff}
        for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
            _give(db, model, staff[0], role, DAYS[0])
    done = 0
    for _step in range(60):
        who, other = chance.sample(staff, 2)
        act, day = chance.choice(["give", "end", "hand-over"]), chance.choice(DAYS)
        kept = (dict(model.held), set(model.left))
        kept_held = {each: list(periods) for each, periods in kept[0].items()}
        try:
            with sqlite_database.transaction() as db:
                if act == "give":
                    _give(db, model, who, chance.choice([Role.ADMINISTRATOR, Role.COORDINATOR]), day)
                elif act == "end":
                    _end(db, model, who, day)
                else:
                    _hand_over(db, model, who, other)
            done += 1
        except (AccreditError, StopIteration):
            # Refused whole: nothing of it may hold.
            model.held, model.left = kept_held, kept[1]
        with sqlite_database.reading() as db:
            for each in staff:
                account_id = accounts[each]
                assert account_id is not None
                readers = readers_of_account(db, account_id, on=TODAY)
                may = readers[0].permissions if readers else frozenset()
                assert may == permissions_of(model.roles(each, TODAY)), (seed, act)
            holders = [each for each in staff for role, _start, end in model.held[each] if end is None]
            assert {Role.ADMINISTRATOR, Role.COORDINATOR} <= {
                role for each in holders for role, _start, end in model.held[each] if end is None
            }
    assert done >= 5
