"""WA19, WA20: signing in with the account somebody has at their school, at a service that answers on loopback."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwk, jwt
from sqlmodel import select
from time_machine import Traveller

from accredit.clock import utc_now
from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people.models import SchoolSignIn
from accredit.storage import Database
from accredit.web.auth import SCHOOL_FETCHER
from tests import factories
from tests.cast import Cast
from tests.factories import HOST
from tests.unit.fetching.strange_host import StrangeHost, answer
from tests.unit.web.auth.provider import Provider
from tests.unit.web.auth.test_staff_sign_in import NIA, is_signed_in
from tests.web import Browser, ClientFor

pytestmark = pytest.mark.attack("WA19")
SLUG = "example-park-academy"
BACK, START = f"/sign-in/school/{SLUG}/back", f"/sign-in/school/{SLUG}/go"
NAMES = ("login.example.org", "accounts.google.com", "login.microsoftonline.com")
TENANT = "0f1e2d3c-aaaa-4bbb-8ccc-123456789abc"


@pytest.fixture
def host() -> Iterator[StrangeHost]:
    with StrangeHost(*NAMES) as served:
        yield served


@pytest.fixture
def provider(host: StrangeHost, app: Flask, client_for: ClientFor, cast: Cast) -> Provider:
    """The school's own service, which Lee has connected."""
    app.extensions[SCHOOL_FETCHER] = host.fetcher()
    found = Provider(host)
    connect(client_for(cast.lee), issuer=found.issuer)
    return found


def connect(client: Browser, *, issuer: str, school: str = "") -> None:
    form = {"issuer": issuer, "client_id": "accredit-here", "client_secret": "a secret", "school": school}
    assert client.post("/school-sign-in", data=form).status_code == 303


def go(client: Browser, provider: Provider, path: str = START, *, method: str = "GET", **claims: object) -> str:
    """Go to the school's service and let it answer with these claims; return the state."""
    answered = client.open(path, method=method)
    assert answered.status_code == 303
    assert answered.location is not None
    assert answered.location.startswith(provider.told["authorization_endpoint"]), answered.location
    query = {name: values[0] for name, values in parse_qs(urlsplit(answered.location).query).items()}
    assert query["redirect_uri"] == f"https://{HOST}{BACK}"
    assert (query["scope"], query["response_type"], query["code_challenge_method"]) == ("openid", "code", "S256")
    now = int(utc_now().timestamp())
    usual: dict[str, object] = {
        "iss": provider.issuer, "aud": "accredit-here", "sub": "nia-at-school", "nonce": query["nonce"],
        "iat": now, "exp": now + 300, "email": NIA, "email_verified": False,
    }  # fmt: skip
    provider.claims = {name: value for name, value in (usual | claims).items() if value is not None}
    return query["state"]


def come_back(client: Browser, state: str, *, code: str = "a code", **more: str) -> str:
    shown = client.get(BACK, query_string={"code": code, "state": state, **more})
    assert shown.status_code == 200
    answered = client.post(BACK, data={"code": code, "state": state, **more})
    return answered.location or ""


@pytest.fixture
def connected(provider: Provider, client_for: ClientFor, cast: Cast) -> Provider:
    """Nia has connected her school account."""
    client = client_for(cast.nia)
    state = go(client, provider, "/account/school", method="POST")
    assert come_back(client, state, code="the first") == "/account"
    assert "Your school account signs you in." in client.get("/account").text
    return provider


def test_a_connected_account_signs_in(
    client_for: ClientFor, connected: Provider, sqlite_database: Database, cast: Cast
) -> None:
    client = client_for()
    assert "Sign in at Example Park Academy" in client.get(f"/sign-in/school/{SLUG}").text
    state = go(client, connected, f"{START}?next=/school/people")
    assert not is_signed_in(client)
    assert come_back(client, state) == "/school/people"
    assert is_signed_in(client)
    with sqlite_database.reading() as db:
        assert b"a secret" not in db.exec(select(SchoolSignIn)).one().client_secret
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_SCHOOL_ACCOUNT_ADDED)).one()


def test_an_equal_address_opens_nothing(client_for: ClientFor, provider: Provider) -> None:
    client = client_for()
    state = go(client, provider, email=NIA, email_verified=True)
    assert come_back(client, state) == "/sign-in"
    assert "This school account is not connected yet." in client.get("/sign-in").text
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"iss": "https://elsewhere.example"}, id="WA19 another issuer"),
        pytest.param({"iss": None}, id="WA19 no issuer"),
        pytest.param({"aud": "somebody-else"}, id="WA19 for somebody else"),
        pytest.param({"aud": ["accredit-here", "somebody-else"]}, id="WA19 for several, and does not say for whom"),
        pytest.param({"aud": ["accredit-here", "x"], "azp": "x"}, id="WA19 for several, and given to another"),
        pytest.param({"azp": "somebody-else"}, id="WA19 given to another"),
        pytest.param({"nonce": "another"}, id="WA19 another nonce"),
        pytest.param({"nonce": None}, id="WA19 no nonce"),
        pytest.param({"exp": 1_700_000_000}, id="WA19 over"),
        pytest.param({"exp": None}, id="WA19 without an end"),
        pytest.param({"iat": 1_700_000_000}, id="WA19 old"),
        pytest.param({"iat": 4_000_000_000}, id="WA19 from the future"),
        pytest.param({"sub": None}, id="WA19 about nobody"),
        pytest.param({"sub": 7}, id="WA19 about a number"),
        pytest.param({"sub": "somebody-else"}, id="WA19 about somebody who is not connected"),
    ],
)
def test_a_token_that_is_not_for_us_opens_nothing(
    client_for: ClientFor, connected: Provider, claims: dict[str, Any]
) -> None:
    client = client_for()
    assert come_back(client, go(client, connected, **claims)) == "/sign-in"
    assert not is_signed_in(client)


def keyed_by_the_public_key(provider: Provider, body: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').rstrip(b"=").decode()
    tag = hmac.digest(provider.key.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}"


@pytest.mark.parametrize("spoil", ["none", "hs256", "another key", "a bit", "nothing", "no token"])
def test_a_token_that_the_school_did_not_sign_opens_nothing(
    client_for: ClientFor, connected: Provider, spoil: str
) -> None:
    client = client_for()
    state = go(client, connected)
    head, body, signature = connected.signed().split(".")
    other = jwk.RSAKey.generate_key(2048, {"kid": "one"})
    spoilt: dict[str, Callable[[], str]] = {
        "none": lambda: f"eyJhbGciOiJub25lIn0.{body}.",
        "hs256": lambda: keyed_by_the_public_key(connected, body),
        "another key": lambda: jwt.encode({"alg": "RS256", "kid": "one"}, connected.claims, other),
        "a bit": lambda: f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}",
        "nothing": lambda: "",
        "no token": lambda: "x",
    }
    connected.token = spoilt[spoil]()
    assert come_back(client, state) == "/sign-in"
    assert not is_signed_in(client)


def test_an_answer_that_this_browser_did_not_ask_for_opens_nothing(client_for: ClientFor, connected: Provider) -> None:
    client, other = client_for(), client_for()
    state = go(client, connected)
    assert other.get(BACK, query_string={"code": "a code", "state": state}).location == "/sign-in"
    assert other.post(BACK, data={"code": "a code", "state": state}).location == "/sign-in"
    for wrong in ("", "x", state[:-1]):
        assert come_back(client, wrong) == "/sign-in"
        state = go(client, connected)
    assert come_back(client, state, iss="https://elsewhere.example") == "/sign-in"
    for browser in (client, other):
        assert not is_signed_in(browser)


def test_an_answer_works_once(client_for: ClientFor, connected: Provider) -> None:
    client = client_for()
    state = go(client, connected)
    cookie = client.get_cookie("__Host-accredit", domain=HOST)
    assert cookie is not None
    assert come_back(client, state) != "/sign-in"
    assert client.post(BACK, data={"code": "a code", "state": state}).location == "/account"
    thief = client_for()
    thief.set_cookie("__Host-accredit", cookie.value, domain=HOST, secure=True)
    assert come_back(thief, state) == "/sign-in"
    assert not is_signed_in(thief)


def test_an_answer_is_over_after_ten_minutes(client_for: ClientFor, connected: Provider, today: Traveller) -> None:
    client = client_for()
    state = go(client, connected)
    today.shift(601)
    assert come_back(client, state) == "/sign-in"


def test_coming_back_by_itself_signs_nobody_in(client_for: ClientFor, connected: Provider) -> None:
    client = client_for()
    state = go(client, connected)
    client.get(BACK, query_string={"code": "a code", "state": state})
    client.head(BACK, query_string={"code": "a code", "state": state})
    assert not is_signed_in(client)
    assert come_back(client, state) != "/sign-in"


@pytest.mark.parametrize(
    ("issuer", "school", "claims", "enters"),
    [
        pytest.param(
            "https://accounts.google.com", "park.sch.uk", {"hd": "park.sch.uk"}, True, id="WA19 Google, our domain"
        ),
        pytest.param("https://accounts.google.com", "park.sch.uk", {}, False, id="WA19 Google, a private account"),
        pytest.param(
            "https://accounts.google.com", "park.sch.uk", {"hd": "x.sch.uk"}, False, id="WA19 Google, another school"
        ),
        pytest.param(
            f"https://login.microsoftonline.com/{TENANT}/v2.0", "", {"tid": TENANT}, True, id="WA19 Microsoft, ours"
        ),
        pytest.param(
            f"https://login.microsoftonline.com/{TENANT}/v2.0", "", {"tid": "x"}, False, id="WA19 Microsoft, another"
        ),
    ],
)
def test_a_service_for_everybody_is_held_to_the_school(
    app: Flask, host: StrangeHost, client_for: ClientFor, cast: Cast, issuer: str, school: str,
    claims: dict[str, Any], enters: bool,
) -> None:  # fmt: skip
    app.extensions[SCHOOL_FETCHER] = host.fetcher()
    provider = Provider(host, issuer)
    connect(client_for(cast.lee), issuer=issuer, school=school)
    client = client_for(cast.nia)
    state = go(client, provider, "/account/school", method="POST", **claims)
    come_back(client, state)
    assert ("Your school account signs you in." in client.get("/account").text) is enters


@pytest.mark.parametrize(
    ("issuer", "school"),
    [
        pytest.param("https://login.microsoftonline.com/common/v2.0", "", id="WA19 Microsoft for everybody"),
        pytest.param("https://login.microsoftonline.com/organizations/v2.0", "", id="WA19 Microsoft for every school"),
        pytest.param("https://accounts.google.com", "", id="WA19 Google for everybody"),
        pytest.param("http://login.example.org", "", id="WA19 without TLS"),
        pytest.param("https://login.example.org?x=1", "", id="WA19 with a query"),
        pytest.param("login", "", id="WA19 no address"),
    ],
)
def test_an_issuer_for_everybody_is_not_taken(client_for: ClientFor, cast: Cast, issuer: str, school: str) -> None:
    form = {"issuer": issuer, "client_id": "x", "client_secret": "y", "school": school}
    assert client_for(cast.lee).post("/school-sign-in", data=form).status_code == 422


def test_one_schools_service_opens_nobody_of_another(
    client_for: ClientFor, connected: Provider, cast: Cast, sqlite_database: Database
) -> None:
    # Nia works in both: whoever runs either service could be her there.
    with sqlite_database.transaction() as db:
        staff_id = factories.add_staff(db, cast.other_organisation_id, name="Nia Enghraifft", email=NIA)
        factories.give_role(db, staff_id, Role.COORDINATOR)
    client = client_for()
    assert come_back(client, go(client, connected)) == "/sign-in"
    assert "more than one place" in client.get("/sign-in").text
    assert not is_signed_in(client)


def test_an_account_at_school_opens_one_account_here(client_for: ClientFor, connected: Provider, cast: Cast) -> None:
    sam = client_for(cast.sam)
    come_back(sam, go(sam, connected, "/account/school", method="POST"), code="another")
    assert "opens somebody else’s account here already" in sam.get("/account").text
    client = client_for()
    come_back(client, go(client, connected))
    assert "Nia Enghraifft" in client.get("/account").text


def test_a_link_that_somebody_else_began_connects_nothing(
    client_for: ClientFor, connected: Provider, cast: Cast
) -> None:
    # The state belongs to Nia's sign-in; in Sam's browser it is unknown.
    nia, sam = client_for(cast.nia), client_for(cast.sam)
    state = go(nia, connected, "/account/school", method="POST", sub="somebody")
    assert sam.post(BACK, data={"code": "x", "state": state}).location == "/account"
    assert "Connect your school account" in sam.get("/account").text


@pytest.mark.attack("WA20", "IN06")
def test_whoever_is_removed_at_the_school_comes_in_no_more(
    client_for: ClientFor, connected: Provider, today: Traveller
) -> None:
    client = client_for()
    come_back(client, go(client, connected))
    assert is_signed_in(client)
    # The school answers nobody for them any more: what goes on is over within twelve hours, and nothing begins.
    connected.host.pages["/token"] = answer({"error": "access_denied"}, status="400 Bad Request")
    for _ in range(24):
        today.shift(29 * 60)
        is_signed_in(client)
    today.shift(29 * 60)
    assert not is_signed_in(client)
    assert come_back(client, go(client, connected), code="later") == "/sign-in"


@pytest.mark.parametrize("fault", ["gone", "other issuer", "no tls", "nonsense", "redirect"])
def test_a_service_that_does_not_answer_is_told_kindly(client_for: ClientFor, provider: Provider, fault: str) -> None:
    path = "/.well-known/openid-configuration"
    said = {
        "gone": answer("no", status="404 Not Found"),
        "other issuer": answer({**provider.told, "issuer": "https://elsewhere.example"}),
        "no tls": answer({**provider.told, "authorization_endpoint": "http://login.example.org/authorize"}),
        "nonsense": answer("{", kind="application/json"),
        "redirect": answer("", status="302 Found", headers="Location: https://elsewhere.example\r\n"),
    }[fault]
    provider.host.pages[path] = said
    client = client_for()
    assert client.get(START).location == "/sign-in"
    assert "does not answer now" in client.get("/sign-in").text


def test_an_address_inside_is_never_asked(app: Flask, host: StrangeHost, client_for: ClientFor, cast: Cast) -> None:
    app.extensions[SCHOOL_FETCHER] = host.fetcher()
    host.addresses["login.example.org"] = ["127.0.0.1"]
    connect(client_for(cast.lee), issuer="https://login.example.org")
    assert client_for().get(START).location == "/sign-in"
    assert host.dialled == []


def test_it_is_off_until_the_operator_says_so(client_for: ClientFor, cast: Cast) -> None:
    connect(client_for(cast.lee), issuer="https://login.example.org")
    assert "have not switched this on" in client_for(cast.lee).get("/school-sign-in").text
    assert client_for().get(f"/sign-in/school/{SLUG}").status_code == 404
    assert client_for().get(START).status_code == 404


def test_an_administrator_disconnects_it(client_for: ClientFor, connected: Provider, cast: Cast) -> None:
    lee = client_for(cast.lee)
    assert "https://login.example.org" in lee.get("/school-sign-in").text
    assert lee.post("/school-sign-in/end").location == "/school-sign-in"
    assert client_for().get(START).status_code == 404
    assert lee.post("/school-sign-in/end").status_code == 404
    assert client_for(cast.nia).get("/school-sign-in").status_code == 403


def test_wa18_a_second_step_here_is_asked_for_all_the_same(
    client_for: ClientFor, connected: Provider, cast: Cast
) -> None:
    from tests.unit.web.auth.test_second_step import add_second_step

    add_second_step(client_for(cast.nia))
    client = client_for()
    assert come_back(client, go(client, connected)).startswith("/sign-in/second-step")
    assert not is_signed_in(client)


def test_what_is_sent_is_a_form_with_the_verifier(client_for: ClientFor, connected: Provider) -> None:
    (sent,) = [text for text in connected.host.asked if text.startswith("POST")]
    form = parse_qs(sent.partition("\r\n\r\n")[2])
    assert form["redirect_uri"] == [f"https://{HOST}{BACK}"]
    assert len(form["code_verifier"][0]) >= 43
    assert json.dumps(form).count("a secret") == 1
