"""The small school on which every misfortune falls: one certificate may be out, two awards wait, one is still to give.

Built once for each database and situation, through the product's own operations; every run gets a copy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from accredit import migrations
from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.audit.rules import Actor
from accredit.domain.awarding import operations as awarding
from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations.rules import Role
from accredit.domain.training import operations as training
from accredit.jobs.worker import open_desk
from accredit.storage import Database
from accredit.storage.promises import Queue
from tests import factories
from tests.factories import HOST, NOW

SITUATIONS = ("new", "later")
"""Nothing was ever signed and no key exists; or one certificate is out. In both two awards wait to be signed."""
LEVEL = "WA-TRN"
NIA = "nia@example.org"
FIRST_TRAINING = ["M1", "M2", "M3", "M4", "M5", "M6", "M8"]
PEOPLE = 4


@dataclass(frozen=True, kw_only=True)
class School:
    """Ids, as they are in every copy; ``awards`` and ``mails`` are what was acknowledged before the misfortune."""

    organisation_id: UUID
    programme_id: UUID
    nia: Actor
    enrolments: tuple[UUID, ...]
    awards: tuple[UUID, ...]
    mails: tuple[UUID, ...]

    @property
    def candidate(self) -> UUID:
        """The enrolment of the one who is trained and has no award yet."""
        return self.enrolments[-1]


def settings_of(folder: Path, database_url: str) -> dict[str, str]:
    """Return the environment of a service whose files lie in ``folder``."""
    return {
        "ACCREDIT_BASE_URL": f"https://{HOST}",
        "ACCREDIT_SECRET_KEY": "s" * 32,
        "ACCREDIT_PEPPER": "p" * 32,
        "ACCREDIT_DATABASE_URL": database_url,
        "ACCREDIT_KEYS_DIR": str(folder / "keys"),
        "ACCREDIT_TOMBSTONES": str(folder / "erased.jsonl"),
        "ACCREDIT_KEY_PASSPHRASE": "correct horse battery staple",
    }


@contextmanager
def settled_in(settings: Mapping[str, str]) -> Iterator[None]:
    """Have these settings, and no others of ours, in the environment for a while."""
    before = {name: value for name, value in os.environ.items() if name.startswith("ACCREDIT_")}
    for name in before:
        del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in settings:
            del os.environ[name]
        os.environ.update(before)


def build(database: Database, settings: Mapping[str, str], situation: str) -> School:
    """Fill an empty database (and the folder of keys, when something was signed)."""
    with settled_in(settings):
        given = load_settings()
        migrations.prepare(database, given)
        school = _train(database)
        awards: tuple[UUID, ...] = ()
        if situation == "later":
            awards = _award(database, school, school.enrolments[:1])
            issuer = open_desk(given, database, [Queue.SIGN]).issuer
            assert issuer is not None
            assert issuer.issue_waiting().released == 1
        awards += _award(database, school, school.enrolments[1:-1])
    with database.transaction() as db:
        mail = notifications.queue_mail(
            db, to_address="ama@example.org", subject="Your certificate", text="It is here.", now=utc_now()
        )
    return School(
        organisation_id=school.organisation_id,
        programme_id=school.programme_id,
        nia=school.nia,
        enrolments=school.enrolments,
        awards=awards,
        mails=(mail,),
    )


def _train(database: Database) -> School:
    with database.transaction() as db:
        organisation_id = factories.add_organisation(db, urn="199902")
        programme_id = factories.add_programme(db, organisation_id)
        staff_id = factories.add_staff(db, organisation_id, name="Nia Enghraifft", email=NIA)
        factories.give_role(db, staff_id, Role.COORDINATOR)
        nia = factories.staff_actor(staff_id, organisation_id, Role.COORDINATOR)
        enrolments = []
        for number in range(PEOPLE):
            person = factories.add_young_person(
                db, organisation_id, name=f"Ama Sample-{number}", reference=str(3000 + number)
            )
            enrolments.append(factories.enrol(db, person, programme_id))
        session = training.plan_session(
            db,
            programme_id=programme_id,
            title="First training",
            held_on=date(2025, 9, 12),
            module_codes=FIRST_TRAINING,
            led_by=staff_id,
            actor=nia,
            now=NOW,
        )
        training.record_attendance(db, session_id=session, present=dict.fromkeys(enrolments, True), actor=nia, now=NOW)
    return School(
        organisation_id=organisation_id,
        programme_id=programme_id,
        nia=nia,
        enrolments=tuple(enrolments),
        awards=(),
        mails=(),
    )


def _award(database: Database, school: School, enrolments: tuple[UUID, ...]) -> tuple[UUID, ...]:
    with database.transaction() as db:
        done = awarding.award_cohort(
            db,
            programme_id=school.programme_id,
            level_code=LEVEL,
            awarded_on=NOW.date(),
            enrolment_ids=enrolments,
            actor=school.nia,
            now=NOW,
        )
        assert not done.refused
    return tuple(done.awarded[each] for each in enrolments)
