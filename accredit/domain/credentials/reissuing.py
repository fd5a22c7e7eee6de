"""After a theft: issue anew, from the record, whatever the stolen key signed and no witness places before it.

1. `progress` says what is affected, what was ordered, what is done.
2. `order` orders the next of them, each once (`issuing.replace`); whoever prepares what waits issues them. After a
   crash, or asked again: the rest is ordered, and nothing twice.
3. When a new one is released, the earlier one ends and its code leads to the new one (`issuing.replacing`).

What is paused is left alone: nothing may bring it back by the way. It is issued anew once it is in force again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.audit.rules import Actor
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.models import Issuance, Replacement
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose, ReplaceReason, Stage, Status
from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.domain.transparency import queries as log
from accredit.errors import RuleBroken
from accredit.storage import Session

SUBJECT = "New certificates are on their way"
TEXT = """\
Hello,

one of the keys that {organisation} signs its certificates with can no longer be relied on. Nothing in your records is
wrong, and nobody's award is in doubt: the certificates concerned are being signed again with a new key.

You need not do anything. When a new certificate is ready, its code and its link take over from the earlier ones, so
what was printed or sent still leads to the right page. Please give the new file to whoever keeps their certificate as
a file: an earlier file is no longer confirmed.

Young people may ask you about it. What they did counts exactly as before.
"""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Credentials of a stolen key that nothing places before the theft, by their ids."""

    to_order: tuple[UUID, ...]
    paused: tuple[UUID, ...]
    under_way: tuple[UUID, ...]
    done: tuple[UUID, ...]


def progress(db: Session, *, key: KeyFacts) -> Progress:
    """Say how far the re-issue of what a stolen key signed has come. Raises `RuleBroken` (``key-not-compromised``)."""
    found: dict[str, list[UUID]] = {name: [] for name in Progress.__dataclass_fields__}
    for each in _affected(db, key):
        found[_where(each)].append(each.credential_id)
    return Progress(**{name: tuple(ids) for name, ids in found.items()})


def order(db: Session, *, key: KeyFacts, limit: int, actor: Actor, now: datetime) -> int:
    """Order the next re-issues and return how many; with the first of all, tell the organisation's co-ordinators.

    Raises `RuleBroken`: ``key-not-compromised``, ``no-signing-key`` while no other key is in its place.
    """
    for purpose in (Purpose.ASSERTION, Purpose.ASSERTION_JWT):
        if issuances.signing_key(db, controller=key.controller, purpose=purpose) is None:
            raise RuleBroken("no-signing-key", "Put another key in its place first: accredit keys rotate")
    affected = _affected(db, key)
    waiting = [each.id for each in affected if _where(each) == "to_order"]
    is_first = all(each.reason is not ReplaceReason.KEY_COMPROMISED for each in affected)
    for issuance_id in waiting[:limit]:
        issuing.replace(db, issuance_id=issuance_id, reason=ReplaceReason.KEY_COMPROMISED, actor=actor, now=now)
    if waiting and is_first and key.organisation_id is not None:
        _tell(db, key.organisation_id, now)
    return len(waiting[:limit])


def _where(each: Any) -> str:
    if each.reason is not None:
        return "done" if each.ended_at else "under_way"
    return "paused" if each.status is Status.SUSPENDED else "to_order"


def _affected(db: Session, key: KeyFacts) -> Sequence[Any]:
    if key.compromised_at is None:
        raise RuleBroken("key-not-compromised", "This key is not marked as compromised: accredit keys compromised NAME")
    ordered = sa.and_(col(Replacement.issuance_id) == col(Issuance.id), col(Replacement.given_up_at).is_(None))
    return db.execute(
        sa.select(
            col(Issuance.id),
            col(Issuance.credential_id),
            col(Issuance.status),
            col(Replacement.reason),
            col(Replacement.ended_at),
        )
        .outerjoin(Replacement, ordered)
        .where(
            sa.or_(col(Issuance.signing_key_id) == key.id, col(Issuance.jwt_signing_key_id) == key.id),
            col(Issuance.stage) == Stage.RELEASED,
            # What a witness had cosigned before the theft keeps its word; what was erased has none left.
            col(Issuance.leaf_index) >= log.witnessed_size(db, before=key.compromised_at),
            col(Issuance.signed_document).is_not(None),
            sa.or_(col(Issuance.status) != Status.REVOKED, col(Replacement.ended_at).is_not(None)),
        )
        .order_by(col(Issuance.leaf_index))
    ).all()


def _tell(db: Session, organisation_id: UUID, now: datetime) -> None:
    named = organisations.organisation(db, organisation_id).name
    for each in people.staff(db, organisation_id=organisation_id):
        if each.email is not None and Role.COORDINATOR in each.roles_on(now.date()):
            notifications.queue_mail(
                db, to_address=each.email, subject=SUBJECT, text=TEXT.format(organisation=named), now=now
            )
