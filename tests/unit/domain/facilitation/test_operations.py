"""Adults' training is written down by a colleague, asked for by whom it is of, and given by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accredit.domain.awarding import self_audit
from accredit.domain.facilitation import operations, queries
from accredit.domain.facilitation.models import FacilitatorAttendance
from accredit.domain.organisations.rules import Role
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player, make_cast
from tests.factories import HOST, NOW

DAY = date(2026, 6, 4)


@dataclass(frozen=True, kw_only=True)
class School:
    """Nia leads, Sam supervises, Mia is a second co-ordinator."""

    database: Database
    cast: Cast
    mia: Player

    def trained(self, *who: Player, by: Player, parts: tuple[str, ...] = ("F1", "F2")) -> UUID:
        with self.database.transaction(self.cast.organisation_id) as db:
            return operations.record_session(
                db,
                programme_id=self.cast.programme_id,
                held_on=DAY,
                part_codes=parts,
                delivered_by="Peer Support Trust",
                present=[each.id for each in who],
                actor=by.actor,
                now=NOW,
            )

    def asks(self, who: Player, name: str = "Sam Beispiel") -> UUID:
        with self.database.transaction(self.cast.organisation_id) as db:
            return operations.ask_for_record(
                db, programme_id=self.cast.programme_id, printed_name=name, actor=who.actor, now=NOW
            )

    def gives(self, record_id: UUID, by: Player) -> None:
        with self.database.transaction(self.cast.organisation_id) as db:
            operations.give_record(db, record_id=record_id, actor=by.actor, now=NOW)


@pytest.fixture
def school(database: Database) -> School:
    with database.transaction() as db:
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        cast = make_cast(db)
        mia_id = factories.add_staff(db, cast.organisation_id, name="Mia Mostra", email="mia@example.org")
        factories.give_role(db, mia_id, Role.COORDINATOR)
    actor = factories.staff_actor(mia_id, cast.organisation_id, Role.COORDINATOR)
    return School(database=database, cast=cast, mia=Player(id=mia_id, name="Mia Mostra", actor=actor))


def check_whole(database: Database) -> None:
    with database.reading() as db:
        assert log.verify_chain(db) == ()
        assert self_audit.verify_records(db) == ()


def test_an_adult_asks_and_somebody_else_gives(school: School) -> None:
    sam = school.cast.sam
    school.trained(sam, school.mia, by=school.cast.nia)
    asked = school.asks(sam, "  Sam   Beispiel ")
    with school.database.reading() as db:
        (waits,) = queries.waiting(db, organisation_id=school.cast.organisation_id)
        assert (waits.id, waits.printed_name, waits.parts) == (asked, "Sam Beispiel", ())
    school.gives(asked, by=school.cast.nia)
    with school.database.reading() as db:
        (record,) = queries.records_of(db, sam.id)
        assert [(part.code, part.minutes) for part in record.parts] == [("F1", 90), ("F2", 90)]
        assert (record.minutes, record.given_by) == (180, school.cast.nia.id)
        assert queries.waiting(db, organisation_id=school.cast.organisation_id) == ()
        assert queries.trained_of(db, school.cast.programme_id) == {sam.id, school.mia.id}
    check_whole(school.database)


@pytest.mark.attack("WZ24")
def test_wz24_nobody_writes_down_or_gives_their_own(school: School) -> None:
    nia = school.cast.nia
    with pytest.raises(RuleBroken, match="own-attendance"):
        school.trained(nia, school.cast.sam, by=nia)
    school.trained(nia, by=school.cast.sam)
    asked = school.asks(nia, "Nia Enghraifft")
    with pytest.raises(RuleBroken, match="own-record"):
        school.gives(asked, by=nia)
    with pytest.raises(Forbidden):
        school.gives(asked, by=school.cast.sam)
    school.gives(asked, by=school.mia)
    statements = (
        "UPDATE facilitator_attendance SET staff_id = recorded_by",
        "UPDATE facilitator_record SET printed_name = 'x'",
        "DELETE FROM facilitator_record",
    )
    for statement in statements:
        with pytest.raises(sa.exc.DBAPIError), school.database.transaction() as db:
            db.connection().exec_driver_sql(statement)


def test_a_correction_is_a_new_row_and_a_leaf_of_its_own(school: School) -> None:
    session_id = school.trained(school.cast.sam, by=school.cast.nia)
    for present, changed in (([school.mia.id], 2), ([school.mia.id], 0), ([school.cast.sam.id], 2)):
        with school.database.transaction(school.cast.organisation_id) as db:
            done = operations.correct_register(
                db, session_id=session_id, present=present, actor=school.cast.nia.actor, now=NOW
            )
        assert done == changed
    with school.database.reading() as db:
        assert queries.session(db, session_id).present == {school.cast.sam.id}
        assert queries.attended(db, school.mia.id, programme_id=school.cast.programme_id) == ()
        assert len(db.exec(select(FacilitatorAttendance.id)).all()) == 5
    check_whole(school.database)


def test_there_is_none_of_nothing_and_asking_again_replaces_what_waits(school: School) -> None:
    sam = school.cast.sam
    with pytest.raises(RuleBroken, match="nothing-attended"):
        school.asks(sam)
    school.trained(sam, by=school.cast.nia)
    with pytest.raises(RuleBroken, match="name-missing"):
        school.asks(sam, "  ")
    first, second = school.asks(sam, "Sam B"), school.asks(sam)
    with pytest.raises(RuleBroken, match="not-asked"):
        school.gives(first, by=school.cast.nia)
    school.gives(second, by=school.cast.nia)
    with pytest.raises(RuleBroken, match="record-as-before"):
        school.asks(sam)
    school.trained(sam, by=school.cast.nia, parts=("F3",))
    school.asks(sam)


def test_whoever_asked_takes_it_back_and_a_co_ordinator_leaves_it(school: School) -> None:
    sam = school.cast.sam
    school.trained(sam, by=school.cast.nia)
    for by in (sam, school.cast.nia):
        asked = school.asks(sam)
        with school.database.transaction(school.cast.organisation_id) as db:
            operations.decline_record(db, record_id=asked, actor=by.actor, now=NOW)
        with school.database.reading() as db:
            assert queries.records_of(db, sam.id) == ()


def test_another_school_finds_nothing(school: School) -> None:
    session_id = school.trained(school.cast.sam, by=school.cast.nia)
    asked = school.asks(school.cast.sam)
    oz = school.cast.oz.actor
    with pytest.raises(NotFound), school.database.transaction() as db:
        operations.correct_register(db, session_id=session_id, present=[], actor=oz, now=NOW)
    with pytest.raises(NotFound), school.database.transaction() as db:
        operations.give_record(db, record_id=asked, actor=oz, now=NOW)


def test_hours_of_training_that_nobody_recorded_are_found(school: School) -> None:
    session_id = school.trained(school.cast.sam, by=school.cast.nia)
    with school.database.transaction() as db:
        db.add(
            FacilitatorAttendance(
                organisation_id=school.cast.organisation_id,
                facilitator_session_id=session_id,
                staff_id=school.mia.id,
                present=True,
                recorded_by=school.cast.nia.id,
                recorded_at=NOW,
            )
        )
    with school.database.reading() as db:
        (problem,) = self_audit.verify_records(db)
    assert "nobody decided it" in problem
