"""All of my record, to read and to take along."""

from __future__ import annotations

import html
import io
import json
import re
import zipfile
from datetime import date, time

import pytest
import sqlmodel

from accredit.domain.practice import operations as practice
from accredit.domain.retention.everything import TOLD
from accredit.kit import typed_code
from accredit.storage import Database
from accredit.web.learner.everything_words import COLUMNS, KINDS, VALUES
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year
from tests.web import Browser, ClientFor


def test_it_is_read_on_the_page_in_plain_words(ama: Browser, cast: Cast) -> None:
    page = " ".join(html.unescape(ama.get("/my/everything").get_data(as_text=True)).split())
    assert f"<dd>{cast.ama.name}</dd>" in page
    for heading in ("About me", "My training", "My time", "My awards", "What is not here"):
        assert f">{heading}</h2>" in page
    assert "an adult said yes" in page
    assert "Drop-in" in page
    for other in (cast.sam.name, cast.nia.name, cast.ben.name, "None", "hours_entry"):
        assert other not in page.partition("<main")[2].partition("</main>")[0].replace('id="hours_entry"', "")


@pytest.mark.attack("DP08")
def test_it_is_taken_along_as_a_page_and_for_programs(ama: Browser, cast: Cast) -> None:
    answer = ama.get("/my/everything.zip")
    assert answer.content_type == "application/zip"
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        assert files.namelist() == ["everything.html", "everything.json"]
        readable = files.read("everything.html").decode()
        for_programs = json.loads(files.read("everything.json"))
    assert cast.ama.name in readable
    assert "src=" not in readable
    assert "href=" not in readable
    assert for_programs["about"] == cast.ama.name
    assert len(for_programs["hours_entry"]) == 2
    assert ama.get("/my/everything.zip").data == answer.data


def test_many_entries_are_folded_by_month_and_say_only_what_says_something(
    ama: Browser, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        for day in range(22, 28):
            practice.submit_hours(
                db,
                enrolment_id=cast.ama.enrolled,
                activity_type="drop-in",
                held_on=date(2026, 6, day),
                starts_at=time(8, 30),
                minutes=15,
                supervised_by=cast.sam.id,
                actor=cast.ama.actor,
                now=NOW,
            )
    page = " ".join(ama.get("/my/everything").text.split())
    assert re.search(r'<details class="fold"> <summary>June 2026 <small>\(\d+\)</small>', page)
    time_of = page.partition('id="hours_entry"')[2].partition("</section>")[0]
    assert "<dt>Programme</dt>" not in time_of
    assert "A long day, looked at by an adult" not in time_of
    with zipfile.ZipFile(io.BytesIO(ama.get("/my/everything.zip").data)) as files:
        readable = " ".join(files.read("everything.html").decode().split())
        assert len(json.loads(files.read("everything.json"))["hours_entry"]) == 8
    assert '<details class="fold" open>' in readable
    assert "visually-hidden" not in readable


def test_a_code_is_written_as_everywhere_else(ama: Browser, year: Year) -> None:
    page = ama.get("/my/everything").text
    assert f"<dd>{typed_code.show(year.code)}</dd>" in page


def test_only_their_own_is_shown(client_for: ClientFor, cast: Cast, ama: Browser) -> None:
    assert cast.ama.name not in client_for(cast.ben).get("/my/everything").get_data(as_text=True)
    assert client_for(cast.nia).get("/my/everything").status_code == 403
    assert ama.get("/my/everything").status_code == 200


def test_everything_that_can_be_told_has_words() -> None:
    assert set(KINDS) == {model.__tablename__ for model, names in TOLD.items() if names}
    assert set(COLUMNS) == {name for names in TOLD.values() for name in names}
    for model, names in TOLD.items():
        for name in names:
            kind = model.__table__.columns[name].type
            of = getattr(kind, "words", None) or getattr(kind, "enum_class", None)
            if of is not None:
                assert set(of) <= set(VALUES), f"{model.__name__}.{name}"
    assert sqlmodel.SQLModel.metadata.tables.keys() >= KINDS.keys()
