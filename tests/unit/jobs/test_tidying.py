"""What goes by night: answers to programs, pictures that nobody confirmed, weekly e-mails of who holds no role."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.clients import operations as clients
from accredit.domain.clients import repeating
from accredit.domain.clients.models import AnsweredRequest
from accredit.domain.clients.rules import Scope, Wish
from accredit.domain.organisations import paper
from accredit.domain.organisations.models import OrganisationPicture
from accredit.domain.organisations.rules import PicturePlace
from accredit.domain.people import digests, refresher_reminders, staffing
from accredit.domain.people.models import RefresherReminder, StaffRole, WeeklyDigest
from accredit.jobs.tidying import tidy
from accredit.sandbox.pictures import Advice, Redrawn
from accredit.storage import Database, Session
from tests.cast import Cast, Player
from tests.factories import NOW, TODAY

LATER = timedelta(seconds=1)
PICTURE = Redrawn(width=2, height=1, pixels=bytes(8), advice=Advice(0))


def rows(database: Database, model: Any) -> int:
    with database.reading() as db:
        return len(db.exec(select(model)).all())


def answer(db: Session, cast: Cast, *names: str) -> None:
    wish = Wish(label="Class list by night", scopes=frozenset(Scope), last_day=TODAY)
    key_id, _key = clients.make_key(db, organisation_id=cast.organisation_id, wish=wish, actor=cast.nia.actor, now=NOW)
    for name in names:
        repeating.keep_answer(
            db,
            organisation_id=cast.organisation_id,
            key_id=key_id,
            name=name,
            asked=b"asked",
            answer="{}",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("after", "left"),
    [
        pytest.param(repeating.KEPT, 1100, id="a day is not over"),
        pytest.param(repeating.KEPT + LATER, 0, id="a day is over"),
    ],
)
def test_answers_to_programs_go_after_a_day_however_many(
    after: timedelta, left: int, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction(cast.organisation_id) as db:
        answer(db, cast, *(f"request-{number}" for number in range(1100)))
    assert tidy(sqlite_database, now=NOW + after) == 1100 - left
    assert rows(sqlite_database, AnsweredRequest) == left


def propose(database: Database, cast: Cast, place: PicturePlace) -> None:
    with database.transaction(cast.organisation_id) as db:
        paper.propose_picture(
            db,
            organisation_id=cast.organisation_id,
            place=place,
            picture=PICTURE,
            words="Partner",
            actor=cast.nia.actor,
            now=NOW,
        )


def test_a_picture_that_nobody_confirmed_goes_and_the_one_in_use_stays(cast: Cast, sqlite_database: Database) -> None:
    propose(sqlite_database, cast, PicturePlace.LOGO)
    with sqlite_database.transaction(cast.organisation_id) as db:
        proposed = db.exec(select(OrganisationPicture)).one()
        proposed.is_used = True
        db.add(proposed)
    propose(sqlite_database, cast, PicturePlace.LOGO)
    month = NOW + timedelta(days=30)
    assert (tidy(sqlite_database, now=month), tidy(sqlite_database, now=month + LATER)) == (0, 1)
    with sqlite_database.reading() as db:
        assert db.exec(select(OrganisationPicture)).one().is_used


def choose(database: Database, player: Player) -> None:
    with database.transaction() as db:
        digests.choose(db, staff_id=player.id, language="en", actor=player.actor, now=NOW)


def end_roles(database: Database, player: Player, *, by: Player) -> None:
    with database.transaction() as db:
        for role in db.exec(select(StaffRole).where(col(StaffRole.staff_id) == player.id)).all():
            staffing.end_role(db, role_id=role.id, held_until=TODAY, actor=by.actor, now=NOW)


def test_the_weekly_email_of_somebody_without_a_role_goes_and_a_colleagues_stays(
    cast: Cast, sqlite_database: Database
) -> None:
    choose(sqlite_database, cast.sam)
    choose(sqlite_database, cast.nia)
    end_roles(sqlite_database, cast.sam, by=cast.nia)
    day = timedelta(days=1)
    # The last day of a role is one of it.
    assert (tidy(sqlite_database, now=NOW), tidy(sqlite_database, now=NOW + day)) == (0, 1)
    with sqlite_database.reading() as db:
        assert db.exec(select(WeeklyDigest.staff_id)).all() == [cast.nia.id]
        told = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.RETENTION_ENDED)).one()
    assert told.details == {"kind": "weekly-emails-of-leavers", "count": 1}


def test_what_a_leaver_was_told_of_refreshers_goes_and_a_colleagues_stays(
    cast: Cast, sqlite_database: Database
) -> None:
    for player in (cast.sam, cast.nia):
        with sqlite_database.transaction() as db:
            refresher_reminders.stop(db, staff_id=player.id, actor=player.actor, now=NOW)
    end_roles(sqlite_database, cast.sam, by=cast.nia)
    assert (tidy(sqlite_database, now=NOW), tidy(sqlite_database, now=NOW + timedelta(days=1))) == (0, 1)
    with sqlite_database.reading() as db:
        assert db.exec(select(RefresherReminder.staff_id)).all() == [cast.nia.id]


def test_whoever_begins_another_role_later_keeps_their_weekly_email(cast: Cast, sqlite_database: Database) -> None:
    choose(sqlite_database, cast.sam)
    end_roles(sqlite_database, cast.sam, by=cast.nia)
    with sqlite_database.transaction() as db:
        old = db.exec(select(StaffRole).where(col(StaffRole.staff_id) == cast.sam.id)).first()
        assert old is not None
        staffing.give_role(
            db,
            staff_id=cast.sam.id,
            role=old.role,
            held_from=TODAY + timedelta(days=30),
            checks_confirmed=True,
            actor=cast.nia.actor,
            now=NOW,
        )
    assert tidy(sqlite_database, now=NOW + timedelta(days=7)) == 0
