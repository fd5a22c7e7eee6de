"""A certificate that works without internet: the holder's own choice, from 16."""

from __future__ import annotations

from pathlib import Path

from accredit.clock import utc_now
from accredit.domain.issuing import statements
from accredit.domain.people.models import YoungPerson
from accredit.jobs.issuing import Issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import PASSPHRASE, Year
from tests.web import Browser, ClientFor


def _of_age(database: Database, cast: Cast, turns: str | None) -> None:
    with database.transaction() as db:
        person = db.get(YoungPerson, cast.ama.id)
        assert person is not None
        person.turns_16 = turns


def test_it_is_offered_and_made_and_taken_back(
    ama: Browser, year: Year, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    _of_age(sqlite_database, cast, "2024-01")
    path = f"/my/certificates/{year.credential_id}/without-us"
    assert path in ama.get("/my/certificates").text
    assert "Think first" in ama.get(path).text
    assert "Think first" in ama.get(f"{path}.pdf", follow_redirects=True).text
    assert "It is being made" in ama.post(path, data={"wanted": "yes"}, follow_redirects=True).text
    assert Issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE), utc_now).sign_statements() == 1
    assert "Get this certificate (PDF)" in ama.get(path).text
    file = ama.get(f"{path}.pdf")
    assert (file.status_code, file.content_type) == (200, "application/pdf")
    assert file.data != ama.get(f"/my/certificates/{year.credential_id}.pdf").data
    assert "It is gone" in ama.post(path, data={"wanted": "no"}, follow_redirects=True).text
    assert "Think first" in ama.get(f"{path}.pdf", follow_redirects=True).text


def test_below_sixteen_there_is_no_such_page(ama: Browser, year: Year, cast: Cast, sqlite_database: Database) -> None:
    path = f"/my/certificates/{year.credential_id}/without-us"
    for turns in (None, f"{utc_now():%Y-%m}"):
        _of_age(sqlite_database, cast, turns)
        assert path not in ama.get("/my/certificates").text
        assert ama.get(path).status_code == 404
        assert ama.post(path, data={"wanted": "yes"}).status_code == 404
    with sqlite_database.reading() as db:
        assert statements.waiting(db) == []


def test_it_is_nobody_elses(client_for: ClientFor, year: Year, cast: Cast, sqlite_database: Database) -> None:
    _of_age(sqlite_database, cast, "2024-01")
    path = f"/my/certificates/{year.credential_id}/without-us"
    for who in (cast.ben, cast.nia):
        browser = client_for(who)
        for each in (path, f"{path}.pdf"):
            assert browser.get(each).status_code in {302, 303, 403, 404}
        assert browser.post(path, data={"wanted": "yes"}).status_code in {302, 303, 403, 404}
    with sqlite_database.reading() as db:
        assert statements.waiting(db) == []
