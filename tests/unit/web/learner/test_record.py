"""My record of peer support: seen, asked for, taken, checked by strangers, taken back."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest

from accredit.domain.people.models import YoungPerson
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from tests.cast import Cast
from tests.populated import PASSPHRASE, Year
from tests.web import Browser, ClientFor


@pytest.fixture
def address(cast: Cast, year: Year) -> str:
    """Where Ama asks for hers."""
    return f"/my/record/{cast.ama.enrolled}"


def _issue(database: Database, folder: Path) -> None:
    assert open_issuer(database, KeyRing.open(folder / "keys", PASSPHRASE)).issue_waiting().released == 1


def _made(ama: Browser, address: str, database: Database, folder: Path, **form: str) -> str:
    """Ask for a record, let it be signed, and return the address of its files without the ending."""
    assert "is being made" in ama.post(address, data=form, follow_redirects=True).text
    _issue(database, folder)
    found = re.search(r'href="(/my/record/[0-9a-f-]+)\.pdf"', ama.get("/my/record").text)
    assert found is not None
    return found[1]


def test_the_page_says_what_it_would_say(ama: Browser) -> None:
    page = ama.get("/my/record").text
    assert "What it says today" in page
    assert "Make my record" in page
    assert "Also say in which months it was" in page
    assert "checked" not in page


def test_it_is_made_kept_and_checked_by_a_stranger(
    ama: Browser, client_for: ClientFor, address: str, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    files = _made(ama, address, sqlite_database, tmp_path)
    page = ama.get("/my/record").text
    code = re.search(r'id="code-1">([^<]+)<', page)
    assert code is not None
    seen = client_for(None).get(f"/v/{code[1]}").text
    assert "Record of peer support" in seen
    assert "It is a record and not an award, so it has no level." in seen
    assert cast.ama.name not in seen
    matched = client_for(None).post(f"/v/{code[1]}", data={"name": cast.ama.name}).text
    assert "That is the name on this certificate" in matched
    document = json.loads(ama.get(f"{files}.json").data)
    assert document["name"].startswith("Record of peer support")
    assert ama.get(f"{files}.jwt").data.count(b".") == 2
    assert ama.get(f"{files}.evidence").status_code == 200
    with pikepdf.open(BytesIO(ama.get(f"{files}.pdf").data)) as paper:
        assert paper.attachments["credential.json"].get_file().read_bytes() == ama.get(f"{files}.json").data
        assert str(paper.docinfo["/Title"]).startswith("Record of peer support")
    note = client_for(None).get(f"/v/{code[1]}/note").text
    assert "Record of peer support" in note
    given = client_for(None).post("/api/verify", data=ama.get(f"{files}.json").data).json
    assert given is not None
    assert given["unconfirmed_claims"]["award_name"] == document["name"]


def test_it_is_in_the_file_with_everything(
    ama: Browser, address: str, sqlite_database: Database, tmp_path: Path
) -> None:
    files = _made(ama, address, sqlite_database, tmp_path)
    assert "on paper, and the files for apps" in ama.get("/my/take").text
    with ZipFile(BytesIO(ama.get("/my/take.zip").data)) as archive:
        mine = {name for name in archive.namelist() if name.startswith("record-of-peer-support-")}
        assert {name.partition("/")[2] for name in mine} == {
            "record.pdf",
            "credential.json",
            "credential.jwt",
            "receipt.tlog-proof",
            "credential.evidence",
        }
        (document,) = [archive.read(name) for name in mine if name.endswith(".json")]
    assert document == ama.get(f"{files}.json").data


def test_its_own_address_has_no_badge(ama: Browser, address: str, sqlite_database: Database, tmp_path: Path) -> None:
    credential = _made(ama, address, sqlite_database, tmp_path).replace("/my/record/", "/credentials/")
    page = ama.get(credential).text
    assert "Record of peer support" in page
    assert "Badge picture" not in page
    assert ama.get(f"{credential}.pdf").content_type == "application/pdf"
    assert ama.get(f"{credential}.png").status_code == 404


def test_it_is_taken_back(
    ama: Browser, client_for: ClientFor, address: str, sqlite_database: Database, tmp_path: Path
) -> None:
    _made(ama, address, sqlite_database, tmp_path, months="yes")
    page = ama.get("/my/record").text
    code = re.search(r'id="code-1">([^<]+)<', page)
    back = re.search(r'action="(/my/record/[0-9a-f-]+/take-back)"', page)
    assert code is not None
    assert back is not None
    assert "(September 2025)" in client_for(None).get(f"/v/{code[1]}").text
    assert "That record is gone" in ama.post(back[1], follow_redirects=True).text
    assert back[1] not in ama.get("/my/record").text
    seen = client_for(None).get(f"/v/{code[1]}").text
    assert "Training" not in seen
    assert "Revoked" in seen or "revoked" in seen


def test_nobody_else_reaches_it(
    ama: Browser, client_for: ClientFor, address: str, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    files = _made(ama, address, sqlite_database, tmp_path)
    back = re.search(r'action="(/my/record/[0-9a-f-]+/take-back)"', ama.get("/my/record").text)
    assert back is not None
    for who in (cast.ben, cast.olu):
        other = client_for(who)
        assert other.get(f"{files}.json").status_code == 404
        assert other.post(address, data={}).status_code == 404
        assert other.post(back[1]).status_code == 404
    assert client_for(cast.nia).get(f"{files}.json").status_code in {302, 303, 403, 404}
    assert ama.get(f"{files}.json").status_code == 200


def test_without_a_confirmed_name_the_page_says_what_to_do_first(
    ama: Browser, address: str, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        person = db.get(YoungPerson, cast.ama.id)
        assert person is not None
        person.printed_name_confirmed_at = person.printed_name_confirmed_by = None
    page = ama.get("/my/record").text
    assert "Make my record" not in page
    assert "Check my name" in page
    refused = ama.post(address, data={}, follow_redirects=True).text
    assert "First, look at how your name will be printed, and say yes to it." in refused


def test_who_has_done_nothing_yet_is_told_when_it_begins(client_for: ClientFor, cast: Cast, year: Year) -> None:
    olu = client_for(cast.olu)
    assert "Your school adds you when you start" in olu.get("/my/record").text
