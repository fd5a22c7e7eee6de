"""WA26: young people open their page with their own phone, where it is theirs alone, and their words go on working."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from sqlmodel import select
from time_machine import Traveller

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations import suspending
from accredit.domain.organisations.rules import SuspensionReason
from accredit.domain.people import operations as people
from accredit.domain.people.own_page_models import OwnPasskey, OwnPasskeyChallenge
from accredit.storage import Database
from tests.authenticator import Authenticator
from tests.cast import Cast
from tests.factories import NOW, PEPPER
from tests.own_devices import device
from tests.unit.web.auth.test_claim import who_is_there
from tests.web import Browser, ClientFor

pytestmark = pytest.mark.attack("WA26")

NOT_HERE = "This device does not open a page. Type your five words."


def ask(client: Browser, path: str = "/start/passkey/begin") -> dict[str, Any]:
    answer = client.post(path)
    assert answer.status_code == 200
    told: dict[str, Any] = json.loads(answer.text)
    return told


def add(client: Browser) -> Authenticator:
    phone = device()
    client.post("/my/devices/mine")
    answer = phone.create(ask(client, "/my/devices/begin"))
    added = client.post("/my/devices", data={"passkey": answer}, follow_redirects=True)
    assert "From now on this device opens your page." in added.text
    return phone


def opened(client: Browser, phone: Authenticator, wanted: str = "") -> str:
    """Return where a device leads."""
    data = {"passkey": phone.get(ask(client)), "next": wanted}
    return client.post("/start/passkey", data=data).location or ""


@pytest.fixture
def phone(client_for: ClientFor, cast: Cast) -> Authenticator:
    return add(client_for(cast.ama))


def test_a_phone_opens_its_owners_page(client_for: ClientFor, phone: Authenticator) -> None:
    client = client_for()
    assert opened(client, phone, "/my/name") == "/my/name"
    assert who_is_there(client) == "Ama"
    page = client.get("/my/devices").text
    assert "Last used on 30 June 2026." in page
    client.post("/sign-out")
    assert who_is_there(client) == "anonymous"
    assert opened(client, phone) == "/my"


def test_nobody_is_led_elsewhere(client_for: ClientFor, phone: Authenticator) -> None:
    assert opened(client_for(), phone, "https://elsewhere.example/") == "/my"


def test_the_button_needs_a_script_and_the_words_need_none(client_for: ClientFor) -> None:
    page = client_for().get("/start").text
    (form,) = re.findall(r"<form[^>]*data-passkey=[^>]*>", page)
    assert form.endswith(" hidden>")
    assert 'src="/static/passkey.js' in page
    assert "onclick" not in page


def test_a_device_counts_as_shared_until_its_owner_says_otherwise(
    client_for: ClientFor, cast: Cast, sqlite_database: Database
) -> None:
    ama = client_for(cast.ama)
    assert "Is this device only yours?" in ama.get("/my/devices").text
    assert "data-passkey" not in ama.get("/my/devices").text
    refused = ama.post("/my/devices/begin")
    assert refused.status_code == 422
    assert "publicKey" not in refused.text
    with sqlite_database.reading() as db:
        assert db.exec(select(OwnPasskeyChallenge)).all() == []
    ama.post("/my/devices/mine")
    assert "data-passkey" in ama.get("/my/devices").text
    # It is forgotten with the sign-in: whoever comes next says it anew.
    ama.post("/sign-out")
    assert "Is this device only yours?" in client_for(cast.ama).get("/my/devices").text


def test_wa16_a_page_left_open_adds_no_device(client_for: ClientFor, cast: Cast, today: Traveller) -> None:
    ama = client_for(cast.ama)
    ama.post("/my/devices/mine")
    for _ in range(2):
        today.shift(6 * 60)
        ama.get("/my")
    assert "data-passkey" not in ama.get("/my/devices").text
    assert "Press “Done”" in ama.get("/my/devices").text
    assert ama.post("/my/devices/begin").status_code == 403


def test_every_refusal_sounds_the_same(
    client_for: ClientFor, cast: Cast, phone: Authenticator, sqlite_database: Database
) -> None:
    def said(key: Authenticator) -> str:
        client = client_for()
        answer = client.post("/start/passkey", data={"passkey": key.get(ask(client))}, follow_redirects=True)
        assert NOT_HERE in answer.text
        assert who_is_there(client) == "anonymous"
        return re.sub(r'value="[^"]*"', "", answer.text)

    unknown = device()
    unknown.user_handle = phone.user_handle
    of_nobody = said(unknown)
    with sqlite_database.transaction() as db:
        suspending.suspend(
            db,
            organisation_id=cast.organisation_id,
            reason=SuspensionReason.ASKED_FOR,
            actor=cast.operator.actor,
            now=NOW,
        )
    of_a_closed_school = said(phone)
    with sqlite_database.transaction() as db:
        people.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)
    assert of_nobody == of_a_closed_school == said(phone)


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "7", '{"rawId": 7}', '{"rawId": "eA"}', "x" * 30_000])
def test_what_is_no_answer_is_refused_kindly(client_for: ClientFor, phone: Authenticator, text: str) -> None:
    client = client_for()
    ask(client)
    assert NOT_HERE in client.post("/start/passkey", data={"passkey": text}, follow_redirects=True).text
    assert who_is_there(client) == "anonymous"


@pytest.mark.attack("WA17")
def test_an_answer_works_once_and_for_one_browser(client_for: ClientFor, phone: Authenticator) -> None:
    client, other = client_for(), client_for()
    answer = phone.get(ask(client))
    ask(other)
    other.post("/start/passkey", data={"passkey": answer})
    assert who_is_there(other) == "anonymous"
    client.post("/start/passkey", data={"passkey": answer})
    assert who_is_there(client) == "Ama"
    client.post("/sign-out")
    client.post("/start/passkey", data={"passkey": answer})
    assert who_is_there(client) == "anonymous"


@pytest.mark.attack("WA17")
def test_the_doors_of_staff_and_of_young_people_do_not_open_each_other(
    client_for: ClientFor, phone: Authenticator
) -> None:
    client = client_for()
    answer = phone.get(ask(client, "/sign-in/passkey/begin"))
    assert client.post("/start/passkey", data={"passkey": answer}).location == "/start"
    answer = phone.get(ask(client))
    assert client.post("/sign-in/passkey", data={"passkey": answer}).location == "/sign-in"
    assert who_is_there(client) == "anonymous"


def test_a_machine_waits(client_for: ClientFor, phone: Authenticator) -> None:
    client = client_for()
    for _ in range(90):
        client.post("/start/passkey", data={"passkey": "{}"})
    assert client.post("/start/passkey/begin").status_code == 429
    assert client.post("/start/passkey").status_code == 429


def test_a_device_is_removed_by_its_owner_alone(
    client_for: ClientFor, cast: Cast, phone: Authenticator, sqlite_database: Database
) -> None:
    (path,) = re.findall(r'action="(/my/devices/[0-9a-f-]{36}/end)"', client_for(cast.ama).get("/my/devices").text)
    for other in (cast.ben, cast.olu):
        assert client_for(other).post(path).status_code == 404
    assert client_for(cast.ama).post(path).location == "/my/devices"
    client = client_for()
    assert opened(client, phone) == "/start"
    with sqlite_database.reading() as db:
        assert db.exec(select(OwnPasskey)).all() == []
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.OWN_PASSKEY_ENDED)).one()


def test_a_sixth_device_is_not_offered(client_for: ClientFor, cast: Cast) -> None:
    ama = client_for(cast.ama)
    for _ in range(5):
        add(ama)
    page = ama.get("/my/devices").text
    assert "Five devices open your page." in page
    assert "data-passkey" not in page
    answer = device().create(ask(ama, "/my/devices/begin"))
    sent = ama.post("/my/devices", data={"passkey": answer}, follow_redirects=True)
    assert "Five devices open your page. Remove one first." in sent.text


def test_an_answer_without_a_question_adds_nothing(client_for: ClientFor, cast: Cast) -> None:
    sent = client_for(cast.ama).post("/my/devices", data={"passkey": "{}"}, follow_redirects=True)
    assert "That did not work. Try once more, or go on with your words." in sent.text


def test_my_choices_lead_there_and_everything_about_me_names_the_device(
    client_for: ClientFor, cast: Cast, phone: Authenticator
) -> None:
    ama = client_for(cast.ama)
    assert 'href="/my/devices"' in ama.get("/my/choices").text
    everything = ama.get("/my/everything").text
    assert "My devices that open my page" in everything
    assert "another browser" in everything
