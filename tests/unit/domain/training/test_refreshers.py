"""Until when everybody's training is up to date."""

from __future__ import annotations

from datetime import date

import pytest

from accredit.domain.training import operations as training
from accredit.domain.training.refreshers import UpToDate, up_to_date
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW

FIRST = ("M1", "M2", "M3", "M4", "M5", "M6", "M8")


@pytest.fixture
def cast(database: Database) -> Cast:
    with database.transaction() as db:
        transparency.ensure_log(db, origin="accredit.example/ledger")
        return make_cast(db)


def teach(database: Database, cast: Cast, day: date, modules: tuple[str, ...], *there: Player) -> None:
    with database.transaction(cast.organisation_id) as db:
        session_id = training.plan_session(
            db,
            programme_id=cast.programme_id,
            title="Training",
            held_on=day,
            module_codes=modules,
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )
        present = {each.enrolled: True for each in there}
        training.record_attendance(db, session_id=session_id, present=present, actor=cast.nia.actor, now=NOW)


def listed(database: Database, cast: Cast, on: date) -> list[UpToDate]:
    with database.reading(cast.organisation_id) as db:
        return list(up_to_date(db, programme_id=cast.programme_id, on=on))


def test_who_is_next_comes_first_and_who_has_not_trained_comes_last(database: Database, cast: Cast) -> None:
    teach(database, cast, date(2025, 10, 3), FIRST, cast.cai)
    teach(database, cast, date(2025, 9, 12), FIRST, cast.ben)
    found = listed(database, cast, date(2026, 6, 30))
    assert [(each.printed_name, each.until) for each in found] == [
        ("Ben Beispiel", date(2026, 9, 12)),
        ("Cai Sampl", date(2026, 10, 3)),
        ("Ama Sample", None),
    ]
    assert [each.has_trained for each in found] == [True, True, False]
    assert [each.is_on_break for each in found] == [True, False, False]


@pytest.mark.parametrize(
    ("on", "is_due", "is_past"),
    [
        pytest.param(date(2026, 8, 12), False, False, id="more than a month before"),
        pytest.param(date(2026, 8, 13), True, False, id="thirty days before"),
        pytest.param(date(2026, 9, 12), True, False, id="the last day"),
        pytest.param(date(2026, 9, 13), True, True, id="the day after"),
    ],
)
def test_a_refresher_is_due_a_month_before_and_past_the_day_after(
    database: Database, cast: Cast, on: date, is_due: bool, is_past: bool
) -> None:
    teach(database, cast, date(2025, 9, 12), FIRST, cast.ama)
    (ama,) = (each for each in listed(database, cast, on) if each.enrolment_id == cast.ama.enrolled)
    assert (ama.is_due, ama.is_past) == (is_due, is_past)
    assert ama.refreshed_by == (("M12",) if is_due else ())


def test_a_refresher_moves_the_day(database: Database, cast: Cast) -> None:
    teach(database, cast, date(2025, 9, 12), FIRST, cast.ama)
    teach(database, cast, date(2026, 6, 1), ("M12",), cast.ama)
    (ama,) = (each for each in listed(database, cast, date(2026, 9, 12)) if each.until)
    assert (ama.until, ama.is_due) == (date(2027, 6, 1), False)
