"""What the log takes in.

- Every accountable act is one leaf: a salted SHA-256 commitment to its canonical record.
- Nothing personal is in a leaf: it is 32 bytes that mean nothing once record and salt are erased.
- Nor is a name in a record: its texts are ids, digests, dates, words of fixed lists, never prose (``text-in-ledger``).
- The tree only grows; checkpoints never shrink.
- Order is what the log proves; a time is claimed only where a witness cosigned it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from accredit.errors import RuleBroken

# No white space, no @, nothing outside ASCII: a name with its surname, an address or a remark cannot be written so.
# The one escape allowed is that of the colon before a port, which a did:web writes as %3A (did:web, method syntax).
_WORD = re.compile(r"(?:[A-Za-z0-9._:#+/=-]|%3A){0,1024}", re.ASCII)


class Act(StrEnum):
    """The accountable acts, one leaf each."""

    ATTENDANCE_CONFIRMED = "attendance-confirmed"
    FACILITATOR_ATTENDED = "facilitator-attended"
    FACILITATOR_RECORD_GIVEN = "facilitator-record-given"
    HOURS_APPROVED = "hours-approved"
    HOURS_BROUGHT_FORWARD = "hours-brought-forward"
    SKILL_OBSERVED = "skill-observed"
    AWARD_DECIDED = "award-decided"
    AWARD_SET_ASIDE = "award-set-aside"
    CREDENTIAL_ISSUED = "credential-issued"
    CREDENTIAL_SUSPENDED = "credential-suspended"
    CREDENTIAL_REINSTATED = "credential-reinstated"
    CREDENTIAL_REVOKED = "credential-revoked"
    CREDENTIAL_REPLACED = "credential-replaced"
    CREDENTIAL_ERASED = "credential-erased"
    RECORDS_MERGED = "records-merged"
    RECORD_ERASED = "record-erased"
    KEY_PUBLISHED = "key-published"
    KEY_RETIRED = "key-retired"
    KEY_COMPROMISED = "key-compromised"
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

    def __post_init__(self) -> None:
        """Refuse a record that holds prose. Raises `RuleBroken` (``text-in-ledger``)."""
        for text in _texts(self.record):
            if not _WORD.fullmatch(text):
                raise RuleBroken("text-in-ledger", "a record of the ledger holds codes, never prose or an address")

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
class Witnessed:
    """A cosignature: the witness's name and verifier key, its signature line, and the time it states."""

    name: str
    verifier_key: str
    line: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Inclusion:
    """Where a leaf stands, the hashes that lead from it to the root of a signed checkpoint, and who cosigned that."""

    index: int
    leaf_hash: bytes
    proof: tuple[bytes, ...]
    checkpoint: CheckpointFacts
    witnessed: tuple[Witnessed, ...] = ()


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from (str(name), *_texts(each))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


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


def rolled_back(signed: int, held: int) -> str:
    """Say that the log lost entries that were signed, and what to do."""
    return (
        f"The log was rolled back: {signed:,} entries were signed, and this database holds {held:,}. Nothing is issued "
        "until the others are back; what was issued can still be verified. Next: 1. leave the worker stopped; 2. "
        "restore the newest backup, or bring the missing entries back from the published files; 3. start the worker "
        "again. docs/ledger.md, “After a restored backup”, has the steps."
    )


def forked(signed: int) -> str:
    """Say that the log is another one than was signed, and what to do."""
    return (
        f"The log does not continue its own checkpoint of {signed:,} entries: what was signed stands in another history"
        " than this database holds. Nothing is issued until that is settled; what was issued can still be verified. "
        "Next: 1. leave the worker stopped; 2. see whether a second server signs with the same key; 3. restore the "
        "database that the checkpoint was made from. docs/ledger.md, “After a restored backup”, has the steps."
    )
