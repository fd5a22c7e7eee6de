"""WA19: what one school's own sign-in service says opens nothing of another school, now or later."""

from __future__ import annotations

import pytest
from time_machine import Traveller

from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Role
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.unit.web.auth import test_school as school
from tests.unit.web.auth.provider import Provider
from tests.unit.web.auth.test_school import BACK, come_back, go
from tests.unit.web.auth.test_staff_sign_in import NIA, is_signed_in
from tests.web import ClientFor

pytestmark = pytest.mark.attack("WA19")
host, provider, connected = school.host, school.provider, school.connected


def test_an_answer_for_another_school_is_given_to_nobody(
    client_for: ClientFor, connected: Provider, cast: Cast, sqlite_database: Database
) -> None:
    # The service of one school has sent its reader on to that of another, whose answer comes to the other's address.
    with sqlite_database.reading() as db:
        other = organisations.organisation(db, cast.other_organisation_id).slug
    client = client_for()
    answer = {"code": "a code", "state": go(client, connected)}
    asked = len(connected.host.asked)
    address = f"/sign-in/school/{other}/back"
    assert f'action="{address}"' in client.get(address, query_string=answer).text
    assert client.post(address, data=answer).location == "/sign-in"
    assert len(connected.host.asked) == asked
    assert client.post(BACK, data=answer).location == "/sign-in"
    assert not is_signed_in(client)


def test_what_somebody_becomes_elsewhere_is_not_opened_by_their_school(
    client_for: ClientFor, connected: Provider, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for()
    come_back(client, go(client, connected))
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.other_organisation_id, name="Nia Enghraifft", email=NIA)
        factories.give_role(db, staff_id, Role.COORDINATOR)
    other = {"organisation": str(cast.other_organisation_id)}
    assert client.post("/sign-in/organisation", data=other).location == "/sign-in/organisation"
    assert str(cast.other_organisation_id) not in client.get("/sign-in/organisation").text
    assert client.get(f"/school/people/{cast.ama.id}").status_code == 200
    by_code = client_for(cast.nia)
    assert by_code.post("/sign-in/organisation", data=other).location == "/school/"


def test_a_school_does_not_say_how_somebody_signs_in(
    client_for: ClientFor, connected: Provider, today: Traveller
) -> None:
    client = client_for()
    come_back(client, go(client, connected))
    for path in ("/account/password", "/account/second-step"):
        assert (client.get(path).location or "").startswith("/sign-in/again?next=")
    assert client.post("/account/passkeys/begin").status_code == 401
    # What they do for that school, they may do.
    assert client.get("/school/keys/make").status_code == 200
