"""Rows of an organisation."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.organisations.rules import Channel, Kind, Nation, PicturePlace, SuspensionReason
from accredit.storage import UtcDateTime, Word, append_only, new_id, one_of


class Organisation(SQLModel, table=True):
    """A school, college or community organisation: an issuer. ``slug`` is in its DID and is never reused."""

    __tablename__ = "organisation"
    __table_args__ = (one_of("nation", Nation), one_of("kind", Kind))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    slug: str = Field(unique=True)
    did: str = Field(unique=True)
    """``did:web:<host>:o:<slug>``, fixed when the organisation is added."""
    name: str
    town: str | None = None
    kind: Kind = Field(sa_type=Word(Kind))
    nation: Nation = Field(sa_type=Word(Nation))
    urn: str | None = None
    charity_number: str | None = None
    ukprn: str | None = None
    contact: str | None = None
    """Where a stranger in doubt can ask: an office address or telephone, from the school itself."""
    talk_to: str | None = None
    """Names and places of the adults a young person can talk to, in the school's own words."""
    own_line: str | None = None
    """One line of the school's own for what is printed."""
    head_name: str | None = None
    """Who signs by hand what is printed."""
    head_title: str | None = None
    head_since: date | None = None
    """What was awarded before names somebody else, or nobody; None: they were always the head."""
    created_at: datetime = Field(sa_type=UtcDateTime)


class Confirmation(SQLModel, table=True):
    """An operator's record of how the organisation was confirmed, or that this was withdrawn. Kept for ever."""

    __tablename__ = "organisation_confirmation"
    __table_args__ = (one_of("channel", Channel),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    confirmed: bool
    channel: Channel = Field(sa_type=Word(Channel))
    confirmed_on: date
    operator_id: UUID
    at: datetime = Field(sa_type=UtcDateTime)


class OrganisationPicture(SQLModel, table=True):
    """A picture for the school's own paper: one that is used in each place, and one that waits to be looked at."""

    __tablename__ = "organisation_picture"
    __table_args__ = (
        UniqueConstraint("organisation_id", "place", "is_used"),
        one_of("place", PicturePlace),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    place: PicturePlace = Field(sa_type=Word(PicturePlace))
    is_used: bool
    png: bytes
    width: int
    height: int
    words: str | None = None
    """Whose it is, for who cannot see it: the partner's name, or who signed."""
    is_small: bool
    is_pale: bool
    added_at: datetime = Field(sa_type=UtcDateTime)


class OrganisationSuspension(SQLModel, table=True):
    """An operator's decision that nobody acts for an organisation; without a reason, that its people act again."""

    __tablename__ = "organisation_suspension"
    __table_args__ = (one_of("reason", SuspensionReason),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    reason: SuspensionReason | None = Field(default=None, sa_type=Word(SuspensionReason))
    operator_id: UUID
    at: datetime = Field(sa_type=UtcDateTime)


class OrganisationClosing(SQLModel, table=True):
    """An operator's note that an organisation has closed; without a day, that it has not."""

    __tablename__ = "organisation_closing"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    closed_on: date | None = None
    """Its last day, as it said itself."""
    operator_id: UUID
    at: datetime = Field(sa_type=UtcDateTime)


class SchoolHoliday(SQLModel, table=True):
    """Days on which a school is closed, the first and the last included: nothing is sent by itself that can wait."""

    __tablename__ = "school_holiday"
    __table_args__ = (CheckConstraint("first_on <= last_on", name="first_before_last"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    first_on: date
    last_on: date
    added_at: datetime = Field(sa_type=UtcDateTime)


append_only(Confirmation)
append_only(OrganisationSuspension)
append_only(OrganisationClosing)
