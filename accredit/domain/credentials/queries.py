"""Reading the credentials of awards that are out; what a co-ordinator sees besides is in `cohort`.

Whoever has only a code, an id or a file asks `finding`, which knows every kind of credential.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials import shown
from accredit.domain.credentials.cohort import cohort, definitions_by_version, issuance_kind, waiting_count
from accredit.domain.credentials.document import frameworks_of
from accredit.domain.credentials.hiding import is_hidden
from accredit.domain.credentials.models import Achievement, Credential
from accredit.domain.credentials.record import record_hashes
from accredit.domain.credentials.rules import ModuleDone, SkillShown, Totals
from accredit.domain.credentials.shown import Shown
from accredit.domain.credentials.views import CredentialView
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage
from accredit.domain.organisations.models import Organisation
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.kit import typed_code
from accredit.storage import Session

__all__ = [
    "achievement_by_public_id",
    "cohort",
    "issuance_kind",
    "of_young_person",
    "open_view_by_credential_id",
    "record_hashes",
    "signed_document",
    "signed_jwt",
    "view_by_code",
    "view_by_credential_id",
    "view_of_award",
    "view_of_issuance",
    "views_of_awards",
    "waiting_count",
]


def view_by_code(db: Session, code: str) -> CredentialView | None:
    """Return the credential with a typed code, in any case, with or without hyphens, or what took its place."""
    try:
        canonical = typed_code.read(code)
    except typed_code.TypedCodeError:
        return None
    found = SHOWN.by_code(db, canonical) or SHOWN.in_place_of(db, col(Credential.code) == canonical)
    return None if found is None else found[0]


def view_by_credential_id(db: Session, credential_id: UUID) -> CredentialView | None:
    """Return the credential with an id (the part after ``urn:uuid:``)."""
    return SHOWN.view(db, col(Issuance.credential_id) == credential_id)


def open_view_by_credential_id(db: Session, credential_id: UUID) -> CredentialView | None:
    """Return the credential with an id, as somebody outside may see it: None for one that is hidden."""
    return SHOWN.view(db, sa.and_(col(Issuance.credential_id) == credential_id, ~is_hidden()))


def view_of_award(db: Session, award_id: UUID) -> CredentialView | None:
    """Return the credential of an award."""
    return SHOWN.view(db, col(Credential.award_id) == award_id)


def views_of_awards(db: Session, award_ids: Collection[UUID]) -> dict[UUID, CredentialView]:
    """Return the credentials of some awards, by award; those without one are left out."""
    return {view.award_id: view for view in _views(db, col(Credential.award_id).in_(set(award_ids)))}


def view_of_issuance(db: Session, issuance_id: UUID) -> CredentialView | None:
    """Return the credential of an issuance."""
    return SHOWN.view(db, col(Issuance.id) == issuance_id)


def of_young_person(db: Session, young_person_id: UUID) -> list[CredentialView]:
    """Return one person's credentials, newest first."""
    return _views(db, col(Credential.young_person_id) == young_person_id)


def signed_document(db: Session, credential_id: UUID) -> bytes | None:
    """Return the signed JSON of a released credential."""
    return db.exec(
        select(Issuance.signed_document).where(
            Issuance.credential_id == credential_id, Issuance.stage == Stage.RELEASED
        )
    ).one_or_none()


def signed_jwt(db: Session, credential_id: UUID) -> bytes | None:
    """Return the JWT form of a released credential; None too for one that was issued before there was this form."""
    return db.exec(
        select(Issuance.signed_jwt).where(Issuance.credential_id == credential_id, Issuance.stage == Stage.RELEASED)
    ).one_or_none()


def achievement_by_public_id(db: Session, public_id: str) -> dict[str, Any] | None:
    """Return the Achievement document published at ``/achievements/<public_id>``."""
    found = db.exec(select(Achievement.document).where(Achievement.public_id == public_id)).one_or_none()
    return None if found is None else dict(found)


def achievements(db: Session) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Return every published Achievement with its public id, in the order of these."""
    rows = db.exec(select(Achievement.public_id, Achievement.document).order_by(col(Achievement.public_id)))
    return tuple((public_id, dict(document)) for public_id, document in rows)


def _views(db: Session, condition: sa.ColumnElement[bool]) -> list[CredentialView]:
    return SHOWN.views(db, condition)


@cache
def _shown() -> sa.Select[Any]:
    """Everything that a view says, in one statement; written once, for it takes longer to write than to answer."""
    columns: tuple[Any, ...] = (
        *(col(Credential.award_id), col(Credential.young_person_id), col(Credential.code)),
        *(col(Award.portfolio), col(Award.level_code), col(Award.awarded_on)),
        *(col(Staff.name).label("signatory_name"), col(Staff.job_title), col(Achievement.public_id)),
    )
    return shown.out_of_young_person(
        sa.select(*columns, *shown.COLUMNS)
        .select_from(Credential)
        .join(Issuance, col(Issuance.id) == col(Credential.issuance_id))
        .join(Award, col(Award.id) == col(Credential.award_id))
        .join(Achievement, col(Achievement.id) == col(Credential.achievement_id))
        .join(Organisation, col(Organisation.id) == col(Credential.organisation_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Award.programme_version_id))
        .join(Staff, col(Staff.id) == col(Award.awarded_by))
        .join(YoungPerson, col(YoungPerson.id) == col(Credential.young_person_id))
    ).order_by(col(Award.awarded_on).desc(), col(Issuance.recorded_at).desc())


def _issuances() -> sa.Select[Any]:
    issuance = col(Issuance.id) == col(Credential.issuance_id)
    return sa.select(col(Credential.issuance_id)).join(Issuance, issuance).where(~is_hidden())


def _read(rows: Sequence[sa.Row[Any]]) -> list[CredentialView]:
    definition = definitions_by_version()
    return [_view(row, definition(row.version_id, row.definition)) for row in rows]


def _view(row: sa.Row[Any], definition: Definition) -> CredentialView:
    portfolio = Portfolio.from_json(row.portfolio)
    level = definition.level(row.level_code)
    return CredentialView(
        **shown.of_young_person(row),
        award_id=row.award_id,
        programme_name=definition.name,
        level_code=level.code,
        award_title=level.title,
        badge=level.badge,
        totals=totals_of(portfolio),
        modules=modules_of(portfolio),
        skills=skills_of(portfolio, definition),
        awarded_on=row.awarded_on,
        signatory_name=row.signatory_name,
        signatory_role=row.job_title,
        tariff_line=definition.tariff_line,
    )


SHOWN: Final = Shown(statement=_shown, read=_read, issuances=_issuances, is_hidden=is_hidden, code=col(Credential.code))


def totals_of(portfolio: Portfolio) -> Totals:
    """Return the totals that a portfolio states."""
    return Totals(
        modules=len(portfolio.modules),
        training_minutes=portfolio.training_minutes,
        minutes=portfolio.minutes,
        earlier_minutes=portfolio.earlier_minutes,
        meetings=portfolio.meetings,
        entries=portfolio.entries,
        adults=portfolio.adults,
        first_on=portfolio.first_on,
        last_on=portfolio.last_on,
    )


def modules_of(portfolio: Portfolio) -> tuple[ModuleDone, ...]:
    """Return the modules attended."""
    return tuple(ModuleDone(code=each.code, title=each.title, on=each.first_on) for each in portfolio.modules)


def skills_of(portfolio: Portfolio, definition: Definition) -> tuple[SkillShown, ...]:
    """Return the skills whose evidence exists, with the frameworks that the programme aligns them with."""
    frameworks = {skill.code: frameworks_of(skill) for skill in definition.skills}
    return tuple(
        SkillShown(
            code=each.code,
            title=each.title,
            evidence=tuple(str(word) for word in each.evidence),
            observations=each.observations,
            frameworks=frameworks.get(each.code, ()),
        )
        for each in portfolio.skills
    )
