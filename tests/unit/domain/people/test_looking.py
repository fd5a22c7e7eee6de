"""IN17: who of the staff looked at a young person's page is written down, once a day."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from accredit.clock import LONDON
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people import looking
from accredit.errors import NotFound
from accredit.storage import Database
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW

pytestmark = pytest.mark.attack("IN17")


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def look(database: Database, who: Player, whose: Player, now: datetime = NOW) -> None:
    with database.transaction(who.actor.organisation_id) as db:
        looking.note(db, young_person_id=whose.id, actor=who.actor, now=now)


def written(database: Database, whose: Player) -> list[tuple[str | None, str]]:
    with database.reading() as db:
        return [(each.name, each.day.isoformat()) for each in looking.looks(db, whose.id)]


def test_a_day_counts_once_for_each_reader_and_each_young_person(database: Database, cast: Cast) -> None:
    for who, whose, hours in [
        (cast.nia, cast.ama, 0),
        (cast.nia, cast.ama, 1),
        (cast.lee, cast.ama, 2),
        (cast.nia, cast.cai, 3),
        (cast.nia, cast.ama, 24),
    ]:
        look(database, who, whose, NOW + timedelta(hours=hours))
    today, tomorrow = NOW.date().isoformat(), (NOW + timedelta(days=1)).date().isoformat()
    assert written(database, cast.ama) == [
        (cast.nia.name, tomorrow),
        (cast.lee.name, today),
        (cast.nia.name, today),
    ]
    assert written(database, cast.cai) == [(cast.nia.name, today)]


def test_a_day_ends_at_midnight_in_this_country(database: Database, cast: Cast) -> None:
    last_minute = datetime(2026, 7, 1, 23, 59, tzinfo=LONDON)
    for minutes in (0, 2):
        look(database, cast.nia, cast.ama, last_minute + timedelta(minutes=minutes))
    assert written(database, cast.ama) == [(cast.nia.name, "2026-07-02"), (cast.nia.name, "2026-07-01")]


def test_the_event_holds_two_ids_and_nothing_else(database: Database, cast: Cast) -> None:
    look(database, cast.nia, cast.ama)
    with database.reading() as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.YOUNG_PERSON_LOOKED_AT)).one()
        assert (event.subject_id, event.actor_id) == (cast.ama.id, cast.nia.id)
        assert event.details == {}


def test_nobody_of_another_school_is_written_down_here(database: Database, cast: Cast) -> None:
    with pytest.raises(NotFound):
        look(database, cast.oz, cast.ama)
    assert written(database, cast.ama) == []
