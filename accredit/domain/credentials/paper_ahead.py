"""Paper for a day to come: a school prints on Wednesday what is awarded on Thursday.

- Only awards for a later day, decided and still standing, whose name is confirmed and whose record carries them
  (``not-ahead``, ``name-not-confirmed``, ``record-changed``).
- The paper has its code already; nothing is signed for it. Until its certificate is released, the code says from which
  day on it can be checked, and never that anything is genuine.
- Signed on its day, the certificate takes the code that stands on the paper. Undone before, the code is nobody's again,
  and answers as one that never was.
- What the paper said is kept as a digest, so that a slip that was corrected afterwards is printed anew.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.awarding.models import Award
from accredit.domain.awarding.queries import set_aside
from accredit.domain.awarding.rules import Portfolio
from accredit.domain.credentials.models import Credential, PaperAhead
from accredit.domain.credentials.operations import check_record
from accredit.domain.credentials.queries import skills_of, totals_of
from accredit.domain.credentials.rules import SkillShown, Totals
from accredit.domain.credentials.second_person import check_staff
from accredit.domain.credentials.views import CredentialView
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.models import Organisation
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.models import Staff, YoungPerson
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.errors import RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session
from accredit.storage.identity import ServiceIdentity


@dataclass(frozen=True, kw_only=True)
class AheadView:
    """What stands on a paper for a day to come; named as in `CredentialView`, for they are printed alike."""

    award_id: UUID
    code: str
    shown_code: str
    organisation_name: str
    printed_name: str
    award_title: str
    badge: str
    totals: Totals
    skills: tuple[SkillShown, ...]
    awarded_on: date
    issued_at: datetime
    """When the paper was prepared; nothing is issued yet."""
    signatory_name: str
    signatory_role: str | None
    tariff_line: bool
    demonstration: bool
    is_changed: bool
    """Whether it says something else now than when it was prepared."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Whose paper is ready to be printed, and why each other one is not."""

    ready: tuple[UUID, ...]
    refused: dict[UUID, RuleBroken]


def prepare(db: Session, *, award_ids: Collection[UUID], actor: Actor, now: datetime) -> Prepared:
    """Give awards for a day to come their codes, so that their paper can be printed. Again, it prints what is new.

    Raises `Forbidden`; somebody whom a rule refuses does not stop the others.
    """
    check_staff(db, actor, Permission.AWARD, now)
    known = {row.award_id: row for row in _rows(db, award_ids)}
    ready: list[UUID] = []
    refused: dict[UUID, RuleBroken] = {}
    for row in db.execute(_said().where(col(Award.id).in_(set(award_ids)), ~set_aside(), ~_is_issued())):
        try:
            _check(db, row, now)
        except RuleBroken as refusal:
            refused[row.id] = refusal
            continue
        ready.append(row.id)
        digest = _digest_of(_ahead(row, code="", made_at=now, digest=None))
        _keep(db, known.get(row.id), row, digest=digest, actor=actor, now=now)
    db.flush()
    return Prepared(ready=tuple(ready), refused=refused)


def views(db: Session, award_ids: Collection[UUID]) -> dict[UUID, AheadView]:
    """Return the papers that are prepared and whose certificates are not released yet, by award."""
    statement = (
        _said()
        .add_columns(col(PaperAhead.code), col(PaperAhead.made_at), col(PaperAhead.said))
        .join(PaperAhead, col(PaperAhead.award_id) == col(Award.id))
        .where(col(Award.id).in_(set(award_ids)), ~set_aside())
    )
    return {row.id: _ahead(row, code=row.code, made_at=row.made_at, digest=row.said) for row in db.execute(statement)}


def reprints(db: Session, found: Mapping[UUID, CredentialView]) -> frozenset[UUID]:
    """Return whose paper was printed ahead and says something else than the certificate that was released since."""
    rows = _rows(db, list(found))
    return frozenset(row.award_id for row in rows if row.said != _digest_of(found[row.award_id]))


def settle(db: Session, found: Mapping[UUID, CredentialView], *, actor: Actor, now: datetime) -> int:
    """Take note that what was put right after it had been printed is printed again; return how many that are.

    Raises `Forbidden`.
    """
    check_staff(db, actor, Permission.AWARD, now)
    again = [row for row in _rows(db, list(found)) if row.said != _digest_of(found[row.award_id])]
    for row in again:
        # The certificate has the code by now; what the earlier paper said is of no more use.
        db.delete(row)
        _record(db, row.award_id, row.organisation_id, actor=actor, now=now)
    db.flush()
    return len(again)


def _rows(db: Session, award_ids: Collection[UUID]) -> list[PaperAhead]:
    return list(db.exec(select(PaperAhead).where(col(PaperAhead.award_id).in_(set(award_ids)))))


def _check(db: Session, row: Any, now: datetime) -> None:
    if row.issue_from is None or row.awarded_on <= local_date(now):
        raise RuleBroken("not-ahead")
    if row.printed_name_confirmed_at is None:
        raise RuleBroken("name-not-confirmed")
    check_record(db, row.id)


def _keep(db: Session, known: PaperAhead | None, row: Any, *, digest: bytes, actor: Actor, now: datetime) -> None:
    if known is not None and known.said == digest:
        return
    if known is None:
        known = PaperAhead(
            organisation_id=row.organisation_id,
            award_id=row.id,
            young_person_id=row.young_person_id,
            code=typed_code.make(secrets.randbelow),
            said=digest,
            made_at=now,
        )
    known.said, known.made_at = digest, now
    db.add(known)
    _record(db, row.id, row.organisation_id, actor=actor, now=now)


def _record(db: Session, award_id: UUID, organisation_id: UUID, *, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=Tag.PAPER_PREPARED, actor=actor, now=now, subject=award_id, organisation_id=organisation_id)


def _is_issued() -> sa.ColumnElement[bool]:
    return sa.exists().where(col(Credential.award_id) == col(Award.id))


def _said() -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        *(col(Award.id), col(Award.organisation_id), col(Award.awarded_on), col(Award.issue_from)),
        *(col(Award.level_code), col(Award.portfolio), col(Enrolment.young_person_id)),
        *(col(YoungPerson.printed_name), col(YoungPerson.printed_name_confirmed_at)),
        *(col(ProgrammeVersion.definition), col(Organisation.name).label("organisation_name")),
        *(col(Staff.name).label("signatory_name"), col(Staff.job_title)),
        col(ServiceIdentity.demonstration),
    )
    return (
        sa.select(*columns)
        .select_from(Award)
        .join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(Award.programme_version_id))
        .join(Organisation, col(Organisation.id) == col(Award.organisation_id))
        .join(Staff, col(Staff.id) == col(Award.awarded_by))
        .outerjoin(ServiceIdentity, sa.true())
    )


def _ahead(row: Any, *, code: str, made_at: datetime, digest: bytes | None) -> AheadView:
    definition = Definition.from_json(row.definition)
    portfolio = Portfolio.from_json(row.portfolio)
    level = definition.level(row.level_code)
    made = AheadView(
        award_id=row.id,
        code=code,
        shown_code=typed_code.show(code) if code else "",
        organisation_name=row.organisation_name,
        printed_name=row.printed_name,
        award_title=level.title,
        badge=level.badge,
        totals=totals_of(portfolio),
        skills=skills_of(portfolio, definition),
        awarded_on=row.awarded_on,
        issued_at=made_at,
        signatory_name=row.signatory_name,
        signatory_role=row.job_title,
        tariff_line=definition.tariff_line,
        demonstration=bool(row.demonstration),
        is_changed=False,
    )
    return made if digest is None else replace(made, is_changed=digest != _digest_of(made))


def _digest_of(view: AheadView | CredentialView) -> bytes:
    said = (view.printed_name, view.award_title, view.totals, [each.title for each in view.skills], view.awarded_on)
    return hashlib.sha256(repr(said).encode()).digest()
