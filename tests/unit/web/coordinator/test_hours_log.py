"""A school's own log of hours comes in through the browser: looked at first, then whole or not at all."""

from __future__ import annotations

import html
import io
import re

import pytest
from sqlmodel import select

from accredit.domain.practice.models import HoursEntry
from accredit.storage import Database
from tests.cast import Cast, Player
from tests.unit.web.coordinator.school import train
from tests.web import Browser, ClientFor

HEAD = (
    "Entry,Pupil ID,Programme,Activity type,Date,Start,Minutes,Supervising adult,Status,Decided by,Decided on,Reason\n"
)
GOOD = "L1,3101,Wellbeing Ambassadors,drop-in,02/10/2025,12:30,45,Sam Specimen,approved,Sam Specimen,03/10/2025,\n"
WAITS = "L2,3101,WA,drop-in,09/10/2025,12:30,45,Sam Specimen,submitted,,,\n"


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> Browser:
    train(sqlite_database, cast)
    return client_for(cast.nia)


def look(client: Browser, text: str) -> str:
    data = {"file": (io.BytesIO(text.encode()), "log.csv")}
    answer = client.post("/school/hours/log", data=data, content_type="multipart/form-data")
    return html.unescape(answer.text)


def sealed(text: str) -> str:
    found = re.search(r'name="file" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def entries(database: Database) -> list[HoursEntry]:
    with database.reading() as db:
        return list(db.exec(select(HoursEntry).order_by(HoursEntry.reference)))


def test_a_log_is_looked_at_before_it_is_brought_in(nia: Browser, sqlite_database: Database) -> None:
    told = look(nia, HEAD + GOOD + WAITS)
    assert re.search(r"New entries</dt>\s*<dd>2<", told)
    assert entries(sqlite_database) == []
    done = nia.post("/school/hours/log/plan", data={"file": sealed(told)})
    assert done.location == "/school/programmes"
    assert "1 approved, 0 returned, 1 waiting, 0 as they were." in nia.get(done.location).text
    assert [row.status.value for row in entries(sqlite_database)] == ["approved", "submitted"]
    again = look(nia, HEAD + GOOD + WAITS)
    assert "Everything in this file is here already." in again


@pytest.mark.parametrize(
    ("line", "told"),
    [
        pytest.param(GOOD.replace("02/10/2025", "31/02/2025"), "“31/02/2025” is no date", id="a day that there is not"),
        pytest.param(GOOD.replace(",45,", ",4500,"), "“4500” is no number of minutes", id="too many minutes"),
        pytest.param(GOOD.replace("3101", "9999"), "We do not know a young person", id="nobody of that number"),
        pytest.param(GOOD.replace("Sam", "Pat"), "We do not know an adult", id="an adult whom nobody knows"),
        pytest.param(GOOD.replace("02/10/2025", "02/09/2025"), "Hours count from the day after", id="before training"),
        pytest.param(GOOD + GOOD.replace("45", "50"), "Line 2 has the same number", id="one number for two entries"),
    ],
)
def test_a_line_that_keeps_the_file_out_is_told_with_its_place(
    line: str, told: str, nia: Browser, sqlite_database: Database
) -> None:
    answer = look(nia, HEAD + WAITS.replace("L2", "L9") + line if "L1" not in line[3:] else HEAD + line)
    assert told in answer
    assert re.search(r">Line \d<", answer)
    assert "Bring these entries in" not in answer
    assert entries(sqlite_database) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("", "The file is empty.", id="an empty file"),
        pytest.param("Name,Minutes\nAma,45\n", "These columns were not found", id="another file altogether"),
    ],
)
def test_a_file_that_is_no_log_is_told_beside_its_field(text: str, told: str, nia: Browser) -> None:
    assert told in look(nia, text)


def test_more_than_travels_with_a_form_is_told_beside_its_field(nia: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.web.coordinator.hours_log.MOST_BYTES", 50)
    assert "The file is too large." in look(nia, HEAD + GOOD)


def test_what_changed_meanwhile_is_shown_and_nothing_is_written(nia: Browser, sqlite_database: Database) -> None:
    first, other = look(nia, HEAD + GOOD), look(nia, HEAD + GOOD.replace("45", "50"))
    nia.post("/school/hours/log/plan", data={"file": sealed(first)})
    answer = nia.post("/school/hours/log/plan", data={"file": sealed(other)})
    assert answer.status_code == 422
    assert "This differs from what is recorded here" in answer.text
    assert [row.minutes for row in entries(sqlite_database)] == [45]


def test_what_was_not_sealed_here_is_refused(nia: Browser, sqlite_database: Database) -> None:
    assert nia.post("/school/hours/log/plan", data={"file": "bm8="}).status_code == 409
    assert entries(sqlite_database) == []


def test_only_a_co_ordinator_brings_hours_in(client_for: ClientFor, cast: Cast) -> None:
    def status(player: Player) -> int:
        return client_for(player).get("/school/hours/log").status_code

    assert [status(each) for each in (cast.nia, cast.sam, cast.lee, cast.ama)] == [200, 403, 403, 403]
