"""Errors are pages too."""

from __future__ import annotations

import pytest
from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from accredit.errors import Conflict, Forbidden, NotFound, NotReady, RuleBroken
from accredit.storage import Database
from accredit.web.access import public
from tests.client import LintingClient
from tests.unit.web.gallery_app import make_gallery


def _client_of(fault: Exception | int) -> LintingClient:
    app = make_gallery()
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @public
    def failing() -> ResponseReturnValue:
        if isinstance(fault, int):
            abort(fault)
        raise fault

    app.add_url_rule("/failing", "failing", failing)
    app.test_client_class = LintingClient
    client = app.test_client()
    assert isinstance(client, LintingClient)
    return client


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 429, 500, 502, 503])
def test_every_status_has_a_page_with_a_way_on(status: int) -> None:
    answer = _client_of(status).get("/failing")
    assert answer.status_code == status
    assert "<a href=" in answer.text


@pytest.mark.attack("WI31")
@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        pytest.param(RuleBroken("overlap", "inside words"), 422, "another entry at that time", id="a rule says why"),
        pytest.param(RuleBroken("no-such-rule", "Said where it was raised."), 422, "Said where", id="a new rule"),
        pytest.param(Conflict(), 409, "quicker", id="somebody else was first"),
        pytest.param(Conflict("email-in-use"), 409, "an account with this address", id="a conflict says which"),
        pytest.param(NotReady("no-key", "/secret/path"), 503, "busy", id="not ready"),
        pytest.param(Forbidden(), 403, "somebody else", id="forbidden"),
        pytest.param(NotFound(), 404, "nothing here", id="not found"),
        pytest.param(ZeroDivisionError("inside"), 500, "our side", id="a fault of ours"),
    ],
)
def test_an_error_becomes_its_page(fault: Exception, status: int, said: str) -> None:
    answer = _client_of(fault).get("/failing")
    assert answer.status_code == status
    assert said in answer.text
    assert "/secret" not in answer.text
    assert "inside" not in answer.text


@pytest.mark.attack("WZ15")
@pytest.mark.parametrize(
    ("second", "status"),
    [pytest.param("1", 409, id="WZ15 the same again"), pytest.param("NULL", 500, id="what no table takes")],
)
def test_of_two_at_once_the_second_is_told_that_somebody_was_quicker(
    database: Database, second: str, status: int
) -> None:
    with pytest.raises(IntegrityError) as refused, database.transaction() as db:
        db.connection().exec_driver_sql("CREATE TEMPORARY TABLE once (one INTEGER NOT NULL UNIQUE)")
        db.connection().exec_driver_sql("INSERT INTO once VALUES (1)")
        db.connection().exec_driver_sql(f"INSERT INTO once VALUES ({second})")
    assert _client_of(refused.value).get("/failing").status_code == status


def test_another_schools_record_reads_like_no_record() -> None:
    theirs = _client_of(NotFound("other-organisation", "Entry belongs to another organisation")).get("/failing")
    assert theirs.text == _client_of(404).get("/failing").text


def test_a_program_gets_a_problem_document() -> None:
    answer = _client_of(RuleBroken("overlap", "They overlap.")).get("/failing", headers={"Accept": "application/json"})
    assert answer.content_type == "application/problem+json"
    assert answer.get_json() == {
        "type": "about:blank",
        "status": 422,
        "title": "That cannot be done",
        "detail": "There is another entry at that time already.",
        "code": "overlap",
    }


def test_the_right_method_is_named() -> None:
    answer = _client_of(404).put("/failing")
    assert answer.status_code in {400, 405}


def test_a_forged_form_changes_nothing_and_says_so_kindly() -> None:
    app = make_gallery()
    app.test_client_class = LintingClient
    answer = app.test_client().post("/form", data={"name": "A"})
    assert answer.status_code == 400
    assert "open for a long time" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "a b", "evil.example:80@here"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_wi23_a_foreign_host_is_refused_without_its_name(host: str, accept: str) -> None:
    app = make_gallery()
    app.testing = False
    app.config.update(TRUSTED_HOSTS=["here.example"], PROPAGATE_EXCEPTIONS=False)
    answer = app.test_client().get("/", headers={"Host": host, "Accept": accept})
    assert answer.status_code == 400
    assert "evil" not in answer.text
    assert answer.headers["Content-Security-Policy"]
