"""R27: the database's file is damaged: bits flip in what was signed or logged; the WAL, or its index, is gone.

SQLite keeps no checksums, so only what the ledger vouches for can be told from damage: every leaf, checkpoint and
signed document. A flipped bit elsewhere is seen by nobody; PostgreSQL has checksums of its own, which are its to test.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial
from random import Random

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing.models import Issuance
from accredit.domain.transparency.models import LedgerCheckpoint, LedgerLeaf
from tests.databases import settle
from tests.faults import child
from tests.faults.catalogue import Run
from tests.faults.report import name_row, not_here
from tests.faults.stage import Stage

COLUMNS = {
    "document": col(Issuance.signed_document),
    "jwt": col(Issuance.signed_jwt),
    "leaf": col(LedgerLeaf.entry),
    "leaf-hash": col(LedgerLeaf.leaf_hash),
    "root": col(LedgerCheckpoint.root),
}
FLIPS = 4
"""Bits that flip one after another in each run."""
TURNS = 5
PART = 32

name_row("R27", f"a bit flips in what was signed or logged ({FLIPS} in a run), or the WAL or its index is gone")
not_here("R27 on PostgreSQL", "its own checksums of pages are its to test; set them when the cluster is made")


def runs() -> Iterator[Run]:
    """Yield the runs, on SQLite alone."""
    for column in COLUMNS:
        for turn in range(1, TURNS + 1):
            yield Run(
                row="R27",
                database="sqlite",
                point=column,
                kind="flip",
                turn=turn,
                title=f"a bit of a {column} flips",
                play=partial(flip, column, turn),
            )
    for kind, title in {"shm-gone": "the index of the WAL is gone", "wal-gone": "the WAL is gone"}.items():
        yield Run(row="R27", database="sqlite", point="wal", kind=kind, title=title, play=partial(lose, kind))


def flip(column: str, turn: int, stage: Stage) -> None:
    """Flip bits in the file, one after another: each is told, whatever it hits."""
    assert stage.issue().code == 0
    with stage.opened() as database:
        with database.reading() as db:
            values = [bytes(each) for each in db.execute(sa.select(COLUMNS[column])).scalars() if each]
        settle(database)
    file, chance = stage.folder / "accredit.sqlite", Random(f"{column}-{turn}")
    whole = file.read_bytes()
    for _ in range(FLIPS):
        value = chance.choice(values)
        at, bit = _place(whole, value) + chance.randrange(PART), 1 << chance.randrange(8)
        file.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        told = stage.run(child.check_everything)
        if told.code == 0 and not told.result:
            stage.found.wrong.append(f"nobody notices bit {bit} of byte {at} ({column})")
    file.write_bytes(whole)


def _place(whole: bytes, value: bytes) -> int:
    """Return where a part of a value stands that stands nowhere else in the file.

    A document begins as its unsigned form does, which nothing vouches for; and long values lie on several pages.
    """
    parts = (value[at : at + PART] for at in range(len(value) - PART, -1, -PART))
    return next(whole.index(part) for part in parts if whole.count(part) == 1)


def lose(kind: str, stage: Stage) -> None:
    """Crash with a WAL, and take a file away."""
    ended = stage.issue("S6.after_commit:kill")
    assert ended.code == -signal.SIGKILL
    wal, shm = (stage.folder / f"accredit.sqlite-{each}" for each in ("wal", "shm"))
    assert wal.stat().st_size > 0
    shm.unlink()
    if kind == "shm-gone":
        assert stage.issue().code == 0
        return
    kept, before = wal.read_bytes(), (stage.folder / "accredit.sqlite").read_bytes()
    wal.unlink()
    refused = stage.issue()
    # What was committed is gone; the lock store knows what was signed, so nothing grows from what is left.
    if "rolled back" not in refused.error:
        stage.found.wrong.append(f"it goes on without its WAL: {refused.error or refused.code}")
    for each in (shm, wal):
        each.unlink(missing_ok=True)
    (stage.folder / "accredit.sqlite").write_bytes(before)
    wal.write_bytes(kept)
