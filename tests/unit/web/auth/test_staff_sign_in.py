"""Staff and operators sign in through the pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask_security.utils import hash_password
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.notifications.models import OutgoingMail
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.domain.people import queries, signing_in
from accredit.domain.people.models import SignInCode
from accredit.domain.people.signing_in import MOST_TRIES
from accredit.storage import Database
from tests import factories
from tests.cast import Cast
from tests.factories import HOST, NOW, TODAY
from tests.web import Browser, ClientFor

PASSWORD = "a long walk along the river"
NIA, SAM, OPERATOR = "nia@example.org", "sam@example.org", "operator@example.org"


@pytest.fixture
def passwords(sqlite_database: Database, cast: Cast) -> None:
    with sqlite_database.transaction() as db:
        for email in (NIA, SAM, OPERATOR):
            account = queries.account_by_email(db, email)
            assert account is not None
            signing_in.set_password(db, account_id=account.id, text=PASSWORD)


def try_password(client: Browser, email: str, password: str, **more: str) -> tuple[int, str]:
    answer = client.post("/sign-in", data={"email": email, "password": password, **more})
    return answer.status_code, answer.location or ""


def ask_for_code(client: Browser, database: Database, email: str) -> str:
    answer = client.post("/sign-in", data={"email": email, "way": "code"})
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    with database.reading() as db:
        mail = db.exec(select(OutgoingMail).order_by(OutgoingMail.created_at.desc())).all()  # type: ignore[attr-defined]
    texts = [row.text for row in mail if row.to_address == email.strip().lower()]
    found = re.search(r"\b\d{8}\b", texts[0]) if texts and texts[0] else None
    return found[0] if found else "00000000"


def without_token(text: str) -> str:
    """Return a page without what differs with every browser."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text)


def is_signed_in(client: Browser) -> bool:
    # The page of signing in sends those on who have signed in.
    return client.get("/sign-in").status_code == 303


def test_password_signs_in_and_is_written_in_the_audit_trail(
    client_for: ClientFor, passwords: None, cast: Cast, sqlite_database: Database
) -> None:
    client = client_for()
    status, _ = try_password(client, " NIA@example.org ", PASSWORD)
    assert status == 303
    assert is_signed_in(client)
    with sqlite_database.reading() as db:
        event = db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_SIGNED_IN)).one()
    assert (event.actor_id, event.organisation_id) == (cast.nia.id, cast.organisation_id)


def test_wrong_password_and_unknown_address_read_the_same(client_for: ClientFor, passwords: None) -> None:
    pages = []
    for email in (NIA, "nobody@example.org", "lee@example.org"):
        answer = client_for().post("/sign-in", data={"email": email, "password": "not the right one"})
        assert answer.status_code == 422
        pages.append(without_token(answer.text.replace(email, "…")))
    assert len(set(pages)) == 1
    assert "not the right one" not in pages[0]


def test_unknown_address_costs_a_hash_too(
    client_for: ClientFor, passwords: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def watched(text: str) -> str:
        hashed.append(text)
        return hash_password(text)

    monkeypatch.setattr("accredit.web.auth.entering.hash_password", watched)
    try_password(client_for(), "nobody@example.org", "not the right one")
    assert hashed == ["not the right one"]


@pytest.mark.parametrize(
    ("wanted", "goes_to_it"),
    [
        pytest.param("/sign-in/organisation?a=b", True, id="a path of ours is kept"),
        pytest.param("//elsewhere.example/", False, id="two slashes are another host"),
        pytest.param("/\\elsewhere.example/", False, id="a backslash is another host to browsers"),
        pytest.param("https://elsewhere.example/", False, id="an address is not a path"),
        pytest.param("/a\nSet-Cookie: x", False, id="a line end does not get into a header"),
        pytest.param("/\t/elsewhere.example", False, id="a tab is dropped by browsers"),
    ],
)
def test_next_page(client_for: ClientFor, passwords: None, wanted: str, goes_to_it: bool) -> None:
    _, location = try_password(client_for(), NIA, PASSWORD, next=wanted)
    assert (location == wanted) is goes_to_it
    assert location.startswith("/")
    assert "elsewhere" not in location


def test_code_by_mail_signs_in_once(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    spaced = f"{code[:4]} {code[4:]}"
    assert client.post("/sign-in/code", data={"code": spaced}).status_code == 303
    assert is_signed_in(client)
    with sqlite_database.reading() as db:
        # Kept until its time is over, so that who types it again is on record.
        assert [row.tries for row in db.exec(select(SignInCode))] == [MOST_TRIES]


def test_code_is_kept_as_a_hash_only(client_for: ClientFor, sqlite_database: Database) -> None:
    code = ask_for_code(client_for(), sqlite_database, NIA)
    with sqlite_database.reading() as db:
        row = db.exec(select(SignInCode)).one()
    assert code.encode() not in row.code_hash
    assert len(row.code_hash) == len(row.browser) == 32


def test_code_works_only_in_the_browser_that_asked(client_for: ClientFor, sqlite_database: Database) -> None:
    code = ask_for_code(client_for(), sqlite_database, NIA)
    other = client_for()
    ask_for_code(other, sqlite_database, "nobody@example.org")
    assert other.post("/sign-in/code", data={"code": code}).status_code == 422
    stranger = client_for()
    assert stranger.post("/sign-in/code", data={"code": code}).location == "/sign-in"
    assert not is_signed_in(other)
    assert not is_signed_in(stranger)


def test_following_a_link_never_signs_in(client_for: ClientFor, sqlite_database: Database) -> None:
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    assert client.get(f"/sign-in/code?code={code}").status_code == 200
    assert not is_signed_in(client)


def test_code_is_over_after_ten_minutes(client_for: ClientFor, sqlite_database: Database, today: Traveller) -> None:
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    today.shift(601)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 422


def test_five_wrong_codes_use_it_up(client_for: ClientFor, sqlite_database: Database) -> None:
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    wrong = f"{(int(code) + 1) % 10**8:08}"
    for _ in range(5):
        assert client.post("/sign-in/code", data={"code": wrong}).status_code == 422
    assert client.post("/sign-in/code", data={"code": code}).status_code == 422


def test_a_new_code_replaces_the_old_one(client_for: ClientFor, sqlite_database: Database, today: Traveller) -> None:
    first, second = client_for(), client_for()
    old = ask_for_code(first, sqlite_database, NIA)
    today.shift(1)
    new = ask_for_code(second, sqlite_database, NIA)
    assert first.post("/sign-in/code", data={"code": old}).status_code == 422
    assert second.post("/sign-in/code", data={"code": new}).status_code == 303


def test_nobody_learns_from_a_code_whether_an_address_is_known(
    client_for: ClientFor, sqlite_database: Database
) -> None:
    known, unknown = client_for(), client_for()
    ask_for_code(known, sqlite_database, NIA)
    ask_for_code(unknown, sqlite_database, "nobody@example.org")
    pages = [without_token(client.get("/sign-in/code").text) for client in (known, unknown)]
    assert pages[0] == pages[1]
    with sqlite_database.reading() as db:
        addresses = {row.to_address for row in db.exec(select(OutgoingMail))}
    assert addresses == {NIA, None}


def test_too_many_wrong_passwords_wait(client_for: ClientFor, passwords: None, today: Traveller) -> None:
    client = client_for()
    for _ in range(10):
        assert try_password(client, NIA, "wrong")[0] == 422
    answer = client.post("/sign-in", data={"email": NIA, "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert try_password(client_for(), SAM, PASSWORD)[0] == 303
    today.shift(901)
    assert try_password(client, NIA, PASSWORD)[0] == 303


def test_too_many_codes_wait(client_for: ClientFor, sqlite_database: Database) -> None:
    client = client_for()
    for _ in range(5):
        ask_for_code(client, sqlite_database, NIA)
    assert client.post("/sign-in", data={"email": NIA, "way": "code"}).status_code == 429


def test_empty_password_is_explained(client_for: ClientFor) -> None:
    answer = client_for().post("/sign-in", data={"email": NIA, "password": ""})
    assert answer.status_code == 422
    assert 'href="#password"' in answer.text


def test_wa15_a_sign_in_lasts_thirty_quiet_minutes(client_for: ClientFor, cast: Cast, today: Traveller) -> None:
    client = client_for(cast.nia)
    today.shift(20 * 60)
    assert is_signed_in(client)
    today.shift(30 * 60)
    assert is_signed_in(client)
    client = client_for(cast.nia)
    today.move_to(NOW + timedelta(minutes=30, seconds=1))
    assert not is_signed_in(client)


def test_wa15_a_sign_in_that_is_kept_awake_ends_after_twelve_hours(
    client_for: ClientFor, cast: Cast, today: Traveller
) -> None:
    client = client_for(cast.nia)
    for _half_hours in range(24):
        assert is_signed_in(client)
        today.shift(1800)
    assert is_signed_in(client)
    today.shift(1)
    assert not is_signed_in(client)


def test_wa12_a_copied_cookie_opens_nothing_after_signing_out(client_for: ClientFor, cast: Cast) -> None:
    client, thief = client_for(cast.nia), client_for()
    cookie = client.get_cookie("__Host-accredit", domain=HOST)
    assert cookie is not None
    thief.set_cookie("__Host-accredit", cookie.value, domain=HOST, secure=True)
    assert is_signed_in(thief)
    client.post("/sign-out")
    assert not is_signed_in(thief)


@pytest.mark.attack("IN06")
def test_ended_role_ends_the_sign_in(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.sam)
    assert is_signed_in(client)
    with sqlite_database.transaction() as db:
        (period,) = queries.staff_member(db, cast.sam.id).roles
        yesterday = TODAY.replace(day=TODAY.day - 1)
        people.end_role(db, role_id=period.id, held_until=yesterday, actor=cast.nia.actor, now=NOW)
    assert not is_signed_in(client)


def test_new_password_ends_every_sign_in(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    assert is_signed_in(client)
    with sqlite_database.transaction() as db:
        account_id = queries.staff_member(db, cast.nia.id).account_id
        assert account_id is not None
        signing_in.set_password(db, account_id=account_id, text=PASSWORD)
    assert not is_signed_in(client)


def test_account_without_a_role_is_told_so(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        factories.add_staff(db, cast.organisation_id, name="Uma", email="uma@example.org")
    client = client_for()
    code = ask_for_code(client, sqlite_database, "uma@example.org")
    answer = client.post("/sign-in/code", data={"code": code}, follow_redirects=True)
    assert "You have no role in an organisation today" in answer.text
    assert not is_signed_in(client)


def test_somebody_of_two_organisations_chooses(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.other_organisation_id, name="Nia Enghraifft", email=NIA)
        factories.give_role(db, staff_id, Role.ADMINISTRATOR)
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    assert client.post("/sign-in/code", data={"code": code}).location == "/sign-in/organisation"
    page = client.get("/sign-in/organisation").text
    assert "Example Park Academy" in page
    assert "Example Valley School" in page
    client.post("/sign-in/organisation", data={"organisation": str(cast.other_organisation_id)})
    with client:
        client.get("/sign-in")
        from accredit.web.viewer import current_viewer

        assert current_viewer().organisation_id == cast.other_organisation_id
        assert current_viewer().role == "administrator"
    assert 'href="/sign-in/organisation">Change organisation</a>' in client.get("/school/").text


def test_nobody_chooses_an_organisation_that_is_not_theirs(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    data = {"organisation": str(cast.other_organisation_id)}
    assert client.post("/sign-in/organisation", data=data).location == "/sign-in/organisation"
    with client:
        client.get("/sign-in")
        from accredit.web.viewer import current_viewer

        assert current_viewer().organisation_id == cast.organisation_id


def test_signing_out_ends_it_and_a_second_time_does_no_harm(client_for: ClientFor, cast: Cast) -> None:
    client = client_for(cast.nia)
    assert client.post("/sign-out").location == "/sign-in"
    assert not is_signed_in(client)
    assert client.post("/sign-out", follow_redirects=True).status_code == 200
    assert client.get("/sign-out").status_code == 405


def test_forged_form_is_refused(sqlite_database: Database, app: Flask, cast: Cast) -> None:
    from tests.web import compose, make_settings

    guarded = compose(sqlite_database, make_settings(), csrf=True).test_client()
    assert guarded.post("/sign-in", data={"email": NIA, "password": PASSWORD}).status_code == 400


def test_cookie_is_bound_to_this_host(client_for: ClientFor, passwords: None) -> None:
    answer = client_for().post("/sign-in", data={"email": NIA, "password": PASSWORD})
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith("__Host-accredit=")]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
