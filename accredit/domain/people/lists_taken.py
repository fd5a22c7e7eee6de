"""Lists that somebody takes as a file: written down, and of a long one others of the organisation hear (IN16).

- Who took which list when, in which form and with how many lines, stands in the audit trail before the file goes out.
- Of a file with more than `LONG` lines those are told who may read the trail and sign in, but not who took it: once a
  day for each list and each person, since the trail holds the others too.
- Where nobody else may read it, nobody is told; a list of the operator's holds no organisation's people.

The letter, and the mark in the file itself, are the web's.
"""

from __future__ import annotations

from datetime import datetime, time
from uuid import UUID

from accredit.clock import LONDON, local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit import queries as events
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.rules import Permission, may
from accredit.domain.people import queries
from accredit.storage import Session

LONG = 50
"""What stands on one page of a list; more is nobody's class."""


def note_taken(db: Session, *, name: str, taken_as: str, lines: int, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Write down that a list is taken; return the e-mail addresses of those who are to hear of it."""
    told: tuple[str, ...] = ()
    if lines > LONG and not _is_told_today(db, name=name, actor=actor, now=now):
        told = _others(db, actor, now)
    audit.record(db, tag=Tag.LIST_EXPORTED, actor=actor, now=now, list=name, taken_as=taken_as, lines=lines)
    return told


def _is_told_today(db: Session, *, name: str, actor: Actor, now: datetime) -> bool:
    midnight = datetime.combine(local_date(now), time(), LONDON)
    taken = events.details_by(db, tag=Tag.LIST_EXPORTED, actor_id=actor.id, since=midnight)
    return any(each.get("list") == name and int(each.get("lines", 0)) > LONG for each in taken)


def _others(db: Session, actor: Actor, now: datetime) -> tuple[str, ...]:
    own: UUID | None = actor.organisation_id
    if actor.kind is not ActorKind.STAFF or own is None:
        return ()
    today = local_date(now)
    return tuple(
        each.email
        for each in queries.staff(db, organisation_id=own)
        # Who was asked to work here and has not said yes is told nothing.
        if each.id != actor.id and each.account_id is not None and each.email is not None
        if may(each.roles_on(today), Permission.SEE_AUDIT)
    )
