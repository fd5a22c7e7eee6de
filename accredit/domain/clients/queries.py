"""Reads of keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.clients import rules
from accredit.domain.clients.models import AccessKey
from accredit.domain.clients.rules import KeyState, Scope
from accredit.domain.organisations.rules import Permission, Role, permissions_of
from accredit.domain.people import queries as people
from accredit.domain.people.queries import StaffFacts
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class KeyFacts:
    """One key, as a list shows it."""

    id: UUID
    label: str
    scopes: frozenset[Scope]
    made_by_name: str
    made_at: datetime
    last_day: date
    last_used_on: date | None
    ended_at: datetime | None
    state: KeyState


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a key opens today: for whom it acts, and which of its scopes count."""

    key_id: UUID
    organisation_id: UUID
    staff_id: UUID
    account_id: UUID
    label: str
    last_day: date
    last_used_on: date | None
    scopes: frozenset[Scope]
    permissions: frozenset[Permission]

    @property
    def actor(self) -> Actor:
        """The one for whom it acts, as the record names them."""
        return Actor(
            kind=ActorKind.STAFF,
            id=self.staff_id,
            organisation_id=self.organisation_id,
            role=Role.COORDINATOR.value,
            through=self.key_id,
        )


def key_hash(text: str) -> bytes:
    """Return the hash under which a key is kept."""
    # 256 random bits need no slow hash and no pepper: nobody can guess what to compare with.
    return hashlib.sha256(b"access-key:" + text.encode()).digest()


def opened_by(db: Session, text: str, *, now: datetime) -> Opened | None:
    """Return what a key opens now; None for one that is wrong, ended, over, or of somebody who has handed over."""
    if not rules.is_whole(text):
        return None
    row = db.exec(select(AccessKey).where(AccessKey.key_hash == key_hash(text))).first()
    if row is None:
        return None
    maker, today = people.staff_member(db, row.made_by), local_date(now)
    account = people.account(db, maker.account_id) if maker.account_id else None
    if _state(row, maker, today) is not KeyState.OPEN or account is None or not account.active:
        return None
    permissions = permissions_of(maker.roles_on(today))
    return Opened(
        key_id=row.id,
        organisation_id=row.organisation_id,
        staff_id=row.made_by,
        account_id=account.id,
        label=row.label,
        last_day=row.last_day,
        last_used_on=row.last_used_on,
        scopes=rules.scopes_that_count([Scope(word) for word in row.scopes], permissions),
        permissions=permissions,
    )


def keys(db: Session, *, organisation_id: UUID, on: date) -> tuple[KeyFacts, ...]:
    """Return an organisation's keys, those that open something first, then the newest."""
    wanted = select(AccessKey).where(AccessKey.organisation_id == organisation_id).order_by(col(AccessKey.id).desc())
    makers = {each.id: each for each in people.staff(db, organisation_id=organisation_id)}
    found = [_facts(row, makers[row.made_by], on) for row in db.exec(wanted)]
    return tuple(sorted(found, key=lambda facts: facts.state is not KeyState.OPEN))


def last_day(db: Session, key_id: UUID | None) -> date:
    """Return the last day of a key. Raises `NotFound`."""
    row = None if key_id is None else db.get(AccessKey, key_id)
    if row is None:
        raise NotFound("access-key")
    day: date = row.last_day
    return day


def labels(db: Session, key_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what keys are called, by id."""
    return dict(db.exec(select(AccessKey.id, AccessKey.label).where(col(AccessKey.id).in_(list(key_ids)))).all())


def _facts(row: AccessKey, maker: StaffFacts, today: date) -> KeyFacts:
    return KeyFacts(
        id=row.id,
        label=row.label,
        scopes=frozenset(Scope(word) for word in row.scopes),
        made_by_name=maker.name,
        made_at=row.made_at,
        last_day=row.last_day,
        last_used_on=row.last_used_on,
        ended_at=row.ended_at,
        state=_state(row, maker, today),
    )


def _state(row: AccessKey, maker: StaffFacts, today: date) -> KeyState:
    return rules.state_of(
        ended=row.ended_at is not None,
        last_day=row.last_day,
        role_id=row.role_id,
        periods=maker.roles,
        has_left=maker.left_at is not None,
        today=today,
    )
