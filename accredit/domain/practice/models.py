"""Rows of practice. The facts of an entry never change; a correction is a new entry that names the old one."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.practice.rules import HoursStatus, LateReason, Milestone, ReturnReason, Source
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of, own_key


class PracticeSession(SQLModel, table=True):
    """A drop-in or the like, with its supervising adult, whose register records and approves hours in one act."""

    __tablename__ = "practice_session"
    __table_args__ = (
        own_key(),
        belongs_to("programme", "programme_id"),
        belongs_to("staff", "supervised_by"),
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes_plausible"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    programme_id: UUID = Field(index=True)
    activity_type: str
    held_on: date
    starts_at: time
    minutes: int
    supervised_by: UUID
    created_at: datetime = Field(sa_type=UtcDateTime)


class HoursEntry(SQLModel, table=True):
    """Supervised time of one young person (or a supervision meeting). It has no text field, on purpose."""

    __tablename__ = "hours_entry"
    __table_args__ = (
        own_key(),
        one_of("status", HoursStatus),
        one_of("source", Source),
        UniqueConstraint("corrects_id"),
        UniqueConstraint("organisation_id", "reference"),
        UniqueConstraint("practice_session_id", "enrolment_id"),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("staff", "supervised_by"),
        belongs_to("staff", "decided_by"),
        belongs_to("practice_session", "practice_session_id"),
        belongs_to("hours_entry", "corrects_id"),
        CheckConstraint("minutes BETWEEN 1 AND 720", name="minutes_plausible"),
        CheckConstraint("(status = 'returned') = (return_reason IS NOT NULL)", name="returned_with_reason"),
        CheckConstraint("(status = 'submitted') = (decided_at IS NULL)", name="decided_or_submitted"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    activity_type: str
    held_on: date = Field(index=True)
    starts_at: time
    minutes: int
    supervised_by: UUID = Field(index=True)
    practice_session_id: UUID | None = None
    source: Source = Field(sa_type=Word(Source))
    reference: str | None = None
    """The school's own number of an imported entry; the same file twice changes nothing."""
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    corrects_id: UUID | None = None
    status: HoursStatus = Field(default=HoursStatus.SUBMITTED, sa_type=Word(HoursStatus), index=True)
    decided_by: UUID | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    return_reason: ReturnReason | None = Field(default=None, sa_type=Word(ReturnReason))
    over_day_limit_confirmed: bool = False


class LateHours(SQLModel, table=True):
    """That an entry was added after the programme's days, by a member of staff, for a reason of the fixed list."""

    __tablename__ = "late_hours"
    __table_args__ = (
        own_key(),
        one_of("reason", LateReason),
        UniqueConstraint("entry_id"),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("hours_entry", "entry_id"),
        belongs_to("staff", "added_by"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    entry_id: UUID
    reason: LateReason = Field(sa_type=Word(LateReason))
    added_by: UUID
    added_at: datetime = Field(sa_type=UtcDateTime)


class SkillObservation(SQLModel, table=True):
    """A skill, an activity type, a date, an adult. No account of what was said."""

    __tablename__ = "skill_observation"
    __table_args__ = (own_key(), belongs_to("enrolment", "enrolment_id"), belongs_to("staff", "observed_by"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    skill_code: str
    activity_type: str
    observed_on: date
    observed_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class MilestoneReached(SQLModel, table=True):
    """That a milestone was reached, when, and which adult says so."""

    __tablename__ = "milestone_reached"
    __table_args__ = (
        own_key(),
        one_of("milestone", Milestone),
        UniqueConstraint("enrolment_id", "milestone"),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("staff", "recorded_by"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    milestone: Milestone = Field(sa_type=Word(Milestone))
    reached_on: date
    recorded_by: UUID
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class ApprovalLink(SQLModel, table=True):
    """A way in for one adult without an account, to the waiting hours of a few young people; two secrets, as hashes.

    ``browser`` is the keyed hash of a secret in the cookie of the browser in which it was opened, once.
    """

    __tablename__ = "approval_link"
    __table_args__ = (
        own_key(),
        belongs_to("staff", "staff_id"),
        belongs_to("staff", "made_by"),
        CheckConstraint("(opened_at IS NULL) = (browser IS NULL)", name="opened_in_a_browser"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    staff_id: UUID = Field(index=True)
    link_hash: bytes = Field(unique=True)
    code_hash: bytes
    tries: int = 0
    made_by: UUID
    made_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    browser: bytes | None = Field(default=None, unique=True)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApprovalLinkPerson(SQLModel, table=True):
    """One of the young people whose waiting hours a link shows."""

    __tablename__ = "approval_link_person"
    __table_args__ = (
        UniqueConstraint("approval_link_id", "enrolment_id"),
        belongs_to("approval_link", "approval_link_id", ondelete="CASCADE"),
        belongs_to("enrolment", "enrolment_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    approval_link_id: UUID = Field(index=True)
    enrolment_id: UUID = Field(index=True)


class HoursBroughtForward(SQLModel, table=True):
    """The one total that a school attests for somebody, from its records before they were kept here. No text field.

    A correction is a new row that names the one it replaces; one of no minutes takes the total back.
    """

    __tablename__ = "hours_brought_forward"
    __table_args__ = (
        own_key(),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("staff", "attested_by"),
        belongs_to("hours_brought_forward", "replaces_id"),
        UniqueConstraint("replaces_id"),
        Index(
            "ix_hours_brought_forward_first",
            "enrolment_id",
            unique=True,
            sqlite_where=Column("replaces_id").is_(None),
            postgresql_where=Column("replaces_id").is_(None),
        ),
        CheckConstraint("minutes BETWEEN 0 AND 30000", name="minutes_plausible"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    minutes: int
    until: date
    """The last day that the total covers."""
    attested_by: UUID
    attested_at: datetime = Field(sa_type=UtcDateTime)
    replaces_id: UUID | None = None


class EarlierHoursRequest(SQLModel, table=True):
    """A large total that one member of staff attests and another is to agree to; the row goes once it is answered."""

    __tablename__ = "earlier_hours_request"
    __table_args__ = (
        own_key(),
        UniqueConstraint("enrolment_id"),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("staff", "asked_by"),
        CheckConstraint("minutes BETWEEN 0 AND 30000", name="minutes_plausible"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID
    minutes: int
    until: date
    asked_by: UUID
    asked_at: datetime = Field(sa_type=UtcDateTime)


class HoursLogBrought(SQLModel, table=True):
    """That a member of staff brought in a log of hours: how much it held, and a fingerprint of it; never the log.

    A large one waits, without ``counted_at``, until another brings in the same log; it goes if they decline.
    """

    __tablename__ = "hours_log_brought"
    __table_args__ = (own_key(), belongs_to("staff", "brought_by"), belongs_to("staff", "agreed_by"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    fingerprint: bytes
    entries: int
    minutes: int
    """Those that count at once, since the log says that they are approved."""
    brought_by: UUID = Field(index=True)
    brought_at: datetime = Field(sa_type=UtcDateTime)
    agreed_by: UUID | None = None
    counted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


append_only(
    HoursEntry,
    mutable=("status", "decided_by", "decided_at", "return_reason", "over_day_limit_confirmed"),
    removable=True,
    movable=("enrolment_id", "practice_session_id"),
)
append_only(LateHours, removable=True, movable=("enrolment_id",))
append_only(SkillObservation, removable=True, movable=("enrolment_id",))
append_only(HoursBroughtForward, removable=True, movable=("enrolment_id",))
append_only(MilestoneReached, removable=True, movable=("enrolment_id",))
