"""Make and end keys."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import SERVICE, Actor, ActorKind, Tag
from accredit.domain.clients import queries, rules
from accredit.domain.clients.models import AccessKey, AnsweredRequest
from accredit.domain.clients.rules import KeyState, Wish
from accredit.domain.organisations.models import Organisation
from accredit.domain.people import queries as people
from accredit.domain.people.rules import check_same_organisation
from accredit.errors import Forbidden, NotFound
from accredit.storage import Session


def make_key(
    db: Session,
    *,
    organisation_id: UUID,
    wish: Wish,
    actor: Actor,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> tuple[UUID, str]:
    """Make a key that acts for ``actor``; return its id and, this once, the key.

    Raises `RuleBroken`: ``key-not-a-coordinator`` and those of `rules.check_wish`; `Forbidden` for others.
    """
    check_same_organisation(actor, organisation_id)
    # A key that could make keys would outlive its own end.
    if actor.kind is not ActorKind.STAFF or actor.id is None or actor.through is not None:
        raise Forbidden("staff-only")
    today = local_date(now)
    # Locked, so that two who make the last one at once do not both succeed.
    db.exec(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()).one()
    maker = people.staff_member(db, actor.id)
    role = rules.check_maker(() if maker.left_at else maker.roles, today=today)
    known = queries.keys(db, organisation_id=organisation_id, on=today)
    wish = rules.check_wish(wish, today=today, keys_open=sum(each.state is KeyState.OPEN for each in known))
    text = rules.make_key(draw)
    row = AccessKey(
        organisation_id=organisation_id,
        label=wish.label,
        key_hash=queries.key_hash(text),
        scopes=sorted(scope.value for scope in wish.scopes),
        made_by=actor.id,
        role_id=role.id,
        made_at=now,
        last_day=wish.last_day,
    )
    db.add(row)
    db.flush()
    audit.record(
        db,
        tag=Tag.ACCESS_KEY_MADE,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=organisation_id,
        scopes=row.scopes,
    )
    return row.id, text


def end_key(db: Session, *, key_id: UUID, actor: Actor, now: datetime) -> None:
    """End a key at once; ending it again changes nothing. Raises `NotFound`, `Forbidden` for another organisation."""
    row = db.exec(select(AccessKey).where(AccessKey.id == key_id).with_for_update()).first()
    if row is None:
        raise NotFound("access-key")
    check_same_organisation(actor, row.organisation_id)
    if row.ended_at is not None:
        return
    row.ended_at, row.ended_by = now, actor.id
    db.execute(delete(AnsweredRequest).where(col(AnsweredRequest.access_key_id) == key_id))
    audit.record(
        db, tag=Tag.ACCESS_KEY_ENDED, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id
    )


def note_use(db: Session, *, key_id: UUID, now: datetime) -> None:
    """Remember the day on which a key was last used."""
    db.execute(update(AccessKey).where(col(AccessKey.id) == key_id).values(last_used_on=local_date(now)))


def end_every_key(db: Session, *, now: datetime) -> int:
    """End all keys there are, and return how many: a restored backup brings back some that had been ended since."""
    rows = db.exec(select(AccessKey).where(col(AccessKey.ended_at).is_(None))).all()
    for row in rows:
        end_key(db, key_id=row.id, actor=SERVICE, now=now)
    return len(rows)
