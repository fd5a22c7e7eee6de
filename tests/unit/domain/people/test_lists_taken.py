"""IN16: of a long list that is taken as a file, the others hear who may read the audit trail, once a day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.people.lists_taken import LONG, note_taken
from accredit.storage import Database
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW

pytestmark = pytest.mark.attack("IN16")


@pytest.fixture
def school(database: Database) -> Cast:
    with database.transaction() as db:
        return make_cast(db)


def take(
    database: Database, who: Player, *, name: str = "people", lines: int = LONG + 1, later: timedelta = timedelta()
) -> list[str]:
    with database.transaction(who.actor.organisation_id) as db:
        told = note_taken(db, name=name, taken_as="csv", lines=lines, actor=who.actor, now=NOW + later)
    return sorted(told)


def test_whoever_may_read_the_trail_hears_and_nobody_else(database: Database, school: Cast) -> None:
    assert take(database, school.nia, lines=LONG) == []
    assert take(database, school.nia) == ["lee@example.org"]
    assert take(database, school.lee) == ["nia@example.org"]
    assert take(database, school.sam) == ["lee@example.org", "nia@example.org"]
    assert take(database, school.oz) == [], "at the other school there is nobody else"
    assert take(database, school.operator, name="organisations") == []


def test_once_a_day_for_each_list_and_each_person(database: Database, school: Cast) -> None:
    nia = school.nia
    assert take(database, nia)
    assert take(database, nia, later=timedelta(hours=1)) == []
    assert take(database, nia, name="record"), "another list"
    # It was 15:03 in London, so nine hours later is another day.
    assert take(database, nia, later=timedelta(hours=8)) == []
    assert take(database, nia, later=timedelta(hours=9))


def test_every_file_is_written_down_however_often(database: Database, school: Cast) -> None:
    for lines in (1, LONG, LONG + 1, LONG + 1):
        take(database, school.nia, lines=lines)
    with database.reading(school.organisation_id) as db:
        found = [each.details for each in db.exec(select(AuditEvent)) if each.details.get("list") == "people"]
    assert sorted(each["lines"] for each in found) == [1, LONG, LONG + 1, LONG + 1]
