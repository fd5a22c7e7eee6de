"""Enrolments and breaks: a break costs nothing, has no reason, and may lie in the past."""

from __future__ import annotations

import threading
from datetime import date
from uuid import UUID

import pytest

from accredit.domain.enrolments import operations, queries, rules
from accredit.domain.enrolments.models import Break
from accredit.domain.enrolments.rules import Pause
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database
from tests import factories
from tests.cast import make_cast
from tests.factories import NOW, TODAY, YEAR_START

APRIL = Pause(starts_on=date(2026, 4, 27), ends_on=date(2026, 6, 26))


@pytest.mark.parametrize(
    ("day", "on_break"),
    [
        pytest.param(date(2026, 4, 26), False, id="the day before"),
        pytest.param(date(2026, 4, 27), True, id="its first day"),
        pytest.param(date(2026, 6, 26), True, id="its last day"),
        pytest.param(date(2026, 6, 27), False, id="the day after"),
    ],
)
def test_a_break_includes_both_its_days(day: date, on_break: bool) -> None:
    assert rules.is_on_break([APRIL], day) is on_break
    assert rules.is_active(started_on=YEAR_START, ended_on=None, pauses=[APRIL], day=day) is not on_break


@pytest.mark.parametrize(
    ("pause", "ended_on", "rule"),
    [
        pytest.param(Pause(starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 4)), None, "break-dates", id="backwards"),
        pytest.param(Pause(starts_on=date(2025, 8, 1)), None, "break-dates", id="before the enrolment"),
        pytest.param(Pause(starts_on=date(2026, 7, 1)), TODAY, "break-dates", id="after the enrolment"),
        pytest.param(Pause(starts_on=date(2026, 6, 26)), None, "break-overlaps", id="from the last day of another"),
        pytest.param(Pause(starts_on=date(2025, 10, 1)), None, "break-overlaps", id="open, with another to come"),
        pytest.param(Pause(starts_on=date(2026, 6, 27)), None, None, id="from the day after another"),
        pytest.param(
            Pause(starts_on=date(2025, 10, 1), ends_on=date(2026, 4, 26)), None, None, id="until the day before another"
        ),
    ],
)
def test_where_a_break_may_lie(pause: Pause, ended_on: date | None, rule: str | None) -> None:
    def check() -> None:
        rules.check_break(started_on=YEAR_START, ended_on=ended_on, pause=pause, others=[APRIL])

    if rule is None:
        check()
    else:
        with pytest.raises(RuleBroken, match=rule):
            check()


def test_there_is_no_column_for_a_reason() -> None:
    columns = set(Break.model_fields)
    assert columns == {"id", "organisation_id", "enrolment_id", "starts_on", "ends_on", "created_at"}


def test_a_break_starts_and_ends_and_the_enrolment_stays(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        [pause] = queries.enrolment(db, cast.ben.enrolled).breaks
        assert pause.id is not None
        operations.end_break(db, break_id=pause.id, ends_on=date(2026, 6, 12), actor=cast.nia.actor, now=NOW)
        with pytest.raises(RuleBroken, match="break-ended"):
            operations.end_break(db, break_id=pause.id, ends_on=TODAY, actor=cast.nia.actor, now=NOW)
        factories.take_break(db, cast.ben.enrolled, starts_on=date(2025, 10, 1), ends_on=date(2025, 10, 8))
        ben = queries.enrolment(db, cast.ben.enrolled)
        assert [(p.starts_on.month, p.ends_on) for p in ben.breaks] == [
            (10, date(2025, 10, 8)),
            (6, date(2026, 6, 12)),
        ]
        assert (ben.is_active(TODAY), ben.is_active(date(2025, 10, 8))) == (True, False)


def test_an_enrolment_ends_once_and_stays_on_record(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        end = {"enrolment_id": cast.ama.enrolled, "actor": cast.nia.actor, "now": NOW}
        with pytest.raises(RuleBroken, match="enrolment-dates"):
            operations.end_enrolment(db, ended_on=date(2025, 8, 1), **end)  # type: ignore[arg-type]
        operations.end_enrolment(db, ended_on=date(2026, 6, 1), **end)  # type: ignore[arg-type]
        with pytest.raises(RuleBroken, match="enrolment-ended"):
            operations.end_enrolment(db, ended_on=TODAY, **end)  # type: ignore[arg-type]
        names = [m.known_as for m in queries.cohort(db, programme_id=cast.programme_id, on=TODAY)]
        everyone = queries.cohort(db, programme_id=cast.programme_id, on=TODAY, include_ended=True)
        assert (names, [m.known_as for m in everyone]) == (["Ben", "Cai"], ["Ama", "Ben", "Cai"])


def test_a_young_person_is_in_a_programme_once(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        with pytest.raises(RuleBroken, match="already-enrolled"):
            factories.enrol(db, cast.ama.id, cast.programme_id)
        found = operations.enrol_many(
            db,
            young_person_ids=[cast.ama.id, cast.ben.id],
            programme_id=cast.programme_id,
            started_on=TODAY,
            actor=cast.nia.actor,
            now=NOW,
        )
        assert found == {cast.ama.id: cast.ama.enrolled, cast.ben.id: cast.ben.enrolled}
        assert [facts.id for facts in queries.enrolments_of(db, cast.ama.id)] == [cast.ama.enrolled]
        assert set(queries.enrolments_in(db, cast.programme_id)) == {
            cast.ama.enrolled,
            cast.ben.enrolled,
            cast.cai.enrolled,
        }


def test_nobody_is_enrolled_across_the_wall(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        with pytest.raises(NotFound):
            factories.enrol(db, cast.olu.id, cast.programme_id)
    with database.transaction(cast.other_organisation_id) as db:
        with pytest.raises(NotFound):
            factories.enrol(db, cast.olu.id, cast.programme_id)
        with pytest.raises(NotFound):
            factories.take_break(db, cast.ama.enrolled, starts_on=TODAY)


@pytest.mark.attack("WZ15")
def test_a_cohort_sent_twice_at_once_is_enrolled_once(database: Database) -> None:
    with database.transaction() as db:
        cast = make_cast(db)
        people = [
            factories.add_young_person(db, cast.organisation_id, name=f"Ama Sample-{n}", reference=f"s{n}")
            for n in range(20)
        ]
    found: list[dict[UUID, UUID]] = []
    together = threading.Barrier(3)

    def send() -> None:
        with database.transaction() as db:
            together.wait() if database.is_postgresql else None
            found.append(
                operations.enrol_many(
                    db,
                    young_person_ids=people,
                    programme_id=cast.programme_id,
                    started_on=TODAY,
                    actor=cast.nia.actor,
                    now=NOW,
                )
            )

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert found[0] == found[1] == found[2]
