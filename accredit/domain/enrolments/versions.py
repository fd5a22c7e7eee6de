"""For whom a version of a programme holds.

- A new version holds for those whose first day in the programme is its first day or later.
- Whoever has started stays on their version, so nobody's goal moves while they are on their way.
- A version therefore cannot begin on or before a day on which somebody who has started already began.
- A co-ordinator may bring everybody along, in one act that is on the record. Awards keep the version they were decided
  under, whatever happens.

Which version a place is measured by is read in `training.queries.version_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import col, func, or_, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.enrolments.models import Enrolment, EnrolmentMove
from accredit.domain.programmes import drafting
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.models import Programme, ProgrammeVersion
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Published:
    """What came of a draft: the programme, its version, and how many people were brought along."""

    programme_id: UUID
    version_id: UUID
    moved: int


def earliest_start(db: Session, programme_id: UUID, *, today: date) -> date | None:
    """Return the first day a new version may begin on without reaching anybody who has started; None: any day."""
    latest = db.exec(
        select(func.max(Enrolment.started_on)).where(
            Enrolment.programme_id == programme_id, col(Enrolment.started_on) <= today
        )
    ).one()
    return None if latest is None else latest + timedelta(days=1)


def publish(
    db: Session,
    *,
    draft_id: UUID,
    expected_version: int,
    effective_from: date,
    kept: Mapping[str, str],
    bring_along: bool,
    actor: Actor,
    now: datetime,
) -> Published:
    """Publish a draft for those who start from a day on; ``bring_along`` moves everybody who is there already to it.

    Raises what `drafting.publish_draft` raises, and `RuleBroken` ``version-after-they-began`` (``earliest``) and
    ``version-not-begun``.
    """
    draft = programmes.draft(db, draft_id)
    if draft.programme_id is not None:
        # Locked, so that nobody is enrolled between this check and the new version.
        db.exec(select(Programme).where(Programme.id == draft.programme_id).with_for_update()).one()
        earliest = earliest_start(db, draft.programme_id, today=local_date(now))
        if earliest is not None and effective_from < earliest:
            raise RuleBroken("version-after-they-began", earliest=earliest)
    programme_id, version_id = drafting.publish_draft(
        db,
        draft_id=draft_id,
        expected_version=expected_version,
        effective_from=effective_from,
        kept=kept,
        actor=actor,
        now=now,
    )
    moved = move_everybody(db, version_id=version_id, actor=actor, now=now) if bring_along else 0
    return Published(programme_id=programme_id, version_id=version_id, moved=moved)


def move_everybody(db: Session, *, version_id: UUID, actor: Actor, now: datetime) -> int:
    """Measure everybody whose place has not ended by one version of their programme; return how many.

    Raises `NotFound`, and `RuleBroken` ``version-not-begun`` before the version's first day.
    """
    version = db.get(ProgrammeVersion, version_id)
    if version is None:
        raise NotFound("programme-version")
    if version.effective_from > local_date(now):
        raise RuleBroken("version-not-begun", effective_from=version.effective_from)
    places = db.exec(
        select(Enrolment)
        .where(
            Enrolment.programme_id == version.programme_id,
            or_(col(Enrolment.ended_on).is_(None), col(Enrolment.ended_on) >= local_date(now)),
        )
        .order_by(col(Enrolment.id))
        .with_for_update()
    ).all()
    if not places:
        return 0
    db.add_all(
        EnrolmentMove(
            organisation_id=place.organisation_id,
            enrolment_id=place.id,
            programme_version_id=version_id,
            moved_by=actor.id,
            moved_at=now,
        )
        for place in places
    )
    db.flush()
    audit.record(
        db,
        tag=Tag.ENROLMENT_MOVED,
        actor=actor,
        now=now,
        subject=version.programme_id,
        organisation_id=version.organisation_id,
        number=version.number,
        people=len(places),
    )
    return len(places)
