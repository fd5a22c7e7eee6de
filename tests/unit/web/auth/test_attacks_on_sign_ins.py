"""What is tried against sign-ins, by the ids of the catalogue; passwords, proofs and passkeys have their own files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlmodel import SQLModel, select

from accredit.domain.audit.rules import SERVICE
from accredit.domain.people import operations as people
from accredit.domain.people import second_step, signing_in
from accredit.domain.people.models import Account
from accredit.kit import typed_code
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import HOST, NOW, PEPPER
from tests.unit.web.auth.test_staff_sign_in import NIA, PASSWORD, ask_for_code, is_signed_in, try_password
from tests.unit.web.auth.test_staff_sign_in import passwords as passwords  # noqa: PLC0414  # a fixture
from tests.web import ClientFor, compose, make_settings, prepare, sign_in

COOKIE = "__Host-accredit"
# Programs and strangers without a cookie of ours send these; whoever forged one would gain nothing.
WITHOUT_A_TOKEN = {
    "/V/<code>",
    "/api/verify",
    "/language",
    "/s/<share_secret>",
    "/s/<share_secret>/<any(pdf, json, jwt, evidence):kind>",
    "/v/<code>",
    "/vc-api/credentials/verify",
    "/vc-api/presentations/verify",
    "/verify",
}


@pytest.mark.attack("WA05")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_at_a_code_page_signs_nobody_in_and_uses_nothing_up(
    client_for: ClientFor, sqlite_database: Database, method: str
) -> None:
    client = client_for()
    code = ask_for_code(client, sqlite_database, NIA)
    for _ in range(10):
        client.open(f"/sign-in/code?code={code}", method=method)
        client_for().open(f"/sign-in/code?code={code}", method=method)
        client_for().post("/sign-in/code", data={"code": code})
    assert not is_signed_in(client)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303


@pytest.mark.attack("WA04")
def test_a_code_does_not_work_twice_nor_after_a_newer_one_nor_after_a_new_password(
    client_for: ClientFor, sqlite_database: Database, cast: Cast
) -> None:
    used, older, newer = client_for(), client_for(), client_for()
    code = ask_for_code(used, sqlite_database, NIA)
    assert used.post("/sign-in/code", data={"code": code}).status_code == 303
    used.post("/sign-out")
    assert used.post("/sign-in/code", data={"code": code}).location == "/sign-in"
    first = ask_for_code(older, sqlite_database, NIA)
    second = ask_for_code(newer, sqlite_database, NIA)
    assert older.post("/sign-in/code", data={"code": first}).status_code == 422
    with sqlite_database.transaction() as db:
        account = db.exec(select(Account).where(Account.email == NIA)).one()
        signing_in.set_password(db, account_id=account.id, text="violet tractor under lanterns")
    assert newer.post("/sign-in/code", data={"code": second}).status_code == 422


@pytest.mark.attack("WA07")
def test_twenty_type_the_same_mailed_code_at_once_and_one_gets_in(database: Database) -> None:
    with database.transaction() as db:
        people.add_account(db, email=NIA, actor=SERVICE, now=NOW)
        _, code = signing_in.make_code(db, email=NIA, browser_secret="one browser", pepper=PEPPER, now=NOW)

    def use(_turn: int) -> bool:
        with database.transaction() as db:
            return signing_in.use_code(db, code=code, browser_secret="one browser", pepper=PEPPER, now=NOW) is not None

    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(use, range(20))) == [False] * 19 + [True]


@pytest.mark.attack("WA07")
def test_twenty_type_the_same_code_on_paper_at_once_and_one_gets_in(database: Database) -> None:
    from accredit.kit import rfc6238

    with database.transaction() as db:
        account_id: UUID = people.add_account(db, email=NIA, actor=SERVICE, now=NOW)
        second_step.begin(db, account_id=account_id, pepper=PEPPER, now=NOW)
        secret = second_step.waiting_secret(db, account_id=account_id, pepper=PEPPER)
        assert secret is not None
        digits = rfc6238.code(secret, rfc6238.step_at(NOW))
        assert second_step.confirm(db, account_id=account_id, typed=digits, pepper=PEPPER, actor=SERVICE, now=NOW)
        codes = second_step.make_codes(db, account_id=account_id, pepper=PEPPER, actor=SERVICE, now=NOW)

    def use(_turn: int) -> bool:
        with database.transaction() as db:
            return second_step.check(db, account_id=account_id, typed=codes[0], pepper=PEPPER, actor=SERVICE, now=NOW)

    with ThreadPoolExecutor(20) as threads:
        assert sorted(threads.map(use, range(20))) == [False] * 19 + [True]


@pytest.mark.attack("WA10")
def test_a_cookie_that_was_laid_before_signing_in_is_worth_nothing_after(
    client_for: ClientFor, passwords: None
) -> None:
    victim, thief = client_for(), client_for()
    thief.get("/sign-in")
    thief.post("/sign-in", data={"email": NIA, "way": "code"})
    laid = thief.get_cookie(COOKIE, domain=HOST)
    assert laid is not None
    victim.set_cookie(COOKIE, laid.value, domain=HOST, secure=True)
    assert try_password(victim, NIA, PASSWORD)[0] == 303
    after = victim.get_cookie(COOKIE, domain=HOST)
    assert after is not None
    assert after.value != laid.value
    assert not is_signed_in(thief)


@pytest.mark.attack("WA10")
def test_choosing_an_organisation_exchanges_the_secret(client_for: ClientFor, cast: Cast) -> None:
    client, thief = client_for(cast.nia), client_for()
    before = client.get_cookie(COOKIE, domain=HOST)
    assert before is not None
    client.post("/sign-in/organisation", data={"organisation": str(cast.organisation_id)})
    thief.set_cookie(COOKIE, before.value, domain=HOST, secure=True)
    assert not is_signed_in(thief)
    assert is_signed_in(client)


@pytest.mark.attack("WA11", "WA14")
def test_the_sign_in_cookie_is_bound_to_this_host_and_ends_with_the_browser(
    client_for: ClientFor, passwords: None
) -> None:
    answer = client_for().post("/sign-in", data={"email": NIA, "password": PASSWORD, "remember": "y"})
    (cookie,) = [each for each in answer.headers.getlist("Set-Cookie") if each.startswith(f"{COOKIE}=")]
    parts = {part.strip() for part in cookie.split(";")}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
    assert not any(part.startswith(("Domain", "Expires", "Max-Age")) for part in parts)
    # Nobody is remembered beyond it: the library's own cookie for that is never set.
    assert not any(each.startswith("remember") for each in answer.headers.getlist("Set-Cookie"))


@pytest.mark.attack("WA12")
def test_a_copied_cookie_dies_with_the_account(client_for: ClientFor, cast: Cast, sqlite_database: Database) -> None:
    client = client_for(cast.nia)
    assert is_signed_in(client)
    with sqlite_database.transaction() as db:
        db.exec(select(Account).where(Account.email == NIA)).one().active = False
    assert not is_signed_in(client)


@pytest.mark.attack("WA21")
@pytest.mark.parametrize(
    "wanted",
    [
        "//elsewhere.example", "////elsewhere.example", "\\\\elsewhere.example", "/\\elsewhere.example",
        "https:elsewhere.example", "https://elsewhere.example", "javascript:alert(1)", "/\t/elsewhere.example",
        "%0d%0aLocation:https://elsewhere.example", "/%0d%0a", "elsewhere.example", "http:///elsewhere.example", "/ /x",
        "/" + "x" * 600,
    ],
)  # fmt: skip
def test_signing_in_leads_nowhere_else(client_for: ClientFor, passwords: None, cast: Cast, wanted: str) -> None:
    _, location = try_password(client_for(), NIA, PASSWORD, next=wanted)
    proof = client_for(cast.nia).get("/sign-in/again", query_string={"next": wanted})
    assert proof.status_code == 200
    for found in (location, proof.location or "/"):
        assert found.startswith("/")
        assert not found.startswith(("//", "/\\"))
        assert "\n" not in found
        assert "\r" not in found


@pytest.mark.attack("WA26")
def test_a_young_person_signs_in_with_paper_and_never_with_a_password(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.transaction() as db:
        slip = people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)
    client = client_for()
    for name in ("password", "email"):
        assert f'name="{name}"' not in client.get("/start").text
    assert client.post("/start", data={"code": slip}).status_code == 303
    assert client.post("/start/yours", data={"answer": "yes"}).status_code == 200
    for path in ("/account", "/account/password", "/account/second-step"):
        assert client.get(path).status_code == 403
    # A peer's code that is nearly right opens nobody's page.
    assert client_for().post("/start", data={"code": typed_code.make(lambda most: 3 % most)}).status_code == 422


@pytest.mark.attack("WA27")
@pytest.mark.parametrize("role", ["nobody", "nia", "lee", "operator", "ama"])
def test_no_form_is_taken_without_its_token(sqlite_database: Database, app: Flask, cast: Cast, role: str) -> None:
    guarded = compose(sqlite_database, make_settings(), csrf=True)
    client = guarded.test_client()
    if role != "nobody":
        sign_in(client, getattr(cast, role), cast)  # type: ignore[arg-type]
    faults = []
    for rule in guarded.url_map.iter_rules():
        for method in {"POST", "PUT", "PATCH", "DELETE"} & set(rule.methods or ()):
            items = {name: min(getattr(rule._converters[name], "items", {"x"})) for name in rule.arguments}
            values = {name: _value(rule._converters[name], value) for name, value in items.items()}
            with guarded.test_request_context():
                built = rule.build(values)
            assert built is not None, rule
            for sent in ({"data": {"name": "x"}}, {"data": '{"name": "x"}', "content_type": "text/plain"}):
                status = client.open(built[1], method=method, **sent).status_code
                # No cookie opens what is for programs, so there is nothing that a forged form could ride on.
                refused = 401 if rule.endpoint.startswith("api_v1.") else 400
                if rule.rule not in WITHOUT_A_TOKEN and status != refused:
                    faults.append(f"{method} {rule.rule}: {status}")
    assert faults == []


def _value(converter: object, otherwise: object) -> object:
    match type(converter).__name__:
        case "UUIDConverter":
            return UUID(int=7)
        case "IntegerConverter":
            return 7
        case _:
            return otherwise


@pytest.mark.attack("WA27")
@pytest.mark.parametrize("trick", [{"X-HTTP-Method-Override": "POST"}, {"X-Method-Override": "DELETE"}])
def test_a_method_cannot_be_dressed_up(client_for: ClientFor, cast: Cast, trick: dict[str, str]) -> None:
    client = client_for(cast.nia)
    client.get("/sign-out", headers=trick)
    client.get("/sign-out?_method=POST", headers=trick)
    assert is_signed_in(client)


@pytest.mark.attack("WA29")
@pytest.mark.parametrize("origin", ["null", "https://elsewhere.example", "https://x.accredit.example"])
@pytest.mark.parametrize("path", ["/sign-in", "/account", "/school/", "/sign-in/passkey/begin"])
def test_no_other_site_may_read_what_is_here(client_for: ClientFor, cast: Cast, origin: str, path: str) -> None:
    client = client_for(cast.nia)
    for method in ("GET", "OPTIONS", "POST"):
        answer = client.open(path, method=method, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.attack("WA34")
@pytest.mark.parametrize("name", ["secret_key", "pepper"])
@pytest.mark.parametrize("value", ["", "secret", "x" * 31])
def test_a_weak_secret_stops_the_start(name: str, value: str) -> None:
    from pydantic import SecretStr, ValidationError

    with pytest.raises(ValidationError, match="at least 32 characters"):
        make_settings("sqlite://", **{name: SecretStr(value)})


@pytest.mark.attack("WA34")
def test_the_service_never_runs_for_finding_faults(sqlite_database: Database, cast: Cast) -> None:
    settings = make_settings()
    prepare(sqlite_database, settings)
    assert not compose(sqlite_database, settings).debug


@pytest.mark.attack("WA28")
@pytest.mark.parametrize("role", ["nobody", "nia", "lee", "operator", "ama"])
def test_looking_at_the_pages_of_signing_in_changes_nothing(
    app: Flask, client_for: ClientFor, cast: Cast, sqlite_database: Database, role: str
) -> None:
    client = client_for(None if role == "nobody" else getattr(cast, role))
    before = _everything(sqlite_database)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("auth.") and "GET" in (rule.methods or ()):
            values = {name: _value(rule._converters[name], "x") for name in rule.arguments}
            with app.test_request_context():
                built = rule.build(values)
            assert built is not None, rule
            assert client.get(built[1]).status_code < 500, rule.rule
    assert _everything(sqlite_database) == before


def _everything(database: Database) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        return [
            tuple(row)
            for table in SQLModel.metadata.sorted_tables
            for row in connection.execute(sa.select(table)).all()
        ]
