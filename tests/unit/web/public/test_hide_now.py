"""Hide now: one press, and to everybody outside a certificate never existed (DP30)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import col
from werkzeug.test import TestResponse

from accredit.domain.audit.models import AuditEvent
from accredit.domain.transparency import queries as log
from accredit.kit import typed_code
from accredit.storage import Database
from tests.cast import Cast, Player
from tests.populated import Year
from tests.web import Browser, ClientFor, compose, make_settings

pytestmark = pytest.mark.attack("DP30")

Ask = Callable[[Browser, str, str], TestResponse]
WAYS: dict[str, Ask] = {
    "the page": lambda one, code, _id: one.get(f"/v/{code}"),
    "the page in capitals": lambda one, code, _id: one.get(f"/V/{code}"),
    "a name typed on the page": lambda one, code, _id: one.post(f"/v/{code}", data={"name": "Ama Sample"}),
    "no name typed on the page": lambda one, code, _id: one.post(f"/v/{code}", data={"name": ""}),
    "a note of the check": lambda one, code, _id: one.get(f"/v/{code}/note"),
    "the API": lambda one, code, _id: one.get(f"/api/verify/{code}"),
    "the API, asked in its body": lambda one, code, _id: one.post("/api/verify", json={"code": code}),
    "its own address": lambda one, _code, id_: one.get(f"/credentials/{id_}"),
    "its own address, as JSON": lambda one, _code, id_: one.get(
        f"/credentials/{id_}", headers={"Accept": "application/vc"}
    ),
    "its PDF": lambda one, _code, id_: one.get(f"/credentials/{id_}.pdf"),
    "its picture": lambda one, _code, id_: one.get(f"/credentials/{id_}.png"),
}


def press(client_for: ClientFor, player: Player, year: Year, step: str) -> TestResponse:
    return client_for(player).post(f"/school/certificates/{year.award_id}/{step}")


def told(answer: TestResponse, *asked: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return everything a reader gets, but what they sent themselves."""
    body = answer.data
    # What is left of the allowance goes down with every question, whatever is asked.
    headers = sorted((name, value) for name, value in answer.headers.items() if not name.startswith("RateLimit"))
    for each in asked:
        for written in {each, typed_code.show(each) if len(each) == 14 else each}:
            body = body.replace(written.encode(), b"*")
            headers = [(name, value.replace(written, "*")) for name, value in headers]
    return answer.status_code, headers, body


@pytest.mark.parametrize("who", [None, "ama", "nia"], ids=["a stranger", "the holder", "staff"])
def test_dp30_hidden_is_answered_byte_for_byte_as_what_never_existed(
    client_for: ClientFor, cast: Cast, year: Year, who: str | None
) -> None:
    reader = client_for(getattr(cast, who) if who else None)
    code, credential = typed_code.make(lambda _limit: 3), str(uuid4())
    assert press(client_for, cast.nia, year, "hide").status_code == 303
    # The first answer to anybody signed in renews their cookie.
    reader.get("/")
    for way, ask in WAYS.items():
        hidden = told(ask(reader, year.code, str(year.credential_id)), year.code, str(year.credential_id))
        never = told(ask(reader, code, credential), code, credential)
        assert hidden[0] == 404, way
        assert hidden == never, way


@pytest.fixture
def other_worker(sqlite_database: Database, app: Flask) -> Iterator[Browser]:
    """Another web process: an app of its own with a handle of its own on the same database."""
    database = Database(sqlite_database.engine.url.render_as_string(hide_password=False))
    client = compose(database, make_settings()).test_client()
    assert isinstance(client, Browser)
    yield client
    database.close()


def test_every_worker_hides_at_once_and_shows_again(
    client_for: ClientFor, cast: Cast, year: Year, stranger: Browser, other_worker: Browser
) -> None:
    for reader in (stranger, other_worker):
        assert "verdict--genuine" in reader.get(f"/v/{year.code}").text
    press(client_for, cast.nia, year, "hide")
    for reader in (stranger, other_worker):
        assert reader.get(f"/v/{year.code}").status_code == 404
        assert reader.get(f"/api/verify/{year.code}").status_code == 404
    press(client_for, cast.lee, year, "show")
    for reader in (stranger, other_worker):
        assert "verdict--genuine" in reader.get(f"/v/{year.code}").text
        assert reader.get(f"/api/verify/{year.code}").get_json()["verdict"] == "GENUINE"


@pytest.mark.parametrize(
    ("player", "status"),
    [("nia", 303), ("lee", 303), ("sam", 403), ("oz", 404), ("ama", 403)],
    ids=["co-ordinator", "safeguarding lead", "supervisor", "another school", "the young person"],
)
def test_who_may_press(client_for: ClientFor, cast: Cast, year: Year, player: str, status: int) -> None:
    for step in ("hide", "hide-all", "show"):
        assert press(client_for, getattr(cast, player), year, step).status_code == status, step


def test_everything_of_a_person_is_hidden_and_shown_together(
    client_for: ClientFor, cast: Cast, year: Year, stranger: Browser
) -> None:
    press(client_for, cast.nia, year, "hide")
    press(client_for, cast.nia, year, "hide-all")
    text = client_for(cast.nia).get(f"/school/certificates/{year.award_id}").text
    assert "this or any other certificate of this person" in text
    assert "Nia Enghraifft" in text
    press(client_for, cast.nia, year, "show")
    assert "verdict--genuine" in stranger.get(f"/v/{year.code}").text


def test_it_is_audited_and_the_public_log_says_nothing(
    client_for: ClientFor, cast: Cast, year: Year, sqlite_database: Database
) -> None:
    with sqlite_database.reading() as db:
        size = log.size(db)
    for step in ("hide", "hide", "hide-all", "show", "show"):
        press(client_for, cast.nia, year, step)
    with sqlite_database.reading() as db:
        events = db.execute(
            sa.select(AuditEvent).where(col(AuditEvent.tag).in_(["credential.hidden", "credential.shown-again"]))
        ).scalars()
        written = [(event.tag, event.details["extent"], event.actor_id, event.subject_id) for event in events]
        assert log.size(db) == size
    who = (cast.nia.actor.id, cast.ama.id)
    # Pressing again does nothing, and is not written down as if it had.
    assert written == [
        ("credential.hidden", "one-award", *who),
        ("credential.hidden", "everything", *who),
        ("credential.shown-again", "one-award", *who),
        ("credential.shown-again", "everything", *who),
    ]


def test_the_young_person_keeps_it_and_is_told(client_for: ClientFor, cast: Cast, year: Year) -> None:
    press(client_for, cast.nia, year, "hide")
    own = client_for(cast.ama).get("/my/certificates")
    assert "nobody outside can find this certificate at the moment" in own.text
    assert "See what they see" not in own.text
    assert client_for(cast.ama).get(f"/my/certificates/{year.credential_id}.pdf").status_code == 200


def test_a_file_that_is_presented_is_checked_and_nothing_is_added_from_the_record(
    client_for: ClientFor, cast: Cast, year: Year, stranger: Browser
) -> None:
    file = client_for(cast.ama).get(f"/my/certificates/{year.credential_id}.json").data
    press(client_for, cast.nia, year, "hide")
    answer = stranger.post("/verify", data={"file": (io.BytesIO(file), "x.json")}, content_type="multipart/form-data")
    assert "verdict--genuine" in answer.text
    assert year.code not in re.sub(r"\W", "", answer.text)
    assert "/v/" not in answer.text
    assert "Swansea" not in answer.text


def test_no_page_that_hides_is_a_get(client_for: ClientFor, cast: Cast, year: Year, stranger: Browser) -> None:
    for step in ("hide", "hide-all", "show"):
        assert client_for(cast.nia).get(f"/school/certificates/{year.award_id}/{step}").status_code == 405
    assert "verdict--genuine" in stranger.get(f"/v/{year.code}").text
