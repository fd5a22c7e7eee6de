"""Whether signing stands still, in words: for those who wait for it, and for those who can mend it.

The worker says why in the database (`accredit.jobs.standing_still`); where it says nothing and gives no sign of life
either, it does not run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.storage import Session, heartbeat, standstill
from accredit.storage.promises import Queue
from accredit.storage.room import Room, Shortage
from accredit.web.database import current_database
from accredit.web.settings import current_settings

_KEYS = _l(
    "A key that signs is missing. Bring the folder of keys back from its backup; signing then goes on by itself. The "
    "worker’s journal names the file."
)
_UNREADABLE = _l(
    "A key does not open: ACCREDIT_KEY_PASSPHRASE is another one than it was, or the file is damaged. Put the "
    "passphrase right or bring the file back from its backup, and start the worker again. Its journal names the file."
)
_PERMISSIONS = _l(
    "A key, or the folder of keys, can be read or written by somebody else, or not by the user who signs. The worker’s "
    "journal names the file and the command that mends it; then start the worker again."
)
_OTHER_KEY = _l(
    "A key is not the one that the register names. Bring the folder of keys back from its backup, and start the worker "
    "again. If you did not change it, stop issuing and find out who did."
)
_STOLEN = _l(
    "A key was marked as stolen, and no other stands in its place. Make one (accredit keys rotate), and start the "
    "worker again."
)
_DISK = _l(
    "A disk is full, or can only be read. Make room on the disks of the database, of the keys and of the lock store; "
    "signing then goes on by itself."
)
_LOG = _l(
    "The database does not continue what was signed last: an older one came back, or something else signs with the "
    "same keys. Change nothing, keep only one worker running, and read docs/operating/database.md."
)
_CLOCK = _l("The clock of this machine cannot be right. Set it; signing then goes on by itself.")
_NOT_RUNNING = _l("The worker does not run. Start it (accredit work); if it ends again, its journal says why.")
_ELSE = _l("The worker’s journal says why, and what to do.")
WHAT_TO_DO: Mapping[str, LazyString] = {
    "passphrase-missing": _UNREADABLE,
    "key-missing": _KEYS,
    "key-unreadable": _UNREADABLE,
    "key-mismatch": _OTHER_KEY,
    "key-known": _OTHER_KEY,
    "keys-permissions": _PERMISSIONS,
    "keys-shared": _PERMISSIONS,
    "key-compromised": _STOLEN,
    "lock-store": _DISK,
    "lock-lost": _LOG,
    "log-origin": _LOG,
    "log-forked": _LOG,
    "log-rolled-back": _LOG,
    "clock-behind": _CLOCK,
    "clock-ahead": _CLOCK,
    "low-water": _DISK,
    "disk-full": _DISK,
}
"""What whoever runs the service does, by the word that the worker wrote down."""


@dataclass(frozen=True, kw_only=True)
class Still:
    """Signing stands still; ``since`` is None where the worker does not run and never said why."""

    since: datetime | None
    what_to_do: str


def standing_still(db: Session) -> Still | None:
    """Return why nothing is signed now, and what mends it; None while signing goes on."""
    found = standstill.current(db, Queue.SIGN)
    if found is not None:
        return Still(since=found.since, what_to_do=str(WHAT_TO_DO.get(found.code, _ELSE)))
    if heartbeat.is_alive(db, queue=Queue.SIGN, now=utc_now()):
        return None
    # On a disk that is full the worker can neither give a sign of life nor say why not.
    what_to_do = _NOT_RUNNING if shortage() is None else _DISK
    return Still(since=heartbeat.last_seen(db, Queue.SIGN), what_to_do=str(what_to_do))


def shortage() -> Shortage | None:
    """Return the disk with too little room that this process can see; the worker looks at its own."""
    settings = current_settings()
    folders = [settings.keys_dir, settings.lock_store_path.parent]
    return Room.of(current_database(), folders, settings.room_needed).shortage()
