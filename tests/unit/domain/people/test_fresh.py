"""WA16: what weighs is refused by the operation itself to whoever has not just shown who they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Actor
from accredit.domain.awarding import operations as awarding
from accredit.domain.awarding.rules import SetAsideReason
from accredit.domain.credentials import revoking
from accredit.domain.credentials.rules import RevokeReason
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations import queries as organisation_queries
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation, Role
from accredit.domain.people import demanding, handing_over, school_sign_in, staffing
from accredit.domain.people.models import StaffRole
from accredit.domain.practice import asking_forward
from accredit.errors import Forbidden
from accredit.storage import Database, Session, new_id
from accredit.web.viewer import Viewer, ViewerKind
from tests.cast import Cast, make_cast
from tests.factories import HOST, NOW, PEPPER, TODAY

pytestmark = pytest.mark.attack("WA16")
Act = Callable[[Session, Cast, Actor], object]


def _role(db: Session, cast: Cast) -> StaffRole:
    return db.exec(select(StaffRole).where(StaffRole.staff_id == cast.sam.id)).one()


def _details(db: Session, cast: Cast) -> Details:
    return replace(organisation_queries.organisation(db, cast.organisation_id).details, town="Elsewhere")


STAFF: dict[str, Act] = {
    "awarding": lambda db, cast, actor: awarding.award(
        db, enrolment_id=cast.ama.enrolled, level_code="WA-TRN", awarded_on=TODAY, actor=actor, now=NOW
    ),
    "setting an award aside": lambda db, _cast, actor: awarding.set_aside(
        db, award_id=new_id(), reason=SetAsideReason.UNDONE, actor=actor, now=NOW
    ),
    "asking for a revocation": lambda db, _cast, actor: revoking.ask(
        db, award_id=new_id(), reason=RevokeReason.FACTS_WRONG, is_told=True, actor=actor, now=NOW
    ),
    "confirming a revocation": lambda db, _cast, actor: revoking.confirm(db, award_id=new_id(), actor=actor, now=NOW),
    "giving a role": lambda db, cast, actor: staffing.give_role(
        db, staff_id=cast.sam.id, role=Role.COORDINATOR, held_from=TODAY, actor=actor, now=NOW
    ),
    "ending a role": lambda db, cast, actor: staffing.end_role(
        db, role_id=_role(db, cast).id, held_until=TODAY, actor=actor, now=NOW
    ),
    "handing over": lambda db, cast, actor: handing_over.hand_over(
        db, staff_id=cast.sam.id, successor_id=cast.lee.id, actor=actor, now=NOW
    ),
    "changing the organisation": lambda db, cast, actor: organisations.change_details(
        db, organisation_id=cast.organisation_id, details=_details(db, cast), actor=actor, now=NOW
    ),
    "setting up school accounts": lambda db, cast, actor: school_sign_in.connect_organisation(
        db,
        organisation_id=cast.organisation_id,
        issuer="https://accounts.google.com",
        client_id="id",
        client_secret="secret",
        school="example.sch.uk",
        pepper=PEPPER,
        actor=actor,
        now=NOW,
    ),
    "demanding a second step": lambda db, cast, actor: demanding.demand(
        db, organisation_id=cast.organisation_id, since=TODAY, actor=actor, now=NOW
    ),
    "no longer demanding it": lambda db, cast, actor: demanding.lift(
        db, organisation_id=cast.organisation_id, actor=actor, now=NOW
    ),
    "bringing hours forward": lambda db, cast, actor: asking_forward.ask_to_bring_forward(
        db,
        organisation_id=cast.organisation_id,
        totals={cast.ama.enrolled: 60},
        until=TODAY,
        actor=actor,
        now=NOW,
    ),
    "agreeing to large totals": lambda db, cast, actor: asking_forward.agree(
        db, organisation_id=cast.organisation_id, programme_id=cast.programme_id, shown=[], actor=actor, now=NOW
    ),
}
OPERATORS: dict[str, Act] = {
    "confirming an organisation": lambda db, cast, actor: organisations.confirm(
        db,
        organisation_id=cast.organisation_id,
        channel=Channel.TELEPHONE,
        confirmed_on=TODAY,
        actor=actor,
        now=NOW,
    ),
    "adding an organisation": lambda db, _cast, actor: organisations.add_organisation(
        db,
        details=Details(name="Another School"),
        kind=Kind.SCHOOL,
        nation=Nation.WALES,
        host=HOST,
        actor=actor,
        now=NOW,
    ),
}


@pytest.fixture
def cast(sqlite_database: Database) -> Cast:
    with sqlite_database.transaction() as db:
        return make_cast(db)


def refused(database: Database, cast: Cast, act: Act, actor: Actor) -> None:
    with database.reading() as db:
        before = db.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one()
    with pytest.raises(Forbidden, match="prove-again"), database.transaction() as db:
        act(db, cast, replace(actor, is_fresh=False))
    with database.reading() as db:
        assert db.execute(sa.select(sa.func.count()).select_from(AuditEvent)).scalar_one() == before


@pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in STAFF.items()])
def test_staff_who_showed_it_long_ago_are_refused_by_the_operation(
    sqlite_database: Database, cast: Cast, act: Act
) -> None:
    refused(sqlite_database, cast, act, cast.nia.actor)


@pytest.mark.parametrize("act", [pytest.param(act, id=name) for name, act in OPERATORS.items()])
def test_so_are_those_who_run_the_service(sqlite_database: Database, cast: Cast, act: Act) -> None:
    refused(sqlite_database, cast, act, cast.operator.actor)


@pytest.mark.parametrize(
    ("kind", "proved", "is_fresh"),
    [
        pytest.param(ViewerKind.STAFF, timedelta(minutes=9), True, id="staff who proved it nine minutes ago"),
        pytest.param(ViewerKind.STAFF, timedelta(minutes=11), False, id="staff who proved it eleven minutes ago"),
        pytest.param(ViewerKind.STAFF, None, False, id="staff who never did"),
        pytest.param(ViewerKind.OPERATOR, timedelta(minutes=11), False, id="an operator, eleven minutes ago"),
        pytest.param(ViewerKind.YOUNG_PERSON, None, True, id="a young person, who does nothing that weighs"),
    ],
)
def test_whoever_acts_through_a_page_says_how_fresh_they_are(
    monkeypatch: pytest.MonkeyPatch, kind: ViewerKind, proved: timedelta | None, is_fresh: bool
) -> None:
    monkeypatch.setattr("accredit.web.viewer.utc_now", lambda: NOW)
    viewer = Viewer(kind=kind, staff_id=new_id(), proved_at=None if proved is None else NOW - proved)
    assert viewer.actor().is_fresh is is_fresh
