"""The names of a ceremony come back from form tutors: differences are shown, ticked, and written all or none."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.credentials import queries as credentials
from accredit.domain.people import ceremony
from accredit.domain.people import queries as people
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.unit.web.coordinator.school import train
from tests.unit.web.coordinator.test_awarding import award, sign
from tests.web import Browser, ClientFor

NAMES = "/school/ceremony/2026-06-30/names"


@pytest.fixture
def nia(app: object, sqlite_database: Database, cast: Cast, client_for: ClientFor) -> Browser:
    """The co-ordinator, who has awarded Ama."""
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    award(nia, cast)
    return nia


def given_out(client: Browser) -> list[list[str]]:
    answer = client.post(f"{NAMES}.xlsx")
    assert answer.headers["Cache-Control"] == "no-store"
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    return [[str(cell) for cell in row] for row in rows]


def workbook(rows: list[list[str]]) -> bytes:
    written = BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)
    return written.getvalue()


def csv_of(rows: list[list[str]]) -> bytes:
    return "\r\n".join(";".join(row) for row in rows).encode("utf-8-sig")


def bring_back(client: Browser, data: bytes, name: str = "names.xlsx") -> tuple[int, str]:
    answer = client.post(NAMES, data={"file": (BytesIO(data), name)}, content_type="multipart/form-data")
    return answer.status_code, answer.get_data(as_text=True)


def changed(client: Browser, **cells: str) -> list[list[str]]:
    """Return the list that was given out with some cells of its one person changed, by their heading."""
    rows = given_out(client)
    for heading, text in cells.items():
        rows[1][rows[0].index(heading.replace("_", " "))] = text
    return rows


def form_of(page: str) -> dict[str, list[str]]:
    """Return the sealed file and the rows that are ticked."""
    return {
        "file": re.findall(r'name="file" value="([^"]+)"', page),
        "row": re.findall(r'name="row" type="checkbox" value="([^"]+)" checked', page),
    }


def put_right(client: Browser, page: str, **more: object) -> tuple[int, str]:
    answer = client.post(
        f"{NAMES}/put-right", data={**form_of(page), "on_their_word": "yes", **more}, follow_redirects=True
    )
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("form", [workbook, csv_of], ids=["a workbook", "CSV as Excel writes it"])
def test_a_corrected_list_shows_its_differences_and_writes_what_is_ticked(
    nia: Browser, cast: Cast, sqlite_database: Database, form: object
) -> None:
    rows = changed(nia, Name_on_the_certificate="Ama Mustermann", How_to_say_it="AH-ma", Called_up="no")
    assert callable(form)
    status, page = bring_back(nia, form(rows))
    assert status == 200
    assert "Ama Mustermann" in page
    assert "AH-ma" in page
    assert "hand it over quietly" in page
    with sqlite_database.reading() as db:
        assert people.young_person(db, cast.ama.id).printed_name != "Ama Mustermann"
    assert "1 person put right." in put_right(nia, page)[1]
    with sqlite_database.reading() as db:
        ama = people.young_person(db, cast.ama.id)
    assert (ama.printed_name, ama.name_said, ama.is_called_up) == ("Ama Mustermann", "AH-ma", False)
    assert ama.name_is_confirmed


def test_one_co_ordinator_puts_a_name_right_before_release(
    nia: Browser, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    put_right(nia, bring_back(nia, workbook(changed(nia, Name_on_the_certificate="Ama Mustermann")))[1])
    sign(sqlite_database, tmp_path)
    with sqlite_database.reading() as db:
        (line,) = credentials.cohort(db, organisation_id=cast.organisation_id)
        view = credentials.view_of_award(db, line.award_id)
    assert view is not None
    assert view.printed_name == "Ama Mustermann"


def test_after_release_the_certificate_stays_until_a_colleague_makes_it_again(
    nia: Browser, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    sign(sqlite_database, tmp_path)
    page = bring_back(nia, workbook(changed(nia, Name_on_the_certificate="Ama Mustermann")))[1]
    assert "Afterwards a colleague makes it again" in page
    page = put_right(nia, page)[1]
    assert "Signed with a name that was put right since" in page
    with sqlite_database.reading() as db:
        (line,) = credentials.cohort(db, organisation_id=cast.organisation_id)
        view = credentials.view_of_award(db, line.award_id)
    assert view is not None
    assert view.printed_name != "Ama Mustermann"
    assert f"/school/certificates/{line.award_id}/new-name" in page


def test_the_list_as_it_was_given_out_changes_nothing(nia: Browser) -> None:
    assert "nothing needs to be done" in bring_back(nia, workbook(given_out(nia)))[1]


@pytest.mark.attack("IN16", "WA16")
def test_whoever_takes_the_list_shows_who_they_are_and_is_on_record(
    nia: Browser, sqlite_database: Database, today: Traveller
) -> None:
    rows = given_out(nia)
    today.shift(timedelta(minutes=11))
    asked = nia.post(f"{NAMES}.xlsx")
    assert asked.status_code == 401
    assert "Ama Sample" not in asked.text
    assert nia.get(f"{NAMES}.xlsx").status_code == 405
    with sqlite_database.reading() as db:
        (event,) = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.LIST_EXPORTED)).all()
    assert (event.details["list"], event.details["lines"]) == ("ceremony-names", len(rows) - 1)


def test_what_is_not_ticked_stays(nia: Browser, cast: Cast, sqlite_database: Database) -> None:
    page = bring_back(nia, workbook(changed(nia, How_to_say_it="AH-ma")))[1]
    status, page = put_right(nia, page, row=[])
    assert status == 422
    assert "Tick what is to be put right." in page
    with sqlite_database.reading() as db:
        assert people.young_person(db, cast.ama.id).name_said is None


def test_nothing_is_written_without_their_word(nia: Browser, cast: Cast, sqlite_database: Database) -> None:
    page = bring_back(nia, workbook(changed(nia, How_to_say_it="AH-ma")))[1]
    answer = nia.post(f"{NAMES}/put-right", data=form_of(page))
    assert answer.status_code == 422
    assert "each of them has said" in answer.get_data(as_text=True)


def test_what_changed_meanwhile_is_shown_again_and_not_written(
    nia: Browser, cast: Cast, sqlite_database: Database
) -> None:
    page = bring_back(nia, workbook(changed(nia, How_to_say_it="AH-ma")))[1]
    with sqlite_database.transaction(cast.organisation_id) as db:
        ceremony.choose(
            db, young_person_id=cast.ama.id, name_said="AA-ma", is_called_up=True, actor=cast.ama.actor, now=NOW
        )
    with sqlite_database.reading() as db:
        assert people.young_person(db, cast.ama.id).name_said == "AA-ma"
    status, _ = put_right(nia, page)
    assert status == 422
    with sqlite_database.reading() as db:
        assert people.young_person(db, cast.ama.id).name_said == "AA-ma"


@pytest.mark.parametrize(
    ("heading", "text", "said"),
    [
        ("Called up", "perhaps", "Write “yes” or “no”"),
        ("Name on the certificate", "Ama ★", "A name holds letters"),
        ("How to say it", "=HYPERLINK()", "A name cannot start with"),
    ],
)
def test_what_cannot_be_taken_over_is_told_with_its_line(nia: Browser, heading: str, text: str, said: str) -> None:
    page = bring_back(nia, workbook(changed(nia, **{heading.replace(" ", "_"): text})))[1]
    assert said in page
    assert "Line 2" in page


def test_a_line_that_names_nobody_of_this_ceremony_is_left_out(nia: Browser, cast: Cast) -> None:
    rows = [*changed(nia, How_to_say_it="AH-ma"), ["P-000000000000", "Somebody Else", "", "yes", "", ""]]
    rows += [rows[1]]
    assert "Lines 3, 4 name nobody" in bring_back(nia, workbook(rows))[1]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"Name,Form\nAma,12B\n", "This is another list"),
        (b"%PDF-1.7\0\0\xff\xfe", "list"),
    ],
    ids=["nothing", "another list", "a PDF"],
)
def test_another_file_is_kindly_refused(nia: Browser, data: bytes, said: str) -> None:
    status, page = bring_back(nia, data)
    assert status == 422
    assert said in page


def test_nobody_else_sees_or_changes_the_names(nia: Browser, client_for: ClientFor, cast: Cast) -> None:
    for player in (cast.sam, cast.oz):
        other = client_for(player)
        assert other.get(NAMES).status_code in {403, 404}
        assert other.post(f"{NAMES}.xlsx").status_code in {403, 404}
        assert other.post(f"{NAMES}/put-right", data={"file": "x"}).status_code in {403, 404, 409}
