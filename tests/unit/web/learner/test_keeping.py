"""What a young person keeps: the certificate in the form they read best, the badge they like, everything at once."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import CliRunner

from accredit.cli.verify import verify
from accredit.clock import utc_now
from accredit.domain.audit.models import AuditEvent
from accredit.domain.people.models import YoungPerson
from accredit.kit.openbadges import pdf, png, svg
from accredit.rendering.badge import COLOURS, SHAPES
from accredit.rendering.certificate_forms import Form
from accredit.storage import Database
from accredit.web.learner.take import CONTENTS, EVERYTHING, Folder, _apart, certificates_of
from tests.cast import Cast
from tests.populated import Year
from tests.web import Browser, ClientFor

CHECKED = ("certificate", "badge", "credential.json", "credential.jwt")


def _of_age(database: Database, cast: Cast, turns: str | None) -> None:
    with database.transaction() as db:
        person = db.get(YoungPerson, cast.ama.id)
        assert person is not None
        person.turns_16 = turns


def _events(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one())


def test_each_form_is_one_press_away_and_nobody_is_told_which(
    ama: Browser,
    year: Year,
    sqlite_database: Database,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = f"/my/certificates/{year.credential_id}.pdf"
    page = ama.get("/my/certificates").text
    usual, events = ama.get(path), _events(sqlite_database)
    names, made = {usual.headers["Content-Disposition"]}, {usual.data}
    for form in (Form.LARGE_PRINT, Form.EASY_READ, Form.HIGH_CONTRAST):
        assert f'name="certificate_form" value="{form.value}"' in page
        answer = ama.post(path, data={"certificate_form": form.value})
        assert (answer.status_code, answer.content_type) == (200, "application/pdf")
        assert answer.headers["Cache-Control"] == "no-store"
        assert pdf.extract(answer.data) == pdf.extract(usual.data)
        assert all(form.value not in f"{name}: {value}" for name, value in answer.headers)
        names.add(answer.headers["Content-Disposition"])
        made.add(answer.data)
    assert (len(names), len(made)) == (1, 4)
    assert _events(sqlite_database) == events
    said = caplog.text + "".join(capfd.readouterr())
    assert all(form.value not in said for form in (Form.LARGE_PRINT, Form.EASY_READ, Form.HIGH_CONTRAST))


def test_no_address_on_the_page_names_a_form(ama: Browser, year: Year) -> None:
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', ama.get("/my/certificates").text)
    assert addresses
    assert not [each for each in addresses if any(form.value in each for form in Form)]


@pytest.mark.parametrize("wanted", ["", "purple", "STANDARD"])
def test_a_form_that_is_none_is_not_there(ama: Browser, year: Year, wanted: str) -> None:
    assert ama.post(f"/my/certificates/{year.credential_id}.pdf", data={"certificate_form": wanted}).status_code == 404


def test_the_badge_is_theirs_to_choose_and_holds_the_same(ama: Browser, year: Year) -> None:
    path = f"/my/certificates/{year.credential_id}"
    usual = ama.get(f"{path}.png").data
    page = ama.get(f"{path}/badge?colour=berry&shape=bubble").text
    assert re.search(r'value="berry"[^>]* checked', page)
    assert re.search(r'value="bubble"[^>]* checked', page)
    (address,) = set(re.findall(r'href="(/my/[^"]*\.png\?[^"]*)"', page))
    chosen = ama.get(address.replace("&amp;", "&")).data
    assert chosen != usual
    assert png.unbake(chosen) == png.unbake(usual)
    drawn = ama.get(f"{path}.svg?colour=berry&shape=bubble").data
    assert COLOURS["berry"].strong.encode() in drawn
    assert svg.unbake(drawn) == png.unbake(usual)


@pytest.mark.parametrize("asked", ["", "?colour=gold&shape=star", "?colour=&shape=", "?colour=teal&colour=blue"])
def test_a_look_that_is_none_of_ours_is_the_one_that_was_awarded(ama: Browser, year: Year, asked: str) -> None:
    assert ama.get(f"/my/certificates/{year.credential_id}/badge{asked}").status_code == 200
    if "blue" not in asked:
        usual = ama.get(f"/my/certificates/{year.credential_id}.svg").data
        assert ama.get(f"/my/certificates/{year.credential_id}.svg{asked}").data == usual


def test_every_colour_and_shape_has_a_word(ama: Browser, year: Year) -> None:
    page = ama.get(f"/my/certificates/{year.credential_id}/badge").text
    assert page.count('type="radio"') == len(COLOURS) + len(SHAPES)


def test_linkedin_is_to_copy_from_sixteen_and_sends_nothing(
    ama: Browser, year: Year, cast: Cast, sqlite_database: Database
) -> None:
    path = f"/my/certificates/{year.credential_id}/linkedin"
    _of_age(sqlite_database, cast, "2024-01")
    assert path in ama.get("/my/certificates").text
    page = ama.get(path).text
    view = ama.get("/my/certificates").text
    assert re.search(r"<code id=\"linkedin-address\">https://[^<]*/v/[A-Z0-9-]+</code>", page)
    assert "June 2026" in page
    assert "linkedin.com" not in page
    assert "linkedin.com" not in view
    for turns in (None, f"{utc_now():%Y-%m}"):
        _of_age(sqlite_database, cast, turns)
        assert path not in ama.get("/my/certificates").text
        assert ama.get(path).status_code == 404


def test_all_of_it_is_nobody_elses(client_for: ClientFor, year: Year, cast: Cast, sqlite_database: Database) -> None:
    _of_age(sqlite_database, cast, "2024-01")
    own = f"/my/certificates/{year.credential_id}"
    ben = client_for(cast.ben)
    for path in (f"{own}/badge", f"{own}/linkedin", f"/my/dofe/{cast.ama.enrolled}.pdf"):
        assert ben.get(path).status_code == 404, path
        assert client_for(cast.nia).get(path).status_code == 403, path
    assert ben.post(f"{own}.pdf", data={"certificate_form": "easy-read"}).status_code == 404
    assert "certificate" not in "".join(_unzipped(ben.get("/my/take.zip").data))


def _unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_is_one_file_that_works_without_us(ama: Browser, year: Year, tmp_path: Path) -> None:
    assert "/my/take.zip" in ama.get("/my/take").text
    answer = ama.get("/my/take.zip")
    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert ama.get("/my/take.zip").data == answer.data, "the same day, the same bytes"
    files = _unzipped(answer.data)
    (folder,) = {name.partition("/")[0] for name in files if "/" in name}
    assert sorted(name.removeprefix(f"{folder}/") for name in files) == [
        *("README.txt", "accredit-verify.html", "badge.png", "badge.svg"),
        *("certificate-easy-read.pdf", "certificate-high-contrast.pdf", "certificate-large-print.pdf"),
        *("certificate.pdf", "credential.evidence", "credential.json", "credential.jwt", "receipt.tlog-proof"),
    ]
    readme = files["README.txt"].decode()
    assert folder in readme
    assert "accredit verify --offline --trust accredit-verify.html" in readme
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    for name in files:
        if name.startswith(tuple(f"{folder}/{each}" for each in CHECKED)):
            _checked_far_away(tmp_path, name, folder, later=timedelta(days=90))


def _checked_far_away(root: Path, name: str, folder: str, *, later: timedelta) -> None:
    """Check one file with what lies beside it alone, long after: genuine when issued, and no more is claimed."""
    beside = ["--evidence", str(root / folder / "credential.evidence")] if "credential." in name else []
    cleared = {key: None for key in os.environ if key.startswith("ACCREDIT_")}
    arguments = [str(root / name), "--offline", "--trust", str(root / "accredit-verify.html"), *beside]
    with time_machine.travel(utc_now() + later, tick=False):
        done = CliRunner().invoke(verify, [*arguments, "--json"], env=cleared)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["verdict"], told["reason"]) == (4, "CANNOT_CONFIRM", "status_not_fresh"), name
    assert told["axes"]["integrity"] == "passed", name


def test_everything_is_not_asked_for_without_end(ama: Browser, year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.web.learner.take.CONTENTS", ())
    answers = [ama.get("/my/take.zip").status_code for _ in range(EVERYTHING.times + 1)]
    assert answers == [200] * EVERYTHING.times + [429]


def test_folders_of_one_name_are_told_apart_and_more_can_join() -> None:
    assert CONTENTS[0] is certificates_of
    one = Folder(name="senior-2026-07-02", title="Senior", note="", files=())
    other = Folder(name="senior-2026-07-02-extra", title="Senior", note="", files=())
    assert [each.name for each in _apart([one, other, one, one])] == [
        "senior-2026-07-02",
        "senior-2026-07-02-extra",
        "senior-2026-07-02-2",
        "senior-2026-07-02-3",
    ]


def test_the_dofe_sheet_shows_approved_time_and_has_nobodys_logo(ama: Browser, cast: Cast, year: Year) -> None:
    page = ama.get("/my/dofe").text
    (path,) = set(re.findall(r'action="([^"]*/my/dofe/[^"]*\.pdf)"', page))
    whole = ama.get(path)
    assert (whole.status_code, whole.content_type) == (200, "application/pdf")
    months = re.findall(r'<option value="(\d{4}-\d{2})"', page)
    assert ama.get(f"{path}?first={months[0]}&last={months[-1]}").data == whole.data
    assert ama.get(f"{path}?first={months[-1]}&last={months[0]}").data == whole.data, "in whichever order"
    assert ama.get(f"{path}?first=1999-01&last=1999-02").status_code == 404
    assert ama.get(f"{path}?first=never&last=99-99").data == whole.data


def test_who_has_no_approved_time_is_told_kindly(client_for: ClientFor, cast: Cast, year: Year) -> None:
    ben = client_for(cast.ben)
    assert "There is no time on it yet." in ben.get("/my/dofe").text
    assert ben.get(f"/my/dofe/{cast.ben.enrolled}.pdf").status_code == 404
