"""The approved rows that awards, and what else is issued, rest on, and their digest.

Only rows that stood when an award was decided count: about its day or before, on record by then, and not corrected
since. The digest is taken when a credential is prepared and again before it is signed; what changed in between is never
signed unseen. Awards that are issued together are read together, in as many statements as one of them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import load_only
from sqlmodel import SQLModel, col, select

from accredit.domain.awarding.models import Award
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.people.models import YoungPerson
from accredit.domain.practice.earlier_hours import standing
from accredit.domain.practice.models import HoursBroughtForward, HoursEntry, MilestoneReached, SkillObservation
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.programmes.models import ProgrammeVersion
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.domain.training.queries import held_attendance
from accredit.errors import NotFound
from accredit.kit.linkeddata import jcs
from accredit.storage import Session
from accredit.storage.often import often
from accredit.storage.types import IsoText, UtcDateTime, UuidText, Word

# Which members of each row the digest covers, in the words of the tables.
_HOURS: Final = ("id", "activity_type", "held_on", "starts_at", "minutes", "supervised_by", "decided_by", "decided_at")
_ATTENDANCES: Final = ("id", "training_session_id", "module_code", "present", "recorded_by", "recorded_at")
_OBSERVATIONS: Final = ("id", "skill_code", "activity_type", "observed_on", "observed_by", "recorded_at")
_MILESTONES: Final = ("id", "milestone", "reached_on", "recorded_by", "recorded_at")
_EARLIER: Final = ("id", "minutes", "until", "attested_by", "attested_at")
_AWARD: Final = ("id", "level_code", "round", "awarded_on", "awarded_by", "decided_at", "portfolio")


_OF_A_PERSON: Final[tuple[Any, ...]] = (
    YoungPerson.id,
    YoungPerson.printed_name,
    YoungPerson.printed_name_confirmed_at,
)
Subject = TypeVar("Subject", bound=SQLModel)


@dataclass(frozen=True, kw_only=True)
class Cut(Generic[Subject]):
    """What counts for a kind of subject: rows of its enrolment about its ``day`` or before, on record by ``moment``.

    ``members`` of the subject are in the digest, under ``name``.
    """

    name: str
    model: type[Subject]
    day: Any
    moment: Any
    members: tuple[str, ...]


AWARDS: Final = Cut(name="award", model=Award, day=col(Award.awarded_on), moment=col(Award.decided_at), members=_AWARD)


@dataclass(frozen=True, kw_only=True)
class Basis(Generic[Subject]):
    """A subject (an award) with everything its credential states.

    The rows that were counted hold the columns that the digest covers, by the names they have in their tables: ids,
    days, times and moments as text.
    """

    id: UUID
    subject: Subject
    person: YoungPerson
    version: ProgrammeVersion
    hours: tuple[sa.Row[Any], ...]
    earlier: sa.Row[Any] | None
    """The total that stood then and still stands."""
    attendances: tuple[sa.Row[Any], ...]
    observations: tuple[sa.Row[Any], ...]
    milestones: tuple[sa.Row[Any], ...]


def basis(db: Session, award_id: UUID) -> Basis[Award]:
    """Load one award's basis. Raises `NotFound` (``award-unknown``)."""
    found = bases(db, [award_id], AWARDS)
    if award_id not in found:
        raise NotFound("award-unknown")
    return found[award_id]


def bases(db: Session, ids: Collection[UUID], cut: Cut[Subject]) -> dict[UUID, Basis[Subject]]:
    """Load the basis of each subject, in a constant number of statements; unknown ones are left out."""
    model: Any = cut.model
    found = db.execute(
        sa.select(model, YoungPerson)
        .join(Enrolment, col(Enrolment.id) == col(model.enrolment_id))
        .join(YoungPerson, col(YoungPerson.id) == col(Enrolment.young_person_id))
        .where(col(model.id).in_(ids))
        .options(load_only(*_OF_A_PERSON))
    ).all()
    # By themselves: beside each of them the whole programme would be read anew.
    versions = {subject.programme_version_id for subject, _ in found}
    version = {
        each.id: each for each in db.exec(select(ProgrammeVersion).where(col(ProgrammeVersion.id).in_(versions)))
    }
    hours = _by_subject(db, _hours(ids, cut))
    earlier = _by_subject(db, _earlier(ids, cut))
    attendances = _by_subject(db, _attendances(ids, cut))
    observed_on, reached_on = col(SkillObservation.observed_on), col(MilestoneReached.reached_on)
    observations = _by_subject(db, _recorded(ids, cut, SkillObservation, observed_on, _OBSERVATIONS))
    milestones = _by_subject(db, _recorded(ids, cut, MilestoneReached, reached_on, _MILESTONES))
    return {
        subject.id: Basis(
            id=subject.id,
            subject=subject,
            person=person,
            version=version[subject.programme_version_id],
            hours=hours[subject.id],
            earlier=next(iter(earlier[subject.id]), None),
            attendances=attendances[subject.id],
            observations=observations[subject.id],
            milestones=milestones[subject.id],
        )
        for subject, person in found
    }


def record_hashes(db: Session, award_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Return the SHA-256 (32 bytes) over the canonical JSON (RFC 8785) of the rows behind each award.

    Raises `NotFound` (``award-unknown``) where one of them is not there.
    """
    return hashes(db, award_ids, AWARDS)


def hashes(db: Session, ids: Collection[UUID], cut: Cut[Any]) -> dict[UUID, bytes]:
    """Return the same for any kind of subject. Raises `NotFound` (its name and ``-unknown``)."""
    found = bases(db, ids, cut)
    if len(found) < len(set(ids)):
        raise NotFound(f"{cut.name}-unknown")
    return hashes_of(found.values(), cut)


def hashes_of(found: Iterable[Basis[Any]], cut: Cut[Any]) -> dict[UUID, bytes]:
    """Return the digest of each basis, by its subject."""
    programmes: dict[UUID, bytes] = {}
    digests = {}
    for each in found:
        version = each.version
        if version.id not in programmes:
            programmes[version.id] = jcs.canonicalise(_facts(version, ("id", "number", "definition")))
        members = {
            cut.name: jcs.canonicalise(_facts(each.subject, cut.members)),
            "name": jcs.canonicalise(each.person.printed_name),
            "programme": programmes[version.id],
            "hours": _all(each.hours, _HOURS),
            "attendances": _all(each.attendances, _ATTENDANCES),
            "observations": _all(each.observations, _OBSERVATIONS),
            "milestones": _all(each.milestones, _MILESTONES),
        }
        if each.earlier is not None:
            # Named only where there is one, so that what was prepared before there was any is still what it was.
            members["earlier"] = jcs.canonicalise(_facts(each.earlier, _EARLIER))
        digests[each.id] = hashlib.sha256(_object(members)).digest()
    return digests


def _object(members: Mapping[str, bytes]) -> bytes:
    """Join members that are canonical each into one canonical object (RFC 8785 §3.2.3; the names are ASCII)."""
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), members[name]) for name in sorted(members)) + b"}"


def _by_subject(db: Session, statement: sa.Select[*tuple[Any, ...]]) -> defaultdict[UUID, tuple[sa.Row[Any], ...]]:
    # By subject, and within it by their own id, the second column; sorted here, where it takes less time.
    rows = sorted(db.execute(statement), key=itemgetter(0, 1))
    return defaultdict(tuple, {UUID(subject_id): tuple(mine) for subject_id, mine in groupby(rows, itemgetter(0))})


def _counted(ids: Collection[UUID], cut: Cut[Any], model: Any, names: Iterable[str]) -> sa.Select[*tuple[Any, ...]]:
    columns = (_read(getattr(model, name)) for name in names)
    return (
        sa.select(_read(col(cut.model.id)).label("of_subject"), *columns)
        .join(model, model.enrolment_id == col(cut.model.enrolment_id))
        .where(col(cut.model.id).in_(ids))
    )


def _read(column: Any) -> Any:
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return sa.type_coerce(column, UuidText()).label(column.key)
    if isinstance(kind, sa.Date | sa.Time | UtcDateTime):
        return sa.type_coerce(column, IsoText()).label(column.key)
    return sa.type_coerce(column, sa.String()).label(column.key) if isinstance(kind, Word) else column


def _hours(ids: Collection[UUID], cut: Cut[Any]) -> sa.Select[*tuple[Any, ...]]:
    return _counted(ids, cut, HoursEntry, _HOURS).where(
        often(col(HoursEntry.status) == HoursStatus.APPROVED),
        col(HoursEntry.held_on) <= cut.day,
        col(HoursEntry.decided_at) <= cut.moment,
    )


def _earlier(ids: Collection[UUID], cut: Cut[Any]) -> sa.Select[*tuple[Any, ...]]:
    return _counted(ids, cut, HoursBroughtForward, _EARLIER).where(
        standing(),
        col(HoursBroughtForward.minutes) > 0,
        col(HoursBroughtForward.until) <= cut.day,
        col(HoursBroughtForward.attested_at) <= cut.moment,
    )


def _attendances(ids: Collection[UUID], cut: Cut[Any]) -> sa.Select[*tuple[Any, ...]]:
    # A tick taken back after the award no longer holds, whenever it was taken back.
    return (
        _counted(ids, cut, Attendance, _ATTENDANCES)
        .join(TrainingSession, col(TrainingSession.id) == col(Attendance.training_session_id))
        .where(
            col(Attendance.present),
            held_attendance(),
            col(TrainingSession.held_on) <= cut.day,
            col(Attendance.recorded_at) <= cut.moment,
        )
    )


def _recorded(
    ids: Collection[UUID], cut: Cut[Any], model: Any, day: Any, names: Iterable[str]
) -> sa.Select[*tuple[Any, ...]]:
    counted = _counted(ids, cut, model, names)
    return counted.where(col(model.recorded_at) <= cut.moment, day <= cut.day)


def _all(rows: Iterable[sa.Row[Any]], names: tuple[str, ...]) -> bytes:
    # The first column is the subject, by which they were found.
    return jcs.canonicalise([dict(zip(names, row[1:], strict=True)) for row in rows])


def _facts(row: object, names: Iterable[str]) -> dict[str, object]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: object) -> object:
    # Both databases give back aware moments in UTC, so the text is the same on either.
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
