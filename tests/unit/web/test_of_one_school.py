"""WZ29: what is dear to make, and letters, are counted by school, so that none of them keeps the others waiting."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from time_machine import Traveller

from accredit.domain.notifications.models import OutgoingMail
from accredit.storage import Database
from accredit.web import limits
from tests.cast import Cast
from tests.populated import populate
from tests.web import ClientFor

pytestmark = pytest.mark.attack("WZ29")


def test_papers_of_one_school_come_to_an_end_and_those_of_another_do_not(
    client_for: ClientFor, cast: Cast, today: Traveller
) -> None:
    nia, oz = client_for(cast.nia), client_for(cast.oz)
    address = "/school/ceremony/2026-06-30/certificates.pdf"
    answers = [nia.get(address).status_code for _ in range(limits.PAPERS.times + 1)]
    assert set(answers[:-1]) == {404}  # Nobody was awarded that day; asking was counted all the same.
    refused = nia.get(address)
    assert (answers[-1], refused.status_code) == (429, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= limits.PAPERS.seconds
    assert nia.get("/school/").status_code == 200
    assert oz.get(address).status_code == 404
    today.shift(limits.PAPERS.seconds + 1)
    assert client_for(cast.nia).get(address).status_code == 404


def test_letters_of_one_school_come_to_an_end(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    populate(sqlite_database, cast, tmp_path)
    few = limits.Allowance(name="letters-of-a-school", times=3, seconds=3600)
    monkeypatch.setattr("accredit.web.invitations.LETTERS", few)
    nia = client_for(cast.nia)
    path = f"/school/staff/{cast.sam.id}/invite"
    answers = [nia.post(path).status_code for _ in range(5)]
    assert answers == [303, 303, 303, 429, 429]
    with sqlite_database.reading() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(OutgoingMail)).scalar_one() == 3
