"""Reading credentials: strangers and holders see released ones; what a co-ordinator sees besides is in `cohort`.

An unknown code, a mistyped one, one that is hidden and one that is not released yet all give None: nobody can tell them
apart. What was replaced is shown to nobody any more; its code and its address lead to the one that took its place.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials.cohort import cohort, definitions_by_version, issuance_kind, waiting_count
from accredit.domain.credentials.document import frameworks_of
from accredit.domain.credentials.hiding import is_hidden
from accredit.domain.credentials.models import Achievement, Credential
from accredit.domain.credentials.record import record_hashes
from accredit.domain.credentials.rules import ModuleDone, SkillShown, Totals, progress_of
from accredit.domain.credentials.views import CredentialView
from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.models import Confirmation, Organisation
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.people.names import initials
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.domain.transparency import columns as log_columns
from accredit.kit import typed_code
from accredit.storage import Session, readings
from accredit.storage.identity import ServiceIdentity

__all__ = [
    "achievement_by_public_id",
    "cohort",
    "issuance_kind",
    "latest_view_of_credential",
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
    found = released_by_code(db, canonical)
    return None if found is None else found[0]


def released_by_code(db: Session, canonical: str) -> tuple[CredentialView, bytes] | None:
    """Return the credential with a typed code as it is kept, or what took its place, and the signed JSON of it."""
    # What is hidden is left out in the first question, so that it costs what an unknown code costs.
    found = readings.rows(db, _by_code(), code=canonical)
    if not found:
        return _in_place_of(db, select(Credential.issuance_id).where(Credential.code == canonical, ~is_hidden()))
    return _read(found)[0], found[0].signed_document


def view_by_credential_id(db: Session, credential_id: UUID) -> CredentialView | None:
    """Return the credential with an id (the part after ``urn:uuid:``)."""
    return _one(_views(db, col(Issuance.credential_id) == credential_id))


def latest_view_of_credential(db: Session, credential_id: UUID) -> CredentialView | None:
    """Return the credential with an id, or what took its place; None for one that is hidden."""
    wanted = select(Credential.issuance_id).join(Issuance, col(Issuance.id) == col(Credential.issuance_id))
    found = _in_place_of(db, wanted.where(Issuance.credential_id == credential_id, ~is_hidden()))
    return None if found is None else found[0]


def open_view_by_credential_id(db: Session, credential_id: UUID) -> CredentialView | None:
    """Return the credential with an id, as somebody outside may see it: None for one that is hidden."""
    return _one(_views(db, sa.and_(col(Issuance.credential_id) == credential_id, ~is_hidden())))


def view_of_award(db: Session, award_id: UUID) -> CredentialView | None:
    """Return the credential of an award."""
    return _one(_views(db, col(Credential.award_id) == award_id))


def views_of_awards(db: Session, award_ids: Collection[UUID]) -> dict[UUID, CredentialView]:
    """Return the credentials of some awards, by award; those without one are left out."""
    return {view.award_id: view for view in _views(db, col(Credential.award_id).in_(set(award_ids)))}


def view_of_issuance(db: Session, issuance_id: UUID) -> CredentialView | None:
    """Return the credential of an issuance."""
    return _one(_views(db, col(Issuance.id) == issuance_id))


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


def _in_place_of(db: Session, issuance_ids: Any) -> tuple[CredentialView, bytes] | None:
    issuance_id = db.exec(issuance_ids).one_or_none()
    if issuance_id is None:
        return None
    found = db.execute(_shown().where(col(Issuance.id) == replacing.current(db, issuance_id), ~is_hidden())).all()
    return (_read(found)[0], found[0].signed_document) if found else None


def _one(views: Sequence[CredentialView]) -> CredentialView | None:
    return views[0] if views else None


def _views(db: Session, condition: sa.ColumnElement[bool]) -> list[CredentialView]:
    return _read(db.execute(_shown().where(condition)).all())


@cache
def _by_code() -> sa.Select[Any]:
    return _shown().where(col(Credential.code) == sa.bindparam("code"), ~is_hidden())


@cache
def _shown() -> sa.Select[Any]:
    """Everything that a view says, in one statement; written once, for it takes longer to write than to answer."""
    columns: tuple[Any, ...] = (
        *(col(Credential.award_id), col(Credential.issuance_id), col(Credential.young_person_id)),
        *(col(Credential.code), col(Credential.organisation_id)),
        *(col(Issuance.credential_id), col(Issuance.signed_document), col(Issuance.prepared_at), col(Issuance.stage)),
        *(col(Issuance.released_at), col(Issuance.status), col(Issuance.status_since), col(Issuance.leaf_index)),
        col(Issuance.signed_jwt).is_not(None).label("has_jwt"),
        *(col(Award.portfolio), col(Award.level_code), col(Award.awarded_on)),
        *(col(ProgrammeVersion.id).label("version_id"), col(ProgrammeVersion.definition)),
        *(col(Organisation.name).label("organisation_name"), col(Organisation.slug), col(Organisation.did)),
        *(col(Organisation.town), col(Organisation.contact)),
        *(col(Staff.name).label("signatory_name"), col(Staff.job_title)),
        *(col(Achievement.public_id), col(YoungPerson.known_as)),
        *organisations.RECOGNITION,
        col(ServiceIdentity.demonstration),
        log_columns.the_origin().label("ledger_origin"),
    )
    return (
        sa.select(*columns)
        .select_from(Credential)
        .join(Issuance, col(Issuance.id) == col(Credential.issuance_id))
        .join(Award, col(Award.id) == col(Credential.award_id))
        .join(Achievement, col(Achievement.id) == col(Credential.achievement_id))
        .join(Organisation, col(Organisation.id) == col(Credential.organisation_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Award.programme_version_id))
        .join(Staff, col(Staff.id) == col(Award.awarded_by))
        .join(YoungPerson, col(YoungPerson.id) == col(Credential.young_person_id))
        .outerjoin(Confirmation, organisations.latest_confirmation())
        .outerjoin(ServiceIdentity, sa.true())
        # An erased credential is to everybody as one that never was.
        .where(col(Issuance.stage) == Stage.RELEASED, col(Issuance.signed_document).is_not(None))
        .where(~replacing.has_successor(col(Issuance.id)))
        .order_by(col(Award.awarded_on).desc(), col(Issuance.recorded_at).desc())
    )


def _read(rows: Sequence[sa.Row[Any]]) -> list[CredentialView]:
    definition = definitions_by_version()
    return [_view(row, definition(row.version_id, row.definition)) for row in rows]


def _view(row: sa.Row[Any], definition: Definition) -> CredentialView:
    portfolio = Portfolio.from_json(row.portfolio)
    level = definition.level(row.level_code)
    name = _printed_name(json.loads(row.signed_document))
    return CredentialView(
        credential_id=row.credential_id,
        code=row.code,
        shown_code=typed_code.show(row.code),
        award_id=row.award_id,
        issuance_id=row.issuance_id,
        young_person_id=row.young_person_id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        organisation_slug=row.slug,
        organisation_did=row.did,
        organisation_town=row.town,
        organisation_contact=row.contact,
        recognition=organisations.recognition_in(row),
        printed_name=name,
        known_as=row.known_as,
        initials=initials(name),
        programme_name=definition.name,
        level_code=level.code,
        award_title=level.title,
        badge=level.badge,
        totals=totals_of(portfolio),
        modules=modules_of(portfolio),
        skills=skills_of(portfolio, definition),
        awarded_on=row.awarded_on,
        issued_at=row.prepared_at,
        released_at=row.released_at,
        signatory_name=row.signatory_name,
        signatory_role=row.job_title,
        progress=progress_of(row.stage, row.status),
        status=row.status,
        status_since=row.status_since,
        ledger_index=row.leaf_index,
        ledger_origin=row.ledger_origin,
        tariff_line=definition.tariff_line,
        demonstration=bool(row.demonstration),
        achievement_public_id=row.public_id,
        has_jwt=row.has_jwt,
    )


def _printed_name(signed: Mapping[str, Any]) -> str:
    # The name that was signed, not the one in the record today: a page must show what the paper says.
    name: str = signed["credentialSubject"]["identifier"][0]["identityHash"]
    return name


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
