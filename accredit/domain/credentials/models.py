"""Rows of credentials."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.credentials.rules import ChallengeAnswer, ChallengeGround, RevocationAnswer, RevokeReason
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of, own_key

NO_LEVEL = ""
OF_FACILITATORS = "/facilitators"
"""No level has a stroke in its code."""


class Achievement(SQLModel, table=True):
    """What can be achieved: one level of one programme version, as published at ``/achievements/<public_id>``.

    With the level code `NO_LEVEL` it is the record of peer support of that version, with `OF_FACILITATORS` the training
    of its adults.
    """

    __tablename__ = "achievement"
    __table_args__ = (
        own_key(),
        UniqueConstraint("programme_version_id", "level_code"),
        belongs_to("programme_version", "programme_version_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    programme_version_id: UUID
    level_code: str
    public_id: str = Field(unique=True)
    document: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(sa_type=UtcDateTime)


class Credential(SQLModel, table=True):
    """Joins an award to its issuance, and holds the typed code printed on the paper."""

    __tablename__ = "credential"
    __table_args__ = (
        own_key(),
        UniqueConstraint("award_id", "issuance_id"),
        belongs_to("award", "award_id"),
        belongs_to("issuance", "issuance_id"),
        belongs_to("achievement", "achievement_id"),
        belongs_to("young_person", "young_person_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    award_id: UUID = Field(index=True)
    issuance_id: UUID = Field(unique=True)
    achievement_id: UUID
    young_person_id: UUID = Field(index=True)
    code: str = Field(unique=True)
    """14 symbols without hyphens."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class SupportRecord(SQLModel, table=True):
    """That a young person asked for a record of what they have done in one programme, and what it says.

    It is no award. What it says is `record_contents.contents_of` its portfolio.
    """

    __tablename__ = "support_record"
    __table_args__ = (
        own_key(),
        belongs_to("enrolment", "enrolment_id"),
        belongs_to("programme_version", "programme_version_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    enrolment_id: UUID = Field(index=True)
    programme_version_id: UUID
    code: str = Field(unique=True)
    """14 symbols without hyphens: of the record, whichever issuance of it holds."""
    shows_months: bool
    made_on: date
    asked_at: datetime = Field(sa_type=UtcDateTime)
    portfolio: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    given_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """From then on nothing is prepared for it: it was taken back, or its rows were corrected, or an older database came
    back before it was out."""


class PaperAhead(SQLModel, table=True):
    """That an award's certificate was printed before its day: the code on the paper, and a digest of what it says."""

    __tablename__ = "paper_ahead"
    __table_args__ = (
        belongs_to("award", "award_id"),
        belongs_to("young_person", "young_person_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    award_id: UUID = Field(unique=True)
    young_person_id: UUID = Field(index=True)
    code: str = Field(unique=True)
    """14 symbols without hyphens; the credential takes it when it is prepared."""
    said: bytes
    made_at: datetime = Field(sa_type=UtcDateTime)


class RevocationRequest(SQLModel, table=True):
    """That somebody asked for a credential to be revoked, and what a second person answered."""

    __tablename__ = "revocation_request"
    __table_args__ = (
        one_of("reason", RevokeReason),
        one_of("answer", RevocationAnswer),
        belongs_to("issuance", "issuance_id"),
        belongs_to("young_person", "young_person_id"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    issuance_id: UUID = Field(index=True)
    young_person_id: UUID = Field(index=True)
    reason: RevokeReason = Field(sa_type=Word(RevokeReason))
    asked_by: UUID
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answer: RevocationAnswer | None = Field(default=None, sa_type=Word(RevocationAnswer))
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Challenge(SQLModel, table=True):
    """That a young person asked for a second look at what happened to their certificate, and the answer."""

    __tablename__ = "challenge"
    __table_args__ = (
        one_of("ground", ChallengeGround),
        one_of("answer", ChallengeAnswer),
        belongs_to("issuance", "issuance_id"),
        belongs_to("young_person", "young_person_id"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    issuance_id: UUID = Field(index=True)
    young_person_id: UUID = Field(index=True)
    ground: ChallengeGround = Field(sa_type=Word(ChallengeGround))
    made_at: datetime = Field(sa_type=UtcDateTime)
    answer: ChallengeAnswer | None = Field(default=None, sa_type=Word(ChallengeAnswer))
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Hiding(SQLModel, table=True):
    """That an award, or everything of a young person, is hidden from everybody outside. Why is not kept."""

    __tablename__ = "hiding"
    __table_args__ = (
        belongs_to("young_person", "young_person_id"),
        belongs_to("award", "award_id"),
        CheckConstraint("(shown_by IS NULL) = (shown_at IS NULL)", name="shown"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    award_id: UUID | None = None
    """None: everything of this person, also what they are awarded later."""
    hidden_by: UUID
    by_holder: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Whether the young person took their own public pages away; only they show those again."""
    hidden_at: datetime = Field(sa_type=UtcDateTime)
    shown_by: UUID | None = None
    shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


append_only(Achievement)
append_only(Credential, removable=True, movable=("young_person_id",))
append_only(SupportRecord, mutable=("given_up_at",), removable=True, movable=("enrolment_id",))
