"""WA17: passkeys sign in, and only theirs, here, once, with their owner before the device."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.people.models import PasskeyChallenge
from accredit.storage import Database
from tests.authenticator import Authenticator
from tests.cast import Cast, Player
from tests.factories import HOST
from tests.unit.web.auth.test_staff_sign_in import is_signed_in
from tests.web import BASE_URL, Browser, ClientFor

pytestmark = pytest.mark.attack("WA17")


def ask(client: Browser, path: str = "/sign-in/passkey/begin") -> dict[str, Any]:
    answer = client.post(path)
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.text)
    return told


def add(client: Browser) -> Authenticator:
    device = Authenticator(origin=BASE_URL, rp_id=HOST)
    answer = device.create(ask(client, "/account/passkeys/begin"))
    added = client.post("/account/passkeys", data={"passkey": answer}, follow_redirects=True)
    assert "From now on this passkey signs you in." in added.text
    return device


def sign_in(client: Browser, device: Authenticator) -> bool:
    client.post("/sign-in/passkey", data={"passkey": device.get(ask(client))})
    return is_signed_in(client)


@pytest.fixture
def nia(client_for: ClientFor, cast: Cast) -> Authenticator:
    return add(client_for(cast.nia))


def test_a_passkey_signs_in_without_any_other_word(
    client_for: ClientFor, nia: Authenticator, sqlite_database: Database
) -> None:
    client = client_for()
    options = ask(client)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    answer = client.post("/sign-in/passkey", data={"passkey": nia.get(options), "next": "/school/people"})
    assert answer.location == "/school/people"
    assert is_signed_in(client)
    with sqlite_database.reading() as db:
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.STAFF_PASSKEY_ADDED)).one()
        assert db.exec(select(PasskeyChallenge)).all() == []


def spoiled(**changes: object) -> Callable[[Authenticator], None]:
    def spoil(device: Authenticator) -> None:
        for name, value in changes.items():
            setattr(device, name, value)

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(spoiled(origin="https://accredit.example.elsewhere.example"), id="WA17 another origin"),
        pytest.param(spoiled(origin="http://accredit.example"), id="WA17 another scheme"),
        pytest.param(spoiled(rp_id="elsewhere.example"), id="WA17 another host's name"),
        pytest.param(spoiled(verifies_its_owner=False), id="WA17 a device that did not make sure of its owner"),
        pytest.param(spoiled(counter=0), id="WA17 a counter that went back"),
        pytest.param(spoiled(key=ec.generate_private_key(ec.SECP256R1())), id="WA17 another key"),
        pytest.param(spoiled(credential_id=b"x" * 32), id="WA17 a key that nobody added"),
        pytest.param(spoiled(user_handle=b"y" * 16), id="WA17 a key that says it is somebody else's"),
    ],
)
def test_what_is_not_quite_the_passkey_opens_nothing(
    client_for: ClientFor, nia: Authenticator, spoil: Callable[[Authenticator], None]
) -> None:
    assert sign_in(client_for(), nia)
    spoil(nia)
    assert not sign_in(client_for(), nia)


def test_an_answer_works_once_and_for_one_browser(client_for: ClientFor, nia: Authenticator) -> None:
    client, other = client_for(), client_for()
    answer = nia.get(ask(client))
    ask(other)
    assert other.post("/sign-in/passkey", data={"passkey": answer}).location == "/sign-in"
    assert not is_signed_in(other)
    assert client.post("/sign-in/passkey", data={"passkey": answer}).status_code == 303
    assert is_signed_in(client)
    client.post("/sign-out")
    for browser in (client, client_for()):
        browser.post("/sign-in/passkey", data={"passkey": answer})
        assert not is_signed_in(browser)


def test_a_cookie_from_before_does_not_bring_the_challenge_back(client_for: ClientFor, nia: Authenticator) -> None:
    client, thief = client_for(), client_for()
    answer = nia.get(ask(client))
    cookie = client.get_cookie("__Host-accredit", domain=HOST)
    assert cookie is not None
    assert client.post("/sign-in/passkey", data={"passkey": answer}).status_code == 303
    thief.set_cookie("__Host-accredit", cookie.value, domain=HOST, secure=True)
    thief.post("/sign-in/passkey", data={"passkey": answer})
    assert not is_signed_in(thief)


def test_a_challenge_is_over_after_five_minutes(client_for: ClientFor, nia: Authenticator, today: Traveller) -> None:
    client = client_for()
    answer = nia.get(ask(client))
    today.shift(301)
    client.post("/sign-in/passkey", data={"passkey": answer})
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "7", '{"rawId": 7}', '{"rawId": "eA"}', "x" * 30_000, "[" * 9_000]
)
def test_what_is_no_answer_is_refused_kindly(client_for: ClientFor, nia: Authenticator, text: str) -> None:
    client = client_for()
    ask(client)
    answer = client.post("/sign-in/passkey", data={"passkey": text}, follow_redirects=True)
    assert "This passkey does not open an account here." in answer.text
    assert not is_signed_in(client)


def test_wa16_what_weighs_is_proved_by_ones_own_passkey_and_no_other(
    client_for: ClientFor, nia: Authenticator, cast: Cast, today: Traveller
) -> None:
    sams = add(client_for(cast.sam))
    client = client_for(cast.nia)
    today.shift(11 * 60)
    form = {"name": "Una Uno", "email": "una@example.org", "role": "co-ordinator", "proof-do": "passkey"}
    for device, status in ((sams, 422), (nia, 303)):
        options = ask(client)
        assert [each["id"] for each in options["allowCredentials"]] != []
        answer = client.post("/school/staff/add", data={**form, "proof-passkey": device.get(options)})
        assert answer.status_code == status


def test_a_passkey_goes_into_the_account_that_asked_for_it(client_for: ClientFor, cast: Cast) -> None:
    nia, sam = client_for(cast.nia), client_for(cast.sam)
    device = Authenticator(origin=BASE_URL, rp_id=HOST)
    answer = device.create(ask(nia, "/account/passkeys/begin"))
    refused = sam.post("/account/passkeys", data={"passkey": answer}, follow_redirects=True)
    assert "That did not work." in refused.text
    ask(sam, "/account/passkeys/begin")
    assert "That did not work." in sam.post("/account/passkeys", data={"passkey": answer}, follow_redirects=True).text
    assert not sign_in(client_for(), device)


def test_a_challenge_for_signing_in_adds_no_key(client_for: ClientFor, cast: Cast) -> None:
    nia = client_for(cast.nia)
    told = ask(nia, "/account/passkeys/begin")
    device = Authenticator(origin=BASE_URL, rp_id=HOST, verifies_its_owner=False)
    assert "That did not work." in nia.post(
        "/account/passkeys", data={"passkey": device.create(told)}, follow_redirects=True
    ).text  # fmt: skip


def end_of(client: Browser) -> str:
    (path,) = re.findall(r'action="(/account/passkeys/[0-9a-f-]{36}/end)"', client.get("/account").text)
    return str(path)


def test_a_passkey_is_removed_by_its_owner_alone(client_for: ClientFor, nia: Authenticator, cast: Cast) -> None:
    path = end_of(client_for(cast.nia))
    assert client_for(cast.sam).post(path).status_code == 404
    assert sign_in(client_for(), nia)
    assert client_for(cast.nia).post(path).location == "/account"
    assert not sign_in(client_for(), nia)


@pytest.mark.parametrize("who", ["nobody", "ama"])
def test_nobody_without_an_account_adds_one(client_for: ClientFor, cast: Cast, who: str) -> None:
    player: Player | None = None if who == "nobody" else cast.ama
    assert client_for(player).post("/account/passkeys/begin").status_code in {401, 403}


def test_wa16_adding_one_needs_a_fresh_proof(client_for: ClientFor, cast: Cast, today: Traveller) -> None:
    client = client_for(cast.nia)
    today.shift(11 * 60)
    assert client.post("/account/passkeys/begin").status_code == 401
    assert client.post("/account/passkeys").status_code == 401


def test_wa18_a_passkey_is_both_steps(client_for: ClientFor, nia: Authenticator, cast: Cast) -> None:
    from tests.unit.web.auth.test_second_step import add_second_step

    add_second_step(client_for(cast.nia))
    assert sign_in(client_for(), nia)
