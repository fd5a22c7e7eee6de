"""A second step that everybody needs: announced, then required, never gone round; who has one notices nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people import demanding
from accredit.domain.people.models import Passkey
from accredit.domain.people.queries import staff_member
from accredit.storage import Database
from tests.cast import Cast, Player
from tests.factories import NOW, TODAY
from tests.unit.web.auth.test_second_step import add_second_step
from tests.web import Browser, ClientFor, compose, make_settings, sign_in

ADDRESS = "/second-step-for-all"
OWN = "/account/second-step"


def day(on: date) -> dict[str, list[str]]:
    return {"since": [str(on.day), str(on.month), str(on.year)]}


@pytest.fixture
def lee(client_for: ClientFor, cast: Cast, today: Traveller) -> Browser:
    """The administrator, who has a second step."""
    browser = client_for(cast.lee)
    add_second_step(browser)
    return browser


def demand(database: Database, cast: Cast, since: date) -> None:
    with database.transaction() as db:
        demanding.demand(db, organisation_id=cast.organisation_id, since=since, actor=cast.lee.actor, now=NOW)


def test_an_administrator_announces_it_and_sees_who_is_not_ready(
    lee: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    shown = lee.get(ADDRESS).text
    assert "2 of 3 who sign in have none yet:" in shown
    assert "Nia Enghraifft" in shown
    answer = lee.post(ADDRESS, data=day(TODAY + timedelta(days=14)))
    assert answer.location == ADDRESS
    assert "Everybody needs a second step from 14 July 2026." in lee.get(ADDRESS).text
    nia = client_for(cast.nia)
    told = nia.get("/school/").text
    assert "From 14 July 2026 everybody here needs a second step to sign in." in told
    assert OWN in told
    assert "everybody here needs" not in lee.get("/school/").text
    with sqlite_database.reading() as db:
        assert db.exec(select(AuditEvent.details).where(AuditEvent.tag == Tag.SECOND_STEP_DEMANDED)).all() == [
            {"since": "2026-07-14"}
        ]


def test_from_the_day_on_whoever_has_none_can_only_add_one(
    lee: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    demand(sqlite_database, cast, TODAY)
    for player, path in ((cast.nia, "/school/people/add"), (cast.sam, "/hours"), (cast.nia, "/school/staff/add")):
        browser = client_for(player)
        assert browser.get(path).location == OWN
        assert browser.post(path, data={}).location == OWN
    nia = client_for(cast.nia)
    assert nia.get("/account").status_code == 200
    add_second_step(nia)
    assert nia.get("/school/people").status_code == 200
    # Neither another school nor a young person is asked for anything.
    assert client_for(cast.oz).get("/school/people").status_code == 200
    assert client_for(cast.ama).get("/my").status_code == 200


def test_a_passkey_is_a_second_step(lee: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    demand(sqlite_database, cast, TODAY)
    with sqlite_database.transaction() as db:
        account_id = staff_member(db, cast.nia.id).account_id
        assert account_id is not None
        db.add(
            Passkey(
                account_id=account_id,
                credential_id=b"key",
                public_key=b"key",
                sign_count=0,
                browser="firefox",
                system="linux",
                made_at=NOW,
            )
        )
    assert client_for(cast.nia).get("/school/people").status_code == 200


def test_taking_ones_own_away_closes_everything_again(lee: Browser, cast: Cast, sqlite_database: Database) -> None:
    demand(sqlite_database, cast, TODAY)
    assert lee.get("/school/").status_code == 200
    lee.post("/account/second-step/end")
    assert lee.get("/school/").location == OWN


@pytest.mark.parametrize("days", [-1, 61])
def test_a_day_that_is_over_or_far_away_is_refused(lee: Browser, days: int) -> None:
    answer = lee.post(ADDRESS, data=day(TODAY + timedelta(days=days)))
    assert answer.status_code == 422
    assert "at most sixty days ahead" in answer.text


def test_whoever_demands_it_has_one_and_a_co_ordinator_does_not_demand_it(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.lee).post(ADDRESS, data=day(TODAY))
    assert answer.status_code == 422
    assert "to your own sign-in first" in answer.text
    assert client_for(cast.nia).get(ADDRESS).status_code == 403


def test_it_can_be_left_to_everybody_again(
    lee: Browser, client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    demand(sqlite_database, cast, TODAY)
    assert lee.post(f"{ADDRESS}/end").location == ADDRESS
    assert client_for(cast.nia).get("/school/people").status_code == 200


def test_those_who_run_the_service_can_ask_it_of_everybody(app: Flask, cast: Cast, sqlite_database: Database) -> None:
    strict = compose(sqlite_database, make_settings(second_step="everybody"))

    def browser(player: Player) -> Browser:
        client = strict.test_client()
        assert isinstance(client, Browser)
        sign_in(client, player, cast)
        return client

    assert browser(cast.oz).get("/school/people").location == OWN
    operator = browser(cast.operator)
    assert operator.get("/admin/").location == OWN
    add_second_step(operator)
    assert operator.get("/admin/").status_code == 200
    lee = browser(cast.lee)
    add_second_step(lee)
    assert "ask everybody here for a second step already" in lee.get(ADDRESS).text
