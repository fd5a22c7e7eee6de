"""Records of adults' training on their way and out: what waits, how one is prepared, how it is read.

1. `facilitation.operations.give_record` freezes what was attended; the signer finds it (`waiting`).
2. `prepare` builds the document from that row; the registers must still carry it. Where one was corrected meanwhile,
   the record is given up, and the adult asks again.
3. From there it goes the way of every credential (`domain.issuing`). What is issued again, after a theft of a key, is
   the same record with another number, behind the same code.

How one ends is in `attendance_ending`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.credentials import shown
from accredit.domain.credentials.attendance_document import (
    AttendanceFacts,
    attendance_achievement,
    attendance_document,
)
from accredit.domain.credentials.cohort import definitions_by_version
from accredit.domain.credentials.document import IssuerFacts
from accredit.domain.credentials.drafting import issuer_of
from accredit.domain.credentials.models import OF_FACILITATORS, Achievement
from accredit.domain.credentials.rules import Reserved, identity_base
from accredit.domain.credentials.shown import Shown
from accredit.domain.credentials.views import AttendanceView
from accredit.domain.credentials.waiting import Waiting, has_issuance
from accredit.domain.facilitation import operations as facilitation
from accredit.domain.facilitation import queries as trained
from accredit.domain.facilitation.models import FacilitatorRecord
from accredit.domain.facilitation.rules import Attended, still_carried
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.operations import Prepared, Wanted
from accredit.domain.organisations.models import Organisation
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.programmes.rules import Definition
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.kit.linkeddata import jcs
from accredit.storage import Session, identity

issuance_kind = "attendance"


def waiting(
    db: Session,
    *,
    limit: int = 100,
    due_by: datetime | None = None,  # noqa: ARG001  # no record waits for a day
    without: Collection[UUID] = (),
    not_of: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
) -> tuple[Waiting, ...]:
    """Return the oldest given records without an issuance that stands, as `waiting.awards_to_prepare` does."""
    row = FacilitatorRecord
    wanted = (
        sa.select(col(row.id), col(row.organisation_id), col(Organisation.did))
        .join(Organisation, col(Organisation.id) == col(row.organisation_id))
        .where(~has_issuance(issuance_kind, col(row.id)), col(row.given_at).is_not(None))
        .where(col(row.given_up_at).is_(None), col(row.ended_at).is_(None))
        .where(col(row.id).not_in(without), col(row.organisation_id).not_in(not_of))
        .order_by(col(row.given_at), col(row.id))
        .limit(limit)
    )
    if only is not None:
        wanted = wanted.where(col(row.id).in_(only))
    return tuple(
        Waiting(subject_id=record_id, organisation_id=organisation_id, controller=did)
        for record_id, organisation_id, did in db.execute(wanted)
    )


def give_up_waiting(db: Session, *, now: datetime) -> int:
    """Give up every record that waits, since an older database came back; return how many.

    One may have been out, and ended, in the time that was lost. Whoever asked for it asks again.
    """
    held = [each.subject_id for each in waiting(db, limit=1_000_000)]
    facilitation.give_up(db, held, now=now)
    return len(held)


def record_hashes(db: Session, record_ids: Collection[UUID], /) -> Mapping[UUID, bytes]:
    """Return the digest of each record, and whether the registers carry it. Raises `NotFound` (``record-unknown``)."""
    rows = _rows(db, record_ids)
    if len(rows) < len(set(record_ids)):
        raise NotFound("record-unknown")
    return {record_id: _digest(db, row, version) for record_id, (row, version) in rows.items()}


def prepare(
    db: Session, *, subject_ids: Collection[UUID], organisation_id: UUID, controller: str, now: datetime
) -> Prepared:
    """Prepare the credentials of records of one organisation; one that is refused stops no other.

    The reasons are `NotFound` (``record-unknown``) and `RuleBroken`: ``not-asked``, and ``record-changed`` where a
    register was corrected since; that record is given up. Raises `RuleBroken` (``no-signing-key``).
    """
    moment = now.replace(microsecond=0)
    rows = _rows(db, subject_ids)
    desk = _Desk(db, organisation_id, moment)
    wanted: list[Wanted] = []
    refused: dict[UUID, AccreditError] = {}
    for record_id in subject_ids:
        try:
            wanted.append(desk.draft(rows.get(record_id)))
        except AccreditError as broken:
            refused[record_id] = broken
    facilitation.give_up(db, [each for each, broken in refused.items() if broken.code == "record-changed"], now=now)
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

    def draft(self, found: tuple[FacilitatorRecord, ProgrammeVersion] | None) -> Wanted:
        """Check one record and return what its document is built from. Raises as `prepare` says."""
        if found is None:
            raise NotFound("record-unknown")
        row, version = found
        if row.given_at is None or row.given_up_at is not None or row.ended_at is not None:
            raise RuleBroken("not-asked")
        if not _is_carried(self._db, row, version):
            raise RuleBroken("record-changed")
        definition = self._definition(version.id, version.definition)
        build = partial(
            _document,
            issuer=self._issuer,
            achievement=self._achievement(row, definition).document,
            programme_name=definition.name,
            printed_name=row.printed_name,
            parts=_parts(row),
            given_on=local_date(row.given_at),
            issued_at=self._now,
            demonstration=self._demonstration,
        )
        return Wanted(subject_id=row.id, record_hash=_digest(self._db, row, version), build=build)

    def _achievement(self, row: FacilitatorRecord, definition: Definition) -> Achievement:
        version_id = row.programme_version_id
        wanted = select(Achievement).where(
            Achievement.programme_version_id == version_id, Achievement.level_code == OF_FACILITATORS
        )
        known = self._db.exec(wanted).one_or_none()
        if known is not None:
            return known
        public_id = secrets.token_hex(10)
        made = Achievement(
            organisation_id=row.organisation_id,
            programme_version_id=version_id,
            level_code=OF_FACILITATORS,
            public_id=public_id,
            document=attendance_achievement(
                url=f"{identity_base(self._issuer.did)}/achievements/{public_id}",
                issuer=self._issuer,
                programme_name=definition.name,
                demonstration=self._demonstration,
            ),
            created_at=self._now,
        )
        self._db.add(made)
        self._db.flush()
        return made


def of_staff(db: Session, staff_id: UUID) -> list[AttendanceView]:
    """Return one adult's records that are out, newest first."""
    return SHOWN.views(db, col(FacilitatorRecord.staff_id) == staff_id)


def of_organisation(db: Session, organisation_id: UUID) -> list[AttendanceView]:
    """Return the records of an organisation's adults that are out, newest first."""
    return SHOWN.views(db, col(FacilitatorRecord.organisation_id) == organisation_id)


def _rows(db: Session, record_ids: Collection[UUID]) -> dict[UUID, tuple[FacilitatorRecord, ProgrammeVersion]]:
    wanted = (
        sa.select(FacilitatorRecord, ProgrammeVersion)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == col(FacilitatorRecord.programme_version_id))
        .where(col(FacilitatorRecord.id).in_(record_ids))
        .execution_options(populate_existing=True)
    )
    return {row.id: (row, version) for row, version in db.execute(wanted)}


def _parts(row: FacilitatorRecord) -> tuple[Attended, ...]:
    return tuple(Attended.from_json(part) for part in row.parts or ())


def _is_carried(db: Session, row: FacilitatorRecord, version: ProgrammeVersion) -> bool:
    attended = trained.attended(db, row.staff_id, programme_id=version.programme_id)
    return still_carried(_parts(row), by=attended)


def _digest(db: Session, row: FacilitatorRecord, version: ProgrammeVersion) -> bytes:
    given_at = None if row.given_at is None else row.given_at.isoformat()
    facts = {"record": str(row.id), "name": row.printed_name, "parts": row.parts, "given": given_at}
    return hashlib.sha256(jcs.canonicalise({**facts, "carried": _is_carried(db, row, version)})).digest()


def _document(reservation: Reserved, **told: Any) -> dict[str, Any]:
    return attendance_document(
        AttendanceFacts(
            credential_id=reservation.credential_id,
            subject_id=uuid4(),
            status_list_url=reservation.status_list_url,
            status_index=reservation.status_index,
            **told,
        )
    )


@cache
def _shown() -> sa.Select[Any]:
    row = FacilitatorRecord
    version = col(row.programme_version_id)
    described = sa.and_(
        col(Achievement.programme_version_id) == version, col(Achievement.level_code) == OF_FACILITATORS
    )
    columns: tuple[Any, ...] = (
        *(col(row.id).label("record_id"), col(row.code), col(row.staff_id), col(row.parts), col(row.given_at)),
        col(Achievement.public_id),
    )
    return shown.out(
        sa.select(*columns, *shown.ISSUED)
        .select_from(row)
        .join(Issuance, _is_of_it())
        .join(Achievement, described)
        .join(Organisation, col(Organisation.id) == col(row.organisation_id))
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == version)
    ).order_by(col(row.given_at).desc(), col(Issuance.recorded_at).desc())


def _is_of_it() -> sa.ColumnElement[bool]:
    return sa.and_(col(Issuance.subject_id) == col(FacilitatorRecord.id), col(Issuance.kind) == issuance_kind)


def _issuances() -> sa.Select[Any]:
    return sa.select(col(Issuance.id)).join(FacilitatorRecord, _is_of_it()).order_by(col(Issuance.round).desc())


def _read(rows: Sequence[sa.Row[Any]]) -> list[AttendanceView]:
    definition = definitions_by_version()
    return [_view(row, definition(row.version_id, row.definition)) for row in rows]


def _view(row: sa.Row[Any], definition: Definition) -> AttendanceView:
    return AttendanceView(
        **shown.common(row),
        known_as=None,
        programme_name=definition.name,
        tariff_line=False,
        record_id=row.record_id,
        staff_id=row.staff_id,
        parts=tuple(Attended.from_json(part) for part in row.parts),
        given_on=local_date(row.given_at),
    )


# Hiding is for young people; an adult who does not want theirs any more takes it back.
SHOWN: Final = Shown(
    statement=_shown, read=_read, issuances=_issuances, is_hidden=sa.false, code=col(FacilitatorRecord.code)
)
