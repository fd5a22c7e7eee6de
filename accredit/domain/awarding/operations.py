"""Award a level: a person's decision, on one or on a cohort.

1. The portfolio up to the day of the award is read and assessed.
2. The award is written with both, as they stood.
3. One audit event, one leaf, and the promise of the credential join the same transaction, so after a crash either all
   of it exists or nothing. Nothing is signed here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.operations import Happened
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.awarding import queries, rules
from accredit.domain.awarding.models import Award, AwardSetAside
from accredit.domain.awarding.queries import Progress
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people import queries as people
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.names import share_a_surname
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act
from accredit.domain.transparency.rules import Entry as LedgerEntry
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.kit.ledger.commitment import canonical_json
from accredit.storage import Session, new_id
from accredit.storage.many import insert_many
from accredit.storage.promises import Promise, promise

TOGETHER: Final = 250
"""So many are read, decided and written together; of a larger cohort one part after the other, in one transaction."""


@dataclass(frozen=True, kw_only=True)
class CohortAwarded:
    """Who was awarded (enrolment → award), and why each other one was not."""

    awarded: dict[UUID, UUID]
    refused: dict[UUID, RuleBroken]


@dataclass(frozen=True, kw_only=True)
class _Decision:
    level_code: str
    awarded_on: date
    actor: Actor
    awarder: str
    now: datetime
    issue_from: datetime | None


def award(db: Session, *, enrolment_id: UUID, level_code: str, awarded_on: date, actor: Actor, now: datetime) -> UUID:
    """Award one level to one young person and return the award's id; its credential is promised.

    Raises `NotFound`, `Forbidden` (not staff), and `RuleBroken` as `rules.check_award` does.
    """
    result = _award_all(db, [enrolment_id], level_code=level_code, awarded_on=awarded_on, actor=actor, now=now)
    for broken in result.refused.values():
        raise broken
    return result.awarded[enrolment_id]


def award_cohort(
    db: Session,
    *,
    programme_id: UUID,
    level_code: str,
    awarded_on: date,
    enrolment_ids: Collection[UUID],
    actor: Actor,
    now: datetime,
    issue_from: datetime | None = None,
) -> CohortAwarded:
    """Award one level to many; somebody whom a rule refuses does not stop the others.

    Until ``issue_from`` nothing is issued, and it can be undone (`credentials.undoing`).

    Raises `NotFound` when somebody is not in the programme, `Forbidden` (not staff), `RuleBroken` (unknown level).
    """
    statement = sa.select(col(Enrolment.id)).where(
        col(Enrolment.id).in_(set(enrolment_ids)), col(Enrolment.programme_id) == programme_id
    )
    if set(db.execute(statement).scalars()) != set(enrolment_ids):
        raise NotFound("enrolment")
    return _award_all(
        db,
        enrolment_ids,
        level_code=level_code,
        awarded_on=awarded_on,
        actor=actor,
        now=now,
        issue_from=issue_from,
    )


def set_aside(db: Session, *, award_id: UUID, reason: rules.SetAsideReason, actor: Actor, now: datetime) -> None:
    """Let an award count no more, so that its level can be awarded anew; what was issued for it is not touched.

    Raises `NotFound`, `Forbidden` (not staff), and `RuleBroken`: ``not-a-co-ordinator``, ``set-aside-already``.
    """
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    check_fresh(actor)
    rules.check_awarder(people.roles_on(db, actor.id, local_date(now)))
    found = queries.award(db, award_id)
    _lock(db, [found.enrolment_id])
    if queries.is_set_aside(db, award_id):
        raise RuleBroken("set-aside-already")
    db.add(
        AwardSetAside(
            organisation_id=found.organisation_id,
            award_id=award_id,
            enrolment_id=found.enrolment_id,
            reason=reason,
            set_aside_by=actor.id,
            at=now,
        )
    )
    audit.record(
        db,
        tag=Tag.AWARD_SET_ASIDE,
        actor=actor,
        now=now,
        subject=award_id,
        organisation_id=found.organisation_id,
        reason=reason.value,
    )
    record = {"reason": reason.value, "set_aside_by": str(actor.id), "role": actor.role}
    entry = LedgerEntry(
        act=Act.AWARD_SET_ASIDE, subject_id=award_id, organisation_id=found.organisation_id, record=record
    )
    transparency.append_many(db, entries=[entry], now=now)


def _award_all(
    db: Session,
    enrolment_ids: Collection[UUID],
    *,
    level_code: str,
    awarded_on: date,
    actor: Actor,
    now: datetime,
    issue_from: datetime | None = None,
) -> CohortAwarded:
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    check_fresh(actor)
    rules.check_awarder(people.roles_on(db, actor.id, local_date(now)))
    # The moment of a credential is a whole second, and must not lie before this one.
    decision = _Decision(
        level_code=level_code,
        awarded_on=awarded_on,
        actor=actor,
        awarder=people.names_of_staff(db, [actor.id])[actor.id],
        now=now,
        issue_from=issue_from.replace(microsecond=0) if issue_from else None,
    )
    wanted = list(dict.fromkeys(enrolment_ids))
    _lock(db, wanted)
    awarded: dict[UUID, UUID] = {}
    refused: dict[UUID, RuleBroken] = {}
    for start in range(0, len(wanted), TOGETHER):
        _award_some(db, wanted[start : start + TOGETHER], decision, awarded, refused)
    if awarded:
        # One promise for all of them: whoever keeps it issues everything that waits.
        promise(db, Promise.ISSUE_AWARD, next(iter(awarded.values())))
    return CohortAwarded(awarded=awarded, refused=refused)


def _award_some(
    db: Session,
    enrolment_ids: Sequence[UUID],
    decision: _Decision,
    awarded: dict[UUID, UUID],
    refused: dict[UUID, RuleBroken],
) -> None:
    found = queries.progress_of(db, enrolment_ids, on=decision.awarded_on)
    if len(found) != len(enrolment_ids):
        raise NotFound("enrolment")
    rounds = queries.next_rounds(db, enrolment_ids, decision.level_code)
    rows: list[dict[str, Any]] = []
    for progress in found:
        assessment = rules.assess(progress.portfolio, progress.definition, decision.level_code, decision.awarded_on)
        try:
            rules.check_not_own(decision.awarder, progress.printed_name)
            rules.check_award(
                assessment,
                started_on=progress.started_on,
                today=local_date(decision.now),
                is_name_confirmed=progress.is_name_confirmed,
                awarded={each.level_code for each in progress.awarded},
                issue_on=local_date(decision.issue_from) if decision.issue_from else None,
            )
        except RuleBroken as broken:
            refused[progress.enrolment_id] = broken
        else:
            rows.append(_row(progress, assessment, rounds[progress.enrolment_id], decision))
    alike = {each.enrolment_id for each in found if share_a_surname(decision.awarder, each.printed_name)}
    _write(db, rows, alike, decision)
    awarded.update({row["enrolment_id"]: row["id"] for row in rows})


def _lock(db: Session, enrolment_ids: Collection[UUID]) -> None:
    # The person, as for hours: an approval or a correction of the same person waits until this decision stands.
    mine = sa.select(col(Enrolment.young_person_id)).where(col(Enrolment.id).in_(set(enrolment_ids)))
    db.execute(
        sa.select(col(YoungPerson.id))
        .where(col(YoungPerson.id).in_(mine))
        .order_by(col(YoungPerson.id))
        .with_for_update()
    ).all()


def _row(progress: Progress, assessment: rules.Assessment, award_round: int, decision: _Decision) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organisation_id": progress.organisation_id,
        "enrolment_id": progress.enrolment_id,
        "programme_version_id": progress.programme_version_id,
        "level_code": assessment.level_code,
        "round": award_round,
        "awarded_on": assessment.on,
        "awarded_by": decision.actor.id,
        "decided_at": decision.now,
        "issue_from": decision.issue_from,
        "assessment": assessment.to_json(),
        "portfolio": progress.portfolio.to_json(),
    }


def _write(db: Session, rows: Sequence[Mapping[str, Any]], alike: Collection[UUID], decision: _Decision) -> None:
    insert_many(db, Award, rows)
    happened = [
        Happened(
            subject=row["id"],
            organisation_id=row["organisation_id"],
            details={"level": row["level_code"]} | ({"same_surname": True} if row["enrolment_id"] in alike else {}),
        )
        for row in rows
    ]
    audit.record_many(db, tag=Tag.AWARDED, actor=decision.actor, now=decision.now, events=happened)
    transparency.append_many(db, entries=[_leaf(row, role=decision.actor.role) for row in rows], now=decision.now)


def _leaf(row: Mapping[str, Any], *, role: str | None) -> LedgerEntry:
    decided = canonical_json({"assessment": row["assessment"], "portfolio": row["portfolio"]})
    return LedgerEntry(
        act=Act.AWARD_DECIDED,
        subject_id=row["id"],
        organisation_id=row["organisation_id"],
        record={
            "enrolment": str(row["enrolment_id"]),
            "programme_version": str(row["programme_version_id"]),
            "level": row["level_code"],
            "awarded_on": row["awarded_on"].isoformat(),
            "awarded_by": str(row["awarded_by"]),
            "role": role,
            # The whole decision is pinned by its digest, so that the record stays small.
            "decided": hashlib.sha256(decided).hexdigest(),
        },
    )
