"""Invitations: a link that programs cannot use up, and digits that only a person types."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.people import invitations, queries
from accredit.domain.people import operations as people
from accredit.domain.people.models import Invitation, Staff
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW, PEPPER, TODAY
from tests.unit.web.auth.test_staff_sign_in import is_signed_in
from tests.web import ClientFor

UNA = "una@example.org"


def letter(database: Database) -> tuple[str, str]:
    """Return the path and the digits of the latest letter."""
    with database.reading() as db:
        texts = [row.text or "" for row in db.exec(select(OutgoingMail)) if row.to_address == UNA]
    link, code = re.search(r"https://[^\s]+/invitation/\S+", texts[-1]), re.search(r"    (\d{8})\n", texts[-1])
    assert link is not None
    assert code is not None
    assert link[0].startswith("https://accredit.example/invitation/")
    return link[0].removeprefix("https://accredit.example"), code[1]


@pytest.fixture
def invited(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> tuple[str, str]:
    """Una was added by Nia, and invited."""
    data = {"name": "Una Uno", "email": UNA, "role": "co-ordinator"}
    assert client_for(cast.nia).post("/school/staff/add", data=data).status_code == 303
    return letter(sqlite_database)


def una(database: Database) -> Staff:
    with database.reading() as db:
        return db.exec(select(Staff).where(Staff.name == "Una Uno")).one()


def test_link_and_digits_sign_in_once(
    client_for: ClientFor, invited: tuple[str, str], sqlite_database: Database
) -> None:
    path, code = invited
    client = client_for()
    assert "Example Park Academy invites you" in client.get(path).text
    answer = client.post(path, data={"code": f"{code[:4]} {code[4:]}"})
    # To what waits for her today; how she signs in from now on is behind her name.
    assert answer.location == "/school/"
    assert "press your name at the top" in client.get(answer.location).text
    assert is_signed_in(client)
    again = client_for()
    assert again.get(path).status_code == 404
    assert again.post(path, data={"code": code}).status_code == 404
    assert not is_signed_in(again)
    with sqlite_database.reading() as db:
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_INVITATION_ACCEPTED)).one()
        assert db.exec(select(Invitation)).all() == []


@pytest.mark.attack("WA05")
def test_a_program_that_reads_mail_uses_nothing_up(client_for: ClientFor, invited: tuple[str, str]) -> None:
    path, code = invited
    scanner = client_for()
    for _ in range(20):
        scanner.head(path)
        scanner.get(path)
        scanner.post(path)
        scanner.post(path, data={"code": ""})
        scanner.post(path, data={"code": "Accept and sign in"})
    assert not is_signed_in(scanner)
    client = client_for()
    assert client.post(path, data={"code": code}).status_code == 303
    assert is_signed_in(client)


@pytest.mark.attack("WA05")
def test_a_program_that_types_what_it_finds_gets_nowhere(client_for: ClientFor, invited: tuple[str, str]) -> None:
    path, code = invited
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        assert client_for().post(path, data={"code": wrong}).status_code in {404, 422}
    assert client_for().post(path, data={"code": code}).status_code == 404


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda path, code: (path[:-1], code), id="WA04 a link that was cut short"),
        pytest.param(lambda path, code: (path[:-1] + ("A" if path[-1] != "A" else "B"), code), id="WA04 one letter"),
        pytest.param(lambda path, code: (path, code[:-1]), id="WA04 digits that were cut short"),
        pytest.param(lambda path, code: (path, code[::-1] + "1"), id="WA04 other digits"),
        pytest.param(lambda path, code: ("/invitation/" + "x" * 5000, code), id="WA04 a very long link"),
    ],
)
def test_what_is_not_quite_the_letter_opens_nothing(
    client_for: ClientFor, invited: tuple[str, str], spoil: object
) -> None:
    assert callable(spoil)
    path, code = spoil(*invited)
    client = client_for()
    assert client.post(path, data={"code": code}).status_code in {404, 422}
    assert not is_signed_in(client)


@pytest.mark.attack("WA04")
def test_a_newer_letter_replaces_the_older(
    client_for: ClientFor, cast: Cast, invited: tuple[str, str], sqlite_database: Database
) -> None:
    answer = client_for(cast.nia).post(f"/school/staff/{una(sqlite_database).id}/invite", follow_redirects=True)
    assert "The invitation is on its way." in answer.text
    newer = letter(sqlite_database)
    assert client_for().post(invited[0], data={"code": invited[1]}).status_code == 404
    assert client_for().post(newer[0], data={"code": invited[1]}).status_code == 422
    assert client_for().post(newer[0], data={"code": newer[1]}).status_code == 303


@pytest.mark.attack("WA04")
def test_a_letter_is_over_after_fourteen_days(
    client_for: ClientFor, invited: tuple[str, str], today: Traveller
) -> None:
    today.shift(timedelta(days=14, seconds=1))
    answer = client_for().get(invited[0])
    assert answer.status_code == 404
    assert "type your e-mail address and ask for a code" in answer.text
    assert client_for().post(invited[0], data={"code": invited[1]}).status_code == 404


@pytest.mark.attack("WA04")
def test_a_letter_ends_with_the_role(
    client_for: ClientFor, cast: Cast, invited: tuple[str, str], sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        (period,) = queries.staff_member(db, una(sqlite_database).id).roles
        people.end_role(db, role_id=period.id, held_until=TODAY, actor=cast.nia.actor, now=NOW)
    assert client_for().get(invited[0]).status_code == 200
    with sqlite_database.transaction() as db:
        db.exec(select(Staff)).all()
        from accredit.domain.people.models import StaffRole

        row = db.get(StaffRole, period.id)
        assert row is not None
        row.held_from = row.held_until = TODAY - timedelta(days=1)
    assert client_for().post(invited[0], data={"code": invited[1]}).status_code == 404


@pytest.mark.attack("WA07")
def test_twenty_at_once_and_one_gets_in(database: Database) -> None:
    from tests.cast import make_cast

    with database.transaction() as db:
        cast = make_cast(db)
        drawn = invitations.make(db, staff_id=cast.nia.id, pepper=PEPPER, actor=cast.lee.actor, now=NOW)

    def accept(_turn: int) -> bool:
        with database.transaction() as db:
            found = invitations.accept(db, token=drawn.token, code=drawn.code, pepper=PEPPER, now=NOW)
            return found is not None

    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(accept, range(20))) == [False] * 19 + [True]


@pytest.mark.attack("WA03")
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Forwarded-Host": "elsewhere.example"}, id="WA03 X-Forwarded-Host"),
        pytest.param({"Forwarded": "host=elsewhere.example"}, id="WA03 Forwarded"),
        pytest.param({"Host": "accredit.example:8443"}, id="WA03 another port"),
        pytest.param({"X-Forwarded-Port": "8443"}, id="WA03 a port"),
        pytest.param({"X-Forwarded-Proto": "http"}, id="WA03 a scheme"),
    ],
)
def test_the_address_in_a_letter_is_that_of_the_settings(
    client_for: ClientFor, cast: Cast, sqlite_database: Database, headers: dict[str, str]
) -> None:
    data = {"name": "Una Uno", "email": UNA, "role": "co-ordinator"}
    assert client_for(cast.nia).post("/school/staff/add", data=data, headers=headers).status_code == 303
    letter(sqlite_database)


@pytest.mark.attack("WA03")
@pytest.mark.parametrize("host", ["elsewhere.example", "accredit.example.elsewhere.example"])
def test_another_host_is_not_answered(client_for: ClientFor, host: str) -> None:
    from tests.client import LintingClient

    client = client_for()
    answer = LintingClient.open(client, "/sign-in", base_url=f"https://{host}")
    assert answer.status_code == 400


def test_somebody_of_another_school_invites_nobody(
    client_for: ClientFor, cast: Cast, invited: tuple[str, str], sqlite_database: Database
) -> None:
    assert client_for(cast.oz).post(f"/school/staff/{una(sqlite_database).id}/invite").status_code == 404
    assert client_for().get(invited[0]).status_code == 200
