"""What the log takes in.

- Every accountable act is one leaf: a salted SHA-256 commitment to its canonical record.
- Nothing personal is in a leaf: it is 32 bytes that mean nothing once record and salt are erased.
- The tree only grows; checkpoints never shrink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID


class Act(StrEnum):
    """The accountable acts, one leaf each."""

    ATTENDANCE_CONFIRMED = "attendance-confirmed"
    HOURS_APPROVED = "hours-approved"
    SKILL_OBSERVED = "skill-observed"
    AWARD_DECIDED = "award-decided"
    CREDENTIAL_ISSUED = "credential-issued"
    CREDENTIAL_SUSPENDED = "credential-suspended"
    CREDENTIAL_REINSTATED = "credential-reinstated"
    CREDENTIAL_REVOKED = "credential-revoked"
    KEY_PUBLISHED = "key-published"
    KEY_RETIRED = "key-retired"
    ORGANISATION_ENDORSED = "organisation-endorsed"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One accountable act on its way into the log.

    ``record`` holds JSON values without fractions (text, whole numbers, true, false, null, lists, objects): ids,
    counts, dates as text, words of fixed lists. ``occurrence`` tells apart repeatable acts on one subject.
    """

    act: Act
    subject_id: UUID
    record: Mapping[str, object]
    organisation_id: UUID | None = None
    occurrence: int = 0

    @property
    def key(self) -> tuple[Act, UUID, int]:
        """What makes the entry unique in the log."""
        return self.act, self.subject_id, self.occurrence


@dataclass(frozen=True, kw_only=True)
class LogSigner:
    """The log's key as whoever holds it lends it: the public half (32 bytes) and a function that signs."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


@dataclass(frozen=True, kw_only=True)
class CheckpointFacts:
    """A signed checkpoint: how many leaves it covers, their root, the note as published, when it was signed."""

    size: int
    root: bytes
    note: str
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """Where a leaf stands, and the hashes that lead from it to the root of a signed checkpoint."""

    index: int
    leaf_hash: bytes
    proof: tuple[bytes, ...]
    checkpoint: CheckpointFacts


def statement(entry: Entry, *, now: datetime) -> dict[str, object]:
    """Return what the leaf commits to: the act with its subject, organisation and time, and the record as given."""
    return {
        "act": entry.act.value,
        "subject": str(entry.subject_id),
        "organisation": None if entry.organisation_id is None else str(entry.organisation_id),
        "occurrence": entry.occurrence,
        "at": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "record": dict(entry.record),
    }
