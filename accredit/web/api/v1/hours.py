"""Supervised hours: read, and submitted on a young person's behalf. The adult named approves them on their own page."""

from __future__ import annotations

from uuid import UUID

from accredit.clock import utc_now
from accredit.domain.clients.rules import Scope
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.practice import operations, queries
from accredit.storage import Session
from accredit.web.api.v1.contract import PAGED, one_page, reads, writes
from accredit.web.api.v1.desk import actor
from accredit.web.api.v1.schema import Added, Hours, HoursOfOne, NewHours


@reads("/enrolments/<uuid:enrolment_id>/hours", Scope.HOURS_READ, told=HoursOfOne, query=PAGED)
def hours(db: Session, enrolment_id: UUID) -> HoursOfOne:
    """List the hours that somebody gave in a programme."""
    enrolments.enrolment(db, enrolment_id)
    items, more = one_page(queries.entries(db, enrolment_id), lambda each: each.id)
    return HoursOfOne(
        items=[
            Hours(
                id=each.id,
                activity=each.activity_type,
                held_on=each.held_on,
                starts_at=each.starts_at,
                minutes=each.minutes,
                supervised_by=each.supervised_by,
                status=each.status,
            )
            for each in items
        ],
        next=more,
    )


@writes("POST", "/enrolments/<uuid:enrolment_id>/hours", Scope.HOURS_WRITE, sent=NewHours, told=Added, status=201)
def submit_hours(db: Session, sent: NewHours, enrolment_id: UUID) -> Added:
    """Submit hours on a young person's behalf, for the adult named to approve."""
    added = operations.submit_hours(
        db,
        enrolment_id=enrolment_id,
        activity_type=sent.activity,
        held_on=sent.held_on,
        starts_at=sent.starts_at,
        minutes=sent.minutes,
        supervised_by=sent.supervised_by,
        actor=actor(),
        now=utc_now(),
    )
    return Added(id=added)
