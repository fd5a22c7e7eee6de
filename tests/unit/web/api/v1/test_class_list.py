"""A class list by night: tried first, then done; all of it or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from accredit.domain.clients.rules import Scope
from accredit.domain.people import queries
from accredit.storage import Database
from tests.cast import Cast
from tests.unit.web.api.v1.conftest import Program, ProgramFor

HEADINGS = "Adno,Forename,Surname,Year,Reg\n"
AS_THEY_ARE = f"{HEADINGS}3101,Ama,Sample,12,12A\n3102,Ben,Beispiel,12,12A\n3103,Cai,Sampl,12,12A\n"
CSV = "text/csv"


@pytest.fixture
def program(program_for: ProgramFor) -> Program:
    return program_for(Scope.PEOPLE_WRITE)


def put(program: Program, text: str, query: str = "", status: int = 200) -> dict[str, Any]:
    answer = program.send("PUT", f"/class-list{query}", data=text.encode(), content_type=CSV)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.get_json(force=True)
    return told


def forms(database: Database, cast: Cast) -> dict[str | None, str | None]:
    with database.reading(cast.organisation_id) as db:
        everybody = queries.young_people(db, organisation_id=cast.organisation_id)
    return {each.school_reference: each.form for each in everybody}


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(
    program: Program, sqlite_database: Database, cast: Cast
) -> None:
    before = forms(sqlite_database, cast)
    text = AS_THEY_ARE.replace("3102,Ben,Beispiel,12,12A", "3102,Ben,Beispiel,12,12C") + "0417,Dia,Enghraifft,12,12B\n"
    told = put(program, text, "?dry_run=true")
    assert (told["done"], told["added"], told["changed"], told["unchanged"]) == (False, 1, 1, 2)
    assert forms(sqlite_database, cast) == before
    done = put(program, text, f"?plan={told['plan']}")
    assert (done["done"], done["added"], done["changed"], done["unchanged"]) == (True, 1, 1, 2)
    assert forms(sqlite_database, cast) == before | {"3102": "12C", "0417": "12B"}
    # The same file on the next night changes nothing.
    again = put(program, text)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 4)
    stale = put(program, text, f"?plan={told['plan']}", status=409)
    assert stale["code"] == "plan-out-of-date"


def test_whoever_is_not_in_the_list_is_told_and_stays(program: Program, sqlite_database: Database, cast: Cast) -> None:
    told = put(program, AS_THEY_ARE.replace("3103,Cai,Sampl,12,12A\n", ""))
    assert told["absent"] == [str(cast.cai.id)]
    assert "3103" in forms(sqlite_database, cast)


def test_a_record_that_needs_a_look_stops_the_whole(program: Program, sqlite_database: Database, cast: Cast) -> None:
    before = forms(sqlite_database, cast)
    text = AS_THEY_ARE + "0417,Dia,Enghraifft,12,12B\n0418,,,12,12B\n"
    refused = put(program, text, status=422)
    assert refused["code"] == "rows-need-attention"
    (row,) = refused["rows"]
    assert (row["record"], row["code"], row["answer"]) == (5, "name-missing", "error")
    assert "name" in row["text"]
    assert forms(sqlite_database, cast) == before
    done = put(program, text, "?leave_out=true")
    assert (done["added"], done["left_out"]) == (1, 1)
    assert forms(sqlite_database, cast) == before | {"0417": "12B"}


def test_what_a_person_has_to_answer_stays_out_until_they_have(program: Program) -> None:
    # Another name under a number that is known may be another child.
    text = AS_THEY_ARE.replace("3101,Ama,Sample", "3101,Zoe,Esempio")
    refused = put(program, text, status=422)
    assert [row["code"] for row in refused["rows"]] == ["other-name"]


def test_columns_that_nobody_knows_are_asked_about_on_the_page(program: Program) -> None:
    refused = put(program, "A,B\n1,2\n", status=422)
    assert refused["code"] in {"columns-need-attention", "no-name-column"}


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        pytest.param(b"", CSV, 422, "file-empty", id="an empty file"),
        pytest.param(b"x" * 2_000_001, CSV, 413, "file-too-large", id="a file that is too large"),
        pytest.param(b"\x00\x01", CSV, 422, "file-not-text", id="what is no text"),
        pytest.param(b"a", "text/html", 415, "not-a-list", id="a page"),
        pytest.param(
            b"PK\x03\x04 and no more", "application/octet-stream", 422, "workbook-unreadable", id="no workbook"
        ),
    ],
)
def test_what_is_no_list_is_told(program: Program, data: bytes, content_type: str, status: int, code: str) -> None:
    answer = program.send("PUT", "/class-list", data=data, content_type=content_type)
    assert answer.status_code == status
    assert answer.get_json(force=True)["code"] == code


def test_a_list_of_another_school_touches_nobody_here(
    program_for: ProgramFor, sqlite_database: Database, cast: Cast
) -> None:
    before = forms(sqlite_database, cast)
    told = put(program_for(Scope.PEOPLE_WRITE, of=cast.oz), AS_THEY_ARE.replace("12A", "12Z"), "?leave_out=true")
    assert told["done"] is True
    assert forms(sqlite_database, cast) == before
