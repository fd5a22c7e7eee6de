"""Whoever works at one school is not taken on by another because somebody there types their address: they say yes."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.people import queries
from accredit.domain.people.models import Staff
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import TODAY
from tests.web import Browser, ClientFor

OZ = "oz@example.org"


def add_oz(client: Browser, role: str = "co-ordinator") -> str:
    answer = client.post("/school/staff/add", data={"name": "Oz Muestra", "email": OZ, "role": role})
    assert answer.status_code == 303
    return str(answer.location)


def letter(database: Database) -> tuple[str, str, str]:
    """Return the path, the digits and the whole of the latest letter to Oz."""
    with database.reading() as db:
        texts = [row.text or "" for row in db.exec(select(OutgoingMail)) if row.to_address == OZ]
    link, code = re.search(r"/invitation/\S+", texts[-1]), re.search(r"    (\d{8})\n", texts[-1])
    assert link is not None
    assert code is not None
    return link[0], code[1], texts[-1]


def oz_here(database: Database, cast: Cast) -> Staff:
    with database.reading() as db:
        wanted = select(Staff).where(Staff.name == "Oz Muestra", Staff.organisation_id == cast.organisation_id)
        return db.exec(wanted).one()


@pytest.mark.attack("WZ06")
def test_wz06_they_work_here_once_they_said_yes(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia, oz = client_for(cast.nia), client_for(cast.oz)
    member = add_oz(nia)
    # For Oz nothing has changed: one school, and no choice between two.
    assert "Example Park Academy" not in oz.get("/school/people").text
    assert oz.get("/places").status_code != 200 or "Example Park Academy" not in oz.get("/places").text
    shown = nia.get(member).text
    assert OZ in shown
    assert "Send the invitation again" in shown
    row = oz_here(sqlite_database, cast)
    assert (row.account_id, row.asked_account_id is not None) == (None, True)
    path, code, text = letter(sqlite_database)
    assert "by typing it you say yes" in text
    assert "Send me a code" not in text
    elsewhere = client_for()
    assert elsewhere.post(path, data={"code": code}).status_code == 303
    row = oz_here(sqlite_database, cast)
    assert (row.account_id is not None, row.asked_account_id) == (True, None)
    with sqlite_database.reading() as db:
        assert row.account_id is not None
        places = {each.organisation_id for each in queries.staff_of_account(db, row.account_id)}
        assert places == {cast.organisation_id, cast.other_organisation_id}


def test_until_then_they_answer_for_nothing_here(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    nia = client_for(cast.nia)
    member = add_oz(nia)
    staff_id = member.rpartition("/")[2]
    assert staff_id not in nia.get(f"/school/staff/{cast.nia.id}/hand-over").text
    with sqlite_database.reading() as db:
        (period,) = queries.staff_member(db, cast.nia.id).roles
    refused = nia.post(f"/school/staff/{cast.nia.id}/roles/{period.id}/end", data={"day": TODAY.isoformat()})
    assert refused.status_code == 422, "nobody would be co-ordinator who can sign in"


def test_nobody_is_asked_twice_and_somebody_new_is_not_asked(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    nia = client_for(cast.nia)
    add_oz(nia)
    again = nia.post("/school/staff/add", data={"name": "Oz Again", "email": OZ, "role": "co-ordinator"})
    assert again.status_code == 422
    nia.post("/school/staff/add", data={"name": "Una Uno", "email": "una@example.org", "role": "co-ordinator"})
    with sqlite_database.reading() as db:
        una = db.exec(select(Staff).where(Staff.name == "Una Uno")).one()
    assert (una.account_id is not None, una.asked_account_id) == (True, None)


def test_an_operator_has_asked_before(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    """Who they add was agreed by an outside channel, as the school itself was."""
    from accredit.domain.people import operations as people
    from tests.factories import NOW

    with sqlite_database.transaction() as db:
        people.add_staff(
            db,
            organisation_id=cast.organisation_id,
            name="Oz Muestra",
            email=OZ,
            actor=cast.operator.actor,
            now=NOW,
        )
    assert oz_here(sqlite_database, cast).account_id is not None
