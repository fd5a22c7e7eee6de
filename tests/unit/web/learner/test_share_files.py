"""The files of a share: they say what was chosen, are checked as any other, and go with their holder's record."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import self_audit
from accredit.domain.people import consents
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.rules import About, Voice
from accredit.domain.retention import operations as retention
from accredit.domain.retention.rules import ErasureReason
from accredit.domain.verification import evidence, handing_out
from accredit.domain.verification import operations as verification
from accredit.domain.verification.offline_sources import OfflineSources
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import CheckId, Outcome, Reason, Verdict
from accredit.storage import Database
from accredit.storage.erasure import scrub
from accredit.storage.tombstones import Tombstones
from tests.cast import Cast
from tests.populated import Year
from tests.unit.web.learner.sharing import call, inside, link_on, make_share, work
from tests.web import Browser, ClientFor


@pytest.fixture
def shared(ama: Browser, year: Year, cast: Cast, sqlite_database: Database, tmp_path: Path) -> str:
    """The page of a signed share that says initials and nothing more."""
    call(sqlite_database, cast, known_as="Amakins")
    path = make_share(ama, year)
    work(sqlite_database, tmp_path)
    return path


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for(None)


def test_the_sheet_holds_nothing_but_what_was_chosen(ama: Browser, stranger: Browser, shared: str, year: Year) -> None:
    pdf = stranger.post(f"{link_on(ama, shared)}/pdf")
    assert (pdf.status_code, pdf.content_type) == (200, "application/pdf")
    assert pdf.data == ama.get(f"{shared}.pdf").data
    held = inside(pdf.data)
    for canary in (
        "Ama Sample",
        "Sample",
        "Amakins",
        "Enghraifft",
        "Specimen",
        year.code,
        str(year.credential_id),
        "Peer support Q",
    ):
        assert canary.encode() not in held, canary
    assert b"A. S." in held
    with pikepdf.open(BytesIO(pdf.data)) as document:
        assert sorted(document.attachments) == ["credential.evidence", "credential.json"]


@pytest.mark.parametrize("kind", ["pdf", "json", "jwt"])
def test_each_file_is_checked_as_any_other(
    kind: str, ama: Browser, stranger: Browser, shared: str, sqlite_database: Database
) -> None:
    data = ama.get(f"{shared}.{kind}").data
    with sqlite_database.reading() as db:
        report = verification.verify(data, now=utc_now(), sources=DatabaseSources(db))
    # Nobody confirmed the school in this year: everything else holds.
    assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED
    for check in (CheckId.SIGNATURE, CheckId.STATUS, CheckId.LOGGED, CheckId.DATES):
        made = report.check(check)
        assert made is not None
        assert made.outcome is Outcome.PASSED
    page = stranger.post("/verify", data={"file": (BytesIO(data), f"shared-award.{kind}")})
    assert "A. S." in page.text
    assert "Shared until" in page.text
    assert "Sample" not in page.text


def test_far_from_us_it_was_genuine_when_it_was_issued(ama: Browser, shared: str, sqlite_database: Database) -> None:
    data, proof = ama.get(f"{shared}.json").data, ama.get(f"{shared}.evidence").data
    with sqlite_database.reading() as db:
        trust = handing_out.trust_of(db, now=utc_now())
    assert trust is not None
    sources = OfflineSources(trust, now=utc_now(), evidence=[evidence.read(proof)])
    report = verification.verify(data, now=utc_now(), sources=sources, offline=True)
    assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.STATUS_NOT_FRESH)


def test_with_their_record_the_link_goes_and_no_name_stays(
    ama: Browser, stranger: Browser, year: Year, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    call(sqlite_database, cast, known_as="Zephyrquixote")
    path = make_share(ama, year, name="known-as")
    link = link_on(ama, path)
    work(sqlite_database, tmp_path)
    assert "Zephyrquixote" in stranger.post(link).text
    file = stranger.post(f"{link}/json").data
    with sqlite_database.transaction() as db:
        retention.erase_person(
            db,
            person_id=cast.ama.id,
            reason=ErasureReason.ASKED,
            tombstones=Tombstones(tmp_path / "erased.jsonl"),
            actor=SERVICE,
            now=utc_now(),
        )
    scrub(sqlite_database)
    gone, unknown = stranger.get(link), stranger.get("/s/" + "x" * 27)
    assert (gone.status_code, gone.data) == (404, unknown.data)
    with sqlite_database.reading() as db:
        report = verification.verify(file, now=utc_now(), sources=DatabaseSources(db))
        assert (report.verdict, report.reason) == (Verdict.CANNOT_CONFIRM, Reason.NO_CURRENT_RECORD)
        assert self_audit.verify_store(db) == ()
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    assert b"Zephyrquixote" not in kept


def test_the_name_behind_the_code_is_theirs_to_widen_from_16_and_to_narrow(
    ama: Browser, stranger: Browser, year: Year, cast: Cast, sqlite_database: Database
) -> None:
    page = "/my/name-behind-the-code"
    _turn_16(sqlite_database, cast, "2026-07")
    assert "When you are 16" in ama.get(page).text
    assert "When you are 16" in ama.post(page, data={"name": "full"}).text
    _turn_16(sqlite_database, cast, "2026-05")
    assert ama.post(page, data={"name": "full"}, follow_redirects=True).status_code == 200
    assert "A. S." in stranger.get(f"/v/{year.code}").text
    _say(sqlite_database, cast, is_yes=True)
    assert "From now on they see that" in ama.post(page, data={"name": "full"}, follow_redirects=True).text
    assert "Ama Sample" in stranger.get(f"/v/{year.code}").text
    assert ama.post(page, data={"name": "initials"}).status_code == 303
    assert "Ama Sample" not in stranger.get(f"/v/{year.code}").text


def _turn_16(database: Database, cast: Cast, month: str) -> None:
    with database.transaction() as db:
        person = db.get(YoungPerson, cast.ama.id)
        assert person is not None
        person.turns_16 = month


def _say(database: Database, cast: Cast, *, is_yes: bool) -> None:
    with database.transaction() as db:
        consents.say(
            db,
            young_person_id=cast.ama.id,
            about=About.SHARING,
            is_yes=is_yes,
            voice=Voice.YOUNG_PERSON,
            actor=cast.ama.actor,
            now=utc_now(),
        )
