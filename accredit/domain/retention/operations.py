"""Erase a person's record, hold it, and let go of what is due.

Erasing is decided, written on the list of tombstones, and then done in one transaction. After a crash in between,
`reapply` finishes it, as it does after an older backup was restored.

1. Every row of the person gets its tombstone; then it can be taken out, and nothing else can.
2. The ledger forgets: salt and record of every leaf about those rows go; the leaves, and so the tree, stay.
3. What was issued keeps its number, its place in the status list and its stage; its documents go. A file that somebody
   presents later is then neither confirmed nor called forged.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, Tag
from accredit.domain.clients.models import AnsweredRequest
from accredit.domain.issuing.models import Issuance, StatusEvent
from accredit.domain.issuing.rules import Stage
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations.models import OrganisationPicture
from accredit.domain.people.models import ClaimSlip, JoiningRequest, RefresherReminder, SignInCode, WeeklyDigest
from accredit.domain.people.own_page_models import WordCard
from accredit.domain.practice.models import ApprovalLink
from accredit.domain.retention import queries, rules
from accredit.domain.retention.models import Erasure, LegalHold
from accredit.domain.retention.queries import Belongings
from accredit.domain.retention.rules import Due, Erased, ErasureReason, HoldReason, RecordKind
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session, new_id
from accredit.storage.erasure import bury
from accredit.storage.listing import AT_ONCE
from accredit.storage.promises import Promise, promise
from accredit.storage.tombstones import Tombstone, Tombstones

OF_NOBODY: dict[RecordKind, Any] = {
    RecordKind.SIGN_IN_CODES: SignInCode,
    RecordKind.SENT_MESSAGES: OutgoingMail,
    RecordKind.OLD_SLIPS: ClaimSlip,
    RecordKind.OLD_WORDS: WordCard,
    RecordKind.OLD_APPROVAL_LINKS: ApprovalLink,
    RecordKind.JOINING_REQUESTS: JoiningRequest,
    RecordKind.ANSWERED_REQUESTS: AnsweredRequest,
    RecordKind.UNUSED_PICTURES: OrganisationPicture,
    RecordKind.DIGESTS_OF_NOBODY: WeeklyDigest,
    RecordKind.REMINDERS_OF_NOBODY: RefresherReminder,
}
"""The kinds that are no person's record, with their rows; `let_go` takes these out."""


def erase_person(
    db: Session, *, person_id: UUID, reason: ErasureReason, tombstones: Tombstones, actor: Actor, now: datetime
) -> Erased:
    """Erase everything about one young person, for good.

    Belongs in a transaction of its own, followed by `storage.erasure.scrub`. Raises `NotFound`, and `RuleBroken`
    (``on-hold``).
    """
    found = rehearse(db, person_id)
    tombstone = Tombstone(erasure_id=new_id(), person_id=person_id, reason=reason.value, at=now)
    for former_id in found.former:
        # An older backup may still hold their other record by itself.
        tombstones.write(Tombstone(erasure_id=new_id(), person_id=former_id, reason=reason.value, at=now))
    tombstones.write(tombstone)
    erased, signed = _take_out(db, found, tombstone)
    _write_down(db, found, tombstone, erased, actor=actor, now=now)
    promise(db, Promise.PUBLISH_CHECKPOINT, "log")
    transparency.append_many(db, entries=_entries(found, tombstone, signed, erased), now=now)
    return erased


def rehearse(db: Session, person_id: UUID) -> Belongings:
    """Return what an erasure would take out. Raises as `erase_person` does."""
    found = queries.belongings(db, person_id)
    if found is None:
        raise NotFound("young-person")
    rules.check_erasure(queries.holds(db, person_id))
    return found


def reapply(db: Session, *, tombstones: Tombstones, now: datetime) -> int:
    """Erase again whoever came back, with an older backup or after a crash; return how many that were.

    A hold does not stop it: the erasure was decided when there was none. Nothing is appended to the log, which may be
    an older one now and must not grow before what it lacks is back.
    """
    done = 0
    for tombstone in tombstones.read():
        found = queries.belongings(db, tombstone.person_id)
        if found is not None:
            erased, _ = _take_out(db, found, tombstone)
            _write_down(db, found, tombstone, erased, actor=SERVICE, now=now)
            done += 1
    return done


def hold(db: Session, *, person_id: UUID, reason: HoldReason, actor: Actor, now: datetime) -> None:
    """Keep a person's record whatever is asked or due. Raises `NotFound`, `RuleBroken` (``on-hold-already``)."""
    found = queries.belongings(db, person_id)
    if found is None:
        raise NotFound("young-person")
    rules.check_hold(queries.holds(db, person_id))
    db.add(
        LegalHold(organisation_id=found.organisation_id, young_person_id=person_id, reason=reason, set_at=now),
    )
    audit.record(
        db,
        tag=Tag.LEGAL_HOLD_SET,
        actor=actor,
        now=now,
        subject=person_id,
        organisation_id=found.organisation_id,
        reason=reason.value,
    )
    db.flush()


def end_hold(db: Session, *, person_id: UUID, actor: Actor, now: datetime) -> None:
    """End a hold. Raises `RuleBroken` (``not-on-hold``)."""
    row = db.execute(
        sa.select(LegalHold)
        .where(col(LegalHold.young_person_id) == person_id, col(LegalHold.ended_at).is_(None))
        .with_for_update()
    ).scalar_one_or_none()
    if row is None:
        raise RuleBroken("not-on-hold")
    row.ended_at = now
    audit.record(
        db, tag=Tag.LEGAL_HOLD_ENDED, actor=actor, now=now, subject=person_id, organisation_id=row.organisation_id
    )
    db.flush()


def let_go(db: Session, *, due: Due, actor: Actor, now: datetime) -> int:
    """Take out rows of a kind that is no person's record; return how many.

    People are not taken out here but one by one, with `erase_person`. Raises `KeyError` for their kinds.
    """
    model = OF_NOBODY[due.kind]
    # A database takes only so many ids in one statement, and a program asks for thousands of things on a day.
    for at in range(0, len(due.ids), AT_ONCE):
        db.execute(sa.delete(model).where(col(model.id).in_(due.ids[at : at + AT_ONCE])))
    if due.ids:
        audit.record(db, tag=Tag.RETENTION_ENDED, actor=actor, now=now, kind=due.kind.value, count=len(due.ids))
    return len(due.ids)


def _take_out(db: Session, found: Belongings, tombstone: Tombstone) -> tuple[Erased, list[UUID]]:
    """Return what went, and the issuances among it that had been signed."""
    bury(db, erasure_id=tombstone.erasure_id, row_ids=found.ids)
    leaves = transparency.forget(db, subject_ids=[*found.ids, *found.former, *found.issuances])
    signed = _empty_issuances(db, found)
    for model, ids in found.rows:
        if ids:
            db.execute(sa.delete(model).where(col(model.id).in_(ids)))
    erased = Erased(
        erasure_id=tombstone.erasure_id, rows=len(found.ids), leaves=leaves, credentials=len(found.issuances)
    )
    return erased, signed


def _write_down(
    db: Session, found: Belongings, tombstone: Tombstone, erased: Erased, *, actor: Actor, now: datetime
) -> None:
    if not queries.was_erased(db, tombstone.erasure_id):
        db.add(
            Erasure(
                id=tombstone.erasure_id,
                organisation_id=found.organisation_id,
                person_id=found.person_id,
                reason=ErasureReason(tombstone.reason),
                at=now,
                row_count=erased.rows,
                leaf_count=erased.leaves,
            )
        )
    audit.record(
        db,
        tag=Tag.RECORD_ERASED,
        actor=actor,
        now=now,
        subject=tombstone.erasure_id,
        organisation_id=found.organisation_id,
        reason=tombstone.reason,
        rows=erased.rows,
    )


def _empty_issuances(db: Session, found: Belongings) -> list[UUID]:
    """Empty the documents; what was not signed yet is void. Return those that had been signed."""
    chosen = col(Issuance.id).in_(found.issuances)
    signed = list(
        db.execute(sa.select(col(Issuance.id)).where(chosen, col(Issuance.leaf_index).is_not(None))).scalars()
    )
    db.execute(
        sa.update(Issuance)
        .where(chosen, col(Issuance.stage) == Stage.INTENT)
        .values(stage=Stage.VOID, void_reason="erased")
    )
    db.execute(sa.update(Issuance).where(chosen).values(dict.fromkeys(Issuance.OF_A_PERSON, sa.null())))
    db.execute(sa.update(StatusEvent).where(col(StatusEvent.issuance_id).in_(found.issuances)).values(reason=sa.null()))
    return signed


def _entries(found: Belongings, tombstone: Tombstone, issued: list[UUID], erased: Erased) -> list[Entry]:
    of_credentials = [
        Entry(act=Act.CREDENTIAL_ERASED, subject_id=each, organisation_id=found.organisation_id, record={})
        for each in issued
    ]
    whole = Entry(
        act=Act.RECORD_ERASED,
        subject_id=tombstone.erasure_id,
        organisation_id=found.organisation_id,
        record={"reason": tombstone.reason, "rows": erased.rows, "leaves": erased.leaves},
    )
    return [*of_credentials, whole]
