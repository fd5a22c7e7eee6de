"""WZ20: a log of very many hours is brought in by two; a school with only one co-ordinator is not held up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.practice import asking_forward, hours_log, log_by_two
from accredit.domain.practice.log_by_two import Brought
from accredit.domain.practice.models import HoursEntry
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.errors import Forbidden, NotFound
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW

pytestmark = pytest.mark.attack("WZ20")
HEAD = (
    "Entry,Pupil ID,Programme,Activity type,Date,Start,Minutes,Supervising adult,Status,Decided by,Decided on,Reason\n"
)
TRAINED_ON, BEGUN_ON = date(2025, 9, 12), date(2025, 9, 15)


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        found = make_cast(db)
    with database.transaction(found.organisation_id) as db:
        held = training.plan_session(
            db,
            programme_id=found.programme_id,
            title="First training",
            held_on=TRAINED_ON,
            module_codes=("M1", "M2", "M3", "M4", "M5", "M6", "M8"),
            led_by=found.nia.id,
            actor=found.nia.actor,
            now=NOW,
        )
        there = {player.enrolled: True for player in (found.ama, found.cai)}
        training.record_attendance(db, session_id=held, present=there, actor=found.nia.actor, now=NOW)
    return found


@pytest.fixture
def mia(database: Database, cast: Cast) -> Player:
    """A second co-ordinator."""
    with database.transaction() as db:
        staff_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, staff_id, Role.COORDINATOR)
    actor = factories.staff_actor(staff_id, cast.organisation_id, Role.COORDINATOR)
    return Player(id=staff_id, name="Mia Mostra", actor=actor)


def lines(hours: int, *, pupil: str = "3101", first: int = 0) -> list[str]:
    """Return entries of four hours, one a day, of which the log says that they are approved."""
    found = []
    for number in range(first, first + hours // 4):
        day = f"{BEGUN_ON + timedelta(days=number):%d/%m/%Y}"
        facts = f"{pupil}-{number},{pupil},WA,drop-in,{day},09:00,240,Sam Specimen,approved,Sam Specimen,{day},"
        found.append(f"{facts}\n")
    return found


def bring_in(
    database: Database, who: Player, text: list[str], *, later: timedelta = timedelta(), **changes: Any
) -> Brought:
    log = hours_log.parse((HEAD + "".join(text)).encode())
    assert who.actor.organisation_id is not None
    actor = factories.staff_actor(who.id, who.actor.organisation_id, Role.COORDINATOR)
    if changes:
        from dataclasses import replace

        actor = replace(actor, **changes)
    with database.transaction(who.actor.organisation_id) as db:
        return log_by_two.bring_in(db, organisation_id=who.actor.organisation_id, log=log, actor=actor, now=NOW + later)


def written(database: Database) -> int:
    with database.reading() as db:
        return len(db.exec(select(HoursEntry)).all())


def waiting(database: Database, cast: Cast, *, later: timedelta = timedelta()) -> tuple[log_by_two.WaitingLog, ...]:
    with database.reading(cast.organisation_id) as db:
        return log_by_two.waiting_logs(db, organisation_id=cast.organisation_id, now=NOW + later)


def details(database: Database, tag: Tag) -> list[dict[str, Any]]:
    with database.reading() as db:
        return [row.details for row in db.exec(select(AuditEvent).where(AuditEvent.tag == tag))]


def test_a_large_log_counts_once_another_brings_in_the_same(database: Database, cast: Cast, mia: Player) -> None:
    text = lines(104)
    asked = bring_in(database, cast.nia, text)
    assert (asked.done, asked.others.names) == (None, ("Mia Mostra",))
    assert written(database) == 0
    (found,) = waiting(database, cast)
    assert (found.entries, found.minutes, found.brought_by_name) == (26, 104 * 60, "Nia Enghraifft")
    # Once more by the same person is the same request.
    assert bring_in(database, cast.nia, text).done is None
    assert len(waiting(database, cast)) == 1
    done = bring_in(database, mia, list(reversed(text)))
    assert done.done is not None
    assert done.done.approved == written(database) == 26
    assert waiting(database, cast) == ()
    (event,) = details(database, Tag.HOURS_IMPORTED)
    assert event["asked_by"] == str(cast.nia.id)


def test_a_small_log_needs_nobody_else(database: Database, cast: Cast, mia: Player) -> None:
    done = bring_in(database, cast.nia, lines(100))
    assert done.done is not None
    assert (done.done.approved, done.is_alone) == (25, False)


def test_another_log_is_another_request(database: Database, cast: Cast, mia: Player) -> None:
    bring_in(database, cast.nia, lines(104))
    other = lines(104)
    other[0] = other[0].replace(",240,", ",230,")
    assert bring_in(database, mia, other).done is None
    assert {each.brought_by_name for each in waiting(database, cast)} == {"Nia Enghraifft", "Mia Mostra"}
    assert written(database) == 0


def test_many_small_acts_of_a_day_are_one_large_one(database: Database, cast: Cast, mia: Player) -> None:
    """Logs and totals count together, so that neither is a way round the other."""
    totals = {cast.ben.enrolled: 80 * 60}
    assert bring_in(database, cast.nia, lines(100)).done is not None
    assert bring_in(database, cast.nia, lines(100, pupil="3103")).done is not None
    assert bring_in(database, cast.nia, lines(96, first=25)).done is not None
    with database.transaction(cast.organisation_id) as db:
        found = asking_forward.ask_to_bring_forward(
            db,
            organisation_id=cast.organisation_id,
            totals=totals,
            until=BEGUN_ON - timedelta(days=30),
            actor=cast.nia.actor,
            now=NOW,
        )
    assert found.waiting == 0
    assert bring_in(database, cast.nia, lines(24, pupil="3103", first=25)).done is None
    assert bring_in(database, cast.nia, lines(24, pupil="3103", first=25), later=timedelta(days=1)).done is not None


def test_it_can_be_declined_and_taken_back(database: Database, cast: Cast, mia: Player) -> None:
    for who in (mia, cast.nia):
        bring_in(database, cast.nia, lines(104))
        (found,) = waiting(database, cast)
        with database.transaction(cast.organisation_id) as db:
            log_by_two.forget(db, organisation_id=cast.organisation_id, log_id=found.id, actor=who.actor, now=NOW)
        assert waiting(database, cast) == ()
    with pytest.raises(NotFound), database.transaction(cast.organisation_id) as db:
        log_by_two.forget(db, organisation_id=cast.organisation_id, log_id=found.id, actor=mia.actor, now=NOW)
    assert details(database, Tag.HOURS_LOG_DECLINED) == [{"entries": 26, "minutes": 6240}] * 2
    assert bring_in(database, mia, lines(104)).done is None, "what was declined waits anew"


def test_nobody_of_another_school_ends_it(database: Database, cast: Cast, mia: Player) -> None:
    bring_in(database, cast.nia, lines(104))
    (found,) = waiting(database, cast)
    with pytest.raises(NotFound), database.transaction(cast.other_organisation_id) as db:
        log_by_two.forget(db, organisation_id=cast.other_organisation_id, log_id=found.id, actor=cast.oz.actor, now=NOW)


def test_after_thirty_days_it_is_forgotten(database: Database, cast: Cast, mia: Player) -> None:
    bring_in(database, cast.nia, lines(104))
    assert waiting(database, cast, later=timedelta(days=30)) == ()
    assert bring_in(database, mia, lines(104), later=timedelta(days=30)).done is None


def test_the_only_one_brings_it_in_and_the_event_says_so(database: Database, cast: Cast) -> None:
    done = bring_in(database, cast.nia, lines(104))
    assert done.is_alone
    assert written(database) == 26
    assert details(database, Tag.HOURS_IMPORTED)[0]["is_alone"] is True


def test_it_needs_a_proof_of_the_last_minutes(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden, match="prove-again"):
        bring_in(database, cast.nia, lines(4), is_fresh=False)
