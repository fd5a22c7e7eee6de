"""Plain functions that add one thing with defaults, through the same operations as the product."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from accredit.domain.audit.rules import SERVICE, Actor, ActorKind
from accredit.domain.enrolments import operations as enrolments
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Details, Kind, Nation, Role
from accredit.domain.people import operations as people
from accredit.domain.people.operations import PersonEntry
from accredit.domain.people.rules import months_from_birth_date
from accredit.domain.programmes import operations as programmes
from accredit.storage import Session

NOW = datetime(2026, 6, 30, 14, 3, tzinfo=UTC)
TODAY = date(2026, 6, 30)
YEAR_START = date(2025, 9, 1)
HOST = "accredit.example"
PEPPER = b"a pepper that only the tests know"


def staff_actor(staff_id: UUID, organisation_id: UUID, role: Role) -> Actor:
    """Return a member of staff as the one who acts."""
    return Actor(kind=ActorKind.STAFF, id=staff_id, organisation_id=organisation_id, role=role.value)


def young_actor(young_person_id: UUID, organisation_id: UUID) -> Actor:
    """Return a young person as the one who acts."""
    return Actor(kind=ActorKind.YOUNG_PERSON, id=young_person_id, organisation_id=organisation_id)


def operator(account_id: UUID) -> Actor:
    """Return an operator as the one who acts."""
    return Actor(kind=ActorKind.OPERATOR, id=account_id)


def add_organisation(db: Session, *, name: str = "Example Park Academy", now: datetime = NOW, **details: str) -> UUID:
    """Add a school in England."""
    return organisations.add_organisation(
        db,
        details=Details(name=name, **details),  # type: ignore[arg-type]  # texts alone are told here
        kind=Kind.SCHOOL,
        nation=Nation.ENGLAND,
        host=HOST,
        actor=SERVICE,
        now=now,
    )


def add_staff(
    db: Session,
    organisation_id: UUID,
    *,
    name: str = "Sam Specimen",
    job_title: str | None = None,
    email: str | None = None,
    now: datetime = NOW,
) -> UUID:
    """Add a member of staff without a role."""
    return people.add_staff(
        db, organisation_id=organisation_id, name=name, job_title=job_title, email=email, actor=SERVICE, now=now
    )


def give_role(
    db: Session,
    staff_id: UUID,
    role: Role,
    *,
    actor: Actor = SERVICE,
    held_from: date = YEAR_START,
    now: datetime = NOW,
) -> UUID:
    """Give a role from the start of the year; a supervisor's needs a co-ordinator as ``actor``."""
    return people.give_role(
        db, staff_id=staff_id, role=role, held_from=held_from, checks_confirmed=True, actor=actor, now=now
    )


def add_young_person(
    db: Session,
    organisation_id: UUID,
    *,
    name: str = "Ama Sample",
    known_as: str | None = None,
    reference: str | None = None,
    year_group: str = "12",
    form: str = "12A",
    born: date | None = date(2009, 2, 14),
    confirmed: bool = True,
    now: datetime = NOW,
) -> UUID:
    """Add a young person; unless told otherwise they have confirmed their name."""
    entry = PersonEntry(
        printed_name=name,
        known_as=known_as or name.split(maxsplit=1)[0],
        school_reference=reference,
        year_group=year_group,
        form=form,
        months=months_from_birth_date(born) if born else None,
    )
    young_person_id = people.add_young_person(db, organisation_id=organisation_id, entry=entry, actor=SERVICE, now=now)
    if confirmed:
        actor = young_actor(young_person_id, organisation_id)
        people.confirm_printed_name(db, young_person_id=young_person_id, name=name, actor=actor, now=now)
    return young_person_id


def add_programme(
    db: Session, organisation_id: UUID, *, template: str = "WA", since: date = YEAR_START, now: datetime = NOW
) -> UUID:
    """Add a programme from a template."""
    return programmes.add_programme_from_template(
        db, organisation_id=organisation_id, template_code=template, effective_from=since, actor=SERVICE, now=now
    )


def enrol(
    db: Session, young_person_id: UUID, programme_id: UUID, *, started_on: date = YEAR_START, now: datetime = NOW
) -> UUID:
    """Take a young person into a programme."""
    return enrolments.enrol(
        db, young_person_id=young_person_id, programme_id=programme_id, started_on=started_on, actor=SERVICE, now=now
    )


def take_break(
    db: Session, enrolment_id: UUID, *, starts_on: date, ends_on: date | None = None, now: datetime = NOW
) -> UUID:
    """Record a break."""
    return enrolments.start_break(
        db, enrolment_id=enrolment_id, starts_on=starts_on, ends_on=ends_on, actor=SERVICE, now=now
    )
