"""Records of peer support on their way and out: what waits, how one is prepared from the record, how it is read.

1. `support_record_asking.ask` writes down what the record says; the signer finds it (`waiting`).
2. `prepare` builds the document from the approved rows, which must still carry what was written down. Where they do not
   any more, the record is given up, and the young person asks again.
3. From there it goes the way of every credential (`domain.issuing`). What is issued again, after a theft of a key, is
   the same record with another number, behind the same code.

A record replaces no other one: each says the day on which it was made.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.domain.awarding.portfolio import Portfolio
from accredit.domain.credentials import shown
from accredit.domain.credentials.cohort import definitions_by_version
from accredit.domain.credentials.document import IssuerFacts
from accredit.domain.credentials.drafting import check_basis, issuer_of
from accredit.domain.credentials.hiding import is_wholly_hidden
from accredit.domain.credentials.models import NO_LEVEL, Achievement, SupportRecord
from accredit.domain.credentials.record import Basis, Cut, bases, hashes, hashes_of
from accredit.domain.credentials.record_contents import contents_of
from accredit.domain.credentials.record_document import RecordFacts, record_achievement, record_document
from accredit.domain.credentials.rules import Reserved, identity_base
from accredit.domain.credentials.shown import Shown
from accredit.domain.credentials.views import RecordView
from accredit.domain.credentials.waiting import Waiting, has_issuance
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.operations import Prepared, Wanted
from accredit.domain.issuing.rules import Build
from accredit.domain.organisations.models import Organisation
from accredit.domain.people.models import YoungPerson
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.storage import Session, identity

issuance_kind = "record"
CUT: Final = Cut(
    name="record",
    model=SupportRecord,
    day=col(SupportRecord.made_on),
    moment=col(SupportRecord.asked_at),
    members=("id", "shows_months", "made_on", "portfolio"),
)


def waiting(
    db: Session,
    *,
    limit: int = 100,
    due_by: datetime | None = None,  # noqa: ARG001  # no record waits for a day
    without: Collection[UUID] = (),
    not_of: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
) -> tuple[Waiting, ...]:
    """Return the oldest records without an issuance that stands, as `waiting.awards_to_prepare` does for awards."""
    wanted = (
        sa.select(col(SupportRecord.id), col(SupportRecord.organisation_id), col(Organisation.did))
        .join(Organisation, col(Organisation.id) == col(SupportRecord.organisation_id))
        .where(~has_issuance(issuance_kind, col(SupportRecord.id)), col(SupportRecord.given_up_at).is_(None))
        .where(col(SupportRecord.id).not_in(without), col(SupportRecord.organisation_id).not_in(not_of))
        .order_by(col(SupportRecord.asked_at), col(SupportRecord.id))
        .limit(limit)
    )
    if only is not None:
        wanted = wanted.where(col(SupportRecord.id).in_(only))
    return tuple(
        Waiting(subject_id=record_id, organisation_id=organisation_id, controller=did)
        for record_id, organisation_id, did in db.execute(wanted)
    )


def give_up_waiting(db: Session, *, now: datetime) -> int:
    """Give up every record that waits, since an older database came back; return how many.

    One may have been out, and taken back, in the time that was lost. Whoever asked for it asks again, which costs
    nothing.
    """
    held = [each.subject_id for each in waiting(db, limit=1_000_000)]
    give_up(db, held, now=now)
    return len(held)


def give_up(db: Session, record_ids: Collection[UUID], *, now: datetime) -> None:
    """Let nothing be prepared for records any more."""
    if record_ids:
        still = col(SupportRecord.id).in_(record_ids), col(SupportRecord.given_up_at).is_(None)
        db.execute(sa.update(SupportRecord).where(*still).values(given_up_at=now))


def record_hashes(db: Session, record_ids: Collection[UUID], /) -> Mapping[UUID, bytes]:
    """Return the digest of the rows behind each record. Raises `NotFound` (``record-unknown``)."""
    return hashes(db, record_ids, CUT)


def prepare(
    db: Session, *, subject_ids: Collection[UUID], organisation_id: UUID, controller: str, now: datetime
) -> Prepared:
    """Prepare the credentials of records of one organisation; one that is refused stops no other.

    The reasons are `NotFound` (``record-unknown``) and `RuleBroken`: ``name-not-confirmed``, and ``record-changed``
    where its rows were corrected since; that record is given up. Raises `RuleBroken` (``no-signing-key``).
    """
    moment = now.replace(microsecond=0)
    found = bases(db, subject_ids, CUT)
    digests = hashes_of(found.values(), CUT)
    desk = _Desk(db, organisation_id, moment)
    wanted: list[Wanted] = []
    refused: dict[UUID, AccreditError] = {}
    for record_id in subject_ids:
        try:
            build = desk.draft(found.get(record_id))
            wanted.append(Wanted(subject_id=record_id, record_hash=digests[record_id], build=build))
        except AccreditError as broken:
            refused[record_id] = broken
    give_up(db, [each for each, broken in refused.items() if broken.code == "record-changed"], now=now)
    prepared = issuing.prepare_many(
        db, kind=issuance_kind, organisation_id=organisation_id, controller=controller, wanted=wanted, now=moment
    )
    return Prepared(issuances=prepared.issuances, refused=refused | dict(prepared.refused))


class _Desk:
    """What the records of one organisation share that are prepared together."""

    def __init__(self, db: Session, organisation_id: UUID, now: datetime) -> None:
        service = identity.read(db)
        self._db = db
        self._now = now
        self._demonstration = service is not None and service.demonstration
        self._issuer: IssuerFacts = issuer_of(db, organisation_id)
        self._definition = definitions_by_version()

    def draft(self, found: Basis[SupportRecord] | None) -> Build:
        """Check one record and return what builds its document. Raises as `prepare` says."""
        if found is None:
            raise NotFound("record-unknown")
        record = found.subject
        if found.person.printed_name_confirmed_at is None:
            raise RuleBroken("name-not-confirmed")
        portfolio = Portfolio.from_json(record.portfolio)
        check_basis(found, portfolio)
        definition = self._definition(found.version.id, found.version.definition)
        return partial(
            _document,
            issuer=self._issuer,
            achievement=self._achievement(record, definition).document,
            printed_name=found.person.printed_name,
            contents=contents_of(portfolio, definition, shows_months=record.shows_months),
            made_on=record.made_on,
            issued_at=self._now,
            tariff_line=definition.tariff_line,
            demonstration=self._demonstration,
        )

    def _achievement(self, record: SupportRecord, definition: Definition) -> Achievement:
        version_id = record.programme_version_id
        wanted = select(Achievement).where(
            Achievement.programme_version_id == version_id, Achievement.level_code == NO_LEVEL
        )
        known = self._db.exec(wanted).one_or_none()
        if known is not None:
            return known
        public_id = secrets.token_hex(10)
        url = f"{identity_base(self._issuer.did)}/achievements/{public_id}"
        made = Achievement(
            organisation_id=record.organisation_id,
            programme_version_id=version_id,
            level_code=NO_LEVEL,
            public_id=public_id,
            document=record_achievement(
                url=url, issuer=self._issuer, definition=definition, demonstration=self._demonstration
            ),
            created_at=self._now,
        )
        self._db.add(made)
        self._db.flush()
        return made


def _document(reservation: Reserved, **told: Any) -> dict[str, Any]:
    return record_document(
        RecordFacts(
            credential_id=reservation.credential_id,
            subject_id=uuid4(),
            status_list_url=reservation.status_list_url,
            status_index=reservation.status_index,
            **told,
        )
    )


def of_young_person(db: Session, young_person_id: UUID) -> list[RecordView]:
    """Return one person's records that are out, newest first."""
    return SHOWN.views(db, col(Enrolment.young_person_id) == young_person_id)


@cache
def _shown() -> sa.Select[Any]:
    mine = sa.and_(col(Issuance.subject_id) == col(SupportRecord.id), col(Issuance.kind) == issuance_kind)
    version = col(SupportRecord.programme_version_id)
    described = sa.and_(col(Achievement.programme_version_id) == version, col(Achievement.level_code) == NO_LEVEL)
    columns: tuple[Any, ...] = (
        *(col(SupportRecord.id).label("record_id"), col(SupportRecord.code), col(Enrolment.young_person_id)),
        *(col(SupportRecord.portfolio), col(SupportRecord.shows_months), col(SupportRecord.made_on)),
        col(Achievement.public_id),
    )
    return shown.out_of_young_person(
        sa.select(*columns, *shown.COLUMNS)
        .select_from(SupportRecord)
        .join(Enrolment, col(Enrolment.id) == col(SupportRecord.enrolment_id))
        .join(Issuance, mine)
        .join(Achievement, described)
        .join(Organisation, col(Organisation.id) == col(SupportRecord.organisation_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == version)
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
    ).order_by(col(SupportRecord.asked_at).desc(), col(Issuance.recorded_at).desc())


def _issuances() -> sa.Select[Any]:
    mine = sa.and_(col(Issuance.subject_id) == col(SupportRecord.id), col(Issuance.kind) == issuance_kind)
    return (
        sa.select(col(Issuance.id))
        .join(SupportRecord, mine)
        .join(Enrolment, col(Enrolment.id) == col(SupportRecord.enrolment_id))
        .where(~_is_hidden())
        .order_by(col(Issuance.round).desc())
    )


def _is_hidden() -> sa.ColumnElement[bool]:
    return is_wholly_hidden(col(Enrolment.young_person_id))


def _read(rows: Sequence[sa.Row[Any]]) -> list[RecordView]:
    definition = definitions_by_version()
    return [_view(row, definition(row.version_id, row.definition)) for row in rows]


def _view(row: sa.Row[Any], definition: Definition) -> RecordView:
    portfolio = Portfolio.from_json(row.portfolio)
    return RecordView(
        **shown.of_young_person(row),
        record_id=row.record_id,
        programme_name=definition.name,
        contents=contents_of(portfolio, definition, shows_months=row.shows_months),
        made_on=row.made_on,
        tariff_line=definition.tariff_line,
    )


SHOWN: Final = Shown(
    statement=_shown, read=_read, issuances=_issuances, is_hidden=_is_hidden, code=col(SupportRecord.code)
)
