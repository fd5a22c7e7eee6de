"""Reads of organisations. An unconfined handle is needed to see more than one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.organisations.models import Confirmation, Organisation
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation
from accredit.errors import NotFound
from accredit.storage import Session, readings


@dataclass(frozen=True, kw_only=True)
class Recognition:
    """How and when an operator confirmed the organisation by an outside channel."""

    channel: Channel
    confirmed_on: date


@dataclass(frozen=True, kw_only=True)
class OrganisationFacts:
    """An organisation as pages and documents need it; ``recognition`` is None until confirmed, or once withdrawn."""

    id: UUID
    slug: str
    did: str
    name: str
    town: str | None
    kind: Kind
    nation: Nation
    urn: str | None
    charity_number: str | None
    ukprn: str | None
    contact: str | None
    talk_to: str | None
    own_line: str | None
    head_name: str | None
    head_title: str | None
    head_since: date | None
    recognition: Recognition | None

    @property
    def details(self) -> Details:
        """What the organisation says of itself."""
        return Details(
            name=self.name,
            town=self.town,
            urn=self.urn,
            charity_number=self.charity_number,
            ukprn=self.ukprn,
            contact=self.contact,
            talk_to=self.talk_to,
            own_line=self.own_line,
            head_name=self.head_name,
            head_title=self.head_title,
            head_since=self.head_since,
        )


def organisation(db: Session, organisation_id: UUID) -> OrganisationFacts:
    """Return one organisation. Raises `NotFound`, also for another one than the handle's own."""
    row = None if db.tenant not in {None, organisation_id} else db.get(Organisation, organisation_id)
    if row is None:
        raise NotFound("organisation")
    return facts_of(db, [row])[0]


def organisation_by_slug(db: Session, slug: str) -> OrganisationFacts | None:
    """Return the organisation with this slug, or None."""
    rows = db.exec(select(Organisation).where(Organisation.slug == slug)).all()
    return facts_of(db, rows)[0] if rows else None


def organisation_by_did(db: Session, did: str) -> OrganisationFacts | None:
    """Return the organisation that signs under this DID, or None."""
    rows = db.exec(select(Organisation).where(Organisation.did == did)).all()
    return facts_of(db, rows)[0] if rows else None


def organisations(db: Session) -> tuple[OrganisationFacts, ...]:
    """Return every organisation by name, in two statements."""
    return tuple(facts_of(db, db.exec(select(Organisation).order_by(Organisation.name)).all()))


def recognition(db: Session, organisation_id: UUID) -> Recognition | None:
    """Return the confirmation that holds now: the latest one, unless it was withdrawn."""
    return _recognitions(db, [organisation_id]).get(organisation_id)


def recognition_by_did(db: Session, did: str) -> Recognition | None:
    """Say the same of the organisation that signs under a DID; None too where there is none."""
    found = readings.rows(db, _RECOGNITION_BY_DID, did=did)
    return recognition_in(found[0]) if found else None


def latest_confirmation() -> sa.ColumnElement[bool]:
    """Return the condition that the `Confirmation` of a statement is the latest of its `Organisation`."""
    latest = (
        sa.select(col(Confirmation.id))
        .where(col(Confirmation.organisation_id) == col(Organisation.id))
        .order_by(col(Confirmation.at).desc(), col(Confirmation.id).desc())
        .limit(1)
        .correlate(Organisation)
    )
    return col(Confirmation.id) == latest.scalar_subquery()


RECOGNITION = (col(Confirmation.confirmed), col(Confirmation.channel), col(Confirmation.confirmed_on))
"""The columns that `recognition_in` reads, of a statement with the latest `Confirmation`, if there is one."""


def recognition_in(row: Any) -> Recognition | None:
    """Return the confirmation that holds now, of a row with the columns `RECOGNITION`."""
    return Recognition(channel=row.channel, confirmed_on=row.confirmed_on) if row.confirmed else None


_RECOGNITION_BY_DID = (
    sa.select(*RECOGNITION)
    .select_from(Organisation)
    .join(Confirmation, latest_confirmation())
    .where(col(Organisation.did) == sa.bindparam("did"))
)


def _recognitions(db: Session, ids: Iterable[UUID]) -> dict[UUID, Recognition]:
    order = (col(Confirmation.at), col(Confirmation.id))
    rows = db.exec(select(Confirmation).where(col(Confirmation.organisation_id).in_(list(ids))).order_by(*order)).all()
    latest = {row.organisation_id: row for row in rows}
    return {
        organisation_id: Recognition(channel=row.channel, confirmed_on=row.confirmed_on)
        for organisation_id, row in latest.items()
        if row.confirmed
    }


def facts_of(db: Session, rows: Iterable[Organisation]) -> list[OrganisationFacts]:
    """Return what is known of organisations, in their order."""
    rows = list(rows)
    recognised = _recognitions(db, [row.id for row in rows])
    shown = {field.name for field in fields(OrganisationFacts)}
    return [OrganisationFacts(**row.model_dump(include=shown), recognition=recognised.get(row.id)) for row in rows]
