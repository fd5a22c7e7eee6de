"""Taking back an entry that its young person added by mistake: whether they may, and doing it.

Both read the same chain, an entry and each that it stands in the place of, and decide by `rules.check_taking_back`: a
page offers exactly what the press does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.practice import rules
from accredit.domain.practice.casebook import open_casebook
from accredit.domain.practice.models import HoursEntry, LateHours
from accredit.domain.practice.rules import HoursStatus, Source
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


def may_take_back(db: Session, *, entry_id: UUID, actor: Actor) -> bool:
    """Say whether `take_back_hours` would let this reader take an entry back now. Raises `NotFound`."""
    try:
        _check(db, _chain(db, entry_id, lock=False), actor=actor, lock=False)
    except RuleBroken:
        return False
    return True


def take_back_hours(db: Session, *, entry_id: UUID, actor: Actor, now: datetime) -> None:
    """Let an entry that its young person added by mistake count no more, before an adult has decided it.

    It stays, like one that was put right, with nothing in its place; nothing of it was in the log. Raises `NotFound`,
    and `RuleBroken` as `rules.check_taking_back` does.
    """
    chain = _chain(db, entry_id, lock=True)
    _check(db, chain, actor=actor, lock=True)
    row = chain[0]
    row.status = HoursStatus.CORRECTED
    row.decided_at = now
    audit.record(
        db,
        tag=Tag.HOURS_TAKEN_BACK,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=row.organisation_id,
        minutes=row.minutes,
    )


def _chain(db: Session, entry_id: UUID, *, lock: bool) -> list[HoursEntry]:
    chain: list[HoursEntry] = []
    following: UUID | None = entry_id
    while following is not None:
        statement = select(HoursEntry).where(col(HoursEntry.id) == following)
        if lock:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        row = db.exec(statement).first()
        if row is None:
            raise NotFound("hours-entry")
        chain.append(row)
        following = row.corrects_id
    return chain


def _check(db: Session, chain: Sequence[HoursEntry], *, actor: Actor, lock: bool) -> None:
    enrolment_id = chain[0].enrolment_id
    enrolled = open_casebook(db, [enrolment_id], lock=lock).enrolment(enrolment_id)
    ids = [each.id for each in chain]
    late = db.exec(select(LateHours).where(col(LateHours.entry_id).in_(ids))).first()
    rules.check_taking_back(
        statuses=[HoursStatus.APPROVED if each.decided_by else each.status for each in chain],
        is_own=actor.kind is ActorKind.YOUNG_PERSON and actor.id == enrolled.young_person_id,
        is_written_by_adult=late is not None or any(each.source is not Source.YOUNG_PERSON for each in chain),
    )
