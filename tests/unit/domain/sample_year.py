"""The sample school as its year begins: thirty young people, three adults, two programmes, training and breaks."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import accredit.demo
from accredit.domain.audit.rules import Actor
from accredit.domain.organisations.rules import Role
from accredit.domain.practice import hours_log
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests import factories

DATA = Path(accredit.demo.__file__).parent / "data"
NOW = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)
TODAY = date(2026, 7, 20)
TRAINED_ON = date(2025, 10, 3)
LATER_ON = date(2026, 3, 2)
PROGRAMMES = {"Wellbeing Ambassadors": "WA", "Drop-in and Buddying": "DB"}
ADULTS = ("Ms T. Exemplar", "Mr O. Specimen", "Dr N. Placeholder")
LATER = {"WA": ["M7", "M11", "M12", "M13"], "DB": ["M3", "M8", "M12", "M13"]}


@dataclass(frozen=True, kw_only=True)
class SampleSchool:
    """Ids of the sample school; ``enrolments`` by the school's own reference."""

    organisation_id: UUID
    programmes: dict[str, UUID]
    enrolments: dict[str, UUID]
    coordinator: Actor
    supervisors: dict[str, Actor]


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the sample's files."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def log() -> hours_log.HoursLog:
    """Return the sample's log of hours."""
    return hours_log.parse((DATA / "hours-export.csv").read_bytes())


def open_school(database: Database) -> SampleSchool:
    """Add the sample school with everybody trained, as it stands before any hours."""
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        organisation_id = factories.add_organisation(db)
        lead = factories.add_staff(db, organisation_id, name="Ms H. Muster")
        factories.give_role(db, lead, Role.COORDINATOR)
        coordinator = factories.staff_actor(lead, organisation_id, Role.COORDINATOR)
        supervisors = {}
        for name in ADULTS:
            staff_id = factories.add_staff(db, organisation_id, name=name)
            factories.give_role(db, staff_id, Role.SUPERVISOR, actor=coordinator)
            supervisors[name] = factories.staff_actor(staff_id, organisation_id, Role.SUPERVISOR)
        programmes = {code: factories.add_programme(db, organisation_id, template=code) for code in PROGRAMMES.values()}
        programme_of = {row["Arbor Student ID"]: PROGRAMMES[row["Programme"]] for row in read("hours-expected.csv")}
        enrolments = {}
        for row in read("arbor-export.csv"):
            reference = row["Arbor Student ID"]
            name = f"{row['Legal First Name']} {row['Legal Last Name']}".strip()
            person = factories.add_young_person(
                db, organisation_id, name=name, reference=reference, year_group=row["Year Group"].removeprefix("Year ")
            )
            enrolments[reference] = factories.enrol(db, person, programmes[programme_of[reference]])
            if row["Year Group"] == "Year 13":
                factories.take_break(db, enrolments[reference], starts_on=date(2026, 4, 27), ends_on=date(2026, 6, 26))
        factories.take_break(db, enrolments["3128"], starts_on=date(2025, 10, 4))
    school = SampleSchool(
        organisation_id=organisation_id,
        programmes=programmes,
        enrolments=enrolments,
        coordinator=coordinator,
        supervisors=supervisors,
    )
    _train(database, school, programme_of)
    return school


def _train(database: Database, school: SampleSchool, programme_of: dict[str, str]) -> None:
    first = {"WA": ["M1", "M2", "M3", "M4", "M5", "M6", "M8"], "DB": ["M1", "M2", "M4", "M5", "M6", "M10"]}
    with database.transaction(school.organisation_id) as db:
        for held_on, modules, away in ((TRAINED_ON, first, set()), (LATER_ON, LATER, {"3128"})):
            for code, programme_id in school.programmes.items():
                session_id = training.plan_session(
                    db,
                    programme_id=programme_id,
                    title="Training",
                    held_on=held_on,
                    module_codes=modules[code],
                    led_by=school.coordinator.id or UUID(int=0),
                    actor=school.coordinator,
                    now=NOW,
                )
                present: dict[UUID, bool | list[str]] = {
                    school.enrolments[reference]: True
                    for reference, theirs in programme_of.items()
                    if theirs == code and reference not in away
                }
                training.record_attendance(
                    db, session_id=session_id, present=present, actor=school.coordinator, now=NOW
                )
