"""Every award of an organisation with its progress, as a co-ordinator sees them: as a list, one of them, or all.

Strangers and holders see what is released; that is in `queries`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import set_aside
from accredit.domain.credentials.models import Credential
from accredit.domain.credentials.rules import Progress, progress_of
from accredit.domain.credentials.views import CohortLine
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people.listing import BY_NAME, is_about
from accredit.domain.people.models import YoungPerson
from accredit.domain.programmes.models import Programme, ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.storage import Session
from accredit.storage.listing import Listing, Statement
from accredit.storage.plain_text import Plain

issuance_kind = "award"
"""``Issuance.kind`` of a credential; its ``subject_id`` is the award's id."""


def cohort(db: Session, *, organisation_id: UUID, programme_id: UUID | None = None) -> list[CohortLine]:
    """Return every award of an organisation, or of one of its programmes, with its progress; newest first."""
    return _lines(db, db.execute(_newest_first(organisation_id, programme_id)).all())


def line_of_award(db: Session, award_id: UUID, *, organisation_id: UUID) -> CohortLine | None:
    """Return one award with its progress; None where the organisation has none with this id."""
    found = _lines(db, db.execute(_awards(organisation_id).where(col(Award.id) == award_id)).all())
    return found[0] if found else None


def open_batches(db: Session, *, organisation_id: UUID, programme_id: UUID | None = None) -> list[CohortLine]:
    """Return the awards that were decided together with one that nobody can see yet; newest first."""
    waiting = sa.or_(_is(Progress.WAITING), _is(Progress.SIGNED))
    moments = _newest_first(organisation_id, programme_id).where(waiting).with_only_columns(col(Award.decided_at))
    decided = set(db.execute(moments.order_by(None).distinct()).scalars())
    if not decided:
        return []
    together = _newest_first(organisation_id, programme_id).where(col(Award.decided_at).in_(decided))
    return _lines(db, db.execute(together).all())


def awards(*, organisation_id: UUID) -> Listing[CohortLine]:
    """Return the list of awards.

    Orders: ``name``, ``programme``, ``awarded``, ``decided``. Filters: ``q``, ``programme`` (an id), ``level`` (a
    code), ``state`` (a `Progress`).
    """
    return Listing(
        statement=_awards(organisation_id),
        key=col(Award.id),
        orders={
            "name": (BY_NAME,),
            "programme": (Plain(col(Programme.name)), col(Award.level_code), BY_NAME),
            "awarded": (col(Award.awarded_on), col(Award.decided_at)),
            "decided": (col(Award.decided_at),),
        },
        within=(BY_NAME,),
        filters={
            "q": is_about,
            "programme": lambda value: col(Programme.id) == UUID(value),
            "level": lambda value: col(Award.level_code) == value,
            "state": lambda value: _is(Progress(value)),
        },
        read=_lines,
    )


def waiting_count(db: Session, *, organisation_id: UUID) -> int:
    """Count the awards that nobody can see yet: not signed, or signed and not yet in a published checkpoint."""
    issued = sa.exists().where(
        col(Issuance.subject_id) == col(Award.id),
        col(Issuance.kind) == issuance_kind,
        col(Issuance.stage) == Stage.RELEASED,
    )
    found: int = db.execute(
        sa.select(sa.func.count())
        .select_from(Award)
        .where(col(Award.organisation_id) == organisation_id, ~issued, ~set_aside())
    ).scalar_one()
    return found


def definitions_by_version() -> Callable[[UUID, Mapping[str, Any]], Definition]:
    """Return a function that reads what a version asks for, each version once."""
    known: dict[UUID, Definition] = {}

    def definition(version_id: UUID, written: Mapping[str, Any]) -> Definition:
        if version_id not in known:
            known[version_id] = Definition.from_json(written)
        return known[version_id]

    return definition


def _newest_first(organisation_id: UUID, programme_id: UUID | None) -> Statement:
    statement = _awards(organisation_id).order_by(col(Award.decided_at).desc(), col(YoungPerson.printed_name))
    return statement if programme_id is None else statement.where(col(Programme.id) == programme_id)


def _awards(organisation_id: UUID) -> Statement:
    # Columns, not rows: portfolios, signed documents and what a version asks for are long, and no list shows them.
    return (
        sa.select(
            *(col(Award.id), col(Award.enrolment_id), col(Award.level_code), col(Award.awarded_on)),
            *(col(Award.decided_at), col(Award.issue_from), col(Award.programme_version_id)),
            *(col(YoungPerson.id).label("person_id"), col(YoungPerson.printed_name)),
            *(col(Programme.name).label("programme_name"), col(Credential.code)),
            *(col(Issuance.id).label("issuance_id"), col(Issuance.credential_id)),
            *(col(Issuance.stage), col(Issuance.status)),
            replacing.is_to_be_replaced(col(Issuance.id)).label("is_being_renewed"),
        )
        .select_from(Award)
        .join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .join(Programme, col(Programme.id) == col(Enrolment.programme_id))
        .outerjoin(Issuance, sa.and_(col(Issuance.subject_id) == col(Award.id), _is_current()))
        .outerjoin(Credential, col(Credential.issuance_id) == col(Issuance.id))
        .where(col(Award.organisation_id) == organisation_id, sa.or_(~set_aside(), _still_shown()))
    )


def _lines(db: Session, rows: Sequence[Any]) -> list[CohortLine]:
    versions = {row.programme_version_id for row in rows}
    wanted = sa.select(col(ProgrammeVersion.id), col(ProgrammeVersion.definition))
    written = db.execute(wanted.where(col(ProgrammeVersion.id).in_(versions))).all() if versions else ()
    definitions = {row.id: Definition.from_json(row.definition) for row in written}
    return [_line(row, definitions[row.programme_version_id]) for row in rows]


def _line(row: Any, definition: Definition) -> CohortLine:
    is_public = row.stage is Stage.RELEASED
    level = definition.level(row.level_code)
    return CohortLine(
        award_id=row.id,
        enrolment_id=row.enrolment_id,
        young_person_id=row.person_id,
        printed_name=row.printed_name,
        programme_name=row.programme_name,
        level_code=level.code,
        level_title=level.title,
        badge=level.badge,
        awarded_on=row.awarded_on,
        decided_at=row.decided_at,
        progress=progress_of(row.stage, row.status),
        code=row.code if is_public else None,
        credential_id=row.credential_id if is_public else None,
        issue_from=row.issue_from if row.issuance_id is None else None,
        is_being_renewed=bool(row.is_being_renewed),
    )


def _is(progress: Progress) -> sa.ColumnElement[bool]:
    """Return the condition of a statement of `_awards` that an award has come so far (as `rules.progress_of` says)."""
    stage, status = col(Issuance.stage), col(Issuance.status)
    match progress:
        case Progress.WAITING:
            return sa.or_(col(Issuance.id).is_(None), stage == Stage.INTENT)
        case Progress.SIGNED:
            return stage == Stage.RECORDED
        case Progress.SUSPENDED:
            return sa.and_(stage == Stage.RELEASED, status == Status.SUSPENDED)
        case Progress.REVOKED:
            return sa.and_(stage == Stage.RELEASED, status == Status.REVOKED)
        case Progress.RELEASED:
            return sa.and_(stage == Stage.RELEASED, status == Status.ACTIVE)
        case Progress.VOID:
            return stage == Stage.VOID


def _is_current() -> sa.ColumnElement[bool]:
    # A void issuance was given up before signing. What is out counts until another has taken its place, which is then
    # what is out; before that, the one that is on its way.
    other = aliased(Issuance)
    one_is_out = sa.exists().where(
        col(other.kind) == col(Issuance.kind),
        col(other.subject_id) == col(Issuance.subject_id),
        col(other.stage) == Stage.RELEASED,
        ~replacing.has_successor(col(other.id)),
    )
    return sa.and_(
        col(Issuance.kind) == issuance_kind,
        col(Issuance.stage) != Stage.VOID,
        ~replacing.has_successor(col(Issuance.id)),
        sa.or_(col(Issuance.stage) == Stage.RELEASED, ~one_is_out),
    )


def _still_shown() -> sa.ColumnElement[bool]:
    # What was issued for an award that counts no more is still somebody's certificate until another takes its place.
    return sa.and_(col(Issuance.stage) == Stage.RELEASED, ~replacing.has_successor(col(Issuance.id)))
