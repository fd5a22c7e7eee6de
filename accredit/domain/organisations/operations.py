"""Writes of organisations."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.organisations import queries, rules
from accredit.domain.organisations.models import Confirmation, Organisation
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Session


def add_organisation(
    db: Session,
    *,
    details: Details,
    kind: Kind,
    nation: Nation,
    host: str,
    slug: str | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Add an organisation with its issuer identity, fixed for ever; without ``slug`` one is made from the name.

    Raises `RuleBroken`: ``organisation-name``, ``urn``, ``ukprn``, ``charity-number``, ``slug``, ``slug-in-use``.
    """
    check_fresh(actor)
    details = rules.check_details(details)
    slug = _free_slug(db, rules.slug_from(details.name)) if slug is None else rules.check_slug(slug)
    # Rows of organisations are never removed, so a slug that is not there was never there.
    if db.exec(select(Organisation.id).where(Organisation.slug == slug)).first():
        raise RuleBroken("slug-in-use", slug=slug)
    did = rules.did_for(host=host, slug=slug)
    row = Organisation(slug=slug, did=did, kind=kind, nation=nation, created_at=now, **asdict(details))
    db.add(row)
    db.flush()
    audit.record(db, tag=Tag.ORGANISATION_ADDED, actor=actor, now=now, subject=row.id, organisation_id=row.id)
    return row.id


def _free_slug(db: Session, wanted: str) -> str:
    taken = set(db.exec(select(Organisation.slug).where(col(Organisation.slug).startswith(wanted))).all())
    number, slug = 1, wanted
    while slug in taken:
        number += 1
        slug = f"{wanted}-{number}"
    return slug


def change_details(
    db: Session,
    *,
    organisation_id: UUID,
    details: Details,
    nation: Nation | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Change what the organisation says of itself; slug and DID stay, and ``nation`` None keeps the one it has.

    Raises `RuleBroken`: those of `add_organisation`, and ``confirmed-details``.
    """
    check_fresh(actor)
    before = queries.organisation(db, organisation_id)
    details = rules.check_details(details)
    by_operator = actor.kind is ActorKind.OPERATOR
    rules.check_change(before.details, details, is_recognised=before.recognition is not None, by_operator=by_operator)
    values = {**asdict(details), "nation": nation or before.nation}
    changed = sorted(name for name, value in values.items() if value != getattr(before, name))
    if not changed:
        return
    row = db.get(Organisation, organisation_id)
    for name in changed:
        setattr(row, name, values[name])
    audit.record(
        db,
        tag=Tag.ORGANISATION_CHANGED,
        actor=actor,
        now=now,
        subject=organisation_id,
        organisation_id=organisation_id,
        fields=changed,
    )


def confirm(
    db: Session, *, organisation_id: UUID, channel: Channel, confirmed_on: date, actor: Actor, now: datetime
) -> None:
    """Record that an operator confirmed the organisation by an outside channel; from now on it is recognised.

    Raises `Forbidden` unless the actor is an operator, `RuleBroken` ``confirmed-in-the-future``.
    """
    _decide(db, confirmed=True, organisation_id=organisation_id, channel=channel, on=confirmed_on, actor=actor, now=now)


def withdraw_confirmation(
    db: Session, *, organisation_id: UUID, channel: Channel, on: date, actor: Actor, now: datetime
) -> None:
    """Record that the confirmation no longer holds. Raises like `confirm`, and `RuleBroken` ``not-confirmed``."""
    if queries.recognition(db, organisation_id) is None:
        raise RuleBroken("not-confirmed")
    _decide(db, confirmed=False, organisation_id=organisation_id, channel=channel, on=on, actor=actor, now=now)


def _decide(
    db: Session, *, confirmed: bool, organisation_id: UUID, channel: Channel, on: date, actor: Actor, now: datetime
) -> None:
    if actor.kind is not ActorKind.OPERATOR or actor.id is None:
        raise Forbidden("operator-only")
    check_fresh(actor)
    if db.get(Organisation, organisation_id) is None:
        raise NotFound("organisation")
    if on > local_date(now):
        raise RuleBroken("confirmed-in-the-future")
    db.add(
        Confirmation(
            organisation_id=organisation_id,
            confirmed=confirmed,
            channel=channel,
            confirmed_on=on,
            operator_id=actor.id,
            at=now,
        )
    )
    tag = Tag.ORGANISATION_RECOGNISED if confirmed else Tag.ORGANISATION_CONFIRMATION_WITHDRAWN
    audit.record(
        db, tag=tag, actor=actor, now=now, subject=organisation_id, organisation_id=organisation_id, channel=channel
    )
