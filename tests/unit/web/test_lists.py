"""Every list of the school's side and the operator's: sorted, filtered, in pages, and handed out as a file."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from flask import Flask
from sqlmodel import col, delete, select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.clients import operations as clients
from accredit.domain.clients.rules import Scope, Wish
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.people import leaving
from accredit.domain.people.lists_taken import LONG
from accredit.sandbox.workbooks import read_sheet
from accredit.storage import Database
from accredit.web.access import declared_access
from tests import factories
from tests.cast import Cast
from tests.populated import populate
from tests.web import Browser, ClientFor

LISTS = {
    "people": "/school/people",
    "leavers": "/school/people/left",
    "staff": "/school/staff",
    "training": "/school/training",
    "up-to-date": "/school/training/up-to-date",
    "certificates": "/school/certificates",
    "days-with-awards": "/school/ceremony",
    "keys": "/school/keys",
    "members": "/school/programmes/{programme}/people",
    "progress": "/school/programmes/{programme}/progress",
    "practice": "/practice",
    "supervision": "/supervision",
    "hours": "/hours",
    "organisations": "/admin/",
}
RECORD = "/school/record"
"""A list too; it grows by each file that is taken, and no one page holds it: see `coordinator/test_audit_trail`."""
NOT_THERE = {LISTS["members"], LISTS["progress"], LISTS["supervision"]}
"""What another school without a programme of its own does not find."""
NONSENSE = (
    "sort=evil",
    "sort=--name",
    "sort=-",
    "sort=name;drop",
    "page=-1",
    "page=0",
    "page=1e9",
    "page=" + "9" * 5_000,
    "page=%00",
    "q=%00",
    "q=" + "x" * 3_000,
    "q=%F0%9F%98%80%FF",
    "q=%25_%5C",
    "level=evil",
    "led-by=00000000-0000-0000-0000-000000000007",
    "state=evil&role=evil&year=evil&who=evil",
    "from=9999-12-31&until=9999-12-31",
    "from=0001-01-01&until=evil",
    "since=9999-12-31&until=31&until=12&until=9999",
    "who=%00&part=nothing",
    "whose=evil&look=evil",
    "sort=name&sort=year&q=a&q=b",
)
Opened: TypeAlias = Callable[[str], tuple[Browser, str]]


@pytest.fixture
def year(sqlite_database: Database, cast: Cast, app: Flask, tmp_path: Path) -> None:
    populate(sqlite_database, cast, tmp_path)
    with sqlite_database.transaction(cast.organisation_id) as db:
        clients.make_key(
            db,
            organisation_id=cast.organisation_id,
            wish=Wish(label="Readiness board", scopes=frozenset(Scope), last_day=factories.TODAY),
            actor=cast.nia.actor,
            now=factories.NOW,
        )
        gone = factories.add_young_person(db, cast.organisation_id, name="Zed Gone", reference="9999")
        leaving.mark_left(db, young_person_id=gone, actor=cast.nia.actor, now=factories.NOW)


@pytest.fixture
def open_list(client_for: ClientFor, cast: Cast, year: None) -> Opened:
    operator, nia = client_for(cast.operator), client_for(cast.nia)

    def opened(name: str) -> tuple[Browser, str]:
        address = LISTS[name].format(programme=cast.programme_id)
        return (operator if address.startswith("/admin") else nia), address

    return opened


def rows(text: str) -> list[list[str]]:
    """Return the words of each cell of the list on a page."""
    if '<table class="govuk-table table--cards"' not in text:
        return []
    table = text.split('<table class="govuk-table table--cards"')[1].split("</table>", maxsplit=1)[0]
    body = table.split("<tbody")[1]
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("<tr")[1:]]
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in found]


def test_every_list_is_looked_at_here(app: Flask) -> None:
    exports = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.split(".")[-1].startswith("export_")}
    here = {address.format(programme="<uuid:programme_id>").rstrip("/") for address in LISTS.values()}
    elsewhere = {f"{RECORD}/export", "/admin/organisations/export"}
    assert exports - {f"{address}/export" for address in here} == elsewhere


def test_each_order_shows_the_same_lines(open_list: Opened) -> None:
    for browser, address in map(open_list, LISTS):
        text = browser.get(address).text
        orders = re.search(r'name="sort">(.*?)</select>', text, re.DOTALL)
        assert orders, address
        for value in set(re.findall(r'<option value="(-?[a-z-]+)"', orders[1])):
            shown = browser.get(f"{address}?sort={value}")
            assert sorted(map(str, rows(shown.text))) == sorted(map(str, rows(text))), (address, value)
            direction = "descending" if value.startswith("-") else "ascending"
            assert shown.text.count(f'aria-sort="{direction}"') == 1, (address, value)


def test_each_filter_shows_part_of_the_lines(open_list: Opened) -> None:
    for browser, address in map(open_list, LISTS):
        text = browser.get(address).text
        everything = {row[0] for row in rows(text)}
        for field, choices in re.findall(r'<select [^>]*name="([\w-]+)">(.*?)</select>', text, re.DOTALL):
            for value in re.findall(r'<option value="([^"]+)"', choices) if field != "sort" else ():
                shown = browser.get(address, query_string={field: value}).text
                assert f'<option value="{value}" selected>' in shown, (address, field, value)
                assert "Show everything" in shown, (address, field, value)
                assert {row[0] for row in rows(shown)} <= everything, (address, field, value)


def test_an_address_that_makes_no_sense_shows_a_page(open_list: Opened) -> None:
    nia, _people = open_list("people")
    answers = {
        f"{address}?{asked}": browser.get(f"{address}?{asked}").status_code
        for browser, address in (*map(open_list, LISTS), (nia, RECORD))
        for asked in NONSENSE
    }
    assert {asked: status for asked, status in answers.items() if status != 200} == {}


def taken(browser: Browser, address: str, taken_as: str) -> bytes:
    export = "/admin/organisations/export" if address == "/admin/" else f"{address}/export"
    assert browser.get(export).status_code == 200
    answer = browser.post(export, data={"as": taken_as})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(rf"attachment; filename=[a-z-]+-2026-06-30\.{taken_as}", answer.headers["Content-Disposition"])
    return answer.get_data()


def test_a_file_holds_what_the_page_shows(open_list: Opened, sqlite_database: Database) -> None:
    expected = []
    for browser, address in map(open_list, LISTS):
        shown = rows(browser.get(address).text)
        heading, *lines = csv.reader(io.StringIO(taken(browser, address, "csv").decode("utf-8-sig"), newline=""))
        assert len(lines) == len(shown) > 0, address
        assert heading[-1].startswith("Taken by "), address
        for line, row in zip(lines, shown, strict=True):
            assert len(line) == len(heading) <= len(row) + 1, address
            assert line[-1] == "", address
            # A day stands on the page in words.
            assert line[0].split(", ")[0] in row[0] or line[0][:4].isdigit(), address
        assert list(read_sheet(taken(browser, address, "xlsx")).rows[0]) == heading
        expected += [("csv", len(lines)), ("xlsx", len(lines))]
    with sqlite_database.reading() as db:
        events = db.exec(
            select(AuditEvent).where(AuditEvent.tag == Tag.LIST_EXPORTED).order_by(col(AuditEvent.id))
        ).all()
    assert [(each.details["taken_as"], each.details["lines"]) for each in events] == expected


def test_a_file_holds_what_was_chosen_and_nothing_else(open_list: Opened) -> None:
    browser, address = open_list("people")
    asked = browser.get(f"{address}/export?q=sampl&name=open&sort=-name").text
    assert '<input type="hidden" name="q" value="sampl">' in asked
    assert "To confirm" in asked
    chosen = {"as": "csv", "q": "sampl", "name": "open", "sort": "-name"}
    data = browser.post(f"{address}/export", data=chosen).get_data().decode("utf-8-sig")
    assert [line.split(",")[0] for line in data.splitlines()] == ["Name as printed", "Cai Sampl"]


def test_nothing_is_handed_out_to_whoever_has_not_just_shown_who_they_are(
    open_list: Opened, today: Traveller, sqlite_database: Database
) -> None:
    browser, address = open_list("people")
    today.shift(timedelta(minutes=11))
    assert browser.get(f"{address}/export?q=ama").location == "/sign-in/again?next=/school/people/export?q%3Dama"
    answer = browser.post(f"{address}/export", data={"as": "csv"})
    assert answer.status_code == 401
    assert b"Ama Sample" not in answer.get_data()
    with sqlite_database.reading() as db:
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.LIST_EXPORTED)).all() == []


def test_every_file_needs_a_proof(app: Flask) -> None:
    exports = {
        name: access for name, access in declared_access(app).items() if name.split(".")[-1].startswith("export_")
    }
    assert len(exports) == len({*LISTS.values(), RECORD})
    assert [name for name, access in exports.items() if access is None or not access.needs_proof("POST")] == []


@pytest.mark.parametrize("taken_as", ["", "ods", "../csv"])
def test_a_form_that_was_tampered_with_gives_no_file(taken_as: str, open_list: Opened) -> None:
    browser, address = open_list("people")
    answer = browser.post(f"{address}/export", data={"as": taken_as})
    assert answer.status_code == 422
    assert "Content-Disposition" not in answer.headers


def test_a_long_list_comes_in_pages(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        for number in range(110):
            name = f"Una {chr(97 + number // 26)}{chr(97 + number % 26)}"
            factories.add_young_person(db, cast.organisation_id, name=name, reference=str(number), confirmed=False)
    browser = client_for(cast.nia)
    first, last = browser.get("/school/people?q=una").text, browser.get("/school/people?q=una&page=99").text
    assert "Showing 1–50 of 110." in first
    assert 'href="/school/people?page=2&amp;q=una"' in first
    assert "Showing 101–110 of 110." in last
    assert (rows(first)[0][0], rows(last)[-1][0]) == ("Una aa", "Una ef")
    data = browser.post("/school/people/export", data={"as": "csv", "q": "una"}).get_data()
    assert len(data.splitlines()) == 111


def add_many(database: Database, cast: Cast, number: int) -> None:
    with database.transaction() as db:
        for each in range(number):
            factories.add_young_person(
                db, cast.organisation_id, name=f"Una {each}", reference=f"9{each}", confirmed=False
            )


def letters(database: Database) -> list[tuple[str | None, str]]:
    with database.reading() as db:
        found = db.exec(select(OutgoingMail).order_by(col(OutgoingMail.to_address)))
        return [(each.to_address, each.text or "") for each in found]


@pytest.mark.attack("IN16")
@pytest.mark.parametrize(
    ("number", "told"), [(LONG - 3, []), (LONG - 2, ["lee@example.org", "pat@example.org"])], ids=["a page", "more"]
)
def test_of_a_long_list_the_others_who_may_read_the_record_hear(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, number: int, told: list[str]
) -> None:
    nia = client_for(cast.nia)
    nia.post("/school/staff/add", data={"name": "Pat Muster", "email": "pat@example.org", "role": "co-ordinator"})
    with sqlite_database.transaction() as db:
        db.exec(delete(OutgoingMail))
    # Ama, Ben and Cai are there too.
    add_many(sqlite_database, cast, number)
    for taken_as in ("csv", "xlsx"):
        assert nia.post("/school/people/export", data={"as": taken_as}).status_code == 200
    sent = letters(sqlite_database)
    assert [to for to, _text in sent] == told
    for _to, text in sent:
        assert f"Nia Enghraifft downloaded the list “Young people”, with {number + 3} lines" in text
        assert "https://accredit.example/school/record" in text
        assert "Una" not in text
    assert client_for(cast.oz).post("/school/people/export", data={"as": "csv"}).status_code == 200
    assert len(letters(sqlite_database)) == len(told), "another school's people hear nothing of it"


@pytest.mark.attack("IN16")
@pytest.mark.parametrize("taken_as", ["csv", "xlsx"])
def test_the_file_says_who_took_it_and_when(open_list: Opened, taken_as: str) -> None:
    browser, address = open_list("people")
    data = taken(browser, address, taken_as)
    mark = "Taken by Nia Enghraifft on 30 June 2026, 15:03"
    if taken_as == "csv":
        assert data.decode("utf-8-sig").splitlines()[0].endswith(f'"{mark}"')
        return
    assert read_sheet(data).rows[0][-1] == mark
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheet, core = (parts.read(name).decode() for name in ("xl/worksheets/sheet1.xml", "docProps/core.xml"))
    assert f"&amp;L{mark}</oddFooter>" in sheet, "below each printed page"
    assert mark in core


def test_another_school_takes_none_of_it(client_for: ClientFor, cast: Cast, year: None) -> None:
    browser = client_for(cast.oz)
    for address in LISTS.values():
        if not address.startswith("/admin"):
            export = address.format(programme=cast.programme_id) + "/export"
            answer = browser.post(export, data={"as": "csv"})
            assert answer.status_code == (404 if address in NOT_THERE else 200), export
            assert not [
                name for name in ("Readiness", "Ama", "Ben", "Cai", "Sam ", "Nia", "Lee") if name in answer.text
            ], export


@pytest.mark.attack("WI15")
def test_a_title_that_a_spreadsheet_would_run_is_only_text(client_for: ClientFor, cast: Cast) -> None:
    browser = client_for(cast.nia)
    browser.post("/school/staff/add", data={"name": "Pat Muster", "job_title": "=1+1", "role": "co-ordinator"})
    data = browser.post("/school/staff/export", data={"as": "csv"}).get_data().decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(data)) for cell in line]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r\n")]
    assert "'=1+1" in cells
