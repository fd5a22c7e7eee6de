"""Write the log as static files that any web server can carry; what is written is what the latest checkpoint covers.

1. Bundles and tiles that the folder lacks, each whole or absent.
2. Their folders are synced.
3. The key, then the checkpoint, last of all: the folder states at every moment something it holds.

After a crash at any point the folder still states its older checkpoint, and running again finishes the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from accredit.domain.transparency import queries
from accredit.errors import Conflict, NotFound
from accredit.kit.ledger import static_log
from accredit.kit.ledger.checkpoint import open_checkpoint
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import range_root
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.storage import Session


class Folder(Protocol):
    """Where files go; `storage.durable_folder.DurableFolder` is one."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None."""

    def write(self, path: str, content: bytes) -> bool:
        """Put a file in its place, whole or not at all; say whether it changed."""

    def settle(self) -> None:
        """Make every name durable."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What an export did: entries the folder held before and holds now, files written."""

    before: int
    now: int
    written: int


def publish(db: Session, *, folder: Folder, log_keys: Sequence[Ed25519Key]) -> Published:
    """Bring a folder up to the latest checkpoint; running again adds what is new, or nothing.

    ``log_keys`` are all that the log ever had. Raises `NotFound` (``checkpoint``) while nothing was signed,
    `Conflict` (``folder-is-another-log``) for a folder that this log does not continue; nothing is written then.
    """
    latest = queries.latest_checkpoint(db)
    origin = queries.origin(db)
    if latest is None or origin is None:
        raise NotFound("checkpoint", "No checkpoint yet: `accredit work` signs one with the first award.")
    get_hash = queries.hashes(db, latest.size)
    before = _size_held(folder, log_keys, origin, latest.size)
    if before and range_root(get_hash, 0, before[0]) != before[1]:
        raise Conflict(
            "folder-is-another-log",
            f"The folder's checkpoint of {before[0]:,} entries is of another history than this database's. Keep both, "
            "and see docs/ledger.md, “After a restored backup”.",
        )
    held = before[0] if before else 0
    new = static_log.files(
        get_hash, lambda start, end: queries.entries(db, start, end), old_size=held, new_size=latest.size
    )
    written = sum(folder.write(path, content) for path, content in new)
    folder.settle()
    written += folder.write(static_log.KEY, "".join(f"{key}\n" for key in log_keys).encode())
    written += folder.write(static_log.CHECKPOINT, queries.published_note(db, latest).encode())
    folder.settle()
    return Published(before=held, now=latest.size, written=written)


def _size_held(folder: Folder, log_keys: Sequence[Ed25519Key], origin: str, size: int) -> tuple[int, bytes] | None:
    note = folder.read(static_log.CHECKPOINT)
    if note is None:
        return None
    try:
        held, _ = open_checkpoint(note, log_keys, expected_origin=origin)
    except LedgerError as error:
        detail = f"The folder's checkpoint is not one of this log ({error.message}). Choose an empty folder."
        raise Conflict("folder-is-another-log", detail) from error
    if held.size > size:
        detail = (
            f"The folder holds {held.size:,} entries and this database only {size:,} signed ones: the database was "
            "rolled back. See docs/ledger.md, “After a restored backup”."
        )
        raise Conflict("folder-is-another-log", detail)
    return held.size, held.root
