"""Keys for programs, on the page: made with a fresh proof, shown once, ended at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from accredit.domain.clients import queries
from accredit.domain.clients.rules import KeyState, Scope
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import TODAY
from tests.web import ClientFor

FORM = {
    "label": "Class list by night",
    "scopes": ["people:read", "people:write"],
    "last_day": ["30", "9", "2026"],
}
KEY = re.compile(r"accredit_[0-9A-Za-z]{49}")


@pytest.mark.attack("WA32")
def test_wa32_a_key_is_made_shown_once_and_ended(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia = client_for(cast.nia)
    assert "There is no key" in nia.get("/school/keys").text
    made = nia.post("/school/keys/make", data=FORM)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    (key,) = set(KEY.findall(made.text))
    headers = {"Authorization": f"Bearer {key}"}
    assert client_for().get("/api/v1/people", headers=headers).status_code == 200
    listed = nia.get("/school/keys").text
    assert "Class list by night" in listed
    assert "Add and change young people" in listed
    assert "Read hours" not in listed
    assert not KEY.search(listed)
    with sqlite_database.reading(cast.organisation_id) as db:
        (known,) = queries.keys(db, organisation_id=cast.organisation_id, on=TODAY)
    assert (known.state, known.scopes) == (KeyState.OPEN, frozenset({Scope.PEOPLE_READ, Scope.PEOPLE_WRITE}))
    # An administrator can end it while the co-ordinator is away.
    ended = client_for(cast.lee).post(f"/school/keys/{known.id}/end", follow_redirects=True)
    assert "The key does not work any more." in ended.text
    assert client_for().get("/api/v1/people", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"label": ""}, "Say what this key is for.", id="without a name"),
        pytest.param({"label": "x" * 61}, "Say in up to 60 letters", id="with a name too long"),
        pytest.param({"scopes": []}, "Tick at least one thing", id="for nothing"),
        pytest.param({"last_day": ["1", "7", "2027"]}, "Choose a last day", id="for more than a year"),
        pytest.param({"last_day": ["29", "6", "2026"]}, "Choose a last day", id="until a day that is over"),
        pytest.param({"last_day": ["", "", ""]}, "Enter the last day", id="for ever"),
    ],
)
def test_what_does_not_fit_is_told_and_stays_in_the_form(
    change: dict[str, object], told: str, client_for: ClientFor, cast: Cast
) -> None:
    answer = client_for(cast.nia).post("/school/keys/make", data=FORM | change)
    assert answer.status_code == 422
    assert told in answer.text
    assert not KEY.search(answer.text)


def test_a_key_asks_for_a_fresh_proof(client_for: ClientFor, cast: Cast, today: time_machine.Traveller) -> None:
    nia = client_for(cast.nia)
    today.shift(timedelta(minutes=11))
    assert not KEY.search(nia.post("/school/keys/make", data=FORM).text)


def test_an_administrator_sees_keys_and_makes_none(client_for: ClientFor, cast: Cast) -> None:
    lee = client_for(cast.lee)
    assert lee.get("/school/keys").status_code == 200
    assert lee.get("/school/keys/make").status_code == 403
    assert lee.post("/school/keys/make", data=FORM).status_code == 403


def test_a_key_of_another_school_cannot_be_ended(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client_for(cast.nia).post("/school/keys/make", data=FORM)
    with sqlite_database.reading(cast.organisation_id) as db:
        (known,) = queries.keys(db, organisation_id=cast.organisation_id, on=TODAY)
    assert client_for(cast.oz).post(f"/school/keys/{known.id}/end").status_code == 404
    assert "Class list by night" not in client_for(cast.oz).get("/school/keys").text


def test_the_record_names_the_key_beside_the_person(client_for: ClientFor, cast: Cast) -> None:
    nia = client_for(cast.nia)
    (key,) = set(KEY.findall(nia.post("/school/keys/make", data=FORM).text))
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "one"}
    assert client_for().post("/api/v1/people", json={"printed_name": "Dia"}, headers=headers).status_code == 201
    told = nia.get("/school/record").text
    assert "made the key “Class list by night” for a program" in told
    assert "with the key “Class list by night”" in told
