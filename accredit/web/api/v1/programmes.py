"""Programmes, who is in them, and how everybody stands. Whether somebody is awarded is decided on the page."""

from __future__ import annotations

from uuid import UUID

from accredit.clock import utc_now
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.queries import Progress
from accredit.domain.awarding.rules import Assessment
from accredit.domain.clients.rules import Scope
from accredit.domain.enrolments import operations
from accredit.domain.enrolments import queries as enrolled
from accredit.domain.enrolments.queries import CohortMember
from accredit.domain.people import queries as people
from accredit.domain.programmes import queries
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.api.v1.contract import PAGED, one_page, reads, writes
from accredit.web.api.v1.desk import actor, organisation_of, today
from accredit.web.api.v1.schema import (
    Activity,
    Enrolment,
    Enrolments,
    LastDay,
    LevelStanding,
    Missing,
    Module,
    NewEnrolments,
    Place,
    Places,
    Programme,
    ProgrammeLevel,
    Programmes,
    Readiness,
    Standing,
)
from accredit.web.findings import missing_text


@reads("/programmes", Scope.PROGRAMMES_READ, told=Programmes, query=PAGED)
def programmes(db: Session) -> Programmes:
    """List the programmes there are."""
    found = queries.programmes(db, organisation_id=organisation_of(db), on=today())
    items, more = one_page(found, lambda each: each.id)
    return Programmes(items=[_programme(each) for each in items], next=more)


@reads("/programmes/<uuid:programme_id>", Scope.PROGRAMMES_READ, told=Programme)
def programme(db: Session, programme_id: UUID) -> Programme:
    """Return one programme as it is today: its modules, activities and levels."""
    return _programme(queries.programme(db, programme_id, today()))


@reads(
    "/programmes/<uuid:programme_id>/enrolments",
    Scope.ENROLMENTS_WRITE,
    Scope.PROGRESS_READ,
    told=Enrolments,
    query=PAGED,
)
def enrolments(db: Session, programme_id: UUID) -> Enrolments:
    """List who is in a programme today."""
    queries.programme(db, programme_id, today())
    items, more = one_page(enrolled.cohort(db, programme_id=programme_id, on=today()), lambda each: each.enrolment_id)
    return Enrolments(items=[_enrolment(each) for each in items], next=more)


@writes(
    "POST",
    "/programmes/<uuid:programme_id>/enrolments",
    Scope.ENROLMENTS_WRITE,
    sent=NewEnrolments,
    told=Places,
    status=201,
)
def enrol(db: Session, sent: NewEnrolments, programme_id: UUID) -> Places:
    """Take young people into a programme."""
    if any(each.left_at is not None for each in people.young_people_by_id(db, sent.young_people).values()):
        raise RuleBroken("has-left")
    found = operations.enrol_many(
        db,
        young_person_ids=sent.young_people,
        programme_id=programme_id,
        started_on=sent.started_on,
        actor=actor(),
        now=utc_now(),
    )
    return Places(items=[Place(young_person_id=each, enrolment_id=found[each]) for each in sent.young_people])


@writes("POST", "/enrolments/<uuid:enrolment_id>/end", Scope.ENROLMENTS_WRITE, sent=LastDay, told=LastDay)
def end_enrolment(db: Session, sent: LastDay, enrolment_id: UUID) -> LastDay:
    """End somebody's place in a programme; everything earned stays."""
    operations.end_enrolment(db, enrolment_id=enrolment_id, ended_on=sent.ended_on, actor=actor(), now=utc_now())
    return sent


@reads("/programmes/<uuid:programme_id>/readiness", Scope.PROGRESS_READ, told=Readiness, query=PAGED)
def readiness(db: Session, programme_id: UUID) -> Readiness:
    """Say how everybody in a programme stands today, and what exactly each level still asks for."""
    queries.programme(db, programme_id, today())
    items, more = one_page(awarding.cohort_progress(db, programme_id, on=today()), lambda each: each.enrolment_id)
    return Readiness(items=[_standing(each) for each in items], next=more)


def _programme(facts: ProgrammeFacts) -> Programme:
    now = facts.current.definition if facts.current else None
    return Programme(
        id=facts.id,
        code=facts.code,
        name=facts.name,
        modules=[Module(code=each.code, title=each.title, minutes=each.minutes) for each in now.modules] if now else [],
        activities=[
            Activity(code=each.code, title=each.title, counts_as_hours=each.counts_as_hours)
            for each in (now.activity_types if now else ())
        ],
        levels=[ProgrammeLevel(code=each.code, title=each.title) for each in (now.levels if now else ())],
    )


def _enrolment(member: CohortMember) -> Enrolment:
    return Enrolment(
        id=member.enrolment_id,
        young_person_id=member.young_person_id,
        school_reference=member.school_reference,
        started_on=member.started_on,
        ended_on=member.ended_on,
        is_on_break=member.is_on_break,
    )


def _standing(facts: Progress) -> Standing:
    awarded = {each.level_code: each.awarded_on for each in facts.awarded}
    return Standing(
        id=facts.enrolment_id,
        young_person_id=facts.young_person_id,
        name_is_confirmed=facts.is_name_confirmed,
        minutes=facts.portfolio.minutes,
        meetings=facts.portfolio.meetings,
        levels=[
            LevelStanding(
                code=each.level_code,
                is_met=each.met,
                awarded_on=awarded.get(each.level_code),
                missing=_missing(each),
            )
            for each in facts.assessments
        ],
    )


def _missing(assessment: Assessment) -> list[Missing]:
    return [
        Missing(kind=each.kind, needed=each.needed, got=each.got, codes=list(each.codes), text=missing_text(each))
        for each in assessment.missing
    ]
