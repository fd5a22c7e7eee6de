"""Rows of people."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.organisations.rules import Kind, Nation, Role
from accredit.domain.people.rules import NameConfirmedBy, SignInWay
from accredit.storage import UtcDateTime, Word, belongs_to, new_id, one_of, own_key


class Account(SQLModel, table=True):
    """How a member of staff or an operator signs in. What the sign-in library needs on top is added in ``web.auth``."""

    __tablename__ = "account"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = Field(unique=True)
    password: str | None = None
    """Argon2 hash."""
    active: bool = True
    fs_uniquifier: str = Field(unique=True)
    """Changing it ends every sign-in of the account."""
    is_operator: bool = False
    us_totp_secrets: str | None = None
    us_phone_number: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class SignInCode(SQLModel, table=True):
    """A code sent by e-mail; only its keyed hash is kept, and it is removed once used, replaced or out of date.

    ``browser`` is the keyed hash of a secret in the cookie of the browser that asked. ``account_id`` is None where
    nobody has the address typed, so that both cases do the same work.
    """

    __tablename__ = "sign_in_code"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    browser: bytes = Field(unique=True)
    code_hash: bytes
    tries: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SignIn(SQLModel, table=True):
    """One sign-in of an account, in one browser, that goes on; the row is removed when it is ended or long over."""

    __tablename__ = "sign_in"
    __table_args__ = (one_of("way", SignInWay),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    secret_hash: bytes = Field(unique=True)
    """Of the secret in the browser's cookie."""
    way: SignInWay = Field(sa_type=Word(SignInWay))
    browser: str
    system: str
    came_at: datetime = Field(sa_type=UtcDateTime)
    proved_at: datetime = Field(sa_type=UtcDateTime)
    """When its reader last showed who they are."""


class FirstOperatorCode(SQLModel, table=True):
    """The code from the server's console that makes the first operator; only its hash is kept, and it is used once."""

    __tablename__ = "first_operator_code"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    code_hash: bytes
    made_at: datetime = Field(sa_type=UtcDateTime)


class SecondStep(SQLModel, table=True):
    """The secret that an account shares with an authenticator app, sealed; it counts once ``confirmed_at`` is set."""

    __tablename__ = "second_step"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id")
    secret: bytes
    used_step: int
    """The latest half-minute whose code was taken; neither it nor one before counts again."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """One code on paper in place of the app; only its keyed hash is kept."""

    __tablename__ = "recovery_code"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    code_hash: bytes = Field(unique=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class JoiningRequest(SQLModel, table=True):
    """An organisation that asks to join. The row goes once an operator has answered, or after half a year."""

    __tablename__ = "joining_request"
    __table_args__ = (one_of("nation", Nation), one_of("kind", Kind))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    town: str | None = None
    kind: Kind = Field(sa_type=Word(Kind))
    nation: Nation = Field(sa_type=Word(Nation))
    urn: str | None = None
    charity_number: str | None = None
    ukprn: str | None = None
    contact: str | None = None
    person: str
    job_title: str | None = None
    email: str
    asked_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Passkey(SQLModel, table=True):
    """The public half of a key in somebody's device."""

    __tablename__ = "passkey"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", index=True)
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int
    browser: str
    system: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PasskeyChallenge(SQLModel, table=True):
    """What a device is asked to sign, once; ``account_id`` is None where anybody may answer."""

    __tablename__ = "passkey_challenge"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    challenge: bytes
    account_id: UUID | None = Field(default=None, foreign_key="account.id")
    made_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SchoolSignIn(SQLModel, table=True):
    """Where people of an organisation sign in with the account they have at their school; the secret is sealed."""

    __tablename__ = "school_sign_in"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", unique=True)
    issuer: str
    client_id: str
    client_secret: bytes
    school: str | None = None
    """Google's domain or Microsoft's tenant, to which an answer must belong."""
    made_at: datetime = Field(sa_type=UtcDateTime)


class SchoolIdentity(SQLModel, table=True):
    """Somebody's account at their school, which opens their account here."""

    __tablename__ = "school_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", unique=True)
    issuer: str
    subject: str
    made_at: datetime = Field(sa_type=UtcDateTime)


class SecondStepDemand(SQLModel, table=True):
    """From which day an organisation wants a second step of everybody who works for it."""

    __tablename__ = "second_step_demand"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", unique=True)
    since: date
    said_at: datetime = Field(sa_type=UtcDateTime)


class Staff(SQLModel, table=True):
    """A member of staff of one organisation; ``account_id`` is None for an adult who does not sign in here."""

    __tablename__ = "staff"
    __table_args__ = (own_key(), UniqueConstraint("organisation_id", "account_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    asked_account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    """The account, already at work elsewhere, whose owner was asked to work here too and has not said yes yet."""
    name: str
    job_title: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they handed over and left: from then on they can do nothing here. A role given later brings them back."""


class Invitation(SQLModel, table=True):
    """A letter to somebody who was added: a link and digits, of which hashes are kept until they are used or over."""

    __tablename__ = "invitation"
    __table_args__ = (belongs_to("staff", "staff_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    staff_id: UUID = Field(unique=True)
    token_hash: bytes = Field(unique=True)
    code_hash: bytes
    tries: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime)


class WeeklyDigest(SQLModel, table=True):
    """That a member of staff chose to be told once a week what waits; the row goes when they stop it."""

    __tablename__ = "weekly_digest"
    __table_args__ = (belongs_to("staff", "staff_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    staff_id: UUID = Field(unique=True)
    language: str
    chosen_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
    """When it was last made, or chosen: the next one comes with the Monday after."""


class RefresherReminder(SQLModel, table=True):
    """What a co-ordinator was told of refreshers that fall due; without a row nobody has looked for them yet."""

    __tablename__ = "refresher_reminder"
    __table_args__ = (belongs_to("staff", "staff_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    staff_id: UUID = Field(unique=True)
    language: str
    looked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was last looked whether there is something to tell; None when nobody has looked yet."""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_until: date | None = None
    """Of what falls due up to this day they have been told."""
    stopped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When they ended it; None while it goes on."""


class StaffRole(SQLModel, table=True):
    """A role held between two dates. A supervisor's names who ticked that the safer-recruitment checks were done."""

    __tablename__ = "staff_role"
    __table_args__ = (
        one_of("role", Role),
        belongs_to("staff", "staff_id"),
        CheckConstraint("role <> 'supervisor' OR checks_confirmed_by IS NOT NULL", name="supervisor_was_checked"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    staff_id: UUID = Field(index=True)
    role: Role = Field(sa_type=Word(Role))
    held_from: date
    held_until: date | None = None
    checks_confirmed_by: UUID | None = None
    """The co-ordinator (staff id) who ticked the safer-recruitment box."""
    given_at: datetime = Field(sa_type=UtcDateTime)


class YoungPerson(SQLModel, table=True):
    """A young person in one organisation's record."""

    __tablename__ = "young_person"
    __table_args__ = (
        own_key(),
        UniqueConstraint("organisation_id", "school_reference"),
        UniqueConstraint("organisation_id", "upn_hash"),
        CheckConstraint(
            "(printed_name_confirmed_at IS NULL) = (printed_name_confirmed_by IS NULL)",
            name="name_confirmed_by_someone",
        ),
        one_of("printed_name_confirmed_by", NameConfirmedBy),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    school_reference: str | None = None
    """The school's own pupil number, as text with its leading zeros; a community organisation may have none."""
    printed_name: str
    """The name as it is to be printed."""
    printed_name_confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    printed_name_confirmed_by: NameConfirmedBy | None = Field(default=None, sa_type=Word(NameConfirmedBy))
    known_as: str
    """What to call them on their own page."""
    year_group: str | None = None
    form: str | None = None
    turns_13: str | None = Field(default=None, max_length=7)
    """Month ``YYYY-MM``."""
    turns_16: str | None = Field(default=None, max_length=7)
    turns_18: str | None = Field(default=None, max_length=7)
    upn_hash: bytes | None = None
    version: int = 1
    """Grows with every change, so that two people who edit at once notice."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    opening_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when one member of staff asks that the page of somebody who has left is opened again; another agrees."""
    opening_asked_by: UUID | None = None
    name_said: str | None = None
    """How to say the name, in their own spelling, for whoever reads it out."""
    is_called_up: bool = Field(default=True, sa_column_kwargs={"server_default": sa.true()})
    """Whether they want to be called up at a ceremony."""


class MergeRequest(SQLModel, table=True):
    """That one member of staff takes two records for one person; the row goes once another has answered."""

    __tablename__ = "merge_request"
    __table_args__ = (
        own_key(),
        UniqueConstraint("kept_id", "other_id"),
        belongs_to("young_person", "kept_id"),
        belongs_to("young_person", "other_id"),
        belongs_to("staff", "asked_by"),
        CheckConstraint("kept_id <> other_id", name="two_records"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    kept_id: UUID = Field(index=True)
    """Whose record goes on."""
    other_id: UUID = Field(index=True)
    asked_by: UUID
    asked_at: datetime = Field(sa_type=UtcDateTime)


class MergedPerson(SQLModel, table=True):
    """The id under which a young person was known, too, until a person said that two records are one."""

    __tablename__ = "merged_person"
    __table_args__ = (belongs_to("young_person", "young_person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    """Who they are now."""
    former_id: UUID = Field(unique=True)
    """The id of the record that went on in the other one."""
    merged_at: datetime = Field(sa_type=UtcDateTime)


class ClassListColumns(SQLModel, table=True):
    """Which column of an export is which, as somebody there said last; known by a keyed hash of its headings."""

    __tablename__ = "class_list_columns"
    __table_args__ = (UniqueConstraint("organisation_id", "headings_hash"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    headings_hash: bytes
    columns: dict[str, int] = Field(sa_type=JSON)
    """Words of `class_list.Field`, and the place of each from 0."""
    said_at: datetime = Field(sa_type=UtcDateTime)


class ClaimSlip(SQLModel, table=True):
    """The paper code with which a young person signs in; only its keyed hash is kept."""

    __tablename__ = "claim_slip"
    __table_args__ = (belongs_to("young_person", "young_person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    code_hash: bytes = Field(unique=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: UUID | None = None
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
