"""Rows about a young person's own page: what opens it, and what was agreed to. Their slips are in `models`."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.people.rules import About, RecordAnswer, RecordWish, Voice
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of


class WordCard(SQLModel, table=True):
    """Five words that open one young person's page, again and again; only their keyed hash is kept."""

    __tablename__ = "word_card"
    __table_args__ = (belongs_to("young_person", "young_person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    words_hash: bytes = Field(unique=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its owner last pressed "Done": a sign-in that began before is over, wherever its cookie was copied to."""
    page_id: UUID | None = Field(default=None, index=True)
    """The same for cards of somebody who brought their pages at several schools together; new words are of none."""
    together_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OwnPasskey(SQLModel, table=True):
    """The public half of a key in a young person's own device; the row goes as soon as it opens nothing any more."""

    __tablename__ = "own_passkey"
    __table_args__ = (belongs_to("young_person", "young_person_id"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    credential_id: bytes = Field(unique=True)
    user_handle: bytes = Field(unique=True)
    """What the device says in place of a name: random, and another one for each key."""
    public_key: bytes
    sign_count: int
    browser: str
    system: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    last_used_on: date | None = None


class OwnPasskeyChallenge(SQLModel, table=True):
    """What a device is asked to sign, once: by the owner of a page for a new key, or by whoever comes, to open one."""

    __tablename__ = "own_passkey_challenge"
    __table_args__ = (
        belongs_to("young_person", "young_person_id"),
        CheckConstraint("(young_person_id IS NULL) = (organisation_id IS NULL)", name="owner_is_whole"),
        CheckConstraint("(young_person_id IS NULL) = (user_handle IS NULL)", name="handle_is_for_new"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    challenge: bytes
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    young_person_id: UUID | None = Field(default=None, index=True)
    user_handle: bytes | None = None
    """The one that a new key is to have."""
    made_at: datetime = Field(sa_type=UtcDateTime, index=True)


class Consent(SQLModel, table=True):
    """One answer, yes or no, to one question; the latest of each voice counts. Paper slips stay at the school."""

    __tablename__ = "consent"
    __table_args__ = (belongs_to("young_person", "young_person_id"), one_of("about", About), one_of("voice", Voice))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    about: About = Field(sa_type=Word(About))
    voice: Voice = Field(sa_type=Word(Voice))
    is_yes: bool
    noted_by: UUID | None = None
    """The member of staff who ticked it from paper, or was told; None where the young person pressed it themselves."""
    at: datetime = Field(sa_type=UtcDateTime)


class HomePolicy(SQLModel, table=True):
    """Below which age an organisation asks somebody with parental responsibility; without a row it is 13."""

    __tablename__ = "home_policy"
    __table_args__ = (CheckConstraint("below IN (13, 16, 18)", name="known_age"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", unique=True)
    below: int
    said_at: datetime = Field(sa_type=UtcDateTime)


class RecordRequest(SQLModel, table=True):
    """That a young person asked their school about its record of them, and what the school said."""

    __tablename__ = "record_request"
    __table_args__ = (
        belongs_to("young_person", "young_person_id"),
        one_of("wish", RecordWish),
        one_of("answer", RecordAnswer),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("(answer IS NULL) = (answered_by IS NULL)", name="answered_by_someone"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    wish: RecordWish = Field(sa_type=Word(RecordWish))
    asked_at: datetime = Field(sa_type=UtcDateTime)
    answer: RecordAnswer | None = Field(default=None, sa_type=Word(RecordAnswer))
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


append_only(Consent, removable=True, movable=("young_person_id",))
