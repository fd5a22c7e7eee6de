"""Writes of drafts: begun from nothing, from a template or from the version in force, changed, thrown away, published.

A draft is in force for nobody. Publishing makes it a version, which never changes; whom a new version holds for is the
enrolments' to say (`enrolments.versions`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.programmes import editing, operations, queries, rules, wording
from accredit.domain.programmes.models import Programme, ProgrammeDraft, ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.domain.programmes.templates import TEMPLATES
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.storage import Session

Change = Callable[[Definition, frozenset[str]], Definition]
"""Makes one change; the codes are those that were ever used in the programme, and are not given again."""


def begin_programme(
    db: Session, *, organisation_id: UUID, name: str, like: str | UUID | None, actor: Actor, now: datetime
) -> UUID:
    """Begin a programme of the organisation's own; return the draft's id.

    It begins like a template (its code), like the latest version of another programme of the organisation (its id), or
    blank. Raises `NotFound`, and `RuleBroken`: ``unknown-template``, ``text-unprintable``.
    """
    source = _source(db, organisation_id, like)
    used = set(db.exec(select(Programme.code).where(Programme.organisation_id == organisation_id)).all())
    used |= {each.definition.code for each in queries.drafts(db, organisation_id=organisation_id)} | TEMPLATES.keys()
    code = editing.code_of_name(name, used)
    made = editing.blank(code=code, name=name) if source is None else editing.copy(source, code=code, name=name)
    return _begin(db, organisation_id, None, made, actor, now)


def begin_change(db: Session, *, programme_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Begin the next version of a programme as a copy of its latest; return the draft's id, that of an earlier one too.

    Raises `NotFound`.
    """
    # Locked, so that two people who begin at once get the same draft.
    programme = db.exec(select(Programme).where(Programme.id == programme_id).with_for_update()).first()
    if programme is None:
        raise NotFound("programme")
    begun = queries.draft_of(db, programme_id)
    if begun is not None:
        return begun.id
    latest = queries.versions(db, programme_id)[-1]
    return _begin(db, programme.organisation_id, programme_id, latest.definition, actor, now)


def change_draft(
    db: Session, *, draft_id: UUID, expected_version: int, change: Change, actor: Actor, now: datetime
) -> None:
    """Make one change to a draft.

    Raises `NotFound`, `Conflict` ``changed-meanwhile`` when it is no longer the draft that was shown, and `RuleBroken`
    as the change does.
    """
    row = _for_update(db, draft_id)
    if row.version != expected_version:
        raise Conflict("changed-meanwhile")
    before = Definition.from_json(row.definition)
    after = change(before, _codes_ever_used(db, row))
    if after == before:
        return
    row.definition = after.to_json()
    row.version += 1
    row.changed_at, row.changed_by = now, actor.id
    _tell(db, Tag.PROGRAMME_DRAFT_CHANGED, row, actor, now)


def throw_away(db: Session, *, draft_id: UUID, actor: Actor, now: datetime) -> None:
    """Throw a draft away; what is in force stays. Raises `NotFound`."""
    row = _for_update(db, draft_id)
    _tell(db, Tag.PROGRAMME_DRAFT_LEFT, row, actor, now)
    db.delete(row)
    db.flush()


def publish_draft(
    db: Session,
    *,
    draft_id: UUID,
    expected_version: int,
    effective_from: date,
    kept: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> tuple[UUID, UUID]:
    """Make a draft the programme's next version, or a programme with its first; return both ids.

    ``kept`` says for remarks on the words (their keys) why they stay. Everything is checked first: that it fits
    together, that no word is refused, and that every other remark has been decided. Raises `NotFound`, `Conflict`, and
    `RuleBroken`: ``definition``, ``words-refused``, ``words-not-decided``, ``version-date``, ``programme-code-in-use``.
    """
    row = _for_update(db, draft_id)
    if row.version != expected_version:
        raise Conflict("changed-meanwhile")
    definition = Definition.from_json(row.definition)
    rules.check(definition)
    wording.check_words(definition, kept=kept.keys())
    programme_id = row.programme_id
    reasons = [f"{each.remark.word}: {kept[each.key]}" for each in wording.remarks_on(definition)]
    if programme_id is None:
        programme_id = operations.add_own_programme(
            db,
            organisation_id=row.organisation_id,
            definition=definition,
            effective_from=effective_from,
            actor=actor,
            now=now,
            kept_words=reasons,
        )
        version_id = queries.versions(db, programme_id)[0].id
    else:
        version_id = operations.add_version(
            db,
            programme_id=programme_id,
            definition=definition,
            effective_from=effective_from,
            actor=actor,
            now=now,
            kept_words=reasons,
        )
    db.delete(row)
    db.flush()
    return programme_id, version_id


def _source(db: Session, organisation_id: UUID, like: str | UUID | None) -> Definition | None:
    if isinstance(like, UUID):
        programme = db.exec(
            select(Programme).where(Programme.id == like, Programme.organisation_id == organisation_id)
        ).first()
        if programme is None:
            raise NotFound("programme")
        return queries.versions(db, programme.id)[-1].definition
    if like is not None and like not in TEMPLATES:
        raise RuleBroken("unknown-template", code=like)
    return None if like is None else TEMPLATES[like]


def _begin(
    db: Session,
    organisation_id: UUID,
    programme_id: UUID | None,
    definition: Definition,
    actor: Actor,
    now: datetime,
) -> UUID:
    row = ProgrammeDraft(
        organisation_id=organisation_id,
        programme_id=programme_id,
        definition=definition.to_json(),
        created_at=now,
        changed_at=now,
        changed_by=actor.id,
    )
    db.add(row)
    db.flush()
    _tell(db, Tag.PROGRAMME_DRAFT_BEGUN, row, actor, now)
    return row.id


def _for_update(db: Session, draft_id: UUID) -> ProgrammeDraft:
    row = db.exec(select(ProgrammeDraft).where(ProgrammeDraft.id == draft_id).with_for_update()).first()
    if row is None:
        raise NotFound("programme-draft")
    return row


def _codes_ever_used(db: Session, row: ProgrammeDraft) -> frozenset[str]:
    if row.programme_id is None:
        return frozenset()
    found = db.exec(
        select(ProgrammeVersion.definition).where(col(ProgrammeVersion.programme_id) == row.programme_id)
    ).all()
    return editing.codes(Definition.from_json(each) for each in found)


def _tell(db: Session, tag: Tag, row: ProgrammeDraft, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=row.id, organisation_id=row.organisation_id)
