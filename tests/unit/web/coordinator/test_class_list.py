"""Bringing in a class list through the pages: a dry run, questions, all or nothing, twice is harmless."""

from __future__ import annotations

import html
import io
import re
import secrets
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from accredit.domain.people import queries
from accredit.domain.people.class_list import Field
from accredit.sandbox.workbooks import read_sheet
from accredit.storage import Database
from accredit.web.coordinator.sealed_file import seal
from accredit.web.remarks import FIELDS
from tests.cast import Cast
from tests.web import Browser, ClientFor

VECTORS = Path(__file__).resolve().parents[3] / "vectors" / "class_list"
GOOD = b"AdNo,Forename,Surname,Year,Reg\n4001,Dai,Newydd,12,12B\n4002,Elin,Newydd,13,13A\n"
DOUBTFUL = b"AdNo,Forename,Surname,Year,Reg\n4001,Dai,Newydd,12,12B\n4002,Elin,.,13,13A\n"


def upload(client: Browser, data: bytes) -> TestResponse:
    return client.post("/school/people/class-list", data={"file": (io.BytesIO(data), "list.csv")})


def hidden(answer: TestResponse) -> dict[str, str]:
    text = answer.get_data(as_text=True)
    return {
        html.unescape(name): html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
        if name != "csrf_token"
    }


def send(client: Browser, shown: TestResponse, **more: str) -> TestResponse:
    return client.post("/school/people/class-list/plan", data={**hidden(shown), **more})


def count(database: Database, cast: Cast) -> int:
    with database.reading() as db:
        return len(queries.young_people(db, organisation_id=cast.organisation_id))


def test_looking_writes_nothing_and_confirming_writes_all(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    shown = upload(client, GOOD)
    assert shown.status_code == 200
    assert "Bring in 2 young people" in shown.get_data(as_text=True)
    assert count(sqlite_database, cast) == 3
    assert send(client, shown, do="import").status_code == 303
    assert count(sqlite_database, cast) == 5


def test_the_same_file_again_has_nothing_to_do(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    send(client, upload(client, GOOD), do="import")
    assert "There is nothing to do." in upload(client, GOOD).get_data(as_text=True)


def test_a_question_is_answered_and_the_row_joins(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    shown = upload(client, DOUBTFUL)
    assert "Is this a single name?" in shown.get_data(as_text=True)
    (key,) = re.findall(r'name="answer:([^"]+)" value="yes"', shown.get_data(as_text=True))
    again = send(client, shown, do="look", **{f"answer:{key}": "yes"})
    assert "Bring in 2 young people" in again.get_data(as_text=True)
    assert send(client, again, do="import").status_code == 303
    assert count(sqlite_database, cast) == 5


def test_rows_in_doubt_stop_the_import_until_they_are_left_out(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    refused = send(client, upload(client, DOUBTFUL), do="import")
    assert refused.status_code == 422
    assert "Rows that need a look first: 1." in refused.get_data(as_text=True)
    assert count(sqlite_database, cast) == 3
    assert send(client, refused, do="import", leave_out="yes").status_code == 303
    assert count(sqlite_database, cast) == 4


def test_a_list_that_changed_meanwhile_is_shown_again(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    shown = upload(client, GOOD)
    send(client, upload(client, GOOD), do="import")
    late = send(client, shown, do="import")
    assert late.status_code == 422
    assert "Something changed here since you looked" in late.get_data(as_text=True)
    assert count(sqlite_database, cast) == 5


def test_columns_in_doubt_are_asked_about_first(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    shown = upload(client, b"AdNo,Who,Yr\n4001,Dai Newydd,12\n")
    text = shown.get_data(as_text=True)
    assert "No column with names was found" in text
    assert 'value="import"' not in text
    chosen = {"column:0": "school-reference", "column:1": "full-name", "column:2": "year-group"}
    again = send(client, shown, do="look", **chosen)
    assert "Dai Newydd" in again.get_data(as_text=True)
    assert send(client, again, do="import", **chosen).status_code == 303
    assert count(sqlite_database, cast) == 4


def test_every_remark_of_the_broken_file_has_its_line_and_its_sentence(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    shown = upload(client, (VECTORS / "broken-export.csv").read_bytes())
    first = shown.get_data(as_text=True)
    for told in (
        "Column 2 has no heading.",
        "“UPN” stands twice (columns 3 and 4).",
        "“Favourite colour” is not needed.",
    ):
        assert told in first
    assert "There is no such day." not in first, "what the columns are comes first"
    fields = ("first-name", "last-name", "upn", "", "year-group", "form", "birth-date", "", "")
    text = send(client, shown, do="columns", **{f"column:{at}": field for at, field in enumerate(fields)}).get_data(
        as_text=True
    )
    assert "Something here needs a look." not in text
    for told in ("There is no such day.", "Write the date as day/month/year.", "Line 15"):
        assert told in text


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(b"", "The file is empty.", id="empty"),
        pytest.param(b"PK\x03\x04rest", "This workbook could not be opened.", id="no real workbook"),
        pytest.param(b"\x00\x01\x02\x00" * 50, "could not be read as text", id="no text"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_beside_the_field(
    data: bytes, told: str, client_for: ClientFor, cast: Cast
) -> None:
    answer = upload(client_for(cast.nia), data)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_a_large_file_comes_back_whole(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    rows = b"".join(b"%d,Dai,Newydd,12,12B,%s\n" % (n, secrets.token_hex(900).encode()) for n in range(4_000, 4_600))
    with app.test_request_context():
        sealed = seal(b"AdNo,Forename,Surname,Year,Reg,Notes\n" + rows, cast.organisation_id)
    # Larger than what Flask takes in a field unless told otherwise.
    assert len(sealed) > 600_000
    answer = client_for(cast.nia).post("/school/people/class-list/plan", data={"file": sealed, "do": "look"})
    assert answer.status_code == 200
    assert "Bring in 600 young people" in answer.get_data(as_text=True)


def test_a_file_that_is_too_large_is_told_so(
    client_for: ClientFor, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accredit.domain.people.class_list_table.MOST_BYTES", 50)
    answer = upload(client_for(cast.nia), GOOD)
    assert answer.status_code == 422
    assert "The file is too large." in answer.get_data(as_text=True)


def test_a_file_that_is_larger_than_any_form_is_told_the_same(client_for: ClientFor, cast: Cast) -> None:
    kind = "multipart/form-data; boundary=x"
    answer = client_for(cast.nia).post("/school/people/class-list", data=b"x" * 5_000_001, content_type=kind)
    assert answer.status_code == 413
    assert "Choose a smaller one, for example one year group." in answer.get_data(as_text=True)


def test_a_file_sealed_for_one_school_is_no_use_at_another(client_for: ClientFor, cast: Cast) -> None:
    shown = upload(client_for(cast.nia), GOOD)
    assert send(client_for(cast.oz), shown, do="look").status_code == 409


def test_a_changed_seal_is_refused(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    shown = hidden(upload(client, GOOD)) | {"file": "nonsense"}
    assert client.post("/school/people/class-list/plan", data=shown).status_code == 409


def test_every_field_a_column_can_be_has_a_name() -> None:
    assert set(FIELDS) == set(Field)


NUMBERS_CALLED_UPN = b"UPN,Forename,Surname,Year,Reg\n4001,Dai,Newydd,12,12B\n4002,Elin,Newydd,13,13A\n"


def test_a_wrong_guess_of_a_column_can_be_put_right(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    shown = upload(client, NUMBERS_CALLED_UPN)
    assert "choose “Pupil number” under" in shown.get_data(as_text=True)
    fields = (Field.SCHOOL_REFERENCE, Field.FIRST_NAME, Field.LAST_NAME, Field.YEAR_GROUP, Field.FORM)
    guesses = {f"guess:{index}": field.value for index, field in enumerate(fields)}
    again = send(client, shown, do="columns", **guesses).get_data(as_text=True)
    assert "Bring in 2 young people" in again
    assert "4001" in again


def test_without_pupil_numbers_the_upn_is_said_to_serve(client_for: ClientFor, cast: Cast) -> None:
    text = upload(client_for(cast.nia), NUMBERS_CALLED_UPN).get_data(as_text=True)
    assert "Everybody is known by their UPN instead." in text


def test_names_pasted_from_an_email_come_in_without_numbers(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    shown = client.post("/school/people/class-list", data={"text": "1. Dai Newydd 12B\n2. Elin Newydd, Year 13\n"})
    assert "Bring in 2 young people" in shown.get_data(as_text=True)
    assert send(client, shown, do="import").status_code == 303
    assert count(sqlite_database, cast) == 5


@pytest.mark.parametrize(("answer", "there_are"), [("yes", 3), ("other", 4)])
def test_somebody_of_the_same_name_is_asked_about_and_never_guessed(
    answer: str, there_are: int, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    shown = client.post("/school/people/class-list", data={"text": cast.ama.name})
    text = shown.get_data(as_text=True)
    assert "Somebody of this name is here already." in text
    [key] = re.findall(r'type="radio" id="choice-1-1" name="([^"]+)"', text)
    again = send(client, shown, do="look", **{html.unescape(key): answer})
    assert "Somebody of this name is here already." not in again.get_data(as_text=True)
    send(client, again, do="import")
    assert count(sqlite_database, cast) == there_are


def test_nothing_chosen_is_told_beside_the_field(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post("/school/people/class-list", data={"text": "  "})
    assert answer.status_code == 422
    assert "Choose the file of the class list, or paste it." in answer.get_data(as_text=True)


def test_a_workbook_is_looked_at_and_handed_back_with_what_was_found(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    shown = upload(client, (VECTORS / "bromcom-export.xlsx").read_bytes())
    assert "2 questions" in shown.get_data(as_text=True)
    returned = send(client, shown, do="return")
    assert returned.status_code == 200
    assert returned.headers["Content-Disposition"] == "attachment; filename=class-list-looked-at.xlsx"
    assert returned.headers["Cache-Control"] == "no-store"
    rows = read_sheet(returned.get_data()).rows
    assert rows[5][:2] == (
        "a question",
        "Admission Number: The other pupil numbers have zeros in front. Is it “000716”?",
    )
    assert rows[1][:2] == ("", "")


def test_a_file_put_right_after_it_was_handed_back_comes_in(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    returned = send(client, upload(client, DOUBTFUL), do="return").get_data()
    assert "2 young people" in upload(client, returned.replace(b"Elin,.,", b"Elin,Newydd,")).get_data(as_text=True)


def test_a_long_list_shows_the_first_and_counts_the_rest(client_for: ClientFor, cast: Cast) -> None:
    rows = "".join(f"{number},Dai,Newydd,12\n" for number in range(4_000, 4_300))
    bad = "".join(f"{number},Dai,Newydd,99\n" for number in range(5_000, 5_200))
    text = upload(client_for(cast.nia), f"AdNo,Forename,Surname,Year\n{rows}{bad}".encode()).get_data(as_text=True)
    assert "These are the first 100." in text
    assert "100 more stand in the file that you can download." in text
    assert "Leave these 200 rows out for now" in text


def test_what_was_said_of_the_columns_is_remembered_for_this_school_alone(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    chosen = {"column:0": "school-reference", "column:1": "full-name", "column:2": "year-group"}
    send(client, upload(client, b"Nr,Who,Yr\n4001,Dai Newydd,12\n"), do="import", **chosen)
    assert "No column with names was found" in upload(client, b"Nr,Who,Yr\n4002,Elin Newydd,12\n").get_data(
        as_text=True
    )
    again = send(client, upload(client, b"Nr,Who,Yr\n4001,Dai Newydd,12\n"), do="look", **chosen)
    assert send(client, again, do="import", **chosen).status_code == 303
    shown = upload(client, b"Nr,Who,Yr\n4002,Elin Newydd,12\n")
    assert "They are read as somebody here said last time." in shown.get_data(as_text=True)
    assert send(client, shown, do="import").status_code == 303
    assert count(sqlite_database, cast) == 5
    elsewhere = upload(client_for(cast.oz), b"Nr,Who,Yr\n4002,Elin Newydd,12\n")
    assert "No column with names was found" in elsewhere.get_data(as_text=True)
