"""Make one record of two, or ask a second person to agree that they are one.

1. Both people are locked, and what is in the way is looked for again.
2. Where either holds an award that counts, it waits for somebody else; whoever is the only one does it alone.
3. Places in programmes go over; two places in one programme become one (`places`). Certificates, slips, requests and
   holds follow. The slip of the record that goes is stopped, and with it every sign-in by it.
4. The record that goes is taken out; its id stays known, so that an erasure reaches older backups too.
5. One audit event and one leaf join the same transaction: after a crash either all of it was done or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.credentials import code_names
from accredit.domain.credentials.models import Challenge, Credential, Hiding, PaperAhead, RevocationRequest
from accredit.domain.credentials.sharing_models import CodeName, Share, ShareOpening
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.merging import places, queries, rules
from accredit.domain.organisations.rules import Permission, may
from accredit.domain.people import consents, word_cards
from accredit.domain.people import queries as people
from accredit.domain.people.models import ClaimSlip, MergedPerson, MergeRequest, YoungPerson
from accredit.domain.people.own_page_models import Consent, OwnPasskey, OwnPasskeyChallenge, RecordRequest, WordCard
from accredit.domain.people.rules import About, Answer
from accredit.domain.people.second_person import NOBODY, Others, check_second_person, others_who_may
from accredit.domain.retention.models import LegalHold
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import Act, Entry
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Session
from accredit.storage.merging import go_on_in

FOLLOWS: tuple[Any, ...] = (
    *(Challenge, RevocationRequest, Hiding, PaperAhead, Credential),
    *(Share, ShareOpening, CodeName),
    *(ClaimSlip, WordCard, OwnPasskey, OwnPasskeyChallenge, Consent, RecordRequest, LegalHold),
)
"""Whatever names a young person besides their places."""
TAKEN_OVER = ("school_reference", "upn_hash", "year_group", "form", "turns_13", "turns_16", "turns_18", "name_said")
"""What the kept record takes from the other where it says nothing itself."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whether two records are one now; if not, it waits for one of ``others``."""

    is_done: bool
    others: Others = NOBODY


def merge(db: Session, *, kept_id: UUID, other_id: UUID, actor: Actor, now: datetime) -> Asked:
    """Make one record of two, or ask for it where two people decide.

    Raises `NotFound`, `Forbidden`, and `RuleBroken` as `rules.check` does.
    """
    kept, other, staff_id = _both(db, kept_id, other_id, actor, now)
    is_weighty = rules.needs_two(*_checked(db, kept, other))
    others = others_who_may(
        db, organisation_id=kept.organisation_id, but=staff_id, permission=Permission.MANAGE_PEOPLE, now=now
    )
    _forget_requests(db, kept_id, other_id)
    if not (is_weighty and others):
        _join(db, kept, other, actor=actor, now=now, **({"is_alone": True} if is_weighty else {}))
        return Asked(is_done=True)
    db.add(
        MergeRequest(
            organisation_id=kept.organisation_id,
            kept_id=kept_id,
            other_id=other_id,
            asked_by=staff_id,
            asked_at=now,
        )
    )
    _tell(db, Tag.MERGE_ASKED, kept, actor, now, other=other_id)
    return Asked(is_done=False, others=others)


def answer(db: Session, *, kept_id: UUID, other_id: UUID, agreed: bool, actor: Actor, now: datetime) -> None:
    """Agree that two records are one, or decline; whoever asked may decline it, too.

    Raises as `merge`, and `RuleBroken`: ``merge-not-asked``, ``second-person-needed``.
    """
    kept, other, staff_id = _both(db, kept_id, other_id, actor, now)
    asked = db.exec(
        select(MergeRequest).where(MergeRequest.kept_id == kept_id, MergeRequest.other_id == other_id)
    ).first()
    if asked is None:
        raise RuleBroken("merge-not-asked")
    asked_by = asked.asked_by
    _forget_requests(db, kept_id, other_id)
    if not agreed:
        _tell(db, Tag.MERGE_DECLINED, kept, actor, now, other=other_id)
        return
    check_second_person(
        db,
        organisation_id=kept.organisation_id,
        first=asked_by,
        second=staff_id,
        permission=Permission.MANAGE_PEOPLE,
        now=now,
    )
    _checked(db, kept, other)
    alone = {"is_alone": True} if asked_by == staff_id else {}
    _join(db, kept, other, actor=actor, now=now, asked_by=asked_by, **alone)


def _both(
    db: Session, kept_id: UUID, other_id: UUID, actor: Actor, now: datetime
) -> tuple[YoungPerson, YoungPerson, UUID]:
    """Lock both people, always in the same order, and return them with who acts."""
    check_fresh(actor)
    wanted = select(YoungPerson).where(col(YoungPerson.id).in_({kept_id, other_id})).order_by(col(YoungPerson.id))
    # A row loaded before the lock was granted may be older than what the lock waited for.
    rows = {row.id: row for row in db.exec(wanted.with_for_update().execution_options(populate_existing=True))}
    if kept_id not in rows or other_id not in rows:
        raise NotFound("young-person")
    kept, other = rows[kept_id], rows[other_id]
    # Whoever writes of a place waits from here, and what was written before is seen below.
    own = sa.select(col(Enrolment.id)).where(col(Enrolment.young_person_id).in_(rows))
    db.execute(own.order_by(col(Enrolment.id)).with_for_update()).all()
    if actor.kind is not ActorKind.STAFF or actor.id is None:
        raise Forbidden("staff-only")
    if not may(people.roles_on(db, actor.id, local_date(now)), Permission.MANAGE_PEOPLE):
        raise Forbidden("no-permission")
    if {kept.organisation_id, other.organisation_id} != {actor.organisation_id}:
        raise NotFound("young-person")
    return kept, other, actor.id


def _checked(db: Session, kept: YoungPerson, other: YoungPerson) -> tuple[rules.Record, rules.Record]:
    one, two = (queries.record(db, people.young_person(db, each.id)) for each in (kept, other))
    rules.check(one, two)
    return one, two


def _join(
    db: Session, kept: YoungPerson, other: YoungPerson, *, actor: Actor, now: datetime, **details: object
) -> None:
    went_on = _move_places(db, kept, other, now)
    go_on_in(db, former_id=other.id, present_id=kept.id)
    _end_second_hold(db, kept.id, other.id, now)
    word_cards.close(db, [other.id], now=now)
    # Whoever let less be seen behind their codes meant both: initials, until they choose again.
    code_names.forget(db, kept.id)
    code_names.forget(db, other.id)
    db.flush()
    for model in FOLLOWS:
        db.execute(sa.update(model).where(model.young_person_id == other.id).values(young_person_id=kept.id))
    if consents.answer(db, kept.id, About.OWN_PAGE, now=now) in {Answer.NO, Answer.HOME_SAID_NO}:
        # The latest answer counts, whichever record it was given on.
        word_cards.close(db, [kept.id], now=now)
    known = col(MergedPerson.young_person_id) == other.id
    db.execute(sa.update(MergedPerson).where(known).values(young_person_id=kept.id))
    of_other = sa.or_(col(MergeRequest.kept_id) == other.id, col(MergeRequest.other_id) == other.id)
    db.execute(sa.delete(MergeRequest).where(of_other))
    taken = {name: getattr(other, name) for name in TAKEN_OVER if getattr(kept, name) is None}
    former_id, is_called_up = other.id, other.is_called_up
    db.execute(sa.delete(YoungPerson).where(col(YoungPerson.id) == former_id))
    # Set only now: a pupil number belongs to one row at a time.
    for name, value in taken.items():
        setattr(kept, name, value)
    # Whoever asked once not to be called up is not.
    kept.is_called_up = kept.is_called_up and is_called_up
    kept.version += 1
    db.add(
        MergedPerson(organisation_id=kept.organisation_id, young_person_id=kept.id, former_id=former_id, merged_at=now)
    )
    _tell(db, Tag.MERGED, kept, actor, now, other=former_id, places=len(went_on), **details)
    _append(db, kept, former_id, went_on, actor, now)


def _append(
    db: Session, kept: YoungPerson, former_id: UUID, went_on: list[tuple[UUID, UUID]], actor: Actor, now: datetime
) -> None:
    record = {
        "former": str(former_id),
        "places": [[str(former), str(present)] for former, present in went_on],
        "merged_by": str(actor.id),
        "role": actor.role,
    }
    entry = Entry(
        act=Act.RECORDS_MERGED,
        subject_id=kept.id,
        organisation_id=kept.organisation_id,
        record=record,
        occurrence=log.count(db, act=Act.RECORDS_MERGED, subject_id=kept.id),
    )
    transparency.append_many(db, entries=[entry], now=now)


def _move_places(db: Session, kept: YoungPerson, other: YoungPerson, now: datetime) -> list[tuple[UUID, UUID]]:
    """Let every place of the other be the kept one's; return those that went on in another, with that."""
    rows = db.exec(select(Enrolment).where(col(Enrolment.young_person_id).in_([kept.id, other.id]))).all()
    own = {row.programme_id: row for row in rows if row.young_person_id == kept.id}
    went_on: list[tuple[UUID, UUID]] = []
    for row in sorted((row for row in rows if row.young_person_id == other.id), key=lambda row: row.id):
        present = own.get(row.programme_id)
        if present is None:
            row.young_person_id = kept.id
        else:
            went_on.append((row.id, present.id))
            places.go_on(db, former=row, present=present, now=now)
    db.flush()
    return went_on


def _end_second_hold(db: Session, kept_id: UUID, other_id: UUID, now: datetime) -> None:
    """One hold keeps the whole record: that of the other ends where the kept one has one."""
    is_open = col(LegalHold.ended_at).is_(None)
    held = sa.select(col(LegalHold.id)).where(col(LegalHold.young_person_id) == kept_id, is_open)
    if db.execute(held).first() is not None:
        db.execute(sa.update(LegalHold).where(col(LegalHold.young_person_id) == other_id, is_open).values(ended_at=now))


def _forget_requests(db: Session, one: UUID, other: UUID) -> None:
    pair = [one, other]
    both = sa.and_(col(MergeRequest.kept_id).in_(pair), col(MergeRequest.other_id).in_(pair))
    db.execute(sa.delete(MergeRequest).where(both))


def _tell(db: Session, tag: Tag, kept: YoungPerson, actor: Actor, now: datetime, **details: object) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=kept.id, organisation_id=kept.organisation_id, **details)
