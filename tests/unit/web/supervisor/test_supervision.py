"""Meetings beside the time, on a page."""

from __future__ import annotations

import html
from datetime import date, time

from accredit.domain.practice import operations as practice
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.web import Browser, ClientFor


def words(client: Browser, path: str = "/supervision") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.text).split())


def record(database: Database, cast: Cast, day: int, minutes: int, activity: str = "drop-in") -> None:
    with database.transaction(cast.organisation_id) as db:
        practice.record_practice_session(
            db,
            programme_id=cast.programme_id,
            activity_type=activity,
            held_on=date(2026, 6, day),
            starts_at=time(16),
            minutes=minutes,
            present=[cast.ama.enrolled],
            actor=cast.sam.actor,
            now=NOW,
        )


def test_everybody_stands_in_the_order_of_names(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    seen = words(sam)
    places = [seen.index(f"<bdi>{player.name}</bdi>") for player in (cast.ama, cast.ben, cast.cai)]
    assert places == sorted(places)
    record(sqlite_database, cast, 24, 120)
    more = words(sam)
    assert [more.index(f"<bdi>{player.name}</bdi>") for player in (cast.ama, cast.ben, cast.cai)] == sorted(
        more.index(f"<bdi>{player.name}</bdi>") for player in (cast.ama, cast.ben, cast.cai)
    )
    assert "On a break" in seen


def test_a_meeting_that_was_held_starts_the_count_again(sam: Browser, cast: Cast, sqlite_database: Database) -> None:
    for day in (15, 16, 17, 18, 19):
        record(sqlite_database, cast, day, 120)
    assert "Time for a meeting" in words(sam)
    record(sqlite_database, cast, 25, 20, activity="supervision")
    seen = words(sam)
    assert "Time for a meeting" not in seen
    assert "25 June 2026" in seen


def test_a_lot_lately_is_said_to_adults_only(
    sam: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    for day in (26, 29):
        record(sqlite_database, cast, day, 120)
    assert "A lot lately: 4 hours in the last seven days. Check in and ask how they are." in words(sam)
    assert client_for(cast.ama).get("/supervision").status_code == 403


def test_a_co_ordinator_looks_on_and_another_school_sees_nobody(client_for: ClientFor, cast: Cast) -> None:
    assert "Ama Sample" in words(client_for(cast.nia))
    assert client_for(cast.oz).get(f"/supervision?programme={cast.programme_id}").status_code == 404
    assert "There is no programme yet." in words(client_for(cast.oz))
