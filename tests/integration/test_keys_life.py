"""The life of keys on both databases: rotated, stolen, lost; their public history, and what is issued anew."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials import reissuing
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.issuing.models import Issuance, StatusList
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.register import register_toml
from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Role
from accredit.domain.transparency import queries as log
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.rules import Reason, Verdict
from accredit.errors import NotReady, RuleBroken
from accredit.jobs import issuing as jobs
from accredit.jobs.issuing import Issued
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from accredit.storage.fault_points import PowerCut
from tests import factories
from tests.integration.cohort import PASSPHRASE, Cohort, awarded, check_nothing_lost_nothing_doubled
from tests.web import compose, make_settings

# Nobody has confirmed the cohort's school to us; everything else about its certificates is as it should be.
GOOD = (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)
LOST = (Verdict.NOT_GENUINE, Reason.KEY_COMPROMISED)


def _key(cohort: Cohort, purpose: Purpose = Purpose.ASSERTION) -> KeyFacts:
    with cohort.database.reading() as db:
        found = queries.organisation_key(db, organisation_id=cohort.organisation_id, purpose=purpose)
    assert found is not None
    return found


def _rotate(cohort: Cohort, purpose: Purpose = Purpose.ASSERTION) -> KeyFacts:
    with cohort.database.transaction() as db:
        return issuing.rotate_key(
            db,
            controller=_controller(cohort),
            purpose=purpose,
            keyring=KeyRing.open(cohort.folder / "keys", PASSPHRASE),
            now=utc_now(),
            actor=SERVICE,
        )


def _controller(cohort: Cohort) -> str:
    with cohort.database.reading() as db:
        return next(key.controller for key in queries.register(db) if key.organisation_id == cohort.organisation_id)


def _steal(cohort: Cohort, key: KeyFacts, since: datetime | None = None) -> KeyFacts:
    now = utc_now()
    with cohort.database.transaction() as db:
        return issuing.mark_compromised(
            db, controller=key.controller, fragment=key.fragment, since=since or now, now=now, actor=SERVICE
        )


def _rows(cohort: Cohort) -> list[Issuance]:
    with cohort.database.reading() as db:
        return list(db.execute(sa.select(Issuance).order_by(col(Issuance.prepared_at), col(Issuance.id))).scalars())


def _verdict(cohort: Cohort, data: bytes | None) -> tuple[Verdict, Reason | None]:
    assert data is not None
    with cohort.database.reading() as db:
        report = verification.verify(data, now=utc_now(), sources=DatabaseSources(db))
    return report.verdict, report.reason


def _name(document: bytes | None) -> str:
    assert document is not None
    proof = json.loads(document)["proof"]
    return str((proof[0] if isinstance(proof, list) else proof)["verificationMethod"])


@pytest.mark.attack("KY09")
def test_ky09_over_three_rotations_old_credentials_verify_and_new_ones_use_the_new_key(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = awarded(database, tmp_path, 4)
    monkeypatch.setattr(jobs, "CHUNK", 1)
    for turn in range(4):
        if turn:
            _rotate(cohort)
            _rotate(cohort, Purpose.ASSERTION_JWT)
        # A worker that starts after the rotation: it needs no key but those in use.
        issuer, done = cohort.issuer(), Issued()
        assert issuer._prepare_chunk(done) == issuer._sign_chunk(done) == 1
        assert issuer.publish() == 1
    rows = _rows(cohort)
    assert [_name(row.signed_document).partition("#")[2] for row in rows] == [
        f"assertion-{number}" for number in range(1, 5)
    ]
    for row in rows:
        assert _verdict(cohort, row.signed_document) == GOOD
        assert _verdict(cohort, row.signed_jwt) == GOOD
    # Without any private half but the newest too.
    with database.reading() as db:
        for key in queries.register(db):
            if not key.is_in_use:
                (tmp_path / "keys" / f"{key.id}.key.pem").unlink()
    cohort.issuer()
    assert [_verdict(cohort, row.signed_document) for row in rows] == [GOOD] * 4
    check_nothing_lost_nothing_doubled(cohort)


@pytest.mark.attack("KY09")
def test_the_register_says_what_the_published_documents_say(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    _rotate(cohort)
    stolen = _steal(cohort, _rotate(cohort))
    _rotate(cohort)
    _rotate(cohort, Purpose.ASSERTION_JWT)
    with sqlite_database.reading() as db:
        text = register_toml(db)
        slug = _controller(cohort).rsplit(":", 1)[-1]
        opened = {index: log.opened(db, index) for index in range(log.size(db))}
    register = tomllib.loads(text)
    answer = compose(sqlite_database, make_settings()).test_client().get(f"/o/{slug}/did.json")
    published = {each["id"]: each for each in answer.get_json(force=True)["verificationMethod"]}
    ours = {each["id"]: each for each in register["key"] if each["controller"] == _controller(cohort)}
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
    issuer._prepare_chunk(done)
    with database.reading() as db:
        intents = queries.intents(db, queries.waiting(db, kind=jobs.KIND))
    signed = [each for intent in intents if (each := issuer._sign(intent, done)) is not None]
    _steal(cohort, _key(cohort))
    issuer._record(signed, done)
    assert done.recorded == 0, "what was signed at that moment goes nowhere"
    assert issuer.issue_waiting().recorded == 0
    assert cohort.issuer().issue_waiting().recorded == 0, "a worker that starts anew makes no key by itself"
    with database.reading() as db:
        assert {row.stage for row in db.execute(sa.select(Issuance)).scalars()} == {Stage.VOID}
    _rotate(cohort)
    assert cohort.issuer().issue_waiting().released == 2
    with database.reading() as db:
        assert verify_store(db) == log.verify_chain(db) == ()


@pytest.mark.attack("KY10")
@pytest.mark.attack("KY21")
def test_ky21_after_its_key_was_stolen_a_status_list_is_signed_anew_at_once(database: Database, tmp_path: Path) -> None:
    cohort = awarded(database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    stolen = _steal(cohort, _key(cohort, Purpose.STATUS))
    _rotate(cohort, Purpose.STATUS)
    with database.reading() as db:
        (list_id,) = db.execute(sa.select(col(StatusList.id))).scalars()
    assert cohort.issuer().publish_status_list(list_id)
    with database.reading() as db:
        published = queries.status_list(db, list_id)
    assert published is not None
    assert _name(published.document) != stolen.verification_method
    (row,) = _rows(cohort)
    assert _verdict(cohort, row.signed_document) == GOOD, "awards are signed with another key"


def _order(cohort: Cohort, key: KeyFacts, limit: int = 100) -> int:
    with cohort.database.transaction() as db:
        return reissuing.order(db, key=key, limit=limit, actor=SERVICE, now=utc_now())


def _counts(cohort: Cohort, key: KeyFacts) -> tuple[int, int, int, int]:
    with cohort.database.reading() as db:
        found = reissuing.progress(db, key=key)
    return len(found.to_order), len(found.under_way), len(found.done), len(found.paused)


def _codes(cohort: Cohort) -> dict[UUID, str]:
    with cohort.database.reading() as db:
        rows = db.execute(sa.select(col(Credential.issuance_id), col(Credential.code)))
        return {issuance_id: code for issuance_id, code in rows}  # noqa: C416  # a Result is no mapping's items


@pytest.mark.attack("KY10")
def test_ky10_a_mass_reissue_is_resumed_after_a_crash_and_does_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    cohort = awarded(database, tmp_path, 5)
    cohort.issuer().issue_waiting()
    former, codes = _rows(cohort), _codes(cohort)
    with pytest.raises(RuleBroken, match="compromised"):
        _order(cohort, _key(cohort))
    stolen = _steal(cohort, _key(cohort))
    with pytest.raises(RuleBroken):
        _order(cohort, stolen)
    _rotate(cohort)
    assert _counts(cohort, stolen) == (5, 0, 0, 0)
    assert _order(cohort, stolen, limit=2) == 2
    with pytest.raises(PowerCut), database.transaction() as db:
        reissuing.order(db, key=stolen, limit=2, actor=SERVICE, now=utc_now())
        raise PowerCut("in the middle of the second chunk")
    assert _counts(cohort, stolen) == (3, 2, 0, 0)
    assert cohort.issuer().issue_waiting().released == 2
    assert _counts(cohort, stolen) == (3, 0, 2, 0)
    while _order(cohort, stolen, limit=2):
        pass
    assert _order(cohort, stolen) == 0
    assert cohort.issuer().issue_waiting().released == 3
    assert cohort.issuer().issue_waiting().released == 0
    assert _counts(cohort, stolen) == (0, 0, 5, 0)
    fresh = [row for row in _rows(cohort) if row.id not in {each.id for each in former}]
    assert len(fresh) == 5
    assert {row.subject_id for row in fresh} == cohort.awards
    assert not {row.credential_id for row in fresh} & {row.credential_id for row in former}
    assert [_verdict(cohort, row.signed_document) for row in fresh] == [GOOD] * 5
    _check_former_ones(cohort, former, fresh, codes)


def _check_former_ones(cohort: Cohort, former: list[Issuance], fresh: list[Issuance], codes: dict[UUID, str]) -> None:
    """The code leads to the new one; no former file is good, whichever form it has, and fsck finds nothing."""
    now_of = {row.subject_id: row for row in fresh}
    with cohort.database.reading() as db:
        for row in former:
            view = credentials.view_by_code(db, codes[row.id])
            assert view is not None
            assert view.credential_id == now_of[row.subject_id].credential_id
            assert queries.issuance(db, row.id).status is Status.REVOKED
        assert verify_store(db) == log.verify_chain(db) == ()
    for row in former:
        assert _verdict(cohort, row.signed_document) == LOST
        # The key of the token was not stolen, so that it is known to be replaced.
        assert _verdict(cohort, row.signed_jwt) == (Verdict.NOT_CURRENT, Reason.REPLACED)


@pytest.mark.attack("KY10")
def test_ky10_the_co_ordinator_is_told_once_and_nobody_is_named(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 3)
    with sqlite_database.transaction() as db:
        for name, role in (("Nia", Role.COORDINATOR), ("Lee", Role.ADMINISTRATOR)):
            staff = factories.add_staff(db, cohort.organisation_id, name=name, email=f"{name}@example.org")
            factories.give_role(db, staff, role)
    cohort.issuer().issue_waiting()
    stolen = _steal(cohort, _key(cohort))
    _rotate(cohort)
    while _order(cohort, stolen, limit=1):
        pass
    with sqlite_database.reading() as db:
        letters = db.execute(sa.select(OutgoingMail)).scalars().all()
    assert [letter.to_address for letter in letters] == ["nia@example.org"]
    assert letters[0].text is not None
    assert "counts exactly as before" in letters[0].text
    assert "Sample" not in letters[0].text


def test_a_reissue_leaves_alone_what_is_paused_or_revoked(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 3)
    cohort.issuer().issue_waiting()
    paused, revoked, _ = _rows(cohort)
    with sqlite_database.transaction() as db:
        issuing.suspend(db, issuance_id=paused.id, reason="asked", actor=SERVICE, now=utc_now())
        issuing.revoke(db, issuance_id=revoked.id, reason="asked", actor=SERVICE, now=utc_now())
    stolen = _steal(cohort, _key(cohort))
    _rotate(cohort)
    assert _counts(cohort, stolen) == (1, 0, 0, 1)
    assert (_order(cohort, stolen), _order(cohort, stolen)) == (1, 0)
    assert cohort.issuer().issue_waiting().released == 1
    with sqlite_database.reading() as db:
        assert queries.issuance(db, paused.id).status is Status.SUSPENDED


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
    issuer._prepare_chunk(done)
    with database.reading() as db:
        (intent, _) = queries.intents(db, queries.waiting(db, kind=jobs.KIND))
    # In the memory of the worker from here on.
    assert issuer._sign(intent, done) is not None
    path = tmp_path / "keys" / f"{_key(cohort).id}.key.pem"
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
    _steal(cohort, key)
    with pytest.raises(NotReady):
        issuer.issue_waiting()
    with pytest.raises(NotReady) as refused:
        open_issuer(sqlite_database, KeyRing.open(tmp_path / "keys", PASSPHRASE), lock=cohort.lock)
    assert refused.value.code == "key-compromised"


def test_a_theft_cannot_be_dated_in_the_future(sqlite_database: Database, tmp_path: Path) -> None:
    cohort = awarded(sqlite_database, tmp_path, 1)
    cohort.issuer().issue_waiting()
    with pytest.raises(RuleBroken) as refused:
        _steal(cohort, _key(cohort), utc_now() + timedelta(hours=1))
    assert refused.value.rule == "in-the-future"
