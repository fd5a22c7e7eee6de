"""Addresses for machines, and a credential's own."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.transparency import queries as log
from accredit.domain.transparency import timekeeping
from accredit.domain.verification.rules import Verdict
from accredit.kit.ledger.signed_note import parse
from accredit.storage import Database, heartbeat, inspection
from accredit.web.public.health import SCHEMA_CHECK
from tests.cast import Cast
from tests.factories import HOST, NOW
from tests.populated import Year
from tests.web import Browser, ClientFor, compose, make_settings


@pytest.mark.parametrize(
    ("who", "status"),
    [("ama", 200), ("nia", 200), ("cai", 404), ("oz", 404), ("olu", 404), ("operator", 404)],
)
def test_credential_is_for_its_holder_and_their_school(
    client_for: ClientFor, cast: Cast, year: Year, who: str, status: int
) -> None:
    browser = client_for(getattr(cast, who))
    for ending in ("", ".json", ".pdf", ".png", ".svg", ".jwt"):
        assert browser.get(f"/credentials/{year.credential_id}{ending}").status_code == status, ending


def test_stranger_cannot_tell_a_credential_from_none(stranger: Browser, year: Year) -> None:
    real = stranger.get(f"/credentials/{year.credential_id}")
    none = stranger.get(f"/credentials/{year.award_id}")
    assert (real.status_code, none.status_code) == (404, 404)
    assert real.data == none.data


@pytest.mark.parametrize(
    "media_type",
    [
        "application/vc",
        "application/ld+json",
        "application/vc+ld+json",
        "application/json",
        "application/vc+jwt",
        "text/plain",
        "image/png",
        "text/html",
    ],
)
def test_credential_comes_in_the_form_asked_for(client_for: ClientFor, cast: Cast, year: Year, media_type: str) -> None:
    answer = client_for(cast.ama).get(f"/credentials/{year.credential_id}", headers={"Accept": media_type})
    assert answer.mimetype == media_type
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Accept" in answer.headers["Vary"]


def test_published_documents_name_what_the_credential_names(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    signed = json.loads(client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data)
    issuer = signed["issuer"]
    slug = issuer["id"].rsplit(":", 1)[1]
    did = stranger.get(f"/o/{slug}/did.json").get_json(force=True)
    profile = stranger.get(f"/o/{slug}", headers={"Accept": "application/ld+json"}).get_json(force=True)
    assert did["id"] == issuer["id"] == profile["id"]
    assert signed["proof"][0]["verificationMethod"] in did["assertionMethod"]
    assert issuer["name"] == profile["name"]
    where = signed["credentialSubject"]["achievement"]["id"].removeprefix(f"https://{HOST}")
    achievement = stranger.get(where, headers={"Accept": "application/ld+json"}).get_json(force=True)
    assert achievement["criteria"] == signed["credentialSubject"]["achievement"]["criteria"]
    assert stranger.get(where).mimetype == "text/html"
    assert stranger.get(f"/o/{slug}").mimetype == "text/html"


def test_status_list_is_signed_and_short_lived(stranger: Browser, year: Year) -> None:
    answer = stranger.get(f"/status/{year.status_list}")
    assert answer.mimetype == "application/vc"
    assert "max-age=60" in answer.headers["Cache-Control"]
    document = answer.get_json(force=True)
    assert document["credentialSubject"]["type"] == "BitstringStatusList"
    assert document["proof"]


def test_log_is_published_as_its_checkpoint_says(stranger: Browser, year: Year) -> None:
    note = stranger.get("/ledger/checkpoint")
    assert note.mimetype == "text/plain"
    origin, size = parse(note.text).text.splitlines()[:2]
    assert origin == f"{HOST}/ledger"
    hashes = stranger.get(f"/ledger/tile/0/000.p/{size}")
    assert len(hashes.data) == 32 * int(size)
    assert "immutable" in hashes.headers["Cache-Control"]
    assert stranger.get(f"/ledger/tile/entries/000.p/{size}").status_code == 200
    assert stranger.get(f"/ledger/tile/0/000.p/{int(size) + 1}").status_code == 404


@pytest.mark.parametrize("path", ["/status/nothing", "/o/nobody", "/o/nobody/did.json", "/achievements/nothing"])
def test_what_is_not_there_is_not_found(stranger: Browser, year: Year, path: str) -> None:
    assert stranger.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/verify", "/privacy", "/accessibility", "/robots.txt", "/healthz"])
def test_open_pages_open(stranger: Browser, path: str) -> None:
    assert stranger.get(path).status_code == 200


def test_ready_only_while_a_worker_signs(stranger: Browser, sqlite_database: Database) -> None:
    without = stranger.get("/readyz")
    assert without.status_code == 503
    assert "waiting to be signed" in without.get_json()["worker"]
    # The schema of tests is made from the models, so that only the real check would miss its migrations.
    assert "accredit migrate" in without.get_json()["schema"]
    stranger.application.extensions[SCHEMA_CHECK] = lambda: None
    with sqlite_database.transaction() as db:
        heartbeat.beat(db, queue="sign", now=NOW)
    ready = stranger.get("/readyz")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "ready")


def test_not_ready_while_a_disk_is_nearly_full_and_it_says_what_to_do(sqlite_database: Database, year: Year) -> None:
    site = compose(sqlite_database, make_settings(low_water="99%"))
    site.extensions[SCHEMA_CHECK] = lambda: None
    with sqlite_database.transaction() as db:
        heartbeat.beat(db, queue="sign", now=NOW)
    told = site.test_client().get("/readyz")
    assert told.status_code == 503
    assert "make room, and issuing goes on by itself" in told.get_json()["room"]
    assert site.test_client().get(f"/api/verify/{year.code}").get_json()["verdict"] == Verdict.GENUINE


def test_not_ready_while_the_clock_cannot_be_right(stranger: Browser, sqlite_database: Database, year: Year) -> None:
    with sqlite_database.reading() as db:
        signed = log.latest_checkpoint(db)
    assert signed is not None
    with time_machine.travel(signed.signed_at - timedelta(minutes=6)):
        assert "trust-clock" in stranger.get("/readyz").get_json()["clock"]
    with time_machine.travel(signed.signed_at - timedelta(minutes=4)):
        assert stranger.get("/readyz").get_json()["clock"] == "ok"
    with time_machine.travel(signed.signed_at + timedelta(days=401)):
        assert "trust-clock" in stranger.get("/readyz").get_json()["clock"]
        with sqlite_database.transaction() as db:
            timekeeping.trust_clock(db, actor=Actor(kind=ActorKind.OPERATOR), now=NOW)
        assert stranger.get("/readyz").get_json()["clock"] == "ok"


def test_verdict_of_page_and_api_agree(stranger: Browser, year: Year) -> None:
    assert stranger.get(f"/api/verify/{year.code}").get_json()["verdict"] == Verdict.GENUINE


@pytest.mark.parametrize(
    ("findings", "age", "status", "told"),
    [
        ([], timedelta(0), "ready", "ok"),
        (["issuance 1 is nowhere", "issuance 2 is nowhere"], timedelta(0), "degraded", "in 2 place(s): run accredit"),
        ([], timedelta(days=3), "degraded", "not looked through since"),
    ],
    ids=["all is well", "something is wrong", "nobody looked"],
)
def test_what_the_night_found_is_told_and_verifying_goes_on(
    stranger: Browser, sqlite_database: Database, findings: list[str], age: timedelta, status: str, told: str
) -> None:
    stranger.application.extensions[SCHEMA_CHECK] = lambda: None
    with sqlite_database.transaction() as db:
        heartbeat.beat(db, queue="sign", now=NOW)
        inspection.keep(db, began_at=NOW - age, ended_at=NOW - age, findings=findings)
    answer = stranger.get("/readyz")
    assert (answer.status_code, answer.get_json()["status"]) == (200, status)
    assert told in answer.get_json()["record"]
    assert "issuance" not in answer.text
