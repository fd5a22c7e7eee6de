"""Young people through a key: listed in pages, added once, changed only as they were read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.clients.models import AnsweredRequest
from accredit.domain.clients.rules import Scope
from accredit.domain.people import leaving, queries
from accredit.storage import Database
from accredit.web.api.v1.contract import LONGEST_BODY
from tests.cast import Cast
from tests.factories import NOW
from tests.unit.web.api.v1.conftest import Program, ProgramFor


@pytest.fixture
def program(program_for: ProgramFor) -> Program:
    return program_for(Scope.PEOPLE_READ, Scope.PEOPLE_WRITE)


def test_everybody_is_listed_page_by_page(program: Program, cast: Cast) -> None:
    whole = program.get("/people")
    assert {each["id"] for each in whole["items"]} == {str(p.id) for p in (cast.ama, cast.ben, cast.cai)}
    assert whole["next"] is None
    found, after = [], ""
    while True:
        page = program.get(f"/people?limit=2{after}")
        found += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert found == whole["items"]
    (only,) = program.get("/people?school_reference=3101")["items"]
    assert only == program.get(f"/people/{cast.ama.id}")
    assert (only["printed_name"], only["name_is_confirmed"], only["has_left"]) == ("Ama Sample", True, False)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("limit=0", id="none at all"),
        pytest.param("limit=201", id="more than fit on a page"),
        pytest.param("limit=x", id="a limit that is no number"),
        pytest.param("after=x", id="after what is no id"),
        pytest.param("left=maybe", id="a flag that is neither"),
    ],
)
def test_a_question_that_cannot_be_read_is_told(program: Program, query: str) -> None:
    answer = program.send("GET", f"/people?{query}")
    assert answer.status_code == 400
    assert answer.get_json(force=True)["code"] == "query"


def people_of(database: Database, cast: Cast) -> list[str]:
    with database.reading(cast.organisation_id) as db:
        return [each.printed_name for each in queries.young_people(db, organisation_id=cast.organisation_id)]


@pytest.mark.attack("WZ15")
def test_wz15_the_same_request_twice_adds_somebody_once(
    program: Program, sqlite_database: Database, cast: Cast
) -> None:
    sent = {"printed_name": "Dia Enghraifft", "school_reference": "0417", "year_group": "12", "form": "12B"}
    name = {"Idempotency-Key": "night-1"}
    first = program.send("POST", "/people", json=sent, headers=name)
    again = program.send("POST", "/people", json=sent, headers=name)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert people_of(sqlite_database, cast).count("Dia Enghraifft") == 1
    other = program.send("POST", "/people", json=sent | {"form": "12C"}, headers=name)
    assert other.status_code == 422
    assert other.get_json(force=True)["code"] == "idempotency-key-reused"
    assert people_of(sqlite_database, cast).count("Dia Enghraifft") == 1
    with sqlite_database.reading() as db:
        kept = db.exec(select(AnsweredRequest.answer)).one()
        events = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.YOUNG_PERSON_ADDED)).all()
    # What is kept of an answer names nobody.
    assert "Dia" not in kept
    assert sum("through" in event.details for event in events) == 1


@pytest.mark.attack("WZ15")
def test_wz15_what_was_refused_is_not_kept_and_can_be_sent_again(program: Program) -> None:
    name = {"Idempotency-Key": "night-2"}
    taken = {"printed_name": "Dia Enghraifft", "school_reference": "3101"}
    for _ in range(2):
        refused = program.send("POST", "/people", json=taken, headers=name)
        assert refused.status_code == 422
        assert refused.get_json(force=True)["code"] == "reference-in-use"
    assert program.send("POST", "/people", json={"printed_name": "Dia"}, headers=name).status_code == 201


@pytest.mark.attack("WZ15")
def test_wz15_a_request_without_a_name_is_refused(program: Program) -> None:
    headers = {"Authorization": f"Bearer {program.key}"}
    answer = program.browser.post("/api/v1/people", json={"printed_name": "Dia"}, headers=headers)
    assert answer.status_code == 400
    assert answer.get_json(force=True)["code"] == "idempotency-key-needed"


@pytest.mark.parametrize(
    ("options", "status", "told"),
    [
        pytest.param({"data": "{", "content_type": "application/json"}, 400, "not-json", id="what is not JSON"),
        pytest.param(
            {"data": '{"form":"a","form":"b"}', "content_type": "application/json"},
            400,
            "not-json",
            id="a member twice",
        ),
        pytest.param({"data": "{}", "content_type": "text/plain"}, 415, "not-json", id="JSON that calls itself text"),
        pytest.param({"json": {}}, 422, "printed_name", id="nobody"),
        pytest.param({"json": {"printed_name": "Dia", "sex": "f"}}, 422, "sex", id="what we have no business knowing"),
        pytest.param({"json": {"printed_name": 7}}, 422, "printed_name", id="a number for a name"),
        pytest.param({"json": {"printed_name": "D\x00ia"}}, 422, "printed_name", id="a character nobody can keep"),
        pytest.param({"json": {"printed_name": "Dia", "year_group": "99"}}, 422, "year_group", id="no year group"),
        pytest.param({"json": {"printed_name": "=Dia"}}, 422, "name-formula", id="a name that a spreadsheet runs"),
        pytest.param({"json": {"printed_name": "x" * LONGEST_BODY}}, 413, "too-large", id="far too much"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_place(
    program: Program, sqlite_database: Database, cast: Cast, options: dict[str, Any], status: int, told: str
) -> None:
    before = people_of(sqlite_database, cast)
    answer = program.send("POST", "/people", **options)
    assert answer.status_code == status
    assert told in answer.text
    assert people_of(sqlite_database, cast) == before


def test_a_change_names_the_version_it_was_made_to(program: Program, cast: Cast) -> None:
    path = f"/people/{cast.ama.id}"
    read = program.send("GET", path)
    version = {"If-Match": read.headers["ETag"]}
    changed = program.send("PATCH", path, json={"form": "13A", "year_group": "13"}, headers=version)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != read.headers["ETag"]
    assert changed.get_json()["name_is_confirmed"] is True
    told = program.get(path)
    assert (told["form"], told["year_group"], told["printed_name"]) == ("13A", "13", "Ama Sample")
    late = program.send("PATCH", path, json={"form": "13B"}, headers=version)
    assert (late.status_code, late.get_json(force=True)["code"]) == (412, "changed-meanwhile")
    without = program.send("PATCH", path, json={"form": "13B"})
    assert (without.status_code, without.get_json(force=True)["code"]) == (428, "if-match-needed")
    odd = program.send("PATCH", path, json={"form": "13B"}, headers={"If-Match": "*"})
    assert odd.status_code == 412
    assert program.get(path)["form"] == "13A"


def test_another_name_waits_to_be_confirmed_again(program: Program, cast: Cast) -> None:
    path = f"/people/{cast.ama.id}"
    version = {"If-Match": program.send("GET", path).headers["ETag"]}
    told = program.send("PATCH", path, json={"printed_name": "Ama Sample-Lee"}, headers=version).get_json()
    assert told["name_is_confirmed"] is False
    assert program.get(path)["printed_name"] == "Ama Sample-Lee"
    version = {"If-Match": f'"{told["version"]}"'}
    emptied = program.send("PATCH", path, json={"printed_name": ""}, headers=version)
    assert emptied.status_code == 422
    assert program.send("PATCH", path, json={"form": None}, headers=version).status_code == 200
    assert program.get(path)["form"] is None


@pytest.mark.attack("WA32")
def test_a_key_that_may_only_write_reads_nothing_of_what_is_on_record(
    program_for: ProgramFor, cast: Cast, sqlite_database: Database
) -> None:
    writer, reader = program_for(Scope.PEOPLE_WRITE), program_for(Scope.PEOPLE_READ, Scope.PEOPLE_WRITE)
    path = f"/people/{cast.ama.id}"
    for guess in range(1, 4):
        answer = writer.send("PATCH", path, json={"form": "13A"}, headers={"If-Match": f'"{guess}"'})
        assert "Sample" not in answer.text
    with sqlite_database.transaction(cast.organisation_id) as db:
        leaving.mark_left(db, young_person_id=cast.ben.id, actor=cast.nia.actor, now=NOW)
    # Numbers that somebody guesses, with names of their own making: whose they are is not told.
    guesses = {
        "other-name": ("3101,Guess,Other", "Ama Sample"),
        "zeros-differ": ("03103,Guess,Third", "3103 here"),
        "person-left": ("3102,Ben,Beispiel", "Ben Beispiel has left"),
    }
    for program, is_told in ((writer, False), (reader, True)):
        for code, (line, on_record) in guesses.items():
            data = f"Adno,Forename,Surname,Year\n{line},12\n".encode()
            answer = program.send("PUT", "/class-list?dry_run=true", data=data, content_type="text/csv")
            (told,) = [row["text"] for row in answer.get_json(force=True)["rows"] if row["code"] == code]
            assert (on_record in told) is is_told
    assert writer.send("GET", path).status_code == 403


def test_somebody_unknown_is_not_there(program: Program, cast: Cast) -> None:
    for person_id in (UUID(int=7), cast.olu.id):
        assert program.send("GET", f"/people/{person_id}").status_code == 404
        answer = program.send("PATCH", f"/people/{person_id}", json={"form": "1"}, headers={"If-Match": '"1"'})
        assert answer.status_code == 404
