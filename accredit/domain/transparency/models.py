"""Rows of the log: leaves for ever, records and salts until erased, the head, checkpoints, cosignatures."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, ForeignKey, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from accredit.domain.transparency.rules import Act
from accredit.storage import UtcDateTime, Word, append_only


class LedgerLeaf(SQLModel, table=True):
    """One leaf of the tree: its place and its hash."""

    __tablename__ = "ledger_leaf"
    __table_args__ = (CheckConstraint('"index" >= 0', name="index_not_negative"),)

    index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The 32-byte salted commitment, which is the tlog entry."""
    leaf_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """SHA-256(0x00 ‖ entry)."""
    appended_at: datetime = Field(sa_type=UtcDateTime)


class LedgerNode(SQLModel, table=True):
    """The root of a complete subtree of 256**level leaves, which is one hash of a tile at ``level``.

    One row for 256 leaves keeps every proof at a few short reads, however long the log grows.
    """

    __tablename__ = "ledger_node"
    __table_args__ = (CheckConstraint("level >= 1", name="above_the_leaves"),)

    level: int = Field(primary_key=True)
    index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LedgerRecord(SQLModel, table=True):
    """What a leaf commits to. Erasing empties ``record`` and ``salt``; the leaf stays."""

    __tablename__ = "ledger_record"
    __table_args__ = (UniqueConstraint("act", "subject_id", "occurrence"),)

    leaf_index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    act: Act = Field(sa_type=Word(Act))
    """Held to the list by its type and not by the database, which would have to be rebuilt for every new act."""
    subject_id: UUID = Field(index=True)
    """The row the act is about: an attendance, an hours entry, an award, an issuance …"""
    occurrence: int = 0
    """Counts repeatable acts on one subject (suspend, reinstate, suspend again)."""
    record: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON))
    salt: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class LedgerHead(SQLModel, table=True):
    """The one row that serialises appends: tree size and the frontier (compact range) for O(log n) growth."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    origin: str
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    frontier: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LedgerCheckpoint(SQLModel, table=True):
    """A signed statement of size and root, kept for ever: all of them must be consistent."""

    __tablename__ = "ledger_checkpoint"

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: str
    signed_at: datetime = Field(sa_type=UtcDateTime)


class LedgerCosignature(SQLModel, table=True):
    """A witness's statement that it saw a checkpoint continue all it had seen before, and when; verified when kept."""

    __tablename__ = "ledger_cosignature"

    size: int = Field(sa_column=Column(BigInteger, ForeignKey("ledger_checkpoint.size"), primary_key=True))
    verifier_key: str = Field(primary_key=True)
    """The witness's key as C2SP writes it, its name within."""
    line: str
    """The signature line, without its newline."""
    cosigned_at: datetime = Field(sa_type=UtcDateTime)
    """As the witness states it."""


class LedgerGap(SQLModel, table=True):
    """Leaves that came back from the published files after an older database was restored; their records are lost.

    What was issued between ``since`` and ``until`` may be genuine although nobody here knows it.
    """

    __tablename__ = "ledger_gap"

    first_leaf: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    last_leaf: int = Field(sa_column=Column(BigInteger, nullable=False))
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)


append_only(LedgerLeaf)
append_only(LedgerNode)
append_only(LedgerRecord, erasable=("record", "salt"))
append_only(LedgerCheckpoint)
append_only(LedgerCosignature)
append_only(LedgerGap)
