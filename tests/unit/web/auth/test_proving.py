"""WA16: what weighs is done by whoever has just shown who they are; whoever has not is asked, and loses nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries, signing_in
from accredit.domain.people.models import Staff, YoungPerson
from accredit.storage import Database
from accredit.web.access import WEIGHTY, Audience, declared_access
from tests.cast import Cast
from tests.factories import HOST
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, SAM, is_signed_in
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import Browser, ClientFor

pytestmark = pytest.mark.attack("WA16")
NEW = {"name": "Una Uno", "email": "una@example.org", "role": "co-ordinator"}


def is_added(database: Database) -> bool:
    with database.reading() as db:
        return db.exec(select(Staff).where(Staff.name == "Una Uno")).first() is not None


def carried(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {name: value for name, value in found if name != "csrf_token"}


def mailed_code(database: Database, address: str) -> str:
    from accredit.domain.notifications.models import OutgoingMail

    with database.reading() as db:
        texts = [row.text or "" for row in db.exec(select(OutgoingMail)) if row.to_address == address]
    found = re.search(r"\b\d{8}\b", texts[-1])
    assert found is not None
    return found[0]


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast, passwords: None, today: Traveller) -> Browser:
    """Nia, who showed eleven minutes ago who she is."""
    client = client_for(cast.nia)
    today.shift(11 * 60)
    return client


def test_wa16_a_role_is_given_only_after_a_fresh_proof_and_what_was_typed_is_kept(
    nia: Browser, sqlite_database: Database
) -> None:
    asked = nia.post("/school/staff/add", data=NEW)
    assert asked.status_code == 401
    assert not is_added(sqlite_database)
    assert carried(asked.text) == NEW
    wrong = nia.post("/school/staff/add", data={**NEW, "proof-do": "password", "proof-password": "not this one"})
    assert wrong.status_code == 422
    assert carried(wrong.text) == NEW
    assert not is_added(sqlite_database)
    given = nia.post("/school/staff/add", data={**NEW, "proof-do": "password", "proof-password": PASSWORD})
    assert given.status_code == 303
    assert is_added(sqlite_database)
    # For ten minutes nothing more is asked.
    assert nia.post("/school/staff/add", data={**NEW, "email": "uli@example.org"}).status_code == 303


def test_a_mailed_code_is_a_proof_too(nia: Browser, sqlite_database: Database) -> None:
    sent = nia.post("/school/staff/add", data={**NEW, "proof-do": "send"})
    assert sent.status_code == 401
    assert carried(sent.text) == NEW
    code = mailed_code(sqlite_database, NIA)
    assert nia.post("/school/staff/add", data={**NEW, "proof-do": "code", "proof-code": code}).status_code == 303
    assert is_added(sqlite_database)


def test_the_code_or_password_of_somebody_else_proves_nothing(
    nia: Browser, client_for: ClientFor, sqlite_database: Database
) -> None:
    # A code for Sam, asked for in Nia's browser: the cookie is the same, the account is not.
    with nia.session_transaction(base_url=f"https://{HOST}") as session, sqlite_database.transaction() as db:
        session["code_browser"] = "a secret"
        from accredit.web.settings import current_pepper

        with nia.application.app_context():
            pepper = current_pepper()
        from accredit.clock import utc_now

        _, code = signing_in.make_code(db, email=SAM, browser_secret="a secret", pepper=pepper, now=utc_now())
    assert nia.post("/school/staff/add", data={**NEW, "proof-do": "code", "proof-code": code}).status_code == 422
    for proof in ({}, {"proof-do": "password"}, {"proof-do": "code"}, {"proof-do": "passed"}, {"proof-password": "x"}):
        assert nia.post("/school/staff/add", data={**NEW, **proof}).status_code in {401, 422}
    assert not is_added(sqlite_database)


def test_wa01_proofs_cannot_be_tried_for_ever(nia: Browser) -> None:
    for _ in range(10):
        nia.post("/school/staff/add", data={**NEW, "proof-do": "password", "proof-password": "wrong"})
    answer = nia.post("/school/staff/add", data={**NEW, "proof-do": "password", "proof-password": PASSWORD})
    assert answer.status_code == 429


def test_wa10_a_proof_exchanges_the_secret_of_the_sign_in(nia: Browser, client_for: ClientFor) -> None:
    before = nia.get_cookie("__Host-accredit", domain=HOST)
    assert before is not None
    nia.post("/sign-in/again", data={"proof-do": "password", "proof-password": PASSWORD})
    thief = client_for()
    thief.set_cookie("__Host-accredit", before.value, domain=HOST, secure=True)
    assert not is_signed_in(thief)
    assert is_signed_in(nia)


def test_every_route_that_weighs_asks(app: Flask, nia: Browser) -> None:
    declared = declared_access(app)
    asked = set()
    for rule in app.url_map.iter_rules():
        access = declared.get(rule.endpoint)
        if access is None or access.audience is not Audience.PERMISSION or "POST" not in (rule.methods or ()):
            continue
        if access.permissions & WEIGHTY:
            values = {name: min(getattr(rule._converters[name], "items", {UUID(int=7)})) for name in rule.arguments}
            with app.test_request_context():
                built = rule.build(values)
            assert built is not None
            answer = nia.post(built[1])
            if answer.status_code != 403:
                assert answer.status_code == 401, rule.rule
                asked.add(rule.endpoint)
    assert {
        "coordinator.add_staff",
        "coordinator.end_role",
        "coordinator.certificate_revoke",
        "coordinator.award_give",
    } <= asked


def test_an_operator_is_asked_before_anything_is_written(client_for: ClientFor, cast: Cast, today: Traveller) -> None:
    client = client_for(cast.operator)
    today.shift(11 * 60)
    assert client.post(f"/admin/organisations/{cast.organisation_id}/confirm").status_code == 401
    assert client.get("/admin/").status_code == 200


def test_a_page_that_needs_a_proof_to_be_looked_at_opens_after_it(nia: Browser) -> None:
    asked = nia.get("/account/password")
    assert asked.location == "/sign-in/again?next=/account/password"
    assert nia.get(asked.location).status_code == 200
    given = nia.post(asked.location, data={"proof-do": "password", "proof-password": PASSWORD})
    assert given.location == "/account/password"
    assert nia.get("/account/password").status_code == 200


def test_wa15_whoever_was_away_for_too_long_loses_nothing_they_typed(
    client_for: ClientFor, cast: Cast, passwords: None, today: Traveller, sqlite_database: Database
) -> None:
    client = client_for(cast.nia)
    today.shift(timedelta(hours=2))
    assert client.get("/school/people").location == "/sign-in?next=/school/people"
    form = {"printed_name": "Una Uno", "school_reference": "77", "year_group": ""}
    asked = client.post("/school/people/add", data=form)
    assert asked.status_code == 401
    assert "You were away for a while" in asked.text
    assert carried(asked.text) == form
    assert not is_signed_in(client)
    given = client.post("/school/people/add", data={**form, "proof-do": "password", "proof-password": PASSWORD})
    assert given.status_code == 303
    assert is_signed_in(client)
    with sqlite_database.reading() as db:
        assert db.exec(select(YoungPerson).where(YoungPerson.printed_name == "Una Uno")).first() is not None


def test_a_young_person_and_a_stranger_are_not_asked_but_refused(client_for: ClientFor, cast: Cast) -> None:
    assert client_for().post("/school/staff/add", data=NEW).status_code == 401
    assert "proof-do" not in client_for().post("/school/staff/add", data=NEW).text
    assert client_for(cast.ama).post("/school/staff/add", data=NEW).status_code == 403
    assert client_for(cast.ama).get("/account").status_code == 403


def test_a_role_that_ended_meanwhile_is_not_woken(
    client_for: ClientFor, cast: Cast, passwords: None, today: Traveller, sqlite_database: Database
) -> None:
    from accredit.domain.people import operations as people
    from tests.factories import NOW, TODAY

    client = client_for(cast.sam)
    today.shift(timedelta(hours=2))
    with sqlite_database.transaction() as db:
        (period,) = queries.staff_member(db, cast.sam.id).roles
        assert period.role is Role.SUPERVISOR
        people.end_role(db, role_id=period.id, held_until=TODAY - timedelta(days=1), actor=cast.nia.actor, now=NOW)
    proof = {"proof-do": "password", "proof-password": PASSWORD}
    assert client.post("/supervisor/hours", data=proof).status_code in {401, 404}
    assert not is_signed_in(client)
