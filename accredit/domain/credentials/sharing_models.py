"""Rows of what a young person shows to whom. Those of the credentials themselves are in `models`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.credentials.sharing_rules import MadeFor, NameShown, ShareEnd
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of, own_key


class Share(SQLModel, table=True):
    """That a young person shows an award to somebody: what is said of it, behind which link, until when.

    Neither the link nor the PIN is kept as it is: of the link a keyed hash, and the link itself sealed for its holder's
    own page while the share has not ended; of the PIN a keyed hash.
    """

    __tablename__ = "share"
    __table_args__ = (
        own_key(),
        belongs_to("issuance", "of_issuance_id"),
        belongs_to("young_person", "young_person_id"),
        one_of("made_for", MadeFor),
        one_of("name_shown", NameShown),
        one_of("ended_for", ShareEnd),
        CheckConstraint("(ended_at IS NULL) = (ended_for IS NULL)", name="ended"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(index=True)
    of_issuance_id: UUID = Field(index=True)
    """The certificate that it is of, as it was issued then."""
    made_for: MadeFor = Field(sa_type=Word(MadeFor))
    name_shown: NameShown = Field(sa_type=Word(NameShown))
    contents: dict[str, Any] | None = Field(sa_column=Column(JSON(none_as_null=True)))
    """What was chosen and nothing else (`sharing_rules.Said`), until it ends: it holds a name."""
    link_hash: bytes = Field(unique=True)
    link_sealed: bytes | None
    pin_hash: bytes | None = None
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_for: ShareEnd | None = Field(default=None, sa_type=Word(ShareEnd))


class ShareOpening(SQLModel, table=True):
    """That somebody opened a share, on a day; not who, not how often and not when on that day."""

    __tablename__ = "share_opening"
    __table_args__ = (
        UniqueConstraint("share_id", "opened_on"),
        belongs_to("share", "share_id"),
        belongs_to("young_person", "young_person_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    share_id: UUID = Field(index=True)
    young_person_id: UUID = Field(index=True)
    opened_on: date


class CodeName(SQLModel, table=True):
    """Which name the page behind the code on paper shows of a young person who chose it; without a row, initials."""

    __tablename__ = "code_name"
    __table_args__ = (belongs_to("young_person", "young_person_id"), one_of("shown", NameShown))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    young_person_id: UUID = Field(unique=True)
    shown: NameShown = Field(sa_type=Word(NameShown))
    chosen_at: datetime = Field(sa_type=UtcDateTime)


append_only(
    Share,
    erasable=("contents", "link_sealed"),
    mutable=("pin_hash", "ended_at", "ended_for"),
    removable=True,
    movable=("young_person_id",),
)
