"""Building the credentials of awards for the issuing cycle: of many together, from what they share read once.

A document is built only from approved rows, by award id, and never from anything a caller hands in. What goes into it
is read when it is drafted; its id and its place in a status list come later (`Draft.build`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlmodel import col, select

from accredit.domain.awarding.models import Award
from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials import queries
from accredit.domain.credentials.document import (
    CredentialFacts,
    IssuerFacts,
    achievement_document,
    credential_document,
)
from accredit.domain.credentials.models import Achievement, Credential
from accredit.domain.credentials.paper_codes import codes_for
from accredit.domain.credentials.record import AWARDS, Basis, bases, hashes_of
from accredit.domain.credentials.rules import LedgerSpan, Reserved, identity_base
from accredit.domain.organisations.models import Organisation
from accredit.domain.programmes.rules import Definition, Level
from accredit.domain.transparency import queries as transparency
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session, identity, new_id
from accredit.storage.many import insert_many

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """All of an award's credential but what is reserved for it."""

    award_id: UUID
    organisation_id: UUID
    young_person_id: UUID
    achievement_id: UUID
    record_hash: bytes
    """SHA-256 of the rows it was drafted from (`record.record_hashes`)."""
    build: Callable[[Reserved], dict[str, Any]]
    """Writes the unsigned document."""


def drafts(db: Session, *, award_ids: Collection[UUID], now: datetime) -> dict[UUID, Draft | AccreditError]:
    """Draft the credential of each award, or say why there is none, in a constant number of statements.

    The reasons are `NotFound` (``award-unknown``) and `RuleBroken`: ``not-yet`` before its time has come,
    ``name-not-confirmed``, or ``record-changed`` when rows that the award rests on have been corrected since.
    """
    found = bases(db, award_ids, AWARDS)
    desk = _Desk(db, now, hashes_of(found.values(), AWARDS))
    drafted: dict[UUID, Draft | AccreditError] = {}
    for award_id in award_ids:
        try:
            drafted[award_id] = desk.draft(found.get(award_id))
        except AccreditError as refused:
            drafted[award_id] = refused
    return drafted


def attach_many(db: Session, *, drafted: Mapping[UUID, Draft], now: datetime) -> None:
    """Give each prepared issuance (by its id) its typed code; one that has one keeps it.

    Belongs in the transaction that prepared them.
    """
    printed = codes_for(db, [draft.award_id for draft in drafted.values()])
    coded = set(db.exec(select(Credential.issuance_id).where(col(Credential.issuance_id).in_(drafted))))
    rows = [
        {
            "id": new_id(),
            "organisation_id": draft.organisation_id,
            "award_id": draft.award_id,
            "issuance_id": issuance_id,
            "achievement_id": draft.achievement_id,
            "young_person_id": draft.young_person_id,
            # What was printed before its day keeps the code on its paper.
            # 13 random symbols of 31 are 64 bits: a guess is hopeless, and two alike would be refused by the key.
            "code": printed.get(draft.award_id) or typed_code.make(secrets.randbelow),
            "created_at": now,
        }
        for issuance_id, draft in drafted.items()
        if issuance_id not in coded
    ]
    insert_many(db, Credential, rows)


def check_basis(found: Basis[Any], portfolio: Portfolio) -> None:
    """Refuse what rests on rows that no longer carry what it states. Raises `RuleBroken` (``record-changed``)."""
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


class _Desk:
    """What the awards of one sitting share: issuers, programmes, achievements, each read when it is first needed."""

    def __init__(self, db: Session, now: datetime, hashes: Mapping[UUID, bytes]) -> None:
        service = identity.read(db)
        self._db = db
        self._now = now
        self._hashes = hashes
        self._demonstration = service is not None and service.demonstration
        self._origin = transparency.origin(db)
        self._issuers: dict[UUID, IssuerFacts] = {}
        self._definitions: dict[UUID, Definition] = {}
        self._achievements: dict[tuple[UUID, str], Achievement] = {}

    def draft(self, found: Basis[Award] | None) -> Draft:
        """Check one award and gather what its document says. Raises as `drafts` says."""
        if found is None:
            raise NotFound("award-unknown")
        award = found.subject
        if award.issue_from is not None and self._now < award.issue_from:
            raise RuleBroken("not-yet")
        if found.person.printed_name_confirmed_at is None:
            raise RuleBroken("name-not-confirmed")
        version = found.version
        definition = _once(self._definitions, version.id, lambda: Definition.from_json(version.definition))
        portfolio = Portfolio.from_json(award.portfolio)
        check_basis(found, portfolio)
        level = definition.level(award.level_code)
        issuer = _once(self._issuers, award.organisation_id, lambda: issuer_of(self._db, award.organisation_id))
        achievement = _once(
            self._achievements,
            (version.id, level.code),
            lambda: self._achievement(award, definition, level, issuer),
        )
        return Draft(
            award_id=award.id,
            organisation_id=award.organisation_id,
            young_person_id=found.person.id,
            achievement_id=achievement.id,
            record_hash=self._hashes[award.id],
            build=partial(
                _document,
                issuer=issuer,
                achievement=achievement.document,
                award_title=level.title,
                programme_name=definition.name,
                printed_name=found.person.printed_name,
                totals=queries.totals_of(portfolio),
                modules=queries.modules_of(portfolio),
                skills=queries.skills_of(portfolio, definition),
                awarded_on=award.awarded_on,
                issued_at=self._now,
                ledger=self._span(portfolio),
                tariff_line=definition.tariff_line,
                demonstration=self._demonstration,
            ),
        )

    def _span(self, portfolio: Portfolio) -> LedgerSpan | None:
        if portfolio.leaves is None or self._origin is None:
            return None
        leaves = portfolio.leaves
        return LedgerSpan(origin=self._origin, first=leaves.first, last=leaves.last, count=leaves.count)

    def _achievement(self, award: Award, definition: Definition, level: Level, issuer: IssuerFacts) -> Achievement:
        known = achievement_of(self._db, award)
        if known is not None:
            return known
        public_id = secrets.token_hex(10)
        made = Achievement(
            organisation_id=award.organisation_id,
            programme_version_id=award.programme_version_id,
            level_code=level.code,
            public_id=public_id,
            document=achievement_document(
                url=f"{identity_base(issuer.did)}/achievements/{public_id}",
                issuer=issuer,
                definition=definition,
                level=level,
                demonstration=self._demonstration,
            ),
            created_at=self._now,
        )
        self._db.add(made)
        self._db.flush()
        return made


def achievement_of(db: Session, award: Award) -> Achievement | None:
    """Return the achievement that an award is of, once there is one."""
    return db.exec(
        select(Achievement).where(
            Achievement.programme_version_id == award.programme_version_id, Achievement.level_code == award.level_code
        )
    ).one_or_none()


def _document(reservation: Reserved, **told: Any) -> dict[str, Any]:
    return credential_document(
        CredentialFacts(
            credential_id=reservation.credential_id,
            subject_id=uuid4(),
            status_list_url=reservation.status_list_url,
            status_index=reservation.status_index,
            **told,
        )
    )


def issuer_of(db: Session, organisation_id: UUID) -> IssuerFacts:
    """Return an organisation as its credentials name it. Raises `NotFound`."""
    organisation = db.get(Organisation, organisation_id)
    if organisation is None:
        raise NotFound("organisation-unknown")
    base = identity_base(organisation.did)
    return IssuerFacts(did=organisation.did, name=organisation.name, url=f"{base}/o/{organisation.slug}")


def _once(known: dict[_Key, _Value], key: _Key, read: Callable[[], _Value]) -> _Value:
    if key not in known:
        known[key] = read()
    return known[key]
