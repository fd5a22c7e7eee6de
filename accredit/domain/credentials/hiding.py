"""Hide a credential from everybody outside, at once: for a young person who must not be found.

- A member of staff with the permission ``hide`` presses once; nothing is typed and no reason is kept, for the reason
  alone could lead somebody to a child (attacks.md DP30).
- One award is hidden, or all of a person's, with what they are awarded later.
- Whoever takes their own public pages away hides everything of theirs by themselves; only they show it again. What the
  school hides beside that stays hidden until the school shows it, and the other way round.
- To whoever asks by code or by address, what is hidden never existed, from the next request on, on every worker: what
  is remembered of an answer is forgotten when anything is written (`storage.versions`).
- Hiding and showing again are idempotent, are written in the audit trail, and leave no leaf in the public log.
- Nothing else changes: a hidden credential is neither paused nor revoked, and a file of it stays what it is.

Who reads by code or address uses `queries`, which leaves out what is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.awarding.models import Award
from accredit.domain.credentials.models import Credential, Hiding
from accredit.domain.credentials.second_person import check_staff
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.models import YoungPerson
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """That an award is hidden now. ``is_whole`` says that everything of the person is.

    ``by_holder`` says that its holder hides it and nobody else does.
    """

    hidden_by: UUID
    hidden_at: datetime
    is_whole: bool
    by_holder: bool = False


def is_hidden() -> sa.ColumnElement[bool]:
    """Return the condition that the `Credential` of a statement is hidden."""
    return sa.exists().where(
        col(Hiding.young_person_id) == col(Credential.young_person_id),
        col(Hiding.shown_at).is_(None),
        sa.or_(col(Hiding.award_id).is_(None), col(Hiding.award_id) == col(Credential.award_id)),
    )


def is_wholly_hidden(young_person_id: sa.ColumnElement[UUID] | Mapped[UUID]) -> sa.ColumnElement[bool]:
    """Return the condition that everything of somebody is hidden."""
    return sa.exists().where(
        col(Hiding.young_person_id) == young_person_id, col(Hiding.shown_at).is_(None), col(Hiding.award_id).is_(None)
    )


def of_award(db: Session, award_id: UUID) -> Hidden | None:
    """Say how an award is hidden now; None where it is not."""
    person = _person_of(award_id).scalar_subquery()
    rows = db.execute(_open(col(Hiding.young_person_id) == person).where(_covers(award_id))).scalars().all()
    if not rows:
        return None
    # What the school hides is its own to show; and what covers everything would have to be ended to show this one.
    row = min(rows, key=lambda each: (each.by_holder, each.award_id is not None))
    return Hidden(
        hidden_by=row.hidden_by, hidden_at=row.hidden_at, is_whole=row.award_id is None, by_holder=row.by_holder
    )


def own_since(db: Session, young_person_id: UUID) -> datetime | None:
    """Return since when somebody hides their own public pages; None where they do not."""
    found = db.execute(_open(col(Hiding.young_person_id) == young_person_id).where(_IS_OWN)).scalars().first()
    return None if found is None else found.hidden_at


def hide(db: Session, *, award_id: UUID, is_whole: bool, actor: Actor, now: datetime) -> None:
    """Hide an award, or with ``is_whole`` everything of the person who holds it.

    Raises `NotFound`, `Forbidden` (``staff-only``, ``no-permission``).
    """
    hidden_by = check_staff(db, actor, Permission.HIDE, now)
    organisation_id, person_id = _holder(db, award_id)
    covered = col(Hiding.award_id).is_(None) if is_whole else _covers(award_id)
    if db.execute(_open(col(Hiding.young_person_id) == person_id).where(covered, ~_IS_OWN)).first() is not None:
        return
    row = Hiding(
        organisation_id=organisation_id,
        young_person_id=person_id,
        award_id=None if is_whole else award_id,
        hidden_by=hidden_by,
        hidden_at=now,
    )
    db.add(row)
    _tell(db, Tag.CREDENTIAL_HIDDEN, row, actor, now)


def hide_own(db: Session, *, actor: Actor, now: datetime) -> None:
    """Hide everything of the young person who asks. Raises `NotFound` for everybody else."""
    person = _young_person(db, actor)
    if own_since(db, person.id) is not None:
        return
    row = Hiding(
        organisation_id=person.organisation_id,
        young_person_id=person.id,
        hidden_by=person.id,
        by_holder=True,
        hidden_at=now,
    )
    db.add(row)
    _tell(db, Tag.CREDENTIAL_HIDDEN, row, actor, now)


def show_own(db: Session, *, actor: Actor, now: datetime) -> None:
    """Let everything be found again that the young person who asks had hidden themselves. Raises `NotFound`."""
    person = _young_person(db, actor)
    mine = _open(col(Hiding.young_person_id) == person.id).where(_IS_OWN)
    for row in db.execute(mine.with_for_update()).scalars().all():
        row.shown_by, row.shown_at = person.id, now
        _tell(db, Tag.CREDENTIAL_SHOWN_AGAIN, row, actor, now)


def show_again(db: Session, *, award_id: UUID, actor: Actor, now: datetime) -> None:
    """End whatever hides an award; where everything of its holder was hidden, everything is shown again.

    What its holder hides stays so. Raises `NotFound`, `Forbidden` (``staff-only``, ``no-permission``).
    """
    shown_by = check_staff(db, actor, Permission.HIDE, now)
    _, person_id = _holder(db, award_id)
    by_school = _open(col(Hiding.young_person_id) == person_id).where(~_IS_OWN)
    rows = db.execute(by_school.with_for_update()).scalars().all()
    is_whole = any(row.award_id is None for row in rows)
    same = set(db.execute(_decided_again(award_id)).scalars())
    for row in rows:
        if is_whole or row.award_id in same:
            row.shown_by, row.shown_at = shown_by, now
            _tell(db, Tag.CREDENTIAL_SHOWN_AGAIN, row, actor, now)


def carry_over(db: Session, *, award_id: UUID, successor_id: UUID) -> None:
    """Hide what is decided anew in the place of an award as that one is; whoever hid it, hid this."""
    for row in db.execute(_open(col(Hiding.award_id) == award_id)).scalars().all():
        db.add(
            Hiding(
                organisation_id=row.organisation_id,
                young_person_id=row.young_person_id,
                award_id=successor_id,
                hidden_by=row.hidden_by,
                hidden_at=row.hidden_at,
            )
        )
    db.flush()


_IS_OWN = col(Hiding.by_holder).is_(True)


def _young_person(db: Session, actor: Actor) -> YoungPerson:
    # Locked, so that two presses leave one row.
    wanted = sa.select(YoungPerson).where(col(YoungPerson.id) == actor.id).with_for_update()
    person: YoungPerson | None = (
        db.execute(wanted).scalar_one_or_none() if actor.kind is ActorKind.YOUNG_PERSON else None
    )
    if person is None:
        raise NotFound("young-person")
    return person


def _decided_again(award_id: UUID) -> sa.Select[Any]:
    # An award that was decided again is another row, and the codes of both lead to the later one.
    this = aliased(Award)
    return sa.select(col(Award.id)).join(
        this,
        sa.and_(
            col(this.enrolment_id) == col(Award.enrolment_id),
            col(this.level_code) == col(Award.level_code),
            col(this.id) == award_id,
        ),
    )


def _open(condition: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select(Hiding).where(condition, col(Hiding.shown_at).is_(None)).order_by(col(Hiding.hidden_at))


def _covers(award_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(col(Hiding.award_id).is_(None), col(Hiding.award_id) == award_id)


def _person_of(award_id: UUID) -> sa.Select[Any]:
    return (
        sa.select(col(Enrolment.young_person_id))
        .join(Award, col(Award.enrolment_id) == col(Enrolment.id))
        .where(col(Award.id) == award_id)
    )


def _holder(db: Session, award_id: UUID) -> tuple[UUID, UUID]:
    found = db.execute(_person_of(award_id).add_columns(col(Award.organisation_id))).one_or_none()
    if found is None:
        raise NotFound("award")
    return found[1], found[0]


def _tell(db: Session, tag: Tag, row: Hiding, actor: Actor, now: datetime) -> None:
    about = {} if row.award_id is None else {"award": row.award_id}
    audit.record(
        db,
        tag=tag,
        actor=actor,
        now=now,
        subject=row.young_person_id,
        organisation_id=row.organisation_id,
        extent="everything" if row.award_id is None else "one-award",
        **about,
    )
    db.flush()
