"""A young person shows their record of peer support: by the same link, the same choices and the same end."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from accredit.clock import utc_now
from accredit.domain.credentials import hiding, share_keeping
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import Year
from tests.unit.web.learner.sharing import call, link_on, make_record, make_share, work
from tests.web import Browser, ClientFor


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for(None)


@pytest.fixture
def record(ama: Browser, year: Year, cast: Cast, sqlite_database: Database, tmp_path: Path) -> str:
    """The id of a record of Ama's that tells months."""
    return make_record(ama, cast, sqlite_database, tmp_path, months=True)


def test_it_says_what_was_chosen_of_the_record(
    ama: Browser, stranger: Browser, year: Year, record: str, sqlite_database: Database, tmp_path: Path
) -> None:
    assert f"/my/certificates/{record}/share" in ama.get("/my/record").text
    page = ama.get(f"/my/certificates/{record}/share").text
    assert "Make a link to show this record" in page
    assert "the day of the award" not in page
    path = make_share(ama, year, of=record, said=("hours", "skills", "months"))
    link = link_on(ama, path)
    work(sqlite_database, tmp_path)
    seen = stranger.post(link).text
    assert "Record of peer support" in seen
    assert "It is a record and not an award, so it has no level." in seen
    assert "drop-in" in seen.lower()
    assert "June 2026" in seen
    assert "What such a record is" in seen
    assert "/badges/" not in seen
    document = json.loads(stranger.post(f"{link}/json").data)
    assert document["credentialSubject"]["achievement"]["achievementType"] == "CommunityService"
    assert "awardedDate" not in document
    assert "no level" in document["credentialSubject"]["narrative"]
    assert "This award" not in document["credentialSubject"]["narrative"]
    pdf = stranger.post(f"{link}/pdf")
    assert (pdf.status_code, pdf.content_type) == (200, "application/pdf")
    assert "shared-record.pdf" in pdf.headers["Content-Disposition"]


def test_months_that_the_record_does_not_tell_cannot_be_chosen(
    ama: Browser, year: Year, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    record = make_record(ama, cast, sqlite_database, tmp_path)
    page = f"/my/certificates/{record}/share"
    assert "When it was" not in ama.get(page).text
    form = {"name": "initials", "said": ["months"], "made_for": "work", "lasts": "four-weeks"}
    assert ama.post(page, data=form).status_code == 422


def test_it_ends_with_the_record_that_it_is_of(
    ama: Browser, stranger: Browser, year: Year, record: str, sqlite_database: Database, tmp_path: Path
) -> None:
    link = link_on(ama, make_share(ama, year, of=record))
    work(sqlite_database, tmp_path)
    file = stranger.post(f"{link}/json").data
    taken_back = re.search(r'action="(/my/record/[0-9a-f-]+/take-back)"', ama.get("/my/record").text)
    assert taken_back is not None
    ama.post(taken_back[1])
    assert stranger.post(link).status_code == 410
    with sqlite_database.transaction() as db:
        assert share_keeping.keep_in_step(db, now=utc_now()) == 1
    with sqlite_database.reading() as db:
        assert verification.verify(file, now=utc_now(), sources=DatabaseSources(db)).reason is Reason.REVOKED
    assert "The record that it was of was taken back" in ama.get("/my/shares").text


def test_hidden_with_everything_of_its_holder(
    ama: Browser, stranger: Browser, year: Year, record: str, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    link = link_on(ama, make_share(ama, year, of=record))
    work(sqlite_database, tmp_path)
    for is_whole, status in ((False, 200), (True, 404)):
        with sqlite_database.transaction() as db:
            hiding.hide(db, award_id=year.award_id, is_whole=is_whole, actor=cast.lee.actor, now=utc_now())
        assert stranger.post(link).status_code == status
    assert ama.get(f"/my/certificates/{record}/share").status_code == 404


def test_a_record_in_a_former_name_is_shown_to_nobody(
    ama: Browser, stranger: Browser, year: Year, record: str, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    link = link_on(ama, make_share(ama, year, of=record, name="full"))
    work(sqlite_database, tmp_path)
    assert "Ama Sample" in stranger.post(link).text
    call(sqlite_database, cast, printed_name="Ama Muster")
    assert stranger.post(link).status_code == 410
    assert ama.get(f"/my/certificates/{record}/share").status_code == 404
    assert f"/my/certificates/{record}/share" not in ama.get("/my/record").text


def test_nobody_else_shares_it(year: Year, record: str, client_for: ClientFor, cast: Cast) -> None:
    for who in (cast.ben, cast.nia):
        assert client_for(who).get(f"/my/certificates/{record}/share").status_code in {403, 404}
