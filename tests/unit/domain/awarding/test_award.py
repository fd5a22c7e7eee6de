"""Awarding: a person's decision, stored as it stood, with its promise in the same transaction."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.awarding import operations, queries
from accredit.domain.awarding.models import Award
from accredit.domain.people import operations as people
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from accredit.storage.promises import Promise
from tests.cast import Cast, make_cast
from tests.factories import NOW, TODAY

TRAINED_ON = date(2025, 10, 3)
FIRST = ["M1", "M2", "M3", "M4", "M5", "M6", "M8"]


@pytest.fixture
def cast(database: Database) -> Cast:
    """Ama, Ben and Cai have done the first training."""
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        cast = make_cast(db)
    with database.transaction(cast.organisation_id) as db:
        session_id = training.plan_session(
            db,
            programme_id=cast.programme_id,
            title="First training",
            held_on=TRAINED_ON,
            module_codes=FIRST,
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )
        present = {each.enrolled: True for each in (cast.ama, cast.ben, cast.cai)}
        training.record_attendance(db, session_id=session_id, present=present, actor=cast.nia.actor, now=NOW)
    return cast


def _award(database: Database, cast: Cast, **changes: Any) -> UUID:
    given: dict[str, Any] = {
        "enrolment_id": cast.ama.enrolled,
        "level_code": "WA-TRN",
        "awarded_on": TODAY,
        "actor": cast.nia.actor,
        "now": NOW,
    } | changes
    with database.transaction(cast.organisation_id) as db:
        return operations.award(db, **given)


def _promised(database: Database) -> int:
    table = "dbos.workflow_status" if database.is_postgresql else "workflow_status"
    with database.reading() as db:
        return int(db.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_an_award_keeps_the_decision_and_promises_its_credential(database: Database, cast: Cast) -> None:
    promised = _promised(database)
    award_id = _award(database, cast)
    assert _promised(database) == promised + 1
    with database.reading(cast.organisation_id) as db:
        facts = queries.award(db, award_id)
        assert (facts.level_title, facts.badge, facts.awarded_by_name, facts.young_person_id) == (
            "Trained Peer Supporter",
            "trained",
            "Nia Enghraifft",
            cast.ama.id,
        )
        assert facts.assessment.met
        assert facts.portfolio.training_minutes == 360
        (summary,) = queries.awards_of(db, [cast.ama.enrolled])[cast.ama.enrolled]
        assert summary.id == award_id
        progress = queries.progress(db, cast.ama.enrolled, on=TODAY)
        assert [each.level_code for each in progress.awarded] == ["WA-TRN"]
        assert progress.ready == ()
        leaf = db.exec(select(LedgerRecord).where(LedgerRecord.act == Act.AWARD_DECIDED)).one()
        assert leaf.subject_id == award_id
        assert db.exec(select(AuditEvent.subject_id).where(AuditEvent.tag == Tag.AWARDED)).all() == [award_id]


def test_a_refused_award_leaves_nothing_behind(database: Database, cast: Cast) -> None:
    promised = _promised(database)
    with pytest.raises(RuleBroken) as caught:
        _award(database, cast, level_code="WA-PS")
    assert caught.value.rule == "requirements-not-met"
    assert [finding.kind for finding in caught.value.facts["missing"]] == ["hours", "meetings"]  # type: ignore[attr-defined]
    assert _promised(database) == promised
    with database.reading() as db:
        assert db.exec(select(Award)).all() == []


def test_what_was_done_later_does_not_count_for_an_earlier_day(database: Database, cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="requirements-not-met"):
        _award(database, cast, awarded_on=date(2025, 10, 2))
    assert _award(database, cast, awarded_on=TRAINED_ON)


def test_a_level_is_awarded_once(database: Database, cast: Cast) -> None:
    _award(database, cast)
    with pytest.raises(RuleBroken, match="already-awarded"):
        _award(database, cast)


def test_cai_first_confirms_his_name(database: Database, cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="name-not-confirmed"):
        _award(database, cast, enrolment_id=cast.cai.enrolled)
    with database.transaction(cast.organisation_id) as db:
        people.confirm_printed_name(db, young_person_id=cast.cai.id, name=cast.cai.name, actor=cast.cai.actor, now=NOW)
    assert _award(database, cast, enrolment_id=cast.cai.enrolled)


def test_ben_is_awarded_what_he_has_earned_although_he_is_on_a_break(database: Database, cast: Cast) -> None:
    assert _award(database, cast, enrolment_id=cast.ben.enrolled)


def test_only_a_co_ordinator_of_the_school_awards(database: Database, cast: Cast) -> None:
    with pytest.raises(Forbidden):
        _award(database, cast, actor=cast.ama.actor)
    with pytest.raises(RuleBroken, match="not-a-co-ordinator"):
        _award(database, cast, actor=cast.sam.actor)
    with pytest.raises(NotFound), database.transaction(cast.other_organisation_id) as db:
        operations.award(
            db,
            enrolment_id=cast.ama.enrolled,
            level_code="WA-TRN",
            awarded_on=TODAY,
            actor=cast.oz.actor,
            now=NOW,
        )


def test_a_cohort_is_awarded_in_one_act_and_says_who_was_not(database: Database, cast: Cast) -> None:
    everybody = [each.enrolled for each in (cast.ama, cast.ben, cast.cai)]
    given: dict[str, Any] = {
        "programme_id": cast.programme_id,
        "level_code": "WA-TRN",
        "awarded_on": TODAY,
        "actor": cast.nia.actor,
        "now": NOW,
    }
    with database.transaction(cast.organisation_id) as db:
        result = operations.award_cohort(db, enrolment_ids=everybody, **given)
    assert set(result.awarded) == {cast.ama.enrolled, cast.ben.enrolled}
    assert {who: broken.rule for who, broken in result.refused.items()} == {cast.cai.enrolled: "name-not-confirmed"}
    with database.transaction(cast.organisation_id) as db:
        again = operations.award_cohort(db, enrolment_ids=everybody, **given)
    assert (again.awarded, len(again.refused)) == ({}, 3)
    with pytest.raises(NotFound), database.transaction(cast.organisation_id) as db:
        operations.award_cohort(db, enrolment_ids=[uuid4()], **given)


def test_a_cohort_in_parts_is_one_decision_with_one_promise(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "TOGETHER", 1)
    promised: list[Promise] = []
    monkeypatch.setattr(operations, "promise", lambda _db, name, _subject: promised.append(name))
    with database.transaction(cast.organisation_id) as db:
        result = operations.award_cohort(
            db,
            programme_id=cast.programme_id,
            level_code="WA-TRN",
            awarded_on=TODAY,
            enrolment_ids=[cast.cai.enrolled, cast.ama.enrolled, cast.ben.enrolled],
            actor=cast.nia.actor,
            now=NOW,
        )
    assert (set(result.awarded), set(result.refused)) == ({cast.ama.enrolled, cast.ben.enrolled}, {cast.cai.enrolled})
    assert promised == [Promise.ISSUE_AWARD]
    with database.reading() as db:
        told = db.exec(select(AuditEvent.subject_id).where(AuditEvent.tag == Tag.AWARDED)).all()
        logged = db.exec(select(LedgerRecord.subject_id).where(LedgerRecord.act == Act.AWARD_DECIDED)).all()
    assert set(told) == set(logged) == set(result.awarded.values())


def test_the_decision_as_stored_cannot_be_changed(database: Database, cast: Cast) -> None:
    award_id = _award(database, cast)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.transaction() as db:
        db.execute(sa.update(Award).where(Award.id == award_id).values(level_code="WA-AMB"))  # type: ignore[arg-type]
    with database.reading(cast.other_organisation_id) as db, pytest.raises(NotFound):
        queries.award(db, award_id)
