"""Building an award's credential for the issuing cycle, and giving it its typed code.

The cycle itself (prepare, sign, record, release, suspend, revoke) is `domain.issuing`'s; a document is built only
from approved rows, by award id, and never from anything a caller hands in.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials import queries, waiting
from accredit.domain.credentials.document import (
    CredentialFacts,
    IssuerFacts,
    achievement_document,
    credential_document,
)
from accredit.domain.credentials.models import Achievement, Credential
from accredit.domain.credentials.paper_codes import codes_for
from accredit.domain.credentials.record import Basis, basis
from accredit.domain.credentials.rules import LedgerSpan, Reserved, identity_base
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.models import Organisation
from accredit.domain.programmes.rules import Definition, Level
from accredit.domain.transparency import queries as transparency
from accredit.errors import NotFound, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session, identity


def build_for(db: Session, *, award_id: UUID, reservation: Reserved, now: datetime) -> dict[str, Any]:
    """Build the unsigned credential of one award, to be frozen by the issuing cycle.

    Raises `NotFound` (``award-unknown``), `RuleBroken`: ``not-yet`` before its time has come, ``record-changed`` when
    rows that the award rests on have been corrected since, or ``name-not-confirmed``.
    """
    found = basis(db, award_id)
    if found.award.issue_from is not None and now < found.award.issue_from:
        raise RuleBroken("not-yet")
    if found.person.printed_name_confirmed_at is None:
        raise RuleBroken("name-not-confirmed")
    definition = Definition.from_json(found.version.definition)
    portfolio = Portfolio.from_json(found.award.portfolio)
    _check_record(found, portfolio)
    level = definition.level(found.award.level_code)
    issuer = _issuer(db, found.award.organisation_id)
    demonstration = _is_demonstration(db)
    achievement = _ensure_achievement(db, found, definition, level, issuer, now=now, demonstration=demonstration)
    return credential_document(
        CredentialFacts(
            credential_id=reservation.credential_id,
            subject_id=uuid4(),
            issuer=issuer,
            achievement=achievement.document,
            award_title=level.title,
            programme_name=definition.name,
            printed_name=found.person.printed_name,
            totals=queries.totals_of(portfolio),
            modules=queries.modules_of(portfolio),
            skills=queries.skills_of(portfolio, definition),
            awarded_on=found.award.awarded_on,
            issued_at=now,
            status_list_url=reservation.status_list_url,
            status_index=reservation.status_index,
            ledger=_ledger_span(db, portfolio),
            tariff_line=definition.tariff_line,
            demonstration=demonstration,
        )
    )


def attach(db: Session, *, award_id: UUID, issuance_id: UUID, now: datetime) -> str:
    """Give a prepared issuance its typed code (14 symbols); repeated, return the code there is.

    Belongs in the transaction that prepared it. Raises `NotFound` (``award-unknown``, ``achievement-unknown``).
    """
    known = queries.code_of(db, issuance_id=issuance_id)
    if known is not None:
        return known
    wanted = select(Award, Enrolment.young_person_id).join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
    found = db.exec(wanted.where(Award.id == award_id)).one_or_none()
    if found is None:
        raise NotFound("award-unknown")
    award, young_person_id = found
    achievement = _achievement(db, award)
    if achievement is None:
        raise NotFound("achievement-unknown")
    # What was printed before its day keeps the code on its paper.
    # 13 random symbols of 31 are 64 bits: a guess is hopeless, and two alike would be refused by the unique key.
    code = codes_for(db, [award_id]).get(award_id) or typed_code.make(secrets.randbelow)
    db.add(
        Credential(
            organisation_id=award.organisation_id,
            award_id=award_id,
            issuance_id=issuance_id,
            achievement_id=achievement.id,
            young_person_id=young_person_id,
            code=code,
            created_at=now,
        )
    )
    db.flush()
    return code


def check_record(db: Session, award_id: UUID) -> None:
    """Refuse an award whose record was corrected since. Raises `NotFound`, `RuleBroken` (``record-changed``)."""
    found = basis(db, award_id)
    _check_record(found, Portfolio.from_json(found.award.portfolio))


def why_waiting(db: Session, award_id: UUID) -> RuleBroken | None:
    """Return what keeps an award from being signed until somebody sees to it; None where it only has to wait its turn.

    Raises `NotFound`.
    """
    found = basis(db, award_id)
    if waiting.is_held_back(db, award_id):
        return RuleBroken("held-back")
    if found.person.printed_name_confirmed_at is None:
        return RuleBroken("name-not-confirmed")
    try:
        _check_record(found, Portfolio.from_json(found.award.portfolio))
    except RuleBroken as broken:
        return broken
    return None


def _check_record(found: Basis, portfolio: Portfolio) -> None:
    # What counted as hours is told by the portfolio itself: a later version of the programme may have dropped a type.
    counted = {each.code for each in portfolio.activities}
    minutes = sum(entry.minutes for entry in found.hours if entry.activity_type in counted)
    earlier = found.earlier.minutes if found.earlier else 0
    meetings = sum(entry.activity_type not in counted for entry in found.hours)
    modules = {each.module_code for each in found.attendances}
    skills = {each.skill_code for each in found.observations}
    observed = {each.code for each in portfolio.skills if each.observations}
    # The award states its totals; rows that no longer carry them must never be signed over.
    if earlier < portfolio.earlier_minutes or minutes + earlier < portfolio.minutes or meetings < portfolio.meetings:
        raise RuleBroken("record-changed")
    if not (modules.issuperset(each.code for each in portfolio.modules) and skills.issuperset(observed)):
        raise RuleBroken("record-changed")


def _ensure_achievement(
    db: Session,
    found: Basis,
    definition: Definition,
    level: Level,
    issuer: IssuerFacts,
    *,
    now: datetime,
    demonstration: bool,
) -> Achievement:
    known = _achievement(db, found.award)
    if known is not None:
        return known
    public_id = secrets.token_hex(10)
    url = f"{identity_base(issuer.did)}/achievements/{public_id}"
    made = Achievement(
        organisation_id=found.award.organisation_id,
        programme_version_id=found.version.id,
        level_code=level.code,
        public_id=public_id,
        document=achievement_document(
            url=url, issuer=issuer, definition=definition, level=level, demonstration=demonstration
        ),
        created_at=now,
    )
    db.add(made)
    db.flush()
    return made


def _achievement(db: Session, award: Award) -> Achievement | None:
    return db.exec(
        select(Achievement).where(
            Achievement.programme_version_id == award.programme_version_id, Achievement.level_code == award.level_code
        )
    ).one_or_none()


def _issuer(db: Session, organisation_id: UUID) -> IssuerFacts:
    organisation = db.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound("organisation-unknown")
    base = identity_base(organisation.did)
    return IssuerFacts(did=organisation.did, name=organisation.name, url=f"{base}/o/{organisation.slug}")


def _is_demonstration(db: Session) -> bool:
    service = identity.read(db)
    return service is not None and service.demonstration


def _ledger_span(db: Session, portfolio: Portfolio) -> LedgerSpan | None:
    origin = transparency.origin(db)
    if portfolio.leaves is None or origin is None:
        return None
    leaves = portfolio.leaves
    return LedgerSpan(origin=origin, first=leaves.first, last=leaves.last, count=leaves.count)
