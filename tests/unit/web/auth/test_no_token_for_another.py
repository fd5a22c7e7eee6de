"""VJ16: what signs in is no credential, and no credential signs in, in whatever place either is offered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from accredit.domain.people import operations as people
from accredit.domain.verification.rules import Reason, Verdict
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import HOST, NOW, PEPPER
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.unit.web.auth.test_staff_sign_in import NIA, ask_for_code, is_signed_in
from tests.web import Browser, ClientFor

pytestmark = pytest.mark.attack("VJ16")


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    """Ama holds a signed award."""
    return played(snapshots, sqlite_database, cast, tmp_path)


@pytest.fixture
def offered(client_for: ClientFor, cast: Cast, year: Year) -> tuple[str, str]:
    """Ama's credential in both forms."""
    holder = client_for(cast.ama)
    first, second = (holder.get(f"/credentials/{year.credential_id}.{kind}").text for kind in ("json", "jwt"))
    return first, second


def _cookie(app: Flask, browser: Browser) -> str:
    found = browser.get_cookie(app.config["SESSION_COOKIE_NAME"], domain=HOST)
    assert found is not None
    return str(found.value)


def _verdict(stranger: Browser, offered: str) -> tuple[str, str | None]:
    report = stranger.post("/api/verify", data=offered.encode(), content_type="text/plain").get_json()
    assert report["claims"] is None
    return report["verdict"], report["reason"]


def test_a_sign_in_cookie_is_no_credential(app: Flask, client_for: ClientFor, cast: Cast) -> None:
    for player in (cast.ama, cast.nia, cast.operator):
        browser = client_for(player)
        browser.get("/")
        # A signed cookie has three parts as a token has, and names no algorithm; a long one is packed and has four.
        assert _verdict(client_for(), _cookie(app, browser)) in {
            (Verdict.NOT_GENUINE, Reason.ALG_NOT_ALLOWED),
            (Verdict.UNREADABLE, Reason.NO_CREDENTIAL),
            (Verdict.UNREADABLE, Reason.MALFORMED),
        }


def test_a_slip_a_sign_in_code_and_a_form_token_are_no_credentials(
    client_for: ClientFor, sqlite_database: Database, cast: Cast, year: Year
) -> None:
    with sqlite_database.transaction() as db:
        slip = people.make_claim_slip(db, young_person_id=cast.ben.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)
    stranger = client_for()
    mailed = ask_for_code(client_for(), sqlite_database, NIA)
    for secret in (slip, mailed):
        assert _verdict(stranger, secret) == (Verdict.UNREADABLE, Reason.NO_CREDENTIAL)
        # Nor does a code open a certificate because it opens a page.
        assert stranger.get(f"/api/verify/{secret}").status_code == 404
    forms = re.findall(r'name="csrf_token" value="([^"]+)"', stranger.get("/sign-in").text)
    for form in forms:
        assert _verdict(stranger, form)[0] in {Verdict.UNREADABLE, Verdict.NOT_GENUINE}


def test_a_credential_in_the_place_of_a_cookie_signs_nobody_in(
    app: Flask, year: Year, offered: tuple[str, str]
) -> None:
    # As it is sent, without a browser that refuses a cookie of ten thousand letters.
    thief = app.test_client(use_cookies=False)
    for text in offered:
        headers = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={re.sub(r'[^A-Za-z0-9._-]', '', text)}"}
        assert thief.get("/sign-in", headers=headers).status_code == 200
        assert thief.get(f"/credentials/{year.credential_id}.jwt", headers=headers).status_code == 404


def test_a_real_cookie_sent_in_the_same_way_does_sign_in(
    app: Flask, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    headers = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={_cookie(app, client_for(cast.ama))}"}
    thief = app.test_client(use_cookies=False)
    assert thief.get(f"/credentials/{year.credential_id}.jwt", headers=headers).status_code == 200


def test_a_credential_in_the_place_of_a_slip_or_a_code_signs_nobody_in(
    client_for: ClientFor, sqlite_database: Database, year: Year, offered: tuple[str, str]
) -> None:
    for text in offered:
        young = client_for()
        assert young.post("/start", data={"code": text}).status_code == 422
        staff = client_for()
        ask_for_code(staff, sqlite_database, NIA)
        assert staff.post("/sign-in/code", data={"code": text}).status_code == 422
        assert staff.post("/sign-in", data={"email": NIA, "password": text}).status_code == 422
        for browser in (young, staff):
            assert not is_signed_in(browser)


def test_a_credential_in_the_head_or_the_address_of_a_request_opens_nothing(
    client_for: ClientFor, year: Year, offered: tuple[str, str]
) -> None:
    token = offered[1]
    stranger = client_for()
    for headers in ({"Authorization": f"Bearer {token}"}, {"Authentication-Token": token}, {"X-CSRFToken": token}):
        assert stranger.get(f"/credentials/{year.credential_id}.jwt", headers=headers).status_code == 404
        assert stranger.get("/my/certificates", headers=headers).status_code in {302, 303, 401, 403}
    for name in ("auth_token", "token", "access_token", "code"):
        answer = stranger.get(f"/credentials/{year.credential_id}", query_string={name: token})
        assert answer.status_code == 404
    assert not is_signed_in(stranger)
