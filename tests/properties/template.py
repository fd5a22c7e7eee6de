"""A service on the evening before the first award: two schools, trained young people, keys, a log and a witness."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import psycopg

from accredit import migrations
from accredit.clock import utc_now
from accredit.domain.audit.rules import SERVICE, Actor
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations import queries as places
from accredit.domain.organisations.rules import Channel, Role
from accredit.domain.people import operations as accounts
from accredit.domain.programmes import queries as offers
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database, Session, identity, promises
from accredit.storage.lock_store import LockStore
from accredit.witness import house
from tests import factories
from tests.factories import HOST, NOW

PASSPHRASE = "correct horse battery staple"
ORIGIN = f"{HOST}/ledger"
PROGRAMMES = ("WA", "DB")
"""Each has a level that training alone leads to."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A young person, and where they take part; each enrolment can be awarded once."""

    id: UUID
    enrolments: tuple[tuple[UUID, str], ...]
    """Each with the code of the level."""


@dataclass(frozen=True, kw_only=True)
class School:
    """An organisation with two co-ordinators; the first asks and awards, the second confirms."""

    id: UUID
    did: str
    first: Actor
    second: Actor
    people: tuple[Person, ...]
    is_recognised: bool


class Kind(Protocol):
    """Where the databases of sequences come from."""

    def copy(self, folder: Path) -> str:
        """Return the address of a fresh copy of the template."""

    def empty(self, folder: Path) -> str:
        """Return the address of a place where there is nothing yet."""

    def drop(self) -> None:
        """Take away every database that was made since the last time."""


@dataclass(frozen=True)
class OnSqlite:
    """Files; they go with their folder."""

    prepared: Path

    def copy(self, folder: Path) -> str:
        """Copy the file."""
        shutil.copy(self.prepared, folder / "accredit.sqlite")
        return f"sqlite:///{folder / 'accredit.sqlite'}"

    def empty(self, folder: Path) -> str:
        """Name a file that is not there."""
        return f"sqlite:///{folder / f'restored-{uuid4().hex}.sqlite'}"

    def drop(self) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class OnPostgresql:
    """Databases of one server; ``address`` has ``{}`` in the place of a name."""

    address: str
    prepared: str
    made: list[str] = field(default_factory=list)

    def copy(self, folder: Path) -> str:
        """Let the server copy it."""
        return self._make(f"TEMPLATE {self.prepared}")

    def empty(self, folder: Path) -> str:
        """Make an empty one."""
        return self._make("")

    def drop(self) -> None:
        """Drop them."""
        for name in self.made:
            self._administer(f"DROP DATABASE {name} WITH (FORCE)")
        self.made.clear()

    def _make(self, like: str) -> str:
        name = f"p{uuid4().hex}"
        self._administer(f"CREATE DATABASE {name} {like}")
        self.made.append(name)
        return self.address.format(name)

    def _administer(self, statement: str) -> None:
        with psycopg.connect(self.address.format("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass(frozen=True, kw_only=True)
class Template:
    """What every sequence begins as a copy of: a database, and a folder with the keys, the lock and the witness."""

    folder: Path
    kind: Kind
    schools: tuple[School, ...]
    witness: str
    """The witness's verifier key."""
    log_size: int


def sqlite_template(folder: Path) -> Template:
    """Set up the service in a file."""
    path = folder / "prepared.sqlite"
    with Database(f"sqlite:///{path}") as database:
        template = build(database, folder, OnSqlite(path))
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return template


def postgresql_template(folder: Path, address: str) -> Template:
    """Set up the service in a database of a server."""
    name = f"p{uuid4().hex}"
    with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    with Database(address.format(name)) as database:
        return build(database, folder, OnPostgresql(address, name))


def build(database: Database, folder: Path, kind: Kind) -> Template:
    """Set up the service in an empty database and an empty folder."""
    migrations.upgrade(database)
    promises.prepare(database)
    with database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=NOW)
        transparency.ensure_log(db, origin=ORIGIN)
        schools = (
            _school(db, "Example Park Academy", people_in=(2, 1, 1), is_recognised=True),
            _school(db, "Sample Hill School", people_in=(1, 1), is_recognised=False),
        )
    keyring = KeyRing.open(folder / "keys", PASSPHRASE)
    open_issuer(database, keyring, lock=LockStore(folder / "keys" / "last-signed.sqlite"))
    with database.transaction() as db:
        for school in schools:
            issuing.ensure_keys(db, organisation_id=school.id, controller=school.did, keyring=keyring, now=utc_now())
    witness = house.found(folder / "witness", "witness.example.org", PASSPHRASE)
    with database.reading() as db:
        house.trust(folder / "witness", queries.log_verifier_key(db) or "")
        log_size = log.size(db)
    return Template(folder=folder, kind=kind, schools=schools, witness=str(witness.key), log_size=log_size)


def copy_folder(template: Template, to: Path) -> None:
    """Give a sequence its own keys, lock and witness."""
    for name in ("keys", "witness"):
        shutil.copytree(template.folder / name, to / name)


def _school(db: Session, name: str, *, people_in: tuple[int, ...], is_recognised: bool) -> School:
    """Add a school; ``people_in`` says for each young person in how many programmes they are."""
    school = factories.add_organisation(db, name=name)
    actors = []
    for who in ("Nia Enghraifft", "Lee Example"):
        staff_id = factories.add_staff(db, school, name=who)
        factories.give_role(db, staff_id, Role.COORDINATOR)
        actors.append(factories.staff_actor(staff_id, school, Role.COORDINATOR))
    codes = PROGRAMMES[: max(people_in)]
    programmes = [factories.add_programme(db, school, template=code) for code in codes]
    persons = []
    for number, count in enumerate(people_in):
        person_id = factories.add_young_person(db, school, name=f"Ama Sample-{number}", reference=str(3000 + number))
        enrolments = tuple(
            (factories.enrol(db, person_id, programme), f"{code}-TRN")
            for programme, code in zip(programmes[:count], codes, strict=False)
        )
        persons.append(Person(id=person_id, enrolments=enrolments))
    for place, programme in enumerate(programmes):
        enrolled = [person.enrolments[place][0] for person in persons if len(person.enrolments) > place]
        _train(db, programme, enrolled, actors[0])
    if is_recognised:
        operator = accounts.add_account(db, email="operator@example.org", is_operator=True, actor=SERVICE, now=NOW)
        organisations.confirm(
            db,
            organisation_id=school,
            channel=Channel.TELEPHONE,
            confirmed_on=date(2026, 3, 2),
            actor=factories.operator(operator),
            now=NOW,
        )
    return School(
        id=school,
        did=places.organisation(db, school).did,
        first=actors[0],
        second=actors[1],
        people=tuple(persons),
        is_recognised=is_recognised,
    )


def _train(db: Session, programme: UUID, enrolments: list[UUID], actor: Actor) -> None:
    assert actor.id is not None
    definition = offers.current_version(db, programme, date(2025, 9, 12)).definition
    session = training.plan_session(
        db,
        programme_id=programme,
        title="First training",
        held_on=date(2025, 9, 12),
        module_codes=[each.code for each in definition.modules],
        led_by=actor.id,
        actor=actor,
        now=NOW,
    )
    training.record_attendance(db, session_id=session, present=dict.fromkeys(enrolments, True), actor=actor, now=NOW)
