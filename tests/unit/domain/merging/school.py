"""A school in which one young person is on the list twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from pathlib import Path

from accredit.domain.awarding import self_audit as record_audit
from accredit.domain.issuing import self_audit
from accredit.domain.merging import operations
from accredit.domain.merging.operations import Asked
from accredit.domain.people.models import YoungPerson
from accredit.domain.practice import operations as practice
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.storage import Database, identity
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import HOST, NOW
from tests.populated import Year, populate


@dataclass(frozen=True, kw_only=True)
class School:
    """Ama holds a signed award; Amy is Ama again, as somebody typed her in by hand."""

    database: Database
    cast: Cast
    year: Year
    amy: Player

    def merge(self, *, kept: Player, other: Player, by: Player | None = None) -> Asked:
        with self.database.transaction(self.cast.organisation_id) as db:
            actor = (by or self.cast.nia).actor
            return operations.merge(db, kept_id=kept.id, other_id=other.id, actor=actor, now=NOW)

    def answer(self, *, kept: Player, other: Player, by: Player, agreed: bool = True) -> None:
        with self.database.transaction(self.cast.organisation_id) as db:
            operations.answer(db, kept_id=kept.id, other_id=other.id, agreed=agreed, actor=by.actor, now=NOW)

    def is_there(self, who: Player) -> bool:
        with self.database.reading() as db:
            return db.get(YoungPerson, who.id) is not None

    def drop_in(self, *present: Player, held_on: date, starts_at: time = time(12, 30)) -> None:
        with self.database.transaction(self.cast.organisation_id) as db:
            practice.record_practice_session(
                db,
                programme_id=self.cast.programme_id,
                activity_type="drop-in",
                held_on=held_on,
                starts_at=starts_at,
                minutes=45,
                present=[each.enrolled for each in present],
                actor=self.cast.sam.actor,
                now=NOW,
            )


def make_school(database: Database, folder: Path) -> School:
    """Set the school up: a year of it, and Amy beside Ama."""
    with database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=NOW)
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        cast = make_cast(db)
        amy_id = factories.add_young_person(db, cast.organisation_id, name="Amy Sample", form="12B")
        place = factories.enrol(db, amy_id, cast.programme_id, started_on=date(2025, 9, 8))
        amy = Player(
            id=amy_id,
            name="Amy Sample",
            actor=factories.young_actor(amy_id, cast.organisation_id),
            enrolment_id=place,
        )
    year = populate(database, cast, folder)
    with database.transaction(cast.organisation_id) as db:
        training.record_attendance(
            db, session_id=year.training_id, present={place: True}, actor=cast.nia.actor, now=NOW
        )
    made = School(database=database, cast=cast, year=year, amy=amy)
    made.drop_in(amy, held_on=date(2026, 6, 15))
    return made


def check_whole(database: Database) -> None:
    with database.reading() as db:
        assert log.verify_chain(db) == ()
        assert self_audit.verify_store(db) == ()
        assert record_audit.verify_records(db) == ()
        assert record_audit.verify_audit_trail(db) == ()
