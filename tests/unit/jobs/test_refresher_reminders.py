"""The e-mail about refreshers: to co-ordinators until they stop it, once a month at most, never in the holidays."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.enrolments import operations as enrolments
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations import holidays
from accredit.domain.organisations.rules import Role
from accredit.domain.people import digests, refresher_reminders, staffing
from accredit.domain.training import operations as training
from accredit.jobs.handlers import Desk
from accredit.jobs.reconciler import Reconciler
from accredit.jobs.refresher_reminders import RefresherReminders
from accredit.storage import Database
from tests import factories
from tests.cast import Cast, Player
from tests.factories import NOW, PEPPER
from tests.unit.web.coordinator.school import plan_training, train
from tests.web import BASE_URL, ClientFor

MONDAY = datetime(2026, 8, 17, 6, tzinfo=UTC)
"""Seven in the morning in London. What was taught on 12 September 2025 lapses in less than thirty days."""
WEEK = timedelta(days=7)
pytestmark = pytest.mark.usefixtures("app")


def queue_due(database: Database, now: datetime = MONDAY) -> int:
    return RefresherReminders(database, base_url=BASE_URL, pepper=PEPPER, clock=lambda: now).queue_due()


def letters(database: Database) -> list[OutgoingMail]:
    with database.reading() as db:
        return list(db.exec(select(OutgoingMail)))


def is_on(database: Database, player: Player) -> bool:
    with database.reading() as db:
        return refresher_reminders.is_on(db, player.id)


def test_a_coordinator_is_told_and_nobody_is_named(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    assert queue_due(sqlite_database) == 1
    (letter,) = letters(sqlite_database)
    text = str(letter.text)
    assert letter.to_address == "nia@example.org"
    assert letter.subject == "Refreshers fall due at Example Park Academy"
    assert "  - Wellbeing Ambassadors: a refresher is due for 2 young people, now or within a month.\n" in text
    everybody = (cast.ama, cast.ben, cast.cai, cast.nia, cast.sam, cast.lee)
    assert not [word for player in everybody for word in player.name.split() if word in text]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param(MONDAY - timedelta(days=7), 0, id="not while schools everywhere are closed"),
        pytest.param(datetime(2026, 8, 12, 12, tzinfo=UTC), 0, id="not thirty-one days before"),
        pytest.param(datetime(2026, 8, 13, 12, tzinfo=UTC), 1, id="thirty days before"),
        pytest.param(datetime(2026, 8, 16, 12, tzinfo=UTC), 0, id="not on a Sunday"),
        pytest.param(MONDAY, 1, id="on a Monday in August when Scottish schools are open"),
    ],
)
def test_when_it_comes(sqlite_database: Database, cast: Cast, now: datetime, expected: int) -> None:
    train(sqlite_database, cast)
    assert queue_due(sqlite_database, now) == expected


def test_when_nothing_falls_due_none_comes(sqlite_database: Database, cast: Cast) -> None:
    assert queue_due(sqlite_database) == 0
    assert letters(sqlite_database) == []


def test_nobody_is_told_twice_of_the_same(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    assert [queue_due(sqlite_database, MONDAY + weeks * WEEK) for weeks in range(9)] == [1, *[0] * 8]


def test_what_falls_due_later_is_told_a_month_after_the_first(sqlite_database: Database, cast: Cast) -> None:
    for player, held_on in ((cast.ama, date(2025, 9, 12)), (cast.cai, date(2025, 9, 25))):
        held = plan_training(sqlite_database, cast, held_on=held_on)
        with sqlite_database.transaction(cast.organisation_id) as db:
            training.record_attendance(
                db, session_id=held, present={player.enrolled: True}, actor=cast.nia.actor, now=NOW
            )
    told = [queue_due(sqlite_database, MONDAY + weeks * WEEK) for weeks in range(9)]
    # Thirty days are over in the fifth week; what lapsed on 25 September is told then.
    assert told == [1, 0, 0, 0, 0, 1, 0, 0, 0]


def test_whoever_is_on_a_break_is_not_counted(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    with sqlite_database.transaction(cast.organisation_id) as db:
        for player in (cast.ama, cast.cai):
            enrolments.start_break(
                db, enrolment_id=player.enrolled, starts_on=NOW.date(), ends_on=None, actor=cast.nia.actor, now=NOW
            )
    assert queue_due(sqlite_database) == 0


def test_in_the_schools_own_holidays_none_comes(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    with sqlite_database.transaction(cast.organisation_id) as db:
        holidays.add(
            db,
            organisation_id=cast.organisation_id,
            first_on=date(2026, 7, 22),
            last_on=date(2026, 9, 1),
            actor=cast.lee.actor,
            now=NOW,
        )
    told = [queue_due(sqlite_database, MONDAY + weeks * WEEK) for weeks in range(5)]
    assert told == [0, 0, 0, 1, 0]


def test_whoever_gets_the_weekly_email_reads_it_there(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    with sqlite_database.transaction() as db:
        digests.choose(db, staff_id=cast.nia.id, language="en", actor=cast.nia.actor, now=NOW)
    assert queue_due(sqlite_database) == 0


def test_whoever_is_no_coordinator_any_more_gets_none(sqlite_database: Database, cast: Cast) -> None:
    train(sqlite_database, cast)
    with sqlite_database.transaction() as db:
        una = factories.add_staff(db, cast.organisation_id, name="Una Uno", email="una@example.org")
        role = factories.give_role(db, una, Role.COORDINATOR, actor=cast.lee.actor)
        staffing.end_role(db, role_id=role, held_until=NOW.date(), actor=cast.lee.actor, now=NOW)
    assert queue_due(sqlite_database) == 1
    assert [letter.to_address for letter in letters(sqlite_database)] == ["nia@example.org"]


def test_one_press_ends_it_and_following_the_link_does_not(
    sqlite_database: Database, cast: Cast, client_for: ClientFor
) -> None:
    train(sqlite_database, cast)
    sweep(sqlite_database, MONDAY)
    (letter,) = letters(sqlite_database)
    link = re.search(rf"{BASE_URL}(/refresher-email/stop/\w+)", str(letter.text))
    page = re.search(rf"{BASE_URL}(/school/\S+)", str(letter.text))
    assert link is not None
    assert page is not None
    assert client_for(cast.nia).get(page[1]).status_code == 200
    nobody = client_for()
    for _ in range(3):
        assert "Stop the e-mail about refreshers?" in nobody.get(link[1]).text
    assert is_on(sqlite_database, cast.nia)
    assert nobody.post(link[1]).status_code == 303
    assert not is_on(sqlite_database, cast.nia)
    assert "No e-mails about refreshers come" in nobody.get(link[1]).text
    nobody.post(link[1])
    with sqlite_database.reading() as db:
        ended = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.REFRESHER_REMINDER_STOPPED)).one()
    assert (ended.actor_id, ended.organisation_id) == (cast.nia.id, cast.organisation_id)


def sweep(database: Database, now: datetime) -> None:
    made = RefresherReminders(database, base_url=BASE_URL, pepper=PEPPER, clock=lambda: now)
    Reconciler(database, Desk(issuer=None, post=None, reminders=made), lambda: now).sweep()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("x", id="no token at all"),
        pytest.param("0" * 64, id="a token of nothing"),
        pytest.param("ф" * 64, id="letters that no token has"),
    ],
)
def test_a_link_that_is_not_ours_ends_nothing(token: str, client_for: ClientFor, cast: Cast) -> None:
    assert "No e-mails about refreshers come" in client_for().get(f"/refresher-email/stop/{token}").text
    assert client_for().post(f"/refresher-email/stop/{token}").status_code == 200


def test_the_link_of_the_weekly_email_does_not_end_it(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    token = digests.token_of(cast.nia.id, pepper=PEPPER)
    client_for().post(f"/refresher-email/stop/{token}")
    assert is_on(sqlite_database, cast.nia)


def test_a_coordinator_stops_it_and_starts_it_again(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    train(sqlite_database, cast)
    nia = client_for(cast.nia)
    assert "Co-ordinators get it until they stop it" in nia.get("/weekly-email").text
    nia.post("/refresher-email/stop")
    assert "You stopped it" in nia.get("/weekly-email").text
    assert queue_due(sqlite_database) == 0
    nia.post("/refresher-email/start")
    assert queue_due(sqlite_database) == 1


def test_a_supervisor_is_not_asked_about_it(client_for: ClientFor, cast: Cast) -> None:
    assert "Refreshers only" not in client_for(cast.sam).get("/weekly-email").text
