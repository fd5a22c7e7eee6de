"""VS22, VS23: a place in a status list is given once, and tells nothing of who came before whom."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from statistics import correlation
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import LIST_LENGTH, Reservation, free_index
from accredit.storage import Database
from tests.factories import NOW
from tests.unit.domain.verification.story import Story, did_of, told

BINS = 64
# With 63 degrees of freedom chance exceeds this once in a million times.
CHI_SQUARE_OF_A_MILLION = 128.6


@pytest.fixture
def school(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return told(database, tmp_path_factory.mktemp("keys"))


def prepared(story: Story, number: int) -> list[int]:
    """Prepare so many credentials one after the other, and return their places."""
    with story.database.reading() as db:
        did = did_of(db, story.cast.organisation_id)
    return [_in_turn(story, did) for _ in range(number)]


def _in_turn(story: Story, did: str) -> int:
    """Prepare one, however long the others are before us.

    SQLite gives up on who waited ten seconds for its lock, and the pool, which has fifteen connections, after thirty.
    """
    while True:
        try:
            return _prepared(story, did)
        except sa.exc.TimeoutError:
            continue
        except sa.exc.OperationalError as error:
            if "database is locked" not in str(error.orig):
                raise


def _document(reservation: Reservation) -> dict[str, Any]:
    return {
        "id": reservation.credential_urn,
        "issuer": reservation.issuer,
        "credentialStatus": {
            "statusListCredential": reservation.status_list_url,
            "statusListIndex": str(reservation.status_index),
        },
    }


def _prepared(story: Story, did: str) -> int:
    with story.database.transaction() as db:
        found = issuing.prepare(
            db,
            kind="test",
            subject_id=uuid4(),
            organisation_id=story.cast.organisation_id,
            controller=did,
            build=_document,
            record_hash=b"0" * 32,
            now=NOW,
        )
    return found.status_index


@pytest.mark.attack("VS22")
def test_vs22_no_place_is_given_twice_however_many_prepare_at_once(school: Story) -> None:
    with ThreadPoolExecutor(max_workers=8) as workers:
        given = [index for found in workers.map(lambda _: prepared(school, 25), range(8)) for index in found]
    assert len(given) == len(set(given)) == 200
    with school.database.reading() as db:
        lists = db.execute(sa.select(col(Issuance.status_list_id), col(Issuance.status_index))).all()
    assert len(lists) == len(set(lists)) == 200


@pytest.mark.attack("VS22")
@pytest.mark.slow
@pytest.mark.timeout(4 * 60 * 60)
def test_vs22_fifty_prepare_two_thousand_each(school: Story) -> None:
    with ThreadPoolExecutor(max_workers=50) as workers:
        given = [index for found in workers.map(lambda _: prepared(school, 2_000), range(50)) for index in found]
    assert len(given) == 100_000


@pytest.mark.attack("VS22")
def test_vs22_the_database_itself_refuses_a_place_twice(school: Story) -> None:
    (index,) = prepared(school, 1)
    with pytest.raises(sa.exc.IntegrityError), school.database.transaction() as db:
        row = db.execute(sa.select(Issuance).where(col(Issuance.status_index) == index)).scalar_one()
        again = {name: getattr(row, name) for name in Issuance.model_fields} | {
            "id": uuid4(),
            "credential_id": uuid4(),
            "subject_id": UUID(int=7),
        }
        db.execute(sa.insert(Issuance).values(**again))


@pytest.mark.attack("VS22")
def test_vs22_a_place_that_is_taken_is_not_given() -> None:
    drawn = iter([5, 5, 9])
    assert free_index(lambda _: next(drawn), {5}.__contains__) == 9


@pytest.mark.attack("VS23")
def test_vs23_places_are_spread_evenly_and_in_no_order() -> None:
    taken: set[int] = set()
    given = []
    for _ in range(8_000):
        index = free_index(secrets.randbelow, taken.__contains__)
        taken.add(index)
        given.append(index)
    expected = len(given) / BINS
    counts = [0] * BINS
    for index in given:
        counts[index * BINS // LIST_LENGTH] += 1
    assert sum((count - expected) ** 2 / expected for count in counts) < CHI_SQUARE_OF_A_MILLION
    # Of independent draws this is about 1 / √8000; five times that happens once in a million.
    assert abs(correlation(range(len(given)), given)) < 5 / len(given) ** 0.5
    steps = [later - earlier for earlier, later in pairwise(given)]
    assert len(set(steps)) > len(steps) * 0.9, "a step that comes again and again is an order"
