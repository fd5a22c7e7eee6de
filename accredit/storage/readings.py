"""What an answer was worked out from: the statements that were asked, and the rows that each gave.

An answer that follows from such rows alone holds for as long as the same statements give the same rows, whatever else
was written meanwhile. So the sign of life of a worker, or another person's award, costs whoever looks again a few short
reads, and not all the work. What did change is in the rows, for they are read again every time, by every process.

While notes are taken every statement of the handle counts. One that is asked past `rows` leaves them incomplete, and
nothing is built on incomplete notes; unless it is `settled`, because what it reads can never become anything else.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState

from accredit.storage.database import Session

Answer = TypeVar("Answer")

_NOTES = "accredit_notes"
_SETTLED = "accredit_settled"


@dataclass(frozen=True)
class _Asked:
    statement: sa.Executable
    values: Mapping[str, Any]
    rows: Sequence[tuple[Any, ...]]


@dataclass(eq=False)
class Notes:
    """The statements that were asked while notes were taken; ``is_whole`` unless one went past them."""

    asked: list[_Asked] = field(default_factory=list)
    is_whole: bool = True

    def still_hold(self, db: Session) -> bool:
        """Say whether every statement gives the same rows again. Notes that are not whole never hold."""
        if not self.is_whole or db.tenant is not None:
            return False
        db.flush()
        connection = db.connection()
        return all(
            [tuple(row) for row in connection.execute(each.statement, each.values)] == each.rows for each in self.asked
        )


@contextmanager
def noting(db: Session) -> Iterator[Notes]:
    """Take notes of what is read inside. A handle that is confined to one organisation gives notes that never hold."""
    # What a confined handle reads is not what the statement says, so it cannot be asked again word for word.
    notes = Notes(is_whole=db.tenant is None)
    pads: list[Notes] = db.info.setdefault(_NOTES, [])
    pads.append(notes)
    try:
        yield notes
    finally:
        pads.pop()


@contextmanager
def settled(db: Session) -> Iterator[None]:
    """Read inside what is the same for ever, or is proved against what is noted: it need not be asked again."""
    before = db.info.get(_SETTLED, False)
    db.info[_SETTLED] = True
    try:
        yield
    finally:
        db.info[_SETTLED] = before


def rows(db: Session, statement: sa.Executable, **values: Any) -> Sequence[sa.Row[Any]]:
    """Return the rows of a statement of columns (never of whole objects), and note them where notes are taken."""
    with settled(db):
        found = db.execute(statement, values).all()
    pads: list[Notes] = db.info.get(_NOTES, [])
    if pads and not db.info.get(_SETTLED):
        asked = _Asked(statement, values, [tuple(row) for row in found])
        for notes in pads:
            notes.asked.append(asked)
    return found


@event.listens_for(Session, "do_orm_execute")
def _note_what_went_past(state: ORMExecuteState) -> None:
    info = state.session.info
    if not info.get(_SETTLED):
        for notes in info.get(_NOTES, ()):
            notes.is_whole = False


@dataclass(frozen=True)
class _Kept(Generic[Answer]):
    answer: Answer
    notes: Notes
    since: datetime
    until: datetime


class Reasoned(Generic[Answer]):
    """Answers beside the notes they follow from, at most ``size``.

    What has run out is dropped whenever anything is asked for, so that what was erased is not kept for long. An answer
    whose notes no longer hold is dropped at once: to whoever asks after that, it costs what one costs that never was.
    """

    def __init__(self, *, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept[Answer]] = OrderedDict()

    def get(self, db: Session, key: Hashable, *, now: datetime) -> Answer | None:
        """Return what was kept under a key, if what it follows from is read again unchanged."""
        with self._lock:
            for old in [old for old, kept in self._kept.items() if kept.until <= now]:
                del self._kept[old]
            kept = self._kept.get(key)
        if kept is None:
            return None
        # A clock that went back may make an answer another one, too.
        if kept.since <= now and kept.notes.still_hold(db):
            return kept.answer
        with self._lock:
            if self._kept.get(key) is kept:
                del self._kept[key]
        return None

    def keep(self, key: Hashable, answer: Answer, notes: Notes, *, now: datetime, until: datetime) -> None:
        """Keep an answer as of now until a moment; nothing is kept beside notes that are not whole."""
        if not notes.is_whole:
            return
        with self._lock:
            self._kept[key] = _Kept(answer, notes, now, until)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
