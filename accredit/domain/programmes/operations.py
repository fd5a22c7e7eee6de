"""Writes of programmes. A version never changes; awards point to the one they were decided under."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.programmes import rules
from accredit.domain.programmes.models import Programme, ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


def add_programme_from_template(
    db: Session, *, organisation_id: UUID, template_code: str, effective_from: date, actor: Actor, now: datetime
) -> UUID:
    """Copy a template into a programme of the organisation, with its first version; return the programme's id.

    Raises `RuleBroken`: ``unknown-template``, ``programme-code-in-use``.
    """
    definition = TEMPLATES.get(template_code)
    if definition is None:
        raise RuleBroken("unknown-template", code=template_code)
    same = select(Programme.id).where(Programme.organisation_id == organisation_id, Programme.code == definition.code)
    if db.exec(same).first():
        raise RuleBroken("programme-code-in-use", code=definition.code)
    programme = Programme(organisation_id=organisation_id, code=definition.code, name=definition.name, created_at=now)
    db.add(programme)
    db.flush()
    _add_version(db, programme, 1, definition, effective_from, actor, now, template_code=template_code)
    audit.record(
        db,
        tag=Tag.PROGRAMME_ADDED,
        actor=actor,
        now=now,
        subject=programme.id,
        organisation_id=organisation_id,
        template=template_code,
    )
    return programme.id


def add_own_programme(
    db: Session,
    *,
    organisation_id: UUID,
    definition: Definition,
    effective_from: date,
    actor: Actor,
    now: datetime,
    kept_words: Sequence[str] = (),
) -> UUID:
    """Add a programme that the organisation wrote itself, with its first version; return the programme's id.

    Raises `RuleBroken`: ``definition``, ``programme-code-in-use``.
    """
    rules.check(definition)
    same = select(Programme.id).where(Programme.organisation_id == organisation_id, Programme.code == definition.code)
    if db.exec(same).first():
        raise RuleBroken("programme-code-in-use", code=definition.code)
    programme = Programme(organisation_id=organisation_id, code=definition.code, name=definition.name, created_at=now)
    db.add(programme)
    db.flush()
    _add_version(db, programme, 1, definition, effective_from, actor, now)
    audit.record(
        db,
        tag=Tag.PROGRAMME_ADDED,
        actor=actor,
        now=now,
        subject=programme.id,
        organisation_id=organisation_id,
        **_kept(kept_words),
    )
    return programme.id


def add_version(
    db: Session,
    *,
    programme_id: UUID,
    definition: Definition,
    effective_from: date,
    actor: Actor,
    now: datetime,
    kept_words: Sequence[str] = (),
) -> UUID:
    """Add what the programme asks for from a day on; return the version's id.

    ``kept_words`` are remarked words that stay, each with its reason, for the record.

    Raises `RuleBroken`: ``definition``, ``version-date``.
    """
    # The programme's row is locked, so that two people cannot both add the next number.
    programme = db.exec(select(Programme).where(Programme.id == programme_id).with_for_update()).first()
    if programme is None:
        raise NotFound("programme")
    rules.check(definition)
    last = db.exec(
        select(ProgrammeVersion)
        .where(ProgrammeVersion.programme_id == programme_id)
        .order_by(col(ProgrammeVersion.number).desc())
    ).first()
    if last and effective_from < last.effective_from:
        raise RuleBroken("version-date", earliest=last.effective_from)
    number = last.number + 1 if last else 1
    version_id = _add_version(db, programme, number, definition, effective_from, actor, now)
    programme.name = definition.name
    audit.record(
        db,
        tag=Tag.PROGRAMME_VERSION_ADDED,
        actor=actor,
        now=now,
        subject=programme_id,
        organisation_id=programme.organisation_id,
        number=number,
        **_kept(kept_words),
    )
    return version_id


def _kept(words: Sequence[str]) -> dict[str, list[str]]:
    return {"kept_words": list(words)} if words else {}


def _add_version(
    db: Session,
    programme: Programme,
    number: int,
    definition: Definition,
    effective_from: date,
    actor: Actor,
    now: datetime,
    template_code: str | None = None,
) -> UUID:
    row = ProgrammeVersion(
        organisation_id=programme.organisation_id,
        programme_id=programme.id,
        number=number,
        effective_from=effective_from,
        template_code=template_code,
        definition=definition.to_json(),
        created_at=now,
        created_by=actor.id,
    )
    db.add(row)
    db.flush()
    return row.id
