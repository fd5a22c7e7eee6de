"""A school whose young people are trained and awarded, and nothing is signed yet."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import utc_now
from accredit.domain.awarding import operations as awarding
from accredit.domain.credentials.models import Credential
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Stage
from accredit.domain.organisations.rules import Role
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.models import LedgerRecord
from accredit.domain.transparency.rules import Act
from accredit.jobs.issuing import Issuer
from accredit.jobs.worker import open_issuer
from accredit.keyring import KeyRing
from accredit.storage import Database, identity
from accredit.storage.lock_store import LockStore
from tests import factories
from tests.factories import HOST, NOW

PASSPHRASE = "correct horse battery staple"
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Cohort:
    """Awards that wait to be signed, and where."""

    database: Database
    folder: Path
    organisation_id: UUID
    awards: frozenset[UUID]

    def issuer(self) -> Issuer:
        """Open what the worker opens, in this process."""
        keyring = KeyRing.open(self.folder / "keys", PASSPHRASE)
        return open_issuer(self.database, keyring, lock=self.lock)

    @property
    def lock(self) -> LockStore:
        """What was signed last, where the worker's settings put it."""
        return LockStore(self.folder / "keys" / "last-signed.sqlite")

    def environment(self, fault: str = "", **extra: str) -> dict[str, str]:
        """Return the settings of a worker process."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
        return kept | {
            "ACCREDIT_BASE_URL": f"https://{HOST}",
            "ACCREDIT_SECRET_KEY": "s" * 32,
            "ACCREDIT_PEPPER": "p" * 32,
            "ACCREDIT_DATABASE_URL": self.database.engine.url.render_as_string(hide_password=False),
            "ACCREDIT_KEYS_DIR": str(self.folder / "keys"),
            "ACCREDIT_KEY_PASSPHRASE": PASSPHRASE,
            "ACCREDIT_FAULT": fault,
            **extra,
        }

    def start(self, program: str, fault: str = "", **extra: str) -> subprocess.Popen[bytes]:
        """Start a process of its own, so that the power can be cut; ``extra`` are more settings."""
        return subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY, env=self.environment(fault, **extra))

    def released(self) -> int:
        """Count what anybody may see."""
        with self.database.reading() as db:
            counted: int = db.execute(
                sa.select(sa.func.count()).where(col(Issuance.stage) == Stage.RELEASED)
            ).scalar_one()
        return counted


ISSUE_ONCE = """
from accredit.config import load_settings
from accredit.jobs.worker import open_desk
from accredit.storage import Database
settings = load_settings()
open_desk(settings, Database(settings.database_url)).issuer.issue_waiting()
"""
WORK = """
from accredit.config import load_settings
from accredit.jobs import worker
worker.run(load_settings())
"""


def awarded(database: Database, folder: Path, people: int) -> Cohort:
    """Train and award ``people`` young people of one school."""
    with database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=NOW)
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
    return awarded_at_school(database, folder, people, urn="199902")


def awarded_at_school(database: Database, folder: Path, people: int, *, urn: str) -> Cohort:
    """Do the same for one more school of a service that was started."""
    with database.transaction() as db:
        school = factories.add_organisation(db, urn=urn)
        programme = factories.add_programme(db, school)
        nia_id = factories.add_staff(db, school, name="Nia Enghraifft")
        factories.give_role(db, nia_id, Role.COORDINATOR)
        nia = factories.staff_actor(nia_id, school, Role.COORDINATOR)
        enrolments = []
        for number in range(people):
            person = factories.add_young_person(db, school, name=f"Ama Sample-{number}", reference=str(3000 + number))
            enrolments.append(factories.enrol(db, person, programme))
        session = training.plan_session(
            db,
            programme_id=programme,
            title="First training",
            held_on=date(2025, 9, 12),
            module_codes=["M1", "M2", "M3", "M4", "M5", "M6", "M8"],
            led_by=nia_id,
            actor=nia,
            now=NOW,
        )
        training.record_attendance(db, session_id=session, present=dict.fromkeys(enrolments, True), actor=nia, now=NOW)
    with database.transaction() as db:
        done = awarding.award_cohort(
            db,
            programme_id=programme,
            level_code="WA-TRN",
            awarded_on=NOW.date(),
            enrolment_ids=enrolments,
            actor=nia,
            now=NOW,
        )
        assert not done.refused
    return Cohort(database, folder, school, frozenset(done.awarded.values()))


@contextmanager
def working(cohort: Cohort, fault: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Run ``accredit work`` beside the test and end it as an operator would."""
    process = cohort.start(WORK, fault)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_until_released(cohort: Cohort, count: int, seconds: float = 60) -> float:
    """Wait for ``count`` released credentials; return how long it took."""
    begun = time.monotonic()
    while cohort.released() < count:
        assert time.monotonic() - begun < seconds, f"{cohort.released()} of {count} released after {seconds} s"
        time.sleep(0.1)
    return time.monotonic() - begun


def check_nothing_lost_nothing_doubled(cohort: Cohort) -> None:
    """Every award has exactly one live, released credential, one code, one leaf; the log is whole."""
    with cohort.database.reading() as db:
        live = db.execute(sa.select(Issuance).where(col(Issuance.stage) != Stage.VOID)).scalars().all()
        assert {row.subject_id for row in live} == cohort.awards
        assert len(live) == len(cohort.awards)
        assert all(row.stage is Stage.RELEASED for row in live)
        assert len({row.credential_id for row in live}) == len({row.status_index for row in live}) == len(live)
        issued = db.execute(
            sa.select(col(LedgerRecord.subject_id), col(LedgerRecord.leaf_index)).where(
                col(LedgerRecord.act) == Act.CREDENTIAL_ISSUED
            )
        ).all()
        assert sorted(issued) == sorted((row.id, row.leaf_index) for row in live)
        codes = db.execute(sa.select(col(Credential.issuance_id))).scalars().all()
        assert sorted(codes) == sorted(row.id for row in live)
        latest = log.latest_checkpoint(db)
        assert latest is not None
        assert all(row.leaf_index is not None and row.leaf_index < latest.size for row in live)
        assert latest.signed_at <= utc_now()
        assert log.verify_chain(db) == ()
