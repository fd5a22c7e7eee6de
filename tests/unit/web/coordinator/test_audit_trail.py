"""What was done here, in sentences: every kind of act has one, and they are found by name, part and days."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from accredit.domain.audit.queries import EventFacts
from accredit.domain.audit.rules import ActorKind, Tag
from accredit.domain.credentials.subjects import Subject
from accredit.storage import Database
from accredit.web.coordinator.audit_trail import sentence_of
from accredit.web.coordinator.audit_words import NAMES, NAMES_OF, PARTS, SENTENCES, Part
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import populate
from tests.unit.web.coordinator.school import train
from tests.web import ClientFor

FACTS = {"who", "person", "title", "day", "time", "role"}
NUMBERS = {
    "entries",
    "added",
    "changed",
    "unchanged",
    "moved",
    "left",
    "number",
    "people",
    "approved",
    "returned",
    "waiting",
}


def test_every_kind_of_act_has_its_name_its_sentence_and_one_part() -> None:
    assert set(NAMES) == set(SENTENCES) == set(Tag)
    assert sum(len(part) for part in NAMES_OF.values()) == len(Tag)
    assert set(NAMES_OF) == set(PARTS) == set(Part)


@pytest.mark.parametrize("tag", Tag)
def test_a_sentence_begins_with_who_did_it_and_asks_for_nothing_unknown(tag: Tag, app: Flask) -> None:
    with app.test_request_context():
        text = str(SENTENCES[tag])
    assert text.startswith("%(who)s ")
    assert set(re.findall(r"%\((\w+)\)s", text)) <= FACTS | NUMBERS
    assert "%" not in re.sub(r"%\(\w+\)s", "", text)


def event(tag: Tag, **changes: object) -> EventFacts:
    facts = {"id": uuid4(), "subject_id": uuid4(), "actor_kind": ActorKind.STAFF, "actor_id": uuid4()}
    return EventFacts(tag=tag, actor_role=None, at=NOW, **{"details": {}, **facts, **changes})  # type: ignore[arg-type]


def test_an_approval_is_told_as_somebody_would_say_it(app: Flask) -> None:
    done = event(Tag.HOURS_APPROVED)
    assert done.actor_id is not None
    assert done.subject_id is not None
    known = {
        done.actor_id: Subject(person="Ms T. Exemplar"),
        done.subject_id: Subject(person="Ama Sample", day=date(2026, 3, 3), minutes=180),
    }
    with app.test_request_context():
        assert sentence_of(done, known) == "Ms T. Exemplar approved 3 hours of Ama Sample on 3 March 2026"


def test_what_was_erased_since_is_told_by_the_name_of_the_act(app: Flask) -> None:
    done = event(Tag.HOURS_APPROVED)
    assert done.actor_id is not None
    with app.test_request_context():
        told = sentence_of(done, {done.actor_id: Subject(person="Ms T. Exemplar")})
    assert told == "Time approved: Ms T. Exemplar"


def test_a_year_is_told_in_whole_sentences(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, tmp_path: Path
) -> None:
    populate(sqlite_database, cast, tmp_path)
    text = client_for(cast.nia).get("/school/record").text
    assert re.search(r"Nia Enghraifft awarded [^<]+ to Ama Sample, dated", text)
    assert re.search(r"The service itself signed the certificate [^<]+ of Ama Sample", text)
    assert "%(" not in text


def sentences(text: str) -> list[str]:
    return re.findall(r'data-label="What">([^<]+)</td>', text)


@pytest.mark.parametrize(
    ("asked", "there", "missing"),
    [
        pytest.param({"who": "cai"}, "added Cai Sampl", "added Ama Sample", id="by a name in any case"),
        pytest.param({"who": "enghraifft nia"}, "took the register", "added Cai Sampl", id="by who did it"),
        pytest.param({"part": "programmes"}, "took the register", "added Cai Sampl", id="by a part"),
        pytest.param({"since": "2026-06-30", "until": "2026-06-30"}, "took the register", "%(", id="by days"),
    ],
)
def test_acts_are_found(
    asked: dict[str, object], there: str, missing: str, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    answer = client_for(cast.nia).get("/school/record", query_string=asked)
    found = sentences(answer.text)
    assert answer.status_code == 200
    assert [each for each in found if there in each]
    assert not [each for each in found if missing in each]


def test_days_before_anything_was_done_are_empty(client_for: ClientFor, cast: Cast) -> None:
    assert "Nothing here fits that." in client_for(cast.nia).get("/school/record?until=2026-01-01").text


def test_a_day_that_there_is_not_is_not_looked_for(client_for: ClientFor, cast: Cast) -> None:
    assert sentences(client_for(cast.nia).get("/school/record?since=2026-02-31").text)


def test_the_oldest_comes_first_where_that_is_asked_for(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    newest, oldest = (sentences(nia.get(f"/school/record?sort={order}").text) for order in ("-at", "at"))
    assert len(newest) > 3
    assert newest[0] != newest[-1]
    assert oldest[0] == sentences(nia.get("/school/record?page=99").text)[-1]


def test_the_record_is_taken_as_a_file_and_then_holds_that_it_was(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    asked = nia.get("/school/record/export?who=cai&part=people").text
    assert "Young people" in asked
    data = {"as": "csv", "who": "cai", "part": "people"}
    answer = nia.post("/school/record/export", data=data)
    heading, *lines = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"), newline=""))
    assert heading == ["When", "What", "Taken by Nia Enghraifft on 30 June 2026, 15:03"]
    assert [what for _at, what, _mark in lines] == [
        html.unescape(each) for each in sentences(nia.get("/school/record?who=cai&part=people").text)
    ]
    assert [at for at, *_rest in lines if not re.fullmatch(r"2026-\d\d-\d\d \d\d:\d\d", at)] == []
    assert "Nia Enghraifft downloaded a list as a file" in sentences(nia.get("/school/record").text)


def test_another_school_finds_nobody_of_this_one(client_for: ClientFor, cast: Cast) -> None:
    assert "Nothing here fits that." in client_for(cast.oz).get("/school/record?who=ama").text
