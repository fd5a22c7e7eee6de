"""A school with as many young people as is asked for who have done all that a level asks for.

The record of one of the demonstration's young people, copied row by row: training, hours, observations, and the places
of each in the log. Such a database is made to be measured and thrown away; its leaves are chance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.bench import crowd
from accredit.clock import utc_now
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.awarding.models import Award
from accredit.domain.enrolments.models import Enrolment
from accredit.domain.organisations.rules import Role
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotReady
from accredit.jobs.issuing import Issuer
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database

LEVEL: Final = "WA-PS"
# Each row's own names and those it points to get the number of the copy in their middle; all else is copied.
_COPIED: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "young_person": ("id = :person", ("id",)),
    "enrolment": ("id = :enrolment", ("id", "young_person_id")),
    "attendance": ("enrolment_id = :enrolment AND corrects_id IS NULL AND present", ("id", "enrolment_id")),
    "hours_entry": (
        "enrolment_id = :enrolment AND corrects_id IS NULL AND status = 'approved'",
        ("id", "enrolment_id"),
    ),
    "skill_observation": ("enrolment_id = :enrolment", ("id", "enrolment_id")),
    "milestone_reached": ("enrolment_id = :enrolment", ("id", "enrolment_id")),
}
_COUNTED: Final = "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :number)"
_EMPTY: Final = {"young_person": {"school_reference": "NULL", "upn_hash": "NULL"}}


@dataclass(frozen=True, kw_only=True)
class School:
    """The database, who signs, who decides, and the enrolments that are ready, each to be awarded once."""

    database: Database
    issuer: Issuer
    actor: Actor
    programme_id: UUID
    ready: tuple[UUID, ...]


def school(folder: Path, *, ready: int) -> School:
    """Play the demonstration's year in a folder and copy one young person until so many are ready.

    Raises `NotReady` where that fails.
    """
    crowd.demonstration(folder)
    database = Database(f"sqlite:///{folder / 'accredit.sqlite'}")
    with database.reading() as db:
        wanted = (
            sa.select(Award, Enrolment)
            .join(Enrolment, col(Enrolment.id) == col(Award.enrolment_id))
            .where(col(Award.level_code) == LEVEL)
            .order_by(col(Award.id))
            .limit(1)
        )
        found = db.execute(wanted).one_or_none()
    if found is None:
        raise NotReady("bench-demonstration", f"Nobody in the demonstration holds {LEVEL}.")
    award, enrolment = found
    secrets = json.loads((folder / "demonstration.json").read_text(encoding="utf-8"))["secrets"]
    return School(
        database=database,
        issuer=open_issuer(database, KeyRing.open(folder / "keys", secrets["key_passphrase"])),
        actor=Actor(
            kind=ActorKind.STAFF,
            id=award.awarded_by,
            organisation_id=award.organisation_id,
            role=Role.COORDINATOR.value,
        ),
        programme_id=enrolment.programme_id,
        ready=_copied(database, person=enrolment.young_person_id, enrolment=enrolment.id, number=ready),
    )


def _copied(database: Database, *, person: UUID, enrolment: UUID, number: int) -> tuple[UUID, ...]:
    with database.transaction() as db:
        connection = db.connection()
        told = {"person": person.hex, "enrolment": enrolment.hex, "number": number}
        for table, (condition, named) in _COPIED.items():
            columns = [row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]
            values = ", ".join(_value(table, column, column in named) for column in columns)
            names = ", ".join(f'"{column}"' for column in columns)
            rows = f"(SELECT * FROM {table} WHERE {condition}) AS t"  # noqa: S608  # nosec B608  # names of this module
            copying = f"{_COUNTED} INSERT INTO {table} ({names}) SELECT {values} FROM {rows} CROSS JOIN counted"  # noqa: S608  # nosec B608
            connection.execute(sa.text(copying), told)
        _add_places(db, enrolment=enrolment, number=number)
        ids = connection.execute(
            sa.text("SELECT id FROM enrolment WHERE substr(id, 1, 2) = 'fe' ORDER BY id")  # the copies
        ).scalars()
        return tuple(UUID(each) for each in ids)


def _value(table: str, column: str, is_name: bool) -> str:  # what a column is, in its own words
    if is_name:
        return _renamed(f't."{column}"')
    return _EMPTY.get(table, {}).get(column, f't."{column}"')


def _renamed(name: str) -> str:
    return f"(printf('fe%08x', n) || substr({name}, 11))"


def _add_places(db: Any, *, enrolment: UUID, number: int) -> None:
    """Give every copied row its place in the log, behind what stands there."""
    connection = db.connection()
    subjects = " UNION ALL ".join(
        f"SELECT id FROM {table} WHERE enrolment_id = :enrolment"  # noqa: S608  # nosec B608  # names of this module
        for table in ("attendance", "hours_entry", "skill_observation")
    )
    first = transparency.lock_head(db).size
    count = connection.execute(
        sa.text(f"SELECT count(*) FROM ledger_record WHERE subject_id IN ({subjects})"),  # noqa: S608  # nosec B608
        {"enrolment": enrolment.hex},
    ).scalar_one()
    crowd.add_leaves(db, number * count, now=utc_now())
    named = f":first + row_number() OVER () - 1, t.organisation_id, t.act, {_renamed('t.subject_id')}"
    rows = f"(SELECT * FROM ledger_record WHERE subject_id IN ({subjects})) AS t"  # noqa: S608  # nosec B608
    connection.execute(
        sa.text(
            f"{_COUNTED} INSERT INTO ledger_record "  # noqa: S608  # nosec B608
            "(leaf_index, organisation_id, act, subject_id, occurrence, record, salt) "
            f"SELECT {named}, t.occurrence, t.record, t.salt FROM {rows} CROSS JOIN counted"
        ),
        {"enrolment": enrolment.hex, "number": number, "first": first},
    )
