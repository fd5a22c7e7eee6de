"""The bench of class lists: a dry run from the bytes of a file to the plan, for a small school and a large one."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import sqlmodel

from accredit.bench.harness import Bench, Contender, Work
from accredit.domain.organisations.models import Organisation
from accredit.domain.organisations.rules import Kind, Nation
from accredit.domain.people.class_list import YEAR_GROUPS, read_class_list
from accredit.domain.people.importing import plan_import
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.rules import months_from_birth_date
from accredit.storage import Database

LARGE, SMALL = 5_000, 500
_TODAY: Final = date(2026, 6, 30)
_NOW: Final = datetime(2026, 6, 30, 12, tzinfo=UTC)
_PEPPER: Final = b"a pepper for nothing but this bench"
_HEADINGS: Final = "Adno,Legal Forename,Legal Surname,Year,Reg,DOB,Gender\n"


def class_list() -> Bench:
    """Plan a list of 5,000 young people, and one of 500, each for a school that has them all already."""
    folder = tempfile.mkdtemp(prefix="accredit-bench-")
    return Bench(
        name="class_list",
        unit="rows of a class list looked at per CPU second",
        about="A dry run: the bytes of a CSV are read, every cell judged, everybody looked up, and the plan made. A "
        "school of 5,000 should cost as much for each row as one of 500.",
        ours=Contender(key="ours", work=_dry_run(Path(folder) / "large.db", LARGE), pieces=LARGE),
        more=(Contender(key=f"at_{SMALL}", work=_dry_run(Path(folder) / "small.db", SMALL), pieces=SMALL),),
        facts={"rows": LARGE},
    )


def _dry_run(place: Path, rows: int) -> Work:
    database = Database(f"sqlite:///{place}")
    school = _fill(database, rows)
    data = _file(rows)

    def work(_: int) -> bool:
        listed = read_class_list(data, today=_TODAY, year_groups=YEAR_GROUPS["england"])
        with database.reading(school) as db:
            plan = plan_import(db, organisation_id=school, class_list=listed, pepper=_PEPPER)
        return plan.unchanged == rows

    return work


def _fill(database: Database, rows: int) -> UUID:
    sqlmodel.SQLModel.metadata.create_all(database.engine)
    with database.transaction() as db:
        school = Organisation(
            slug="bench",
            did="did:web:accredit.example:o:bench",
            name="Example Park Academy",
            kind=Kind.SCHOOL,
            nation=Nation.ENGLAND,
            created_at=_NOW,
        )
        db.add(school)
        db.flush()
        db.add_all(
            YoungPerson(
                organisation_id=school.id,
                school_reference=f"{number:06d}",
                printed_name=_name(number),
                known_as=_name(number).split()[0],
                year_group=_year(number),
                form=f"{_year(number)}B",
                created_at=_NOW,
                **vars(months_from_birth_date(_born(number))),
            )
            for number in range(rows)
        )
        return school.id


def _file(rows: int) -> bytes:
    return (_HEADINGS + "".join(map(_line, range(rows)))).encode()


def _line(number: int) -> str:
    first, last = _name(number).split()
    year = _year(number)
    return f"{number:06d},{first},{last},Year {year},{year}B,{_born(number):%d/%m/%Y},F\n"


def _name(number: int) -> str:
    # No two are called the same, as long as there are fewer than a hundred thousand.
    letters = "".join(chr(ord("a") + int(digit)) for digit in f"{number:05d}")
    return f"Siân{letters} Enghraifft"


def _year(number: int) -> str:
    return str(7 + number % 7)


def _born(number: int) -> date:
    return date(2009, 3, 1 + number % 28)
