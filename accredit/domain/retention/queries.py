"""Whose time is over, who is on hold, and every row that belongs to one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.awarding.models import Award, AwardSetAside
from accredit.domain.clients.models import AnsweredRequest
from accredit.domain.credentials.kinds import SUBJECTS
from accredit.domain.credentials.models import (
    Challenge,
    Credential,
    Hiding,
    PaperAhead,
    RevocationRequest,
    SupportRecord,
)
from accredit.domain.credentials.sharing_models import CodeName, Share, ShareOpening
from accredit.domain.enrolments.models import Break, Enrolment, EnrolmentMove
from accredit.domain.issuing.models import Issuance
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations.models import OrganisationPicture
from accredit.domain.people import one_person
from accredit.domain.people.models import (
    ClaimSlip,
    JoiningRequest,
    MergedPerson,
    MergeRequest,
    RefresherReminder,
    SignInCode,
    StaffRole,
    WeeklyDigest,
    YoungPerson,
)
from accredit.domain.people.own_page_models import Consent, OwnPasskey, OwnPasskeyChallenge, RecordRequest, WordCard
from accredit.domain.practice.models import (
    ApprovalLink,
    ApprovalLinkPerson,
    EarlierHoursRequest,
    HoursBroughtForward,
    HoursEntry,
    LateHours,
    MilestoneReached,
    SkillObservation,
)
from accredit.domain.retention import rules
from accredit.domain.retention.models import Erasure, LegalHold
from accredit.domain.retention.rules import Due, HoldReason, RecordKind
from accredit.domain.training.models import Attendance
from accredit.storage import Session

OF_ENROLMENT: tuple[Any, ...] = (
    Attendance,
    ApprovalLinkPerson,
    EarlierHoursRequest,
    HoursBroughtForward,
    LateHours,
    HoursEntry,
    SkillObservation,
    MilestoneReached,
    Break,
    EnrolmentMove,
    AwardSetAside,
    Award,
    SupportRecord,
)
"""Everything that names an enrolment, and through it a person."""


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """The ids of one person's rows, by model, in the order in which they can be taken out."""

    person_id: UUID
    organisation_id: UUID
    rows: Sequence[tuple[Any, Sequence[UUID]]]
    issuances: Sequence[UUID]
    former: Sequence[UUID] = ()
    """The ids of other records that went on in this one."""

    @property
    def ids(self) -> list[UUID]:
        """Every row that goes."""
        return [row_id for _, ids in self.rows for row_id in ids]


def belongings(db: Session, person_id: UUID) -> Belongings | None:
    """Find every row of one person; None where there is nobody with this id."""
    organisation_id = db.execute(
        sa.select(col(YoungPerson.organisation_id)).where(col(YoungPerson.id) == person_id)
    ).scalar_one_or_none()
    if organisation_id is None:
        return None
    enrolments = _ids(db, Enrolment, col(Enrolment.young_person_id) == person_id)
    of_enrolment = [(model, _ids(db, model, col(model.enrolment_id).in_(enrolments))) for model in OF_ENROLMENT]
    rows = [
        *(
            (model, _ids(db, model, col(model.young_person_id) == person_id))
            for model in (ShareOpening, Share, CodeName, Challenge, RevocationRequest, Hiding, PaperAhead, Credential)
        ),
        *of_enrolment,
        (Enrolment, enrolments),
        *(
            (model, _ids(db, model, col(model.young_person_id) == person_id))
            for model in (RecordRequest, Consent, OwnPasskeyChallenge, OwnPasskey, WordCard, ClaimSlip, LegalHold)
        ),
        (MergeRequest, _ids(db, MergeRequest, _is_of_request(person_id))),
        (MergedPerson, _ids(db, MergedPerson, col(MergedPerson.young_person_id) == person_id)),
        (YoungPerson, [person_id]),
    ]
    subjects = [row_id for model, ids in rows if model in SUBJECTS for row_id in ids]
    return Belongings(
        person_id=person_id,
        organisation_id=organisation_id,
        rows=rows,
        issuances=_ids(db, Issuance, col(Issuance.subject_id).in_(subjects)),
        former=one_person.former_ids(db, person_id),
    )


def _is_of_request(person_id: UUID) -> sa.ColumnElement[bool]:
    return sa.or_(col(MergeRequest.kept_id) == person_id, col(MergeRequest.other_id) == person_id)


def _ids(db: Session, model: Any, criterion: sa.ColumnElement[bool]) -> list[UUID]:
    return list(db.execute(sa.select(col(model.id)).where(criterion)).scalars())


def holds(db: Session, person_id: UUID) -> list[HoldReason]:
    """Return the reasons for which a person's record is held now."""
    wanted = sa.select(col(LegalHold.reason)).where(
        col(LegalHold.young_person_id) == person_id, col(LegalHold.ended_at).is_(None)
    )
    return list(db.execute(wanted).scalars())


def was_erased(db: Session, erasure_id: UUID) -> bool:
    """Say whether this database knows of an erasure."""
    return db.get(Erasure, erasure_id) is not None


def due(db: Session, *, now: datetime) -> list[Due]:
    """Return what the schedule says should go by now, kind by kind; people on hold are left out."""
    found: dict[RecordKind, list[UUID]] = {kind: [] for kind in RecordKind}
    found |= _rows_due(db, now)
    for person_id, has_award, last_act, turns_18 in _people(db):
        if rules.is_due(has_award=has_award, last_act=last_act, turns_18=turns_18, now=now):
            found[RecordKind.WITH_AWARD if has_award else RecordKind.WITHOUT_AWARD].append(person_id)
    return [Due(kind=kind, ids=tuple(found[kind])) for kind in RecordKind]


def _rows_due(db: Session, now: datetime) -> dict[RecordKind, list[UUID]]:
    moments: tuple[tuple[RecordKind, Any, Any], ...] = (
        (RecordKind.SIGN_IN_CODES, SignInCode, col(SignInCode.made_at)),
        (RecordKind.SENT_MESSAGES, OutgoingMail, col(OutgoingMail.sent_at)),
        (RecordKind.OLD_SLIPS, ClaimSlip, col(ClaimSlip.withdrawn_at)),
        (RecordKind.OLD_WORDS, WordCard, col(WordCard.withdrawn_at)),
        (RecordKind.OLD_APPROVAL_LINKS, ApprovalLink, col(ApprovalLink.made_at)),
        (RecordKind.JOINING_REQUESTS, JoiningRequest, col(JoiningRequest.asked_at)),
        (RecordKind.ANSWERED_REQUESTS, AnsweredRequest, col(AnsweredRequest.made_at)),
    )
    found = {kind: _ids(db, model, moment < now - rules.period(kind).after) for kind, model, moment in moments}
    added_before = col(OrganisationPicture.added_at) < now - rules.period(RecordKind.UNUSED_PICTURES).after
    unused = sa.and_(col(OrganisationPicture.is_used).is_(False), added_before)
    today = local_date(now)
    return {
        **found,
        RecordKind.UNUSED_PICTURES: _ids(db, OrganisationPicture, unused),
        RecordKind.DIGESTS_OF_NOBODY: _ids(db, WeeklyDigest, ~_has_role(col(WeeklyDigest.staff_id), today)),
        RecordKind.REMINDERS_OF_NOBODY: _ids(db, RefresherReminder, ~_has_role(col(RefresherReminder.staff_id), today)),
    }


def _has_role(staff_id: Any, today: date) -> sa.ColumnElement[bool]:
    # A role that begins on a later day counts: whoever changes from one to the next goes on being told.
    until = col(StaffRole.held_until)
    return sa.exists().where(col(StaffRole.staff_id) == staff_id, sa.or_(until.is_(None), until >= today))


def _people(db: Session) -> list[tuple[UUID, bool, datetime, str | None]]:
    """Return everybody not on hold: id, whether they hold an award or a record, the last thing recorded, turning 18."""
    held = sa.select(col(LegalHold.young_person_id)).where(col(LegalHold.ended_at).is_(None))
    people = db.execute(
        sa.select(col(YoungPerson.id), col(YoungPerson.created_at), col(YoungPerson.turns_18)).where(
            col(YoungPerson.id).not_in(held)
        )
    ).all()
    latest: dict[UUID, datetime] = {person_id: created_at for person_id, created_at, _ in people}
    for moments in _last_acts():
        for person_id, moment in db.execute(moments):
            if person_id in latest and moment is not None:
                latest[person_id] = max(latest[person_id], moment)
    awarded = set(
        db.execute(
            sa.union(
                sa.select(col(Enrolment.young_person_id)).join(Award, col(Award.enrolment_id) == col(Enrolment.id)),
                # Whoever has a record to show keeps it as long as others keep an award.
                sa.select(col(Enrolment.young_person_id))
                .join(SupportRecord, col(SupportRecord.enrolment_id) == col(Enrolment.id))
                .where(col(SupportRecord.given_up_at).is_(None)),
            )
        ).scalars()
    )
    return [(person_id, person_id in awarded, latest[person_id], turns_18) for person_id, _, turns_18 in people]


def _last_acts() -> list[sa.Select[tuple[UUID, datetime]]]:
    """One statement for each kind of thing recorded: the person, and the last moment of it."""
    moments: tuple[tuple[Any, Any], ...] = (
        (Attendance, col(Attendance.recorded_at)),
        (HoursEntry, col(HoursEntry.submitted_at)),
        (HoursBroughtForward, col(HoursBroughtForward.attested_at)),
        (SkillObservation, col(SkillObservation.recorded_at)),
        (MilestoneReached, col(MilestoneReached.recorded_at)),
        (Break, col(Break.created_at)),
        (Award, col(Award.decided_at)),
        (SupportRecord, col(SupportRecord.asked_at)),
    )
    person = col(Enrolment.young_person_id)
    of_enrolment = [
        sa.select(person, sa.func.max(moment))
        .join(model, col(model.enrolment_id) == col(Enrolment.id))
        .group_by(person)
        for model, moment in moments
    ]
    return [
        *of_enrolment,
        sa.select(person, sa.func.max(col(Enrolment.created_at))).group_by(person),
        *(
            sa.select(col(model.young_person_id), sa.func.max(col(model.last_used_at))).group_by(
                col(model.young_person_id)
            )
            for model in (ClaimSlip, WordCard)
        ),
    ]
