"""Staff and roles: a supervisor only with the tick."""

from __future__ import annotations

from datetime import date

import pytest

from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import TODAY
from tests.web import ClientFor

TICK = "Tick that your organisation’s own safer-recruitment checks were done."


def roles_of(database: Database, cast: Cast, name: str) -> set[Role]:
    with database.reading() as db:
        found = queries.staff(db, organisation_id=cast.organisation_id)
    return {role for who in found if who.name == name for role in who.roles_on(TODAY)}


def test_a_supervisor_is_added_only_with_the_tick(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    data = {"name": "Pat Newydd", "role": "supervisor", "email": "pat@example.org"}
    refused = client.post("/school/staff/add", data=data)
    assert refused.status_code == 422
    assert TICK in refused.get_data(as_text=True)
    # All or nothing: without the role there is no person either.
    assert "Pat Newydd" not in client.get("/school/staff").get_data(as_text=True)
    assert client.post("/school/staff/add", data={**data, "checks_confirmed": "y"}).status_code == 303
    assert roles_of(sqlite_database, cast, "Pat Newydd") == {Role.SUPERVISOR}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(
            {"name": "Pat", "role": "co-ordinator", "email": "pat"}, "Write the address like", id="no address"
        ),
        pytest.param({"name": "Pat", "role": "administrator"}, "An administrator gives", id="a role beyond theirs"),
        pytest.param({"role": "co-ordinator"}, "Give a name.", id="no name"),
        pytest.param({"name": "Pat"}, "Choose a role.", id="no role"),
        pytest.param(
            {"name": "Sam", "role": "co-ordinator", "email": "sam@example.org"}, "on the staff list already", id="twice"
        ),
    ],
)
def test_what_does_not_fit_is_told_kindly(data: dict[str, str], told: str, client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.nia).post("/school/staff/add", data=data)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_an_administrator_cannot_add_a_supervisor(client_for: ClientFor, cast: Cast) -> None:
    answer = client_for(cast.lee).post(
        "/school/staff/add", data={"name": "Pat", "role": "supervisor", "checks_confirmed": "y"}
    )
    assert answer.status_code == 422
    assert "A co-ordinator of the organisation adds" in answer.get_data(as_text=True)


def test_another_role_is_given_and_ended(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client, on = client_for(cast.nia), date(2026, 6, 1)
    given = {"role": "co-ordinator", "held_from": [str(on.day), str(on.month), str(on.year)]}
    assert client.post(f"/school/staff/{cast.sam.id}", data=given).status_code == 303
    assert Role.COORDINATOR in roles_of(sqlite_database, cast, cast.sam.name)
    with sqlite_database.reading() as db:
        (role,) = [r for r in queries.staff_member(db, cast.sam.id).roles if r.role is Role.COORDINATOR]
    ended = client.post(f"/school/staff/{cast.sam.id}/roles/{role.id}/end", data={"day": ["29", "6", "2026"]})
    assert ended.status_code == 303
    assert Role.COORDINATOR not in roles_of(sqlite_database, cast, cast.sam.name)


def test_the_last_administrator_stays(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.reading() as db:
        (role,) = queries.staff_member(db, cast.lee.id).roles
    answer = client_for(cast.lee).post(
        f"/school/staff/{cast.lee.id}/roles/{role.id}/end", data={"day": ["30", "6", "2026"]}
    )
    assert answer.status_code == 422
    assert "Someone has to stay administrator" in answer.get_data(as_text=True)


def test_another_school_finds_no_staff_of_ours(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.reading() as db:
        (role,) = queries.staff_member(db, cast.sam.id).roles
    client = client_for(cast.oz)
    assert client.get(f"/school/staff/{cast.sam.id}").status_code == 404
    assert client.get(f"/school/staff/{cast.sam.id}/roles/{role.id}/end").status_code == 404


def test_an_administrator_says_whom_to_talk_to(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.lee)
    said = {"talk_to": "Lee Muster, Room 4", "contact": "The office", "town": "Exampleton"}
    said |= {"name": "Example Park Academy", "urn": "199902", "nation": "england"}
    assert client.post("/school/organisation", data=said).status_code == 303
    assert "Lee Muster, Room 4" in client.get("/school/organisation").get_data(as_text=True)


def test_a_co_ordinator_does_not_change_the_organisation(client_for: ClientFor, cast: Cast) -> None:
    assert client_for(cast.nia).get("/school/organisation").status_code == 403
