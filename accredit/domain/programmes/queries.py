"""Reads of programmes and their versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.programmes.models import Programme, ProgrammeDraft, ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.errors import NotFound
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class VersionFacts:
    """One version: what holds from ``effective_from`` until the next one."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID
    number: int
    effective_from: date
    definition: Definition


@dataclass(frozen=True, kw_only=True)
class ProgrammeFacts:
    """A programme with the version that holds on the day asked for, or None before the first."""

    id: UUID
    organisation_id: UUID
    code: str
    name: str
    current: VersionFacts | None


@dataclass(frozen=True, kw_only=True)
class DraftFacts:
    """What a programme is to become; ``programme_id`` is None for one that is not there yet."""

    id: UUID
    organisation_id: UUID
    programme_id: UUID | None
    definition: Definition
    version: int
    changed_at: datetime
    changed_by: UUID | None


def programmes(db: Session, *, organisation_id: UUID, on: date) -> tuple[ProgrammeFacts, ...]:
    """Return an organisation's programmes by name, in two statements."""
    rows = db.exec(select(Programme).where(Programme.organisation_id == organisation_id).order_by(Programme.name)).all()
    current = _versions_on(db, [row.id for row in rows], on)
    return tuple(_facts(row, current.get(row.id)) for row in rows)


def programme(db: Session, programme_id: UUID, on: date) -> ProgrammeFacts:
    """Return one programme. Raises `NotFound`."""
    row = db.get(Programme, programme_id)
    if row is None:
        raise NotFound("programme")
    return _facts(row, _versions_on(db, [row.id], on).get(row.id))


def current_version(db: Session, programme_id: UUID, on: date) -> VersionFacts:
    """Return the version that holds on a day. Raises `NotFound` when there is none yet."""
    found = _versions_on(db, [programme_id], on).get(programme_id)
    if found is None:
        raise NotFound("programme-version")
    return found


def version(db: Session, version_id: UUID) -> VersionFacts:
    """Return one version, current or not: awards outlive later versions. Raises `NotFound`."""
    row = db.get(ProgrammeVersion, version_id)
    if row is None:
        raise NotFound("programme-version")
    return _version_facts(row)


def versions(db: Session, programme_id: UUID) -> tuple[VersionFacts, ...]:
    """Return every version of a programme, oldest first."""
    rows = db.exec(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.programme_id == programme_id)
        .order_by(col(ProgrammeVersion.number))
    ).all()
    return tuple(_version_facts(row) for row in rows)


def draft(db: Session, draft_id: UUID) -> DraftFacts:
    """Return one draft. Raises `NotFound`."""
    row = db.get(ProgrammeDraft, draft_id)
    if row is None:
        raise NotFound("programme-draft")
    return draft_facts(row)


def drafts(db: Session, *, organisation_id: UUID) -> tuple[DraftFacts, ...]:
    """Return an organisation's drafts, oldest first."""
    rows = db.exec(
        select(ProgrammeDraft).where(ProgrammeDraft.organisation_id == organisation_id).order_by(col(ProgrammeDraft.id))
    ).all()
    return tuple(draft_facts(row) for row in rows)


def draft_of(db: Session, programme_id: UUID) -> DraftFacts | None:
    """Return the draft of a programme; None where nobody has begun one."""
    row = db.exec(select(ProgrammeDraft).where(ProgrammeDraft.programme_id == programme_id)).first()
    return None if row is None else draft_facts(row)


def draft_facts(row: ProgrammeDraft) -> DraftFacts:
    """Return a row as a page shows it."""
    return DraftFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        programme_id=row.programme_id,
        definition=Definition.from_json(row.definition),
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _versions_on(db: Session, programme_ids: list[UUID], on: date) -> dict[UUID, VersionFacts]:
    rows = db.exec(
        select(ProgrammeVersion)
        .where(col(ProgrammeVersion.programme_id).in_(programme_ids), ProgrammeVersion.effective_from <= on)
        .order_by(col(ProgrammeVersion.number))
    ).all()
    # Later numbers overwrite earlier ones; a version never starts before the one it follows.
    latest = {row.programme_id: row for row in rows}
    return {programme_id: _version_facts(row) for programme_id, row in latest.items()}


def _facts(row: Programme, current: VersionFacts | None) -> ProgrammeFacts:
    return ProgrammeFacts(id=row.id, organisation_id=row.organisation_id, code=row.code, name=row.name, current=current)


def _version_facts(row: ProgrammeVersion) -> VersionFacts:
    return VersionFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        programme_id=row.programme_id,
        number=row.number,
        effective_from=row.effective_from,
        definition=Definition.from_json(row.definition),
    )
