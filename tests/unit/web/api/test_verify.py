"""The verifier for programs: verdicts as JSON, errors as problem+json."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from accredit.clock import utc_now
from accredit.kit import typed_code
from accredit.storage import Database, heartbeat
from accredit.web.api.answers import CHECKS
from accredit.web.api.verify import RECALLED, recalling
from tests.cast import Cast
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.web import Browser, ClientFor


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for()


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    return played(snapshots, sqlite_database, cast, tmp_path)


def test_code_gives_initials_and_never_the_name(stranger: Browser, year: Year) -> None:
    asked = [stranger.get(f"/api/verify/{year.code}"), stranger.post("/api/verify", json={"code": year.code})]
    for answer in asked:
        report = answer.get_json()
        # Nobody has confirmed the school in this test.
        assert report["verdict"] == "GENUINE_ISSUER_NOT_RECOGNISED"
        assert report["unconfirmed_claims"]["initials"] == "A. S."
        assert "Ama Sample" not in answer.text
        assert next(iter(json.loads(answer.text))) == "verdict"


@pytest.mark.parametrize("kind", ["json", "png", "svg", "pdf"])
def test_file_is_examined_whole(stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, kind: str) -> None:
    data = client_for(cast.ama).get(f"/credentials/{year.credential_id}.{kind}").data
    report = stranger.post("/api/verify", data=data).get_json()
    assert report["verdict"] == "GENUINE_ISSUER_NOT_RECOGNISED"
    assert report["unconfirmed_claims"]["printed_name"] == "Ama Sample"


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (b"{}", "UNREADABLE"),
        (b"hello", "UNREADABLE"),
        (b'{"code": 7}', "UNREADABLE"),
        (b"[" * 1_000, "UNREADABLE"),
        (b'{"code":"22222222222222","code":"33333333333333"}', "UNREADABLE"),
    ],
    ids=["an empty object", "no credential", "a code that is no text", "lists nested beyond reading", "two codes"],
)
def test_anything_else_gets_a_verdict_too(stranger: Browser, body: bytes, verdict: str) -> None:
    answer = stranger.post("/api/verify", data=body)
    assert (answer.status_code, answer.get_json()["verdict"]) == (200, verdict)


@pytest.mark.parametrize(
    ("code", "error"),
    [("33333333333333", "mistyped-code-check"), ("22222222222222", "unknown-code"), ("2", "mistyped-code-length")],
)
def test_code_without_a_certificate_is_a_problem(stranger: Browser, code: str, error: str) -> None:
    answer = stranger.get(f"/api/verify/{code}")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json(force=True)["code"] == error


def test_nothing_too_much_and_too_often_are_problems(stranger: Browser) -> None:
    nothing = stranger.post("/api/verify")
    large = stranger.post("/api/verify", data=b"x" * 6_000_000)
    often = [stranger.get("/api/verify/2") for _ in range(CHECKS.times)][-1]
    assert [nothing.status_code, large.status_code, often.status_code] == [400, 413, 429]
    assert {answer.mimetype for answer in (nothing, large, often)} == {"application/problem+json"}
    assert int(often.headers["Retry-After"]) > 0


@pytest.mark.attack("VP07")
@pytest.mark.parametrize("address", ["/api/verify", "/verify"])
def test_vp07_fifty_megabytes_are_turned_away_at_the_door(stranger: Browser, address: str) -> None:
    answer = stranger.post(address, data=b"{" + b" " * 50_000_000 + b"}", content_type="application/json")
    assert answer.status_code == 413
    assert "GENUINE" not in answer.text


def test_a_fault_of_ours_is_told_to_a_program_as_a_problem(stranger: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_code: str) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(typed_code, "read", away)
    answer = stranger.get("/api/verify/anything", headers={"Accept": "*/*"})
    assert answer.status_code == 503
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["code"] == "database-away"
    assert int(answer.headers["Retry-After"]) > 0


def test_second_answer_is_the_first_but_for_its_moment(stranger: Browser, client_for: ClientFor, cast: Cast,
                                                       year: Year) -> None:  # fmt: skip
    data = client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data
    of_file = [stranger.post("/api/verify", data=data) for _ in range(3)]
    of_code = [stranger.get(f"/api/verify/{year.code}") for _ in range(3)]
    for answers in (of_file, of_code):
        told = [_without_moment(each.get_json()) for each in answers]
        assert told[0] == told[1] == told[2]
        assert list(answers[0].get_json()) == list(answers[2].get_json())
    assert "Ama Sample" in of_file[2].text
    assert "Ama Sample" not in of_code[2].text


def _without_moment(report: dict[str, Any]) -> dict[str, Any]:
    """Take the moments out, and see that they are moments of just now."""
    moments = [report.pop("checked_at"), *(each["facts"].pop("as_of", None) for each in report["checks"])]
    assert sum(each is not None for each in moments) >= 2
    for each in moments:
        assert each is None or abs((utc_now() - datetime.fromisoformat(each)).total_seconds()) < 600
    return report


def test_answer_recalled_by_the_gateway_is_the_view_s_own(
    app: Flask, stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    data = client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data
    posted, recall = {"PATH_INFO": "/api/verify", "CONTENT_TYPE": "application/json"}, recalling(app)
    assert recall(posted, data) == {}
    first = stranger.post("/api/verify", data=data)
    again = stranger.post("/api/verify", data=data, environ_overrides=dict(recall(posted, data)))
    assert recall(posted, data).keys() == {RECALLED}
    assert _without_moment(again.get_json()) == _without_moment(first.get_json())
    assert recall(posted | {"PATH_INFO": "/vc-api/credentials/verify"}, data) == {}
    assert recall(posted | {"CONTENT_TYPE": "multipart/form-data; boundary=b"}, data) == {}
    with app.extensions["accredit.database"].transaction() as db:
        heartbeat.beat(db, queue="test", now=utc_now())
    assert recall(posted, data) == {}
