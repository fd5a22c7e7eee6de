"""An award that can still be undone, and one for a day to come: nothing is signed, nobody is told, nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import time_machine

from accredit.clock import LONDON, utc_now
from accredit.domain.awarding import queries
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials import undoing
from accredit.errors import RuleBroken
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.unit.web.coordinator.school import train
from tests.web import Browser, ClientFor

LATER = {"awarded_on": ["30", "6", "2026"], "when": "later"}
CEREMONY = {"awarded_on": ["9", "7", "2026"]}
TOO_LATE = "It is too late to undo this"


@pytest.fixture
def trained(app: object, sqlite_database: Database, cast: Cast) -> Database:
    """The cast after its first training."""
    train(sqlite_database, cast)
    return sqlite_database


def award(client: Browser, cast: Cast, data: Mapping[str, object]) -> str:
    address = f"/school/programmes/{cast.programme_id}/award/WA-TRN/give"
    answer = client.post(address, data={"enrolments": [str(cast.ama.enrolled)], **data}, follow_redirects=True)
    return str(answer.get_data(as_text=True))


def award_id(database: Database, cast: Cast) -> UUID:
    with database.reading() as db:
        (found,) = queries.awards_of(db, [cast.ama.enrolled])[cast.ama.enrolled]
    return found.id


def released(database: Database, folder: Path) -> int:
    return open_issuer(database, KeyRing.open(folder / "keys", "correct horse battery staple")).issue_waiting().released


def test_what_can_be_undone_is_not_signed_until_its_time_has_come(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    text = award(client_for(cast.nia), cast, LATER)
    assert "you can undo it" in text
    assert "Undo it" in text
    assert released(trained, tmp_path) == 0
    with time_machine.travel(utc_now() + timedelta(minutes=10, seconds=1), tick=False):
        assert released(trained, tmp_path) == 1


def test_an_award_held_back_in_time_leaves_no_public_trace(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    """P13.4."""
    nia = client_for(cast.nia)
    award(nia, cast, LATER)
    answer = nia.post("/school/certificates/undo", data={"awards": str(award_id(trained, cast))}, follow_redirects=True)
    assert "1 award undone. Nobody was told." in answer.get_data(as_text=True)
    with time_machine.travel(utc_now() + timedelta(days=1), tick=False):
        assert released(trained, tmp_path) == 0
    with trained.reading() as db:
        assert credentials.cohort(db, organisation_id=cast.organisation_id) == []
        assert queries.awards_of(db, [cast.ama.enrolled])[cast.ama.enrolled] == ()


def test_what_was_undone_can_be_awarded_again(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    nia = client_for(cast.nia)
    award(nia, cast, LATER)
    nia.post("/school/certificates/undo", data={"awards": str(award_id(trained, cast))})
    assert "1 award decided." in award(nia, cast, {"awarded_on": ["30", "6", "2026"]})
    assert released(trained, tmp_path) == 1


def test_a_future_award_is_invisible_until_its_date(
    client_for: ClientFor, cast: Cast, trained: Database, tmp_path: Path
) -> None:
    """P13.2."""
    ama = client_for(cast.ama)
    assert "Undo it" in award(client_for(cast.nia), cast, CEREMONY)
    before = ama.get("/my").get_data(as_text=True)
    assert released(trained, tmp_path) == 0
    with time_machine.travel(datetime(2026, 7, 8, 23, 59, 59, tzinfo=LONDON), tick=False):
        assert released(trained, tmp_path) == 0
    with time_machine.travel(datetime(2026, 7, 9, 0, 0, 1, tzinfo=LONDON), tick=False):
        assert released(trained, tmp_path) == 1
    with trained.reading() as db:
        (line,) = credentials.cohort(db, organisation_id=cast.organisation_id)
        view = credentials.view_of_award(db, line.award_id)
    assert view is not None
    assert f"{view.awarded_on:%Y-%m-%d}" == "2026-07-09"
    assert "9 July 2026" not in before


def test_the_papers_of_a_ceremony_to_come_can_be_printed(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    """P13.3."""
    nia = client_for(cast.nia)
    award(nia, cast, CEREMONY)
    assert nia.get("/school/ceremony/2026-07-09/running-order.pdf").status_code == 200


@pytest.mark.parametrize("minutes", [10, 11, 6000])
def test_it_is_too_late_once_its_time_has_come(
    client_for: ClientFor, cast: Cast, trained: Database, minutes: int
) -> None:
    award(client_for(cast.nia), cast, LATER)
    undone, now = award_id(trained, cast), utc_now() + timedelta(minutes=minutes)
    with pytest.raises(RuleBroken, match="too-late-to-undo"), trained.transaction(cast.organisation_id) as db:
        undoing.undo(db, award_ids=[undone], actor=cast.nia.actor, now=now)
    assert award_id(trained, cast) == undone


def test_only_whoever_may_award_may_undo(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    award(client_for(cast.nia), cast, LATER)
    kept = award_id(trained, cast)
    assert client_for(cast.sam).post("/school/certificates/undo", data={"awards": str(kept)}).status_code == 403
    with pytest.raises(RuleBroken, match="not-a-co-ordinator"), trained.transaction(cast.organisation_id) as db:
        undoing.undo(db, award_ids=[kept], actor=cast.sam.actor, now=utc_now())


def test_what_is_signed_straight_away_cannot_be_undone(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    nia = client_for(cast.nia)
    award(nia, cast, {**LATER, "when": "now"})
    answer = nia.post("/school/certificates/undo", data={"awards": str(award_id(trained, cast))}, follow_redirects=True)
    assert TOO_LATE in answer.get_data(as_text=True)


def test_another_school_undoes_nothing(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    award(client_for(cast.nia), cast, LATER)
    kept = award_id(trained, cast)
    answer = client_for(cast.oz).post("/school/certificates/undo", data={"awards": str(kept)})
    assert answer.status_code in {403, 404}
    assert award_id(trained, cast) == kept


@pytest.mark.parametrize("awards", ["", "everything", "00000000-0000-0000-0000-000000000000"])
def test_what_is_no_award_is_not_found(client_for: ClientFor, cast: Cast, trained: Database, awards: str) -> None:
    assert client_for(cast.nia).post("/school/certificates/undo", data={"awards": awards}).status_code == 404


def test_sending_a_batch_again_awards_nobody_twice(client_for: ClientFor, cast: Cast, trained: Database) -> None:
    """P3.8."""
    nia = client_for(cast.nia)
    award(nia, cast, LATER)
    assert "They have this award already." in award(nia, cast, LATER)
    with trained.reading() as db:
        assert len(queries.awards_of(db, [cast.ama.enrolled])[cast.ama.enrolled]) == 1


def test_the_time_of_the_tests_is_as_these_tests_think() -> None:
    assert NOW.date().isoformat() == "2026-06-30"
