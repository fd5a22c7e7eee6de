"""The rules of a programme change in the middle of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from accredit.domain.awarding import operations, queries
from accredit.domain.awarding.rules import assess
from accredit.domain.programmes import operations as programmes
from accredit.domain.programmes.templates import TEMPLATES
from accredit.domain.training import operations as training
from accredit.domain.training import queries as training_queries
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, TODAY

FIRST = ["M1", "M2", "M3", "M4", "M5", "M6", "M8"]


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        return make_cast(db)


def trained(database: Database, cast: Cast, enrolment_id: UUID, day: date) -> None:
    with database.transaction(cast.organisation_id) as db:
        session_id = training.plan_session(
            db,
            programme_id=cast.programme_id,
            title="First training",
            held_on=day,
            module_codes=FIRST,
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )
        training.record_attendance(
            db, session_id=session_id, present={enrolment_id: True}, actor=cast.nia.actor, now=NOW
        )


@pytest.mark.attack("WZ23")
def test_an_award_names_its_version_and_works_out_the_same_under_it(database: Database, cast: Cast) -> None:
    trained(database, cast, cast.ama.enrolled, date(2025, 10, 3))
    with database.transaction(cast.organisation_id) as db:
        award_id = operations.award(
            db,
            enrolment_id=cast.ama.enrolled,
            level_code="WA-TRN",
            awarded_on=TODAY,
            actor=cast.nia.actor,
            now=NOW,
        )
    with database.reading(cast.organisation_id) as db:
        before = queries.award(db, award_id)
    # From the next day on the first level asks for one module more.
    first, *others = TEMPLATES["WA"].levels
    stricter = tuple(
        replace(level, module_codes=tuple(dict.fromkeys((*level.module_codes, "M7")))) for level in (first, *others)
    )
    definition = replace(TEMPLATES["WA"], levels=stricter, first_training=(*TEMPLATES["WA"].first_training, "M7"))
    changed_on = TODAY + timedelta(days=1)
    later = NOW + timedelta(days=1)
    with database.transaction(cast.organisation_id) as db:
        programmes.add_version(
            db,
            programme_id=cast.programme_id,
            definition=definition,
            effective_from=changed_on,
            actor=cast.nia.actor,
            now=later,
        )
        newcomer = factories.add_young_person(db, cast.organisation_id, name="Dai Newydd", reference="3199")
        place = factories.enrol(db, newcomer, cast.programme_id, started_on=changed_on)
    with database.reading(cast.organisation_id) as db:
        after = queries.award(db, award_id)
        versions = training_queries.definitions(db, [cast.programme_id])[cast.programme_id]
        still_going = queries.progress(db, cast.cai.enrolled, on=changed_on)
        new_here = queries.progress(db, place, on=changed_on)
    assert after == before, "what was decided stands as it was decided"
    of_award = next(each for each in versions if each.version_id == after.programme_version_id)
    assert of_award.number == 1
    assert assess(after.portfolio, of_award.definition, "WA-TRN", after.awarded_on) == after.assessment
    assert assess(after.portfolio, of_award.definition, "WA-TRN", after.awarded_on).met
    assert not assess(after.portfolio, versions[-1].definition, "WA-TRN", after.awarded_on).met
    assert still_going.programme_version_id == of_award.version_id, "nobody's goal moves on the way"
    assert new_here.programme_version_id == versions[-1].version_id
