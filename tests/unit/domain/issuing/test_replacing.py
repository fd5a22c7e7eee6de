"""One credential takes the place of another: never none, never two, and never the earlier one again."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.rules import SERVICE
from accredit.domain.issuing import operations, queries, replacing
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.issuing.rules import ReplaceReason, Stage, Status, check_replace
from accredit.domain.issuing.self_audit import verify_store
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests.unit.domain.issuing.issuer import NOW, Issuer, established, lint, record_hashes


@pytest.fixture
def issuer(database: Database, tmp_path: Path) -> Issuer:
    return established(database, tmp_path)


def sign(issuer: Issuer, issuance_id: uuid.UUID) -> None:
    with issuer.database.reading() as db:
        (intent,) = queries.intents(db, [issuance_id])
    signed = operations.sign(intent, keyring=issuer.keyring, lint=lint)
    with issuer.database.transaction() as db:
        operations.record(db, signed=[signed], record_hashes=record_hashes, now=NOW)


def release(issuer: Issuer) -> None:
    issuer.checkpoint()
    with issuer.database.transaction() as db:
        operations.release(db, now=NOW)


def issued(issuer: Issuer, subject_id: uuid.UUID) -> IssuanceFacts:
    prepared = issuer.prepare(subject_id)
    sign(issuer, prepared.id)
    release(issuer)
    return prepared


def order(issuer: Issuer, issuance_id: uuid.UUID, subject_id: uuid.UUID | None = None) -> None:
    with issuer.database.transaction() as db:
        operations.replace(
            db,
            issuance_id=issuance_id,
            reason=ReplaceReason.NAME_CHANGED,
            actor=SERVICE,
            now=NOW,
            subject_id=subject_id,
        )


def facts(issuer: Issuer, issuance_id: uuid.UUID) -> IssuanceFacts:
    with issuer.database.reading() as db:
        return queries.issuance(db, issuance_id)


def test_another_round_takes_its_place_in_one_moment(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    second = issuer.prepare(subject)
    assert (second.round, second.credential_id != first.credential_id) == (1, True)
    assert issuer.prepare(subject).id == second.id
    sign(issuer, second.id)
    assert facts(issuer, first.id).status is Status.ACTIVE
    release(issuer)
    assert (facts(issuer, first.id).status, facts(issuer, second.id).stage) == (Status.REVOKED, Stage.RELEASED)
    with issuer.database.reading() as db:
        assert replacing.current(db, first.id) == replacing.current(db, second.id) == second.id
        assert queries.revoked_indexes(db, first.status_list_id) == (first.status_index,)
        leaf = log.leaf_index(db, act=Act.CREDENTIAL_REPLACED, subject_id=first.id)
        assert leaf is not None
        opened = log.opened(db, leaf)
        assert opened is not None
        assert opened["record"]["by"] == f"urn:uuid:{second.credential_id}"
        assert verify_store(db) == ()


def test_a_chain_leads_to_the_last_one(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    second = issued(issuer, subject)
    order(issuer, second.id)
    third = issued(issuer, subject)
    with issuer.database.reading() as db:
        assert replacing.current(db, first.id) == third.id
        assert replacing.unfinished(db) == ()
        assert verify_store(db) == ()
    assert [facts(issuer, each.id).status for each in (first, second, third)] == [
        Status.REVOKED,
        Status.REVOKED,
        Status.ACTIVE,
    ]


def test_another_subject_may_take_its_place(issuer: Issuer) -> None:
    corrected = uuid.uuid4()
    first = issued(issuer, uuid.uuid4())
    order(issuer, first.id, corrected)
    second = issued(issuer, corrected)
    with issuer.database.reading() as db:
        assert replacing.current(db, first.id) == second.id


def test_one_given_up_before_it_was_signed_is_prepared_again_and_still_follows(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    given_up = issuer.prepare(subject)
    with issuer.database.transaction() as db:
        operations.void(db, issuance_id=given_up.id, reason="record-changed")
    last = issued(issuer, subject)
    assert last.round == 2
    with issuer.database.reading() as db:
        assert replacing.current(db, first.id) == last.id


def test_revoking_gives_up_a_replacement_that_has_not_come(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    second = issuer.prepare(subject)
    with issuer.database.transaction() as db:
        operations.revoke(db, issuance_id=first.id, reason="why", actor=SERVICE, now=NOW)
    assert facts(issuer, second.id).stage is Stage.VOID
    with issuer.database.reading() as db:
        assert not replacing.ordered_of(db, [first.id])
        assert replacing.current(db, first.id) == first.id
        assert replacing.unfinished(db) == ()


def test_one_that_is_signed_already_is_waited_for(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    sign(issuer, issuer.prepare(subject).id)
    with pytest.raises(RuleBroken, match="being-replaced"), issuer.database.transaction() as db:
        operations.revoke(db, issuance_id=first.id, reason="why", actor=SERVICE, now=NOW)
    assert facts(issuer, first.id).status is Status.ACTIVE


def test_a_pause_that_came_after_the_order_passes_over(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    with issuer.database.transaction() as db:
        later = NOW + timedelta(minutes=1)
        operations.suspend(db, issuance_id=first.id, reason="why", actor=SERVICE, now=later)
    second = issued(issuer, subject)
    assert facts(issuer, second.id).status is Status.SUSPENDED
    with issuer.database.reading() as db:
        assert queries.status_history(db, second.id)[-1].reason == replacing.STILL_PAUSED
        assert verify_store(db) == ()


def test_a_paused_one_is_replaced_by_one_that_holds(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    with issuer.database.transaction() as db:
        operations.suspend(db, issuance_id=first.id, reason="why", actor=SERVICE, now=NOW)
    order(issuer, first.id)
    second = issued(issuer, subject)
    assert facts(issuer, second.id).status is Status.ACTIVE
    with issuer.database.reading() as db:
        assert verify_store(db) == ()


REFUSED = {
    "what is not released yet": (Stage.RECORDED, Status.ACTIVE, False, "not-issued-yet"),
    "what is to be replaced already": (Stage.RELEASED, Status.ACTIVE, True, "already-replaced"),
    "what was replaced": (Stage.RELEASED, Status.REVOKED, True, "already-replaced"),
    "what was revoked": (Stage.RELEASED, Status.REVOKED, False, "already-revoked"),
}


@pytest.mark.parametrize(("stage", "status", "ordered", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_is_not_replaced(stage: Stage, status: Status, ordered: bool, rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_replace(stage=stage, status=status, is_ordered=ordered)
    assert refused.value.rule == rule


def test_what_belongs_to_another_organisation_is_not_found(issuer: Issuer) -> None:
    first = issued(issuer, uuid.uuid4())
    with pytest.raises(NotFound), issuer.database.transaction(tenant=uuid.uuid4()) as db:
        operations.replace(db, issuance_id=first.id, reason=ReplaceReason.KEY_COMPROMISED, actor=SERVICE, now=NOW)


class PowerCut(Exception):
    """The transaction never commits."""


def test_power_cut_while_one_takes_the_place_of_another(issuer: Issuer) -> None:
    subject = uuid.uuid4()
    first = issued(issuer, subject)
    order(issuer, first.id)
    sign(issuer, (second := issuer.prepare(subject)).id)
    issuer.checkpoint()
    with pytest.raises(PowerCut), issuer.database.transaction() as db:
        operations.release(db, now=NOW)
        raise PowerCut
    assert (facts(issuer, first.id).status, facts(issuer, second.id).stage) == (Status.ACTIVE, Stage.RECORDED)
    with issuer.database.transaction() as db:
        assert operations.release(db, now=NOW) == (second.id,)
        assert operations.release(db, now=NOW) == ()
    with issuer.database.reading() as db:
        holding = db.execute(
            sa.select(sa.func.count()).where(
                col(Issuance.subject_id) == subject,
                col(Issuance.stage) == Stage.RELEASED,
                col(Issuance.status) == Status.ACTIVE,
            )
        ).scalar_one()
        assert holding == 1
        assert db.execute(sa.select(col(Replacement.successor_id))).scalars().all() == [second.id]
