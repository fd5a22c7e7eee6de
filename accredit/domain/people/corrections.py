"""A list of names put right outside and brought back: who is written differently, how it is said, who is called up.

1. `corrections` reads the list beside the record and says what it would change, row by row; nothing is written. A row
   names its person by the key that the list was given out with; anybody else is left alone and told.
2. `apply_corrections` writes the rows that somebody ticked, all of them or none, if they are still what was shown.

A name that is put right counts as confirmed on the young person's word (``confirm-own-name``), because whoever ticks
it says so. What was signed with the name before is not touched: a new certificate is asked for, and by somebody else
than who put it right (`credentials.renewing`).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from accredit.domain.audit.rules import Actor
from accredit.domain.people import ceremony, operations, queries
from accredit.domain.people.class_list_table import Record, read_table
from accredit.domain.people.names import check_name
from accredit.domain.people.operations import PersonEntry
from accredit.domain.people.queries import YoungPersonFacts
from accredit.errors import Conflict, RuleBroken
from accredit.storage import Session

MOST_CORRECTED = 500
_YES, _NO = (
    frozenset({"yes", "y", "true", "1", "x", "ie", "ydy"}),
    frozenset({"no", "n", "false", "0", "na", "nac ydy"}),
)


class Column(StrEnum):
    """The columns of the list; what is in any other is not read."""

    KEY = "key"
    NAME = "name"
    SAID = "said"
    CALLED = "called"


@dataclass(frozen=True, kw_only=True)
class Written:
    """What one row of the list says; None where it says nothing."""

    line: int
    key: str
    name: str | None
    said: str | None
    called: str | None


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that the list says differently."""

    column: Column
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Correction:
    """Somebody whom the list says something different of; ``problem`` is why it cannot be taken over as it is."""

    person: YoungPersonFacts
    line: int
    differences: tuple[Difference, ...]
    problem: RuleBroken | None
    digest: str

    @property
    def changes_name(self) -> bool:
        """Whether the printed name changes."""
        return any(each.column is Column.NAME for each in self.differences)

    def after(self, column: Column) -> str | None:
        """Return what the list says there, where it differs."""
        return next((each.after for each in self.differences if each.column is column), None)


@dataclass(frozen=True, kw_only=True)
class Corrections:
    """What a list would change; ``unknown`` are the lines that name nobody on it."""

    found: tuple[Correction, ...]
    unchanged: int
    unknown: tuple[int, ...]


def key_of(young_person_id: UUID) -> str:
    """Return how a list names somebody: no number that a spreadsheet would change."""
    return f"P-{young_person_id.hex[-12:]}"


def read_list(data: bytes, *, headings: Mapping[Column, Collection[str]]) -> tuple[Written, ...]:
    """Read a list as it came back: a workbook or CSV, its columns in any order.

    Raises `RuleBroken`: ``corrections-columns`` where it is another list, and those of a class list's file.
    """
    named = {_plain(text): column for column, texts in headings.items() for text in texts}
    table = read_table(data, is_heading=lambda text: _plain(text) in named)
    places: dict[Column, int] = {}
    for index, heading in enumerate(table.headings):
        column = named.get(_plain(heading))
        if column is not None:
            places.setdefault(column, index)
    if Column.KEY not in places or len(places) < 2:
        raise RuleBroken("corrections-columns")
    return tuple(_written(record, places) for record in table.records if any(cell.strip() for cell in record.cells))


def corrections(db: Session, *, young_person_ids: Collection[UUID], written: Sequence[Written]) -> Corrections:
    """Say what a list would change of these people; nothing is written.

    Raises `RuleBroken` (``corrections-too-many``).
    """
    if len(written) > MOST_CORRECTED:
        raise RuleBroken("corrections-too-many", most=MOST_CORRECTED)
    people = queries.young_people_by_id(db, set(young_person_ids))
    by_key = {key_of(each.id): each for each in people.values()}
    found: dict[UUID, Correction] = {}
    unknown: list[int] = []
    unchanged = 0
    for row in written:
        person = by_key.get(row.key)
        if person is None or person.id in found:
            unknown.append(row.line)
            continue
        differences, problem = _differences(person, row)
        if not differences and problem is None:
            unchanged += 1
            continue
        told = (str(person.id), person.version, [(each.column.value, each.before, each.after) for each in differences])
        digest = hashlib.sha256(repr(told).encode()).hexdigest()
        found[person.id] = Correction(
            person=person, line=row.line, differences=differences, problem=problem, digest=digest
        )
    return Corrections(found=tuple(found.values()), unchanged=unchanged, unknown=tuple(unknown))


def apply_corrections(
    db: Session, *, planned: Corrections, ticked: Collection[str], actor: Actor, now: datetime
) -> tuple[Correction, ...]:
    """Write the corrections whose digests were ticked, and return them.

    Raises `Conflict` ``plan-out-of-date`` where one of them is not what it was when it was shown, `RuleBroken`
    ``nothing-ticked``, ``confirm-own-name`` and those of a name.
    """
    chosen = [each for each in planned.found if each.digest in ticked and each.problem is None]
    if len(chosen) != len(set(ticked)):
        raise Conflict("plan-out-of-date")
    if not chosen:
        raise RuleBroken("nothing-ticked")
    for each in chosen:
        _apply(db, each, actor=actor, now=now)
    return tuple(chosen)


def _apply(db: Session, correction: Correction, *, actor: Actor, now: datetime) -> None:
    person, name = correction.person, correction.after(Column.NAME)
    if name is not None:
        entry = PersonEntry(
            printed_name=name,
            # Who is called by their printed name is called by it as it is right now.
            known_as=None if person.known_as == person.printed_name else person.known_as,
            school_reference=person.school_reference,
            year_group=person.year_group,
            form=person.form,
        )
        operations.change_young_person(
            db,
            young_person_id=person.id,
            expected_version=person.version,
            entry=entry,
            actor=actor,
            now=now,
        )
        operations.confirm_printed_name(db, young_person_id=person.id, name=check_name(name), actor=actor, now=now)
    said, called = correction.after(Column.SAID), correction.after(Column.CALLED)
    if said is not None or called is not None:
        ceremony.choose(
            db,
            young_person_id=person.id,
            name_said=person.name_said if said is None else said,
            is_called_up=person.is_called_up if called is None else called == "yes",
            actor=actor,
            now=now,
        )


def _written(record: Record, places: Mapping[Column, int]) -> Written:
    def cell(column: Column) -> str | None:
        index = places.get(column)
        if index is None or index >= len(record.cells):
            return None
        return " ".join(unicodedata.normalize("NFC", record.cells[index]).split())

    return Written(
        line=record.line,
        key=cell(Column.KEY) or "",
        name=cell(Column.NAME),
        said=cell(Column.SAID),
        called=cell(Column.CALLED),
    )


def _differences(person: YoungPersonFacts, row: Written) -> tuple[tuple[Difference, ...], RuleBroken | None]:
    found: list[Difference] = []
    # A name that was taken out is no name that is put right.
    if row.name and row.name != person.printed_name:
        found.append(Difference(column=Column.NAME, before=person.printed_name, after=row.name))
    if row.said is not None and row.said != (person.name_said or ""):
        found.append(Difference(column=Column.SAID, before=person.name_said or "", after=row.said))
    called = (row.called or "").casefold()
    if called and called not in _YES | _NO:
        return tuple(found), RuleBroken("yes-or-no", said=called[:20])
    if called and (called in _YES) != person.is_called_up:
        before, after = ("yes", "no") if person.is_called_up else ("no", "yes")
        found.append(Difference(column=Column.CALLED, before=before, after=after))
    try:
        for each in found:
            if each.column is Column.NAME or (each.column is Column.SAID and each.after):
                check_name(each.after)
    except RuleBroken as refusal:
        return tuple(found), refusal
    return tuple(found), None


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
