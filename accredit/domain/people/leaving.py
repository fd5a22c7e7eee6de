"""A young person leaves; their page closes, and what they earned stays on record and genuine.

- Whoever has left cannot leave again (``has-left``); whoever has not, need not be brought back (``has-not-left``).
- Nobody opens the page of somebody who has left alone, where another co-ordinator could look at it too: one asks,
  another agrees or declines (``second-person-needed``, IN12). The only co-ordinator does it alone.
- What was not asked for cannot be answered (``opening-not-asked``); it is asked for once (``opening-asked-already``).
- Brought back, they are on the list again and are given a new slip; the one from before stays closed.

Their places in programmes are ended by whoever calls, since enrolments lie above people.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import queries, rules
from accredit.domain.people.models import ClaimSlip, YoungPerson
from accredit.domain.people.second_person import Others, others_who_may
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Session


def mark_left(db: Session, *, young_person_id: UUID, actor: Actor, now: datetime) -> None:
    """Record that a young person has left: their page closes. Raises `RuleBroken` ``has-left``, `NotFound`."""
    row = _for_update(db, young_person_id, actor, now)
    if row.left_at is not None:
        raise RuleBroken("has-left")
    row.left_at, row.version = now, row.version + 1
    _tell(db, Tag.YOUNG_PERSON_LEFT, row, actor, now)


def ask_to_open(db: Session, *, young_person_id: UUID, actor: Actor, now: datetime) -> bool:
    """Ask that the page of somebody who has left is opened; say whether it is open already.

    It is where nobody else could agree. Raises `RuleBroken`: ``has-not-left``, ``opening-asked-already``; `NotFound`.
    """
    row = _for_update(db, young_person_id, actor, now)
    if row.left_at is None:
        raise RuleBroken("has-not-left")
    if row.opening_asked_at is not None:
        raise RuleBroken("opening-asked-already")
    if not others_who_can_agree(db, row.organisation_id, but=actor.id, now=now):
        _open(db, row, actor, now)
        return True
    row.opening_asked_at, row.opening_asked_by = now, actor.id
    _tell(db, Tag.LEAVER_OPENING_ASKED, row, actor, now)
    return False


def answer(db: Session, *, young_person_id: UUID, agreed: bool, actor: Actor, now: datetime) -> None:
    """Agree, as a second co-ordinator, that a page is opened; or decline, which whoever asked may do too.

    Raises `RuleBroken`: ``opening-not-asked``, ``second-person-needed``; `NotFound`.
    """
    row = _for_update(db, young_person_id, actor, now)
    if row.opening_asked_at is None:
        raise RuleBroken("opening-not-asked")
    if not agreed:
        row.opening_asked_at = row.opening_asked_by = None
        _tell(db, Tag.LEAVER_OPENING_DECLINED, row, actor, now)
        return
    alone = not others_who_can_agree(db, row.organisation_id, but=actor.id, now=now)
    if row.opening_asked_by == actor.id and not alone:
        raise RuleBroken("second-person-needed")
    _open(db, row, actor, now)


def others_who_can_agree(db: Session, organisation_id: UUID, *, but: UUID | None, now: datetime) -> Others:
    """Return the other co-ordinators, who alone award."""
    return others_who_may(db, organisation_id=organisation_id, but=but, permission=Permission.AWARD, now=now)


def leavers(db: Session, *, organisation_id: UUID) -> tuple[queries.YoungPersonFacts, ...]:
    """Return those who have left, the latest first."""
    people = queries.young_people(db, organisation_id=organisation_id, include_left=True)
    left = [each for each in people if each.left_at is not None]
    return tuple(sorted(left, key=lambda each: (each.left_at is not None and each.left_at, each.id), reverse=True))


def asked_to_open(db: Session, *, organisation_id: UUID) -> dict[UUID, UUID]:
    """Return whose pages are asked to be opened, the oldest first, each with who asks."""
    rows = db.exec(
        select(YoungPerson)
        .where(YoungPerson.organisation_id == organisation_id, col(YoungPerson.opening_asked_at).is_not(None))
        .order_by(col(YoungPerson.opening_asked_at), col(YoungPerson.id))
    )
    return {row.id: row.opening_asked_by for row in rows if row.opening_asked_by is not None}


def _open(db: Session, row: YoungPerson, actor: Actor, now: datetime) -> None:
    row.left_at = row.opening_asked_at = row.opening_asked_by = None
    row.version += 1
    # A slip from before may lie anywhere by now; a new one is handed over.
    for slip in db.exec(
        select(ClaimSlip).where(ClaimSlip.young_person_id == row.id, col(ClaimSlip.withdrawn_at).is_(None))
    ):
        slip.withdrawn_at = now
    _tell(db, Tag.LEAVER_OPENED, row, actor, now)


def _for_update(db: Session, young_person_id: UUID, actor: Actor, now: datetime) -> YoungPerson:
    wanted = select(YoungPerson).where(YoungPerson.id == young_person_id).with_for_update()
    row = db.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("young-person")
    rules.check_same_organisation(actor, row.organisation_id)
    held = queries.roles_on(db, actor.id, local_date(now)) if actor.id else frozenset()
    if actor.kind is not ActorKind.STAFF or Role.COORDINATOR not in held:
        raise Forbidden("no-permission")
    return row


def _tell(db: Session, tag: Tag, row: YoungPerson, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id)
