"""The life of keys on both databases: rotated, stolen, lost; their public history, and what stops with them."""

from __future__ import annotations

import threading
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials.kinds import AWARDS
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.register import register_toml
from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.organisations import queries as organisations
from accredit.domain.transparency import queries as log
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import NotReady, RuleBroken
from accredit.jobs import issuing as jobs
from accredit.jobs import worker
from accredit.jobs.handlers import Desk
from accredit.jobs.issuing import Issued
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests.integration.cohort import PASSPHRASE, Cohort, awarded, check_nothing_lost_nothing_doubled
from tests.integration.key_story import GOOD, controller_of, key_of, rotate, rows_of, signed_by, steal, verdict
from tests.web import compose, make_settings


@pytest.mark.attack("KY09")
def test_ky09_over_three_rotations_old_credentials_verify_and_new_ones_use_the_new_key(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = awarded(database, tmp_path, 4)
    monkeypatch.setattr(jobs, "CHUNK", 1)
    for turn in range(4):
        if turn:
            rotate(cohort)
            rotate(cohort, Purpose.ASSERTION_JWT)
        # A worker that starts after the rotation: it needs no key but those in use.
        issuer, done = cohort.issuer(), Issued()
        assert issuer._prepare_chunk(AWARDS, done) == issuer._sign_chunk(AWARDS, done) == 1
        assert issuer.publish() == 1
    rows = rows_of(cohort)
    assert [signed_by(row.signed_document).partition("#")[2] for row in rows] == [
        f"assertion-{number}" for number in range(1, 5)
    ]
    for row in rows:
        assert verdict(cohort, row.signed_document) == GOOD
        assert verdict(cohort, row.signed_jwt) == GOOD
    # Without any private half but the newest too.
    with database.reading() as db:
        for key in queries.register(db):
            if not key.is_in_use:
                (tmp_path / "keys" / f"{key.id}.key.pem").unlink()
    cohort.issuer()
    assert [verdict(cohort, row.signed_document) for row in rows] == [GOOD] * 4
    check_nothing_lost_nothing_doubled(cohort)


@pytest.mark.attack("KY09")
def test_the_register_says_what_the_published_documents_say(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    rotate(cohort)
    stolen = steal(cohort, rotate(cohort))
    rotate(cohort)
    rotate(cohort, Purpose.ASSERTION_JWT)
    with sqlite_database.reading() as db:
        text = register_toml(db)
        slug = controller_of(cohort).rsplit(":", 1)[-1]
        opened = {index: log.opened(db, index) for index in range(log.size(db))}
    register = tomllib.loads(text)
    answer = compose(sqlite_database, make_settings()).test_client().get(f"/o/{slug}/did.json")
    published = {each["id"]: each for each in answer.get_json(force=True)["verificationMethod"]}
    ours = {each["id"]: each for each in register["key"] if each["controller"] == controller_of(cohort)}
    assert list(ours) == sorted(published, key=list(ours).index)
    assert len(ours) == 7
    for name, method in published.items():
        for member in ("publicKeyMultibase", "publicKeyJwk", "controller"):
            assert method.get(member) == ours[name].get(member), (name, member)
        assert _moment(method.get("revoked")) == ours[name].get("compromised")
    asserts = set(answer.get_json(force=True)["assertionMethod"])
    assert asserts == {name for name, each in ours.items() if "compromised" not in each}
    assert [name for name, each in ours.items() if "compromised" in each] == [stolen.verification_method]
    # Each event stands in the log, where the register says.
    for each in register["key"]:
        for event, act in (("created", "published"), ("retired", "retired"), ("compromised", "compromised")):
            if event in each:
                statement = opened[each[f"{event}_leaf"]]
                assert statement is not None
                assert (statement["act"], statement["record"]["key"]) == (f"key-{act}", each["id"])
    assert "PRIVATE" not in text


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.attack("KY10")
def test_ky10_a_stolen_key_signs_nothing_more_until_another_is_put_in_its_place(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 2)
    issuer, done = cohort.issuer(), Issued()
    issuer._prepare_chunk(AWARDS, done)
    with database.reading() as db:
        intents = queries.intents(db, queries.waiting(db, kind=AWARDS.name))
    signer = issuer._signer(done)
    signed = [each for intent in intents if (each := signer.sign(intent)) is not None]
    steal(cohort, key_of(cohort))
    issuer._record(AWARDS, signed, done)
    assert done.recorded == 0, "what was signed at that moment goes nowhere"
    assert issuer.issue_waiting().recorded == 0
    assert cohort.issuer().issue_waiting().recorded == 0, "a worker that starts anew makes no key by itself"
    with database.reading() as db:
        assert {row.stage for row in db.execute(sa.select(Issuance)).scalars()} == {Stage.VOID}
    rotate(cohort)
    assert cohort.issuer().issue_waiting().released == 2
    with database.reading() as db:
        assert verify_store(db) == log.verify_chain(db) == ()


@pytest.mark.attack("KY10")
@pytest.mark.attack("KY21")
def test_ky21_after_its_key_was_stolen_a_status_list_is_signed_anew_at_once(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    stolen = steal(cohort, key_of(cohort, Purpose.STATUS))
    rotate(cohort, Purpose.STATUS)
    with database.reading() as db:
        (list_id,) = db.execute(sa.select(col(StatusList.id))).scalars()
    assert cohort.issuer().publish_status_list(list_id)
    with database.reading() as db:
        published = queries.status_list(db, list_id)
    assert published is not None
    assert signed_by(published.document) != stolen.verification_method
    (row,) = rows_of(cohort)
    assert verdict(cohort, row.signed_document) == GOOD, "awards are signed with another key"


@pytest.mark.attack("KY04")
@pytest.mark.attack("KY05")
def test_ky04_a_key_that_goes_while_the_worker_runs_stops_issuing_and_nothing_else(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 2)
    issuer = cohort.issuer()
    with database.transaction() as db:
        issuing.ensure_keys(
            db,
            organisation_id=cohort.organisation_id,
            controller=_organisation_did(cohort),
            keyring=KeyRing.open(tmp_path / "keys", PASSPHRASE),
            now=utc_now(),
        )
    done = Issued()
    issuer._prepare_chunk(AWARDS, done)
    with database.reading() as db:
        (intent, _) = queries.intents(db, queries.waiting(db, kind=AWARDS.name))
    # In the memory of the worker from here on.
    assert issuer._signer(done).sign(intent) is not None
    path = tmp_path / "keys" / f"{key_of(cohort).id}.key.pem"
    kept = path.read_bytes()
    path.unlink()
    assert issuer.issue_waiting().recorded == 0
    with pytest.raises(NotReady) as refused:
        cohort.issuer()
    assert refused.value.code == "key-missing"
    with database.reading() as db:
        before = queries.register(db)
    assert len({key.id for key in before}) == 4
    assert not path.exists(), "a key that is missing is never made again"
    path.write_bytes(kept)
    path.chmod(0o600)
    assert cohort.issuer().issue_waiting().released == 2
    check_nothing_lost_nothing_doubled(cohort)


def _organisation_did(cohort: Cohort) -> str:
    with cohort.database.reading() as db:
        return organisations.organisation(db, cohort.organisation_id).did


def test_a_stolen_key_of_the_log_needs_another_before_anything_is_signed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    issuer = cohort.issuer()
    with sqlite_database.reading() as db:
        key = queries.log_key(db)
    assert key is not None
    steal(cohort, key)
    with pytest.raises(NotReady):
        issuer.issue_waiting()
    with pytest.raises(NotReady) as refused:
        open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE), lock=cohort.lock)
    assert refused.value.code == "key-compromised"


def test_a_theft_cannot_be_dated_in_the_future(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    with pytest.raises(RuleBroken) as refused:
        steal(cohort, key_of(cohort), utc_now() + timedelta(hours=1))
    assert refused.value.rule == "in-the-future"


@pytest.mark.attack("KY07")
def test_ky07_no_more_is_signed_in_a_day_than_is_allowed_and_it_is_said(
    sqlite_database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 5)
    keyring = KeyRing.open(tmp_path / "keys", PASSPHRASE)
    issuer = open_issuer(sqlite_database, keyring, lock=cohort.lock, per_day=3)
    assert issuer.issue_waiting().released == 3
    assert issuer.issue_waiting().released == 0
    assert "nothing more is signed today" in capfd.readouterr().out
    site = compose(sqlite_database, make_settings(credentials_per_day=3)).test_client()
    assert site.get("/readyz").get_json()["issuing"].startswith("paused: 3 in 24 hours")
    assert [verdict(cohort, row.signed_document) for row in rows_of(cohort) if row.signed_document] == [GOOD] * 3
    tomorrow = open_issuer(sqlite_database, keyring, lock=cohort.lock, per_day=3)
    tomorrow._clock = lambda: utc_now() + timedelta(hours=25)
    assert tomorrow.issue_waiting().released == 2
    assert cohort.released() == 5


@pytest.mark.attack("KY04")
def test_ky04_a_worker_without_its_keys_gives_no_sign_of_life_for_signing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    issuer = cohort.issuer()
    issuer.issue_waiting()
    desk, ended = Desk(issuer=issuer, post=None), threading.Event()
    ended.set()
    site = compose(sqlite_database, make_settings()).test_client()
    path = next((tmp_path / "keys").glob("*.key.pem"))
    kept = path.rename(tmp_path / "elsewhere")
    worker._beat(sqlite_database, desk, [Queue.SIGN, Queue.DELIVER], ended)
    told = site.get("/readyz")
    assert (told.status_code, told.get_json()["worker"].partition(":")[0]) == (503, "not running")
    kept.rename(path)
    worker._beat(sqlite_database, desk, [Queue.SIGN, Queue.DELIVER], ended)
    assert site.get("/readyz").get_json()["worker"] == "ok"
    (row,) = rows_of(cohort)
    assert verdict(cohort, row.signed_document) == GOOD


@pytest.mark.attack("KY21")
def test_ky21_a_revocation_taken_back_by_a_thief_of_the_lists_key_is_found_out(
    sqlite_database: Database, tmp_path: Path
) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    (row,) = rows_of(cohort)
    with sqlite_database.transaction() as db:
        issuing.revoke(db, issuance_id=row.id, reason="asked", actor=SERVICE, now=utc_now())
    cohort.issuer().publish_status_list(row.status_list_id)
    # Whatever list somebody signs and serves elsewhere, our own answer comes from the record …
    assert verdict(cohort, row.signed_document) == (Verdict.NOT_CURRENT, Reason.REVOKED)
    # … and who changes that is told of by the log, which another key signs.
    with sqlite_database.transaction() as db:
        db.execute(sa.update(Issuance).values(status=Status.ACTIVE))
    with sqlite_database.reading() as db:
        (fault,) = verify_store(db)
    assert "is active although the ledger's latest act on it says revoked" in fault
