"""A programme changes in the middle of the year: nobody's goal moves, and what was awarded stays as it was decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any
from uuid import UUID

import pytest

from accredit.domain.awarding import operations, queries, rules
from accredit.domain.enrolments import versions
from accredit.domain.practice import operations as practice
from accredit.domain.programmes import drafting
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.rules import Definition
from accredit.domain.training import operations as training
from accredit.domain.training import queries as training_queries
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW, TODAY

TRAINED_ON = date(2025, 10, 3)
FIRST = ["M1", "M2", "M3", "M4", "M5", "M6", "M8"]


@pytest.fixture
def cast(database: Database) -> Cast:
    """Ama and Cai have done the first training."""
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        cast = make_cast(db)
    _train(database, cast, cast.programme_id, FIRST, cast.ama.enrolled, cast.cai.enrolled)
    return cast


def _train(database: Database, cast: Cast, programme_id: UUID, modules: list[str], *enrolments: UUID) -> None:
    with database.transaction(cast.organisation_id) as db:
        session_id = training.plan_session(
            db,
            programme_id=programme_id,
            title="First training",
            held_on=TRAINED_ON,
            module_codes=modules,
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )
        present = dict.fromkeys(enrolments, True)
        training.record_attendance(db, session_id=session_id, present=present, actor=cast.nia.actor, now=NOW)


def _harder(definition: Definition, _taken: frozenset[str]) -> Definition:
    """Ask the first level for one module more, and call the programme something else."""
    first, *others = definition.levels
    return replace(
        definition,
        name="Wellbeing Friends",
        levels=(
            replace(first, module_codes=(*first.module_codes, "M7")),
            *(replace(each, module_codes=(*dict.fromkeys((*each.module_codes, "M7")),)) for each in others),
        ),
        activity_types=tuple(each for each in definition.activity_types if each.code != "campaign"),
    )


def _publish(database: Database, cast: Cast, since: date = TODAY, **changes: Any) -> versions.Published:
    with database.transaction(cast.organisation_id) as db:
        draft_id = drafting.begin_change(db, programme_id=cast.programme_id, actor=cast.nia.actor, now=NOW)
        drafting.change_draft(db, draft_id=draft_id, expected_version=1, change=_harder, actor=cast.nia.actor, now=NOW)
        given: dict[str, Any] = {"bring_along": False, "kept": {}} | changes
        return versions.publish(
            db,
            draft_id=draft_id,
            expected_version=2,
            effective_from=since,
            actor=cast.nia.actor,
            now=NOW,
            **given,
        )


def _award(database: Database, cast: Cast) -> UUID:
    with database.transaction(cast.organisation_id) as db:
        return operations.award(
            db,
            enrolment_id=cast.ama.enrolled,
            level_code="WA-TRN",
            awarded_on=TODAY,
            actor=cast.nia.actor,
            now=NOW,
        )


@pytest.mark.parametrize("bring_along", [False, True], ids=["who stay", "who are brought along"])
def test_wz23_an_award_cites_the_version_it_was_decided_under_and_comes_out_the_same(
    database: Database, cast: Cast, bring_along: bool
) -> None:
    award_id = _award(database, cast)
    with database.reading(cast.organisation_id) as db:
        before = queries.award(db, award_id)
    _publish(database, cast, bring_along=bring_along)
    with database.reading(cast.organisation_id) as db:
        after = queries.award(db, award_id)
        assert after == before
        cited = programmes.version(db, after.programme_version_id)
        assert cited.number == 1
        assert rules.assess(after.portfolio, cited.definition, "WA-TRN", TODAY) == before.assessment
        assert after.assessment.met


def test_wz23_nobodys_goal_moves_while_they_are_on_their_way(database: Database, cast: Cast) -> None:
    with database.reading(cast.organisation_id) as db:
        before = queries.cohort_progress(db, cast.programme_id, on=TODAY)
    _publish(database, cast)
    with database.transaction(cast.organisation_id) as db:
        now = queries.cohort_progress(db, cast.programme_id, on=TODAY)
        # Only the programme's name in lists is another.
        assert tuple(replace(each, programme_name="Wellbeing Ambassadors") for each in now) == before
        person = factories.add_young_person(db, cast.organisation_id, name="Dai Newydd", reference="3104")
        joined = factories.enrol(db, person, cast.programme_id, started_on=TODAY)
        progress = queries.progress(db, joined, on=TODAY)
        assert progress.portfolio.programme_name == "Wellbeing Friends"
        assert "M7" in progress.definition.levels[0].module_codes
        assert sorted(training_queries.followers(db, cast.programme_id, on=TODAY).values()) == [1, 3]


def test_everybody_can_be_brought_along(database: Database, cast: Cast) -> None:
    published = _publish(database, cast, bring_along=True)
    assert published.moved == 3
    with database.reading(cast.organisation_id) as db:
        progress = queries.progress(db, cast.ama.enrolled, on=TODAY)
        assert progress.programme_version_id == published.version_id
        assert not progress.assessments[0].met
        assert training_queries.followers(db, cast.programme_id, on=TODAY) == {published.version_id: 3}
    with database.transaction(cast.organisation_id) as db:
        first = programmes.versions(db, cast.programme_id)[0]
        assert versions.move_everybody(db, version_id=first.id, actor=cast.nia.actor, now=NOW) == 3
        assert queries.progress(db, cast.ama.enrolled, on=TODAY).assessments[0].met
    with pytest.raises(NotFound), database.transaction(cast.other_organisation_id) as db:
        versions.move_everybody(db, version_id=first.id, actor=cast.oz.actor, now=NOW)


def test_nobody_is_moved_to_a_version_that_has_not_begun(database: Database, cast: Cast) -> None:
    with pytest.raises(RuleBroken, match="version-not-begun"):
        _publish(database, cast, since=date(2026, 7, 1), bring_along=True)
    with database.reading(cast.organisation_id) as db:
        assert len(programmes.versions(db, cast.programme_id)) == 1


def test_a_version_does_not_begin_before_those_who_have_started(database: Database, cast: Cast) -> None:
    with pytest.raises(RuleBroken) as caught:
        _publish(database, cast, since=factories.YEAR_START)
    assert (caught.value.rule, caught.value.facts["earliest"]) == ("version-after-they-began", date(2025, 9, 2))
    with database.reading(cast.organisation_id) as db:
        assert len(programmes.versions(db, cast.programme_id)) == 1
    _publish(database, cast, since=date(2025, 9, 2))


def test_a_shared_activity_is_for_everybody_whichever_version_they_follow(database: Database, cast: Cast) -> None:
    _publish(database, cast)
    with database.transaction(cast.organisation_id) as db:
        offered = training_queries.offered(db, cast.programme_id, TODAY)
        assert "campaign" in {each.code for each in offered.activity_types}
        entry_id = practice.submit_hours(
            db,
            enrolment_id=cast.ama.enrolled,
            activity_type="campaign",
            held_on=TODAY,
            starts_at=time(12, 30),
            minutes=30,
            supervised_by=cast.sam.id,
            actor=cast.ama.actor,
            now=NOW,
        )
        practice.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
        (done,) = queries.portfolio(db, cast.ama.enrolled, until=TODAY).activities
        assert (done.title, done.minutes) == ("Stall, display or campaign", 30)


def test_wz22_an_hour_counts_once(database: Database, cast: Cast) -> None:
    with database.transaction(cast.organisation_id) as db:
        second = factories.add_programme(db, cast.organisation_id, template="DB")
        also = factories.enrol(db, cast.ama.id, second)
    _train(database, cast, second, ["M1", "M2", "M4", "M5", "M6", "M10"], also)

    def submit(enrolment_id: UUID, at: time) -> UUID:
        with database.transaction(cast.organisation_id) as db:
            return practice.submit_hours(
                db,
                enrolment_id=enrolment_id,
                activity_type="drop-in",
                held_on=TODAY,
                starts_at=at,
                minutes=45,
                supervised_by=cast.sam.id,
                actor=cast.ama.actor,
                now=NOW,
            )

    entry_id = submit(cast.ama.enrolled, time(12, 30))
    with database.transaction(cast.organisation_id) as db:
        practice.approve_hours(db, entry_id=entry_id, actor=cast.sam.actor, now=NOW)
    for at in (time(12, 30), time(13, 0)):
        with pytest.raises(RuleBroken, match="overlap"):
            submit(also, at)
    with database.reading(cast.organisation_id) as db:
        # It counts in the programme it was given in, and in no other.
        assert queries.portfolio(db, cast.ama.enrolled, until=TODAY).minutes == 45
        assert queries.portfolio(db, also, until=TODAY).minutes == 0
    award_id = _award(database, cast)
    with pytest.raises(RuleBroken, match="already-awarded"):
        _award(database, cast)
    with database.reading(cast.organisation_id) as db:
        # A later level states the total to its date; it adds nothing to what an earlier one stated.
        assert queries.award(db, award_id).portfolio.minutes == 45
        assert queries.portfolio(db, cast.ama.enrolled, until=TODAY).entries == 1
