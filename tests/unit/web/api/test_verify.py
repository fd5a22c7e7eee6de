"""The verifier for programs: verdicts as JSON, errors as problem+json."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from accredit.kit import typed_code
from accredit.storage import Database
from accredit.web.api.answers import CHECKS
from tests.cast import Cast
from tests.populated import Year, populate
from tests.web import Browser, ClientFor


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for()


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path) -> Year:
    return populate(sqlite_database, cast, tmp_path)


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
