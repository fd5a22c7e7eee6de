"""Rows of the issuing cycle."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.issuing.rules import Purpose, ReplaceReason, Stage, Status, StatusAct, StopReason
from accredit.storage import UtcDateTime, Word, append_only, belongs_to, new_id, one_of, own_key


class SigningKey(SQLModel, table=True):
    """The public half of a key and its history. ``organisation_id`` is None for the service's own (checkpoint) key.

    It is kept in the form in which its controller publishes it: a Multikey, or a JWK where it signs tokens.
    """

    __tablename__ = "signing_key"
    __table_args__ = (
        one_of("purpose", Purpose),
        UniqueConstraint("controller", "fragment"),
        CheckConstraint("(public_key_multibase IS NULL) <> (public_key_jwk IS NULL)", name="one_public_key"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    purpose: Purpose = Field(sa_type=Word(Purpose))
    controller: str
    """The DID (or log origin) that the key speaks for."""
    fragment: str
    """Names the key inside its controller's document; never reused."""
    public_key_multibase: str | None = None
    public_key_jwk: str | None = None
    """JSON text with the required members only, by name (RFC 7638 §3)."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    compromised_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StatusList(SQLModel, table=True):
    """One Bitstring Status List of an organisation. The bits are derived from the issuances."""

    __tablename__ = "status_list"
    __table_args__ = (own_key(),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    public_id: str = Field(unique=True)
    """Random, stands in the list's address."""
    length: int
    created_at: datetime = Field(sa_type=UtcDateTime)
    signed_list: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The last signed list credential, as published."""
    signed_suspensions: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The list of pauses beside it, signed at the same time; None for a list signed before there was one."""
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_state: str | None = None
    """Digest of the set bits in ``signed_list``, to see whether it is current."""
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """From then on no further index is given out: an older database came back and may not know all that were."""
    doubtful_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """An older database came back, and nobody has said yet what was revoked meanwhile; not signed anew until then."""


class Issuance(SQLModel, table=True):
    """One document on its way from intent to release. All but stage, status and signed bytes is frozen.

    Each document, and the token, holds the printed name, so each can be emptied when somebody's record is erased.
    """

    __tablename__ = "issuance"
    __table_args__ = (
        own_key(),
        one_of("stage", Stage),
        one_of("status", Status),
        UniqueConstraint("kind", "subject_id", "round"),
        UniqueConstraint("status_list_id", "status_index"),
        belongs_to("status_list", "status_list_id"),
        CheckConstraint("stage <> 'intent' OR unsigned_document IS NOT NULL", name="intent_has_document"),
    )
    OF_A_PERSON: ClassVar[tuple[str, ...]] = (
        "unsigned_document",
        "signed_document",
        "signed_digest",
        "signed_jwt",
        "signed_jwt_digest",
        "offline_statement",
    )
    """What is emptied when its holder's record is erased."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    kind: str
    """What the subject is: an ``award`` or another of `credentials.kinds`."""
    subject_id: UUID
    round: int = 0
    credential_id: UUID = Field(unique=True)
    """Random; the credential's id is ``urn:uuid:`` + this."""
    status_list_id: UUID
    status_index: int
    unsigned_document: bytes | None = Field(sa_column=Column(LargeBinary))
    record_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """SHA-256 of the approved rows the document was built from; checked again before signing."""
    signing_key_id: UUID = Field(foreign_key="signing_key.id")
    jwt_signing_key_id: UUID | None = Field(default=None, foreign_key="signing_key.id")
    """None for what was prepared before there was a JWT form; it never gets one."""
    prepared_at: datetime = Field(sa_type=UtcDateTime)
    stage: Stage = Field(default=Stage.INTENT, sa_type=Word(Stage), index=True)
    signed_document: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    signed_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    signed_jwt: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The same credential as a token (VC-JWT), in ASCII."""
    signed_jwt_digest: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    leaf_index: int | None = None
    recorded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    void_reason: str | None = None
    status: Status = Field(default=Status.ACTIVE, sa_type=Word(Status))
    status_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    offline_asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When its holder asked for a certificate that can be read where nobody answers."""
    offline_statement: str | None = None
    """The digits for its QR code, once they are signed; they hold the printed name."""


class StatusEvent(SQLModel, table=True):
    """One act on a credential's status, kept for ever. ``reason`` is for the school only, never public.

    It is the one text that somebody types about a credential, so it can be emptied; the act stays.
    """

    __tablename__ = "status_event"
    __table_args__ = (one_of("act", StatusAct), belongs_to("issuance", "issuance_id"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    issuance_id: UUID = Field(index=True)
    act: StatusAct = Field(sa_type=Word(StatusAct))
    reason: str | None
    actor_id: UUID | None = None
    at: datetime = Field(sa_type=UtcDateTime)


class Replacement(SQLModel, table=True):
    """That another credential is to take the place of one, which, and since when it has.

    The earlier one ends when the other is released. Its own documents stay, as those of a revoked one do.
    """

    __tablename__ = "replacement"
    __table_args__ = (
        one_of("reason", ReplaceReason),
        belongs_to("issuance", "issuance_id"),
        belongs_to("issuance", "successor_id"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True)
    issuance_id: UUID = Field(unique=True)
    """The one that ends; it is replaced once at most."""
    kind: str
    subject_id: UUID = Field(index=True)
    """What the other one is prepared for: mostly the same subject, another one where that was corrected."""
    reason: ReplaceReason = Field(sa_type=Word(ReplaceReason))
    ordered_by: UUID | None = None
    ordered_at: datetime = Field(sa_type=UtcDateTime)
    successor_id: UUID | None = Field(default=None, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the other one took its place."""
    given_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was revoked instead."""


class IssuingStop(SQLModel, table=True):
    """That issuing stood still, for one organisation or (None) for all, from when to when."""

    __tablename__ = "issuing_stop"
    __table_args__ = (one_of("reason", StopReason),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    reason: StopReason = Field(sa_type=Word(StopReason))
    since: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


append_only(SigningKey, mutable=("retired_at", "compromised_at"))
append_only(
    Issuance,
    erasable=("unsigned_document",),
    mutable=(
        "stage",
        "signed_document",
        "signed_digest",
        "signed_jwt",
        "signed_jwt_digest",
        "leaf_index",
        "recorded_at",
        "released_at",
        "void_reason",
        "status",
        "status_since",
        "offline_asked_at",
        "offline_statement",
    ),
)
append_only(StatusEvent, erasable=("reason",))
append_only(Replacement, mutable=("successor_id", "ended_at", "given_up_at"))
append_only(IssuingStop, mutable=("ended_at",))
