"""Training sessions and their registers, and the adults who can lead them."""

from __future__ import annotations

from uuid import UUID

from accredit.clock import utc_now
from accredit.domain.clients.rules import Scope
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.domain.training import operations, queries
from accredit.domain.training.queries import SessionSummary
from accredit.storage import Session
from accredit.web.api.v1.contract import PAGED, Query, fault, given_id, one_page, reads, writes
from accredit.web.api.v1.desk import actor, organisation_of, today
from accredit.web.api.v1.schema import (
    Added,
    Adult,
    Adults,
    NewTrainingSession,
    Register,
    RegisterLine,
    Taken,
    Ticks,
    TrainingSession,
    TrainingSessions,
)

PROGRAMME = Query(name="programme", text="Only of this programme.", schema={"type": "string", "format": "uuid"})


@reads("/adults", Scope.TRAINING_WRITE, Scope.HOURS_WRITE, told=Adults, query=PAGED)
def adults(db: Session) -> Adults:
    """List the adults here, for ``led_by`` and ``supervised_by``."""
    found = [each for each in people.staff(db, organisation_id=organisation_of(db)) if each.left_at is None]
    items, more = one_page(found, lambda each: each.id)
    return Adults(
        items=[
            Adult(id=each.id, name=each.name, is_supervisor=Role.SUPERVISOR in each.roles_on(today())) for each in items
        ],
        next=more,
    )


@reads("/training-sessions", Scope.TRAINING_READ, told=TrainingSessions, query=(*PAGED, PROGRAMME))
def training_sessions(db: Session) -> TrainingSessions:
    """List training sessions."""
    items, more = one_page(queries.sessions(db, programme_id=given_id("programme")), lambda each: each.id)
    return TrainingSessions(items=[_session(each) for each in items], next=more)


@writes("POST", "/training-sessions", Scope.TRAINING_WRITE, sent=NewTrainingSession, told=Added, status=201)
def plan_training_session(db: Session, sent: NewTrainingSession) -> Added:
    """Plan a training session."""
    leads = {each.id for each in people.staff(db, organisation_id=organisation_of(db)) if each.left_at is None}
    if sent.led_by not in leads:
        raise fault("led_by", "No adult here has this id.")
    added = operations.plan_session(
        db,
        programme_id=sent.programme_id,
        title=sent.title,
        held_on=sent.held_on,
        module_codes=sent.modules,
        led_by=sent.led_by,
        starts_at=sent.starts_at,
        place=sent.place,
        actor=actor(),
        now=utc_now(),
    )
    return Added(id=added)


@reads("/training-sessions/<uuid:session_id>", Scope.TRAINING_READ, told=Register)
def register(db: Session, session_id: UUID) -> Register:
    """Return the register of a session: everybody enrolled on its day."""
    found = queries.register(db, session_id)
    return Register(
        session=_session(found.session),
        items=[
            RegisterLine(
                enrolment_id=each.enrolment_id,
                young_person_id=each.young_person_id,
                is_on_break=each.is_on_break,
                is_recorded=each.is_recorded,
                present=sorted(each.present),
            )
            for each in found.rows
        ],
    )


@writes("PUT", "/training-sessions/<uuid:session_id>/attendance", Scope.TRAINING_WRITE, sent=Ticks, told=Taken)
def record_attendance(db: Session, sent: Ticks, session_id: UUID) -> Taken:
    """Take the register of a session; the same again changes nothing."""
    present = {
        each.enrolment_id: each.present if each.modules is None or not each.present else each.modules
        for each in sent.items
    }
    done = operations.record_attendance(db, session_id=session_id, present=present, actor=actor(), now=utc_now())
    return Taken(confirmed=done.confirmed, withdrawn=done.withdrawn, absent=done.absent, unchanged=done.unchanged)


def _session(facts: SessionSummary) -> TrainingSession:
    return TrainingSession(
        id=facts.id,
        programme_id=facts.programme_id,
        title=facts.title,
        held_on=facts.held_on,
        starts_at=facts.starts_at,
        place=facts.place,
        modules=list(facts.module_codes),
        led_by=facts.led_by,
        is_taken=facts.is_taken,
        people_present=facts.people_present,
    )
