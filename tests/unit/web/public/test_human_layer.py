"""The human layer of a verification: what is done with screens, paper, links and people rather than with keys (VH)."""

from __future__ import annotations

import io
import json
import math
import operator
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from accredit.kit import typed_code
from accredit.web.headers import CONTENT_SECURITY_POLICY
from accredit.web.public.code import BY_LOOKS
from tests.cast import Cast
from tests.populated import Year
from tests.unit.domain.verification.test_other_issuers import DID, OWN_METHOD, badge
from tests.web import BASE_URL, Browser, ClientFor

Change = Callable[[str], None]
ROOT = Path(__file__).resolve().parents[4]
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.5"}


def own_file(client_for: ClientFor, cast: Cast, year: Year) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data)
    return document


def present(stranger: Browser, document: dict[str, Any] | bytes) -> str:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    given = {"file": (io.BytesIO(data), "x.json")}
    return stranger.post("/verify", data=given, content_type="multipart/form-data").text


def note_of(stranger: Browser, year: Year) -> dict[str, str]:
    lines = stranger.get(f"/v/{year.code}/note").text.splitlines()
    told = dict(line.split(": ", 1) for line in lines if ": " in line)
    return told | {"confirmation": next(line for line in lines if "/note/" in line)}


@pytest.mark.attack("VH01")
def test_a_picture_of_a_green_page_is_no_answer(stranger: Browser, year: Year) -> None:
    text = stranger.get(f"/v/{year.code}").text
    assert "Checked just now, 30 June 2026, 15:03." in text
    assert "A picture or a print of this page can be made by anybody" in text
    assert f"open the address yourself: {BASE_URL}/v/{typed_code.show(year.code)}" in " ".join(text.split())
    note = note_of(stranger, year)
    assert note["Reference"] in text
    assert re.fullmatch(r"[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}", note["Reference"])


@pytest.mark.attack("VH01")
def test_a_note_is_confirmed_for_its_minute_and_for_nothing_else(
    stranger: Browser, year: Year, change_status: Change, today: time_machine.Traveller
) -> None:
    address = note_of(stranger, year)["confirmation"].removeprefix(BASE_URL)
    code, _note, stamp, reference = address.removeprefix("/v/").split("/")
    today.shift(timedelta(days=400))
    change_status("revoke")
    confirmed = stranger.get(address)
    assert "30 June 2026, 15:03" in confirmed.text
    assert "this service answered: “Genuine”" in confirmed.text
    # It tells of then; it must never look like an answer of now.
    assert "verdict--genuine" not in confirmed.text
    assert "It does not say what holds now." in confirmed.text
    for forged in (
        f"/v/{code}/note/20260630T1404Z/{reference}",
        f"/v/{code}/note/{stamp}/22222-22222",
        f"/v/{code}/note/yesterday/{reference}",
    ):
        assert stranger.get(forged).status_code == 404


@pytest.mark.attack("VH01")
def test_references_are_not_guessed(stranger: Browser, year: Year) -> None:
    tries = [stranger.get(f"/v/{year.code}/note/20260630T1404Z/22222-222{n:02}") for n in range(21)]
    assert [answer.status_code for answer in tries] == [404] * 20 + [429]


@pytest.mark.attack("VH02")
def test_nothing_here_leads_to_a_page_that_looks_like_ours(stranger: Browser, year: Year) -> None:
    answer = stranger.get(f"/v/{year.code}")
    assert "max-age=63072000" in answer.headers["Strict-Transport-Security"]
    assert "Look at the address in your browser" in answer.text
    for address in (
        f"https://accredit-verify.evil.example/v/{year.code}",
        f"//evil.example/v/{year.code}",
        f"https://evil.example\\@school.example/v/{year.code}",
        "javascript:alert(1)",
    ):
        for given in (
            stranger.get("/verify", query_string={"code": address}),
            stranger.post("/verify", data={"text": address}),
            stranger.post("/language", data={"language": "en", "next": address}),
        ):
            where = given.headers.get("Location", "/")
            assert urlsplit(where).netloc in {"", urlsplit(BASE_URL).netloc}, where
            assert urlsplit(where).scheme in {"", "https"}, where
    assert "Look at the address in your browser" in (ROOT / "docs/guides/admissions.md").read_text(encoding="utf-8")


@pytest.mark.attack("VH03")
def test_a_friends_certificate_is_compared_with_the_person(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    matched = stranger.post(f"/v/{year.code}", data={"name": "Ama Sample"}).text
    assert "Make sure it is also the person in front of you." in matched
    assert "That is not the name on this certificate." in stranger.post(f"/v/{year.code}", data={"name": "Ben B"}).text
    shown = present(stranger, own_file(client_for, cast, year))
    assert "<bdi>Ama Sample</bdi>" in shown
    assert "Compare it with the person who shows it to you." in shown


@pytest.mark.attack("VH04")
@pytest.mark.parametrize(
    "name",
    ["Jane Doe ✔ verified", "Jane \u202eeoD", "Jane\u200b Doe", "Jan" + "\u0336" * 9 + "e", "Jane\u2028Genuine"],
    ids=["a tick", "text that runs back", "a hidden space", "a pile of marks", "a line of its own"],
)
def test_a_name_that_imitates_a_verdict_is_shown_apart_and_said_to_be_odd(
    stranger: Browser, year: Year, name: str
) -> None:
    subject = json.loads(badge(DID, OWN_METHOD))["credentialSubject"]
    subject["identifier"] = [{"type": "IdentityObject", "hashed": False, "identityType": "name", "identityHash": name}]
    text = present(stranger, badge(DID, OWN_METHOD, credentialSubject=subject))
    assert "verdict--careful" in text
    assert "signs that are in no name" in text
    shown = re.search(r"<bdi>(J[^<]*)</bdi>", text)
    assert shown is not None
    assert not set(shown[1]) & set("\u202e\u200b\u2028\n")


@pytest.mark.attack("VH07")
def test_an_old_page_says_when_it_was_true_and_the_address_says_what_is(
    stranger: Browser, year: Year, change_status: Change
) -> None:
    before = stranger.get(f"/v/{year.code}")
    assert before.headers["Cache-Control"] == "no-store"
    assert "Checked just now, 30 June 2026, 15:03." in before.text
    assert "always" not in before.text.lower()
    change_status("revoke")
    after = stranger.get(f"/v/{year.code}")
    assert "verdict--not-genuine" in after.text
    assert "No longer valid" in after.text


@pytest.mark.attack("VH08")
def test_a_verdict_has_a_word_and_a_shape_of_its_own(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, change_status: Change
) -> None:
    forged = own_file(client_for, cast, year)
    forged["credentialSubject"]["identifier"][0]["identityHash"] = "Mallory Forger"
    pages = [stranger.get(f"/v/{year.code}").text, present(stranger, forged), present(stranger, badge(DID, OWN_METHOD))]
    change_status("suspend")
    pages.append(stranger.get(f"/v/{year.code}").text)
    heads = [re.search(r'(?s)<section class="verdict .*?</section>', page) for page in pages]
    told = [head[0] for head in heads if head]
    assert len({re.search(r'id="verdict">([^<]+)<', head)[1] for head in told}) == 4  # type: ignore[index]
    assert len({re.findall(r'd="([^"]+)"', head)[0] if "<path" in head else "" for head in told}) == 4
    # A check that did not pass says so in words, not by its colour alone.
    assert "Failed:" in pages[1]
    assert "checks__word" in pages[1]


@pytest.mark.attack("VH09")
def test_no_lone_yes_or_no_can_be_read_for_the_verdict(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, change_status: Change
) -> None:
    answers = [stranger.get(f"/api/verify/{year.code}"), stranger.post("/api/verify", data=b"hello")]
    change_status("revoke")
    answers.append(stranger.get(f"/api/verify/{year.code}"))
    for answer in answers:
        assert answer.status_code == 200
        assert next(iter(json.loads(answer.text))) == "verdict"
        assert not [path for path, value in _leaves(json.loads(answer.text)) if isinstance(value, bool)]
        assert not re.search(r'"(is_?)?(signature_?)?valid"', answer.text)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, f"{path}[]")
    else:
        yield path, value


@pytest.mark.attack("VH11")
@pytest.mark.parametrize("act", [None, "suspend", "revoke"], ids=["in force", "paused", "revoked"])
def test_page_and_program_are_told_the_same(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, change_status: Change, act: str | None
) -> None:
    document = own_file(client_for, cast, year)
    if act:
        change_status(act)
    looks = {"GENUINE": "genuine", "NOT_GENUINE": "not-genuine"}
    looks |= {"NOT_CURRENT": "not-genuine" if act == "revoke" else "ended"}
    by_code = stranger.get(f"/api/verify/{year.code}").get_json()
    by_file = stranger.post("/api/verify", data=json.dumps(document)).get_json()
    assert (by_code["verdict"], by_code["reason"]) == (by_file["verdict"], by_file["reason"])
    for page in (stranger.get(f"/v/{year.code}").text, present(stranger, document)):
        assert f"verdict--{looks[by_code['verdict']]}" in page
        assert [word for word in ("Failed:", "Could not tell:") if word in page] == (["Failed:"] if act else [])
        shown = len(re.findall(r'<li class="checks--', page))
        assert shown == len(by_code["checks"])


def test_what_was_taken_back_is_not_explained_as_if_it_held(
    stranger: Browser, year: Year, change_status: Change
) -> None:
    assert "How to read this award" in stranger.get(f"/v/{year.code}").text
    change_status("revoke")
    text = stranger.get(f"/v/{year.code}").text
    assert "How to read this award" not in text
    assert "The same skills in public lists" not in text


def test_the_file_of_a_hidden_award_names_its_organisation_without_doubt(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    document = own_file(client_for, cast, year)
    client_for(cast.nia).post(f"/school/certificates/{year.award_id}/hide")
    text = present(stranger, document)
    assert "verdict--genuine" in text
    assert "It says it is from" not in text
    assert "Which calls itself" not in text


@pytest.mark.attack("VH12")
def test_neither_codes_nor_ids_can_be_guessed(stranger: Browser, year: Year) -> None:
    random_symbols = typed_code.LENGTH - 1
    assert random_symbols * math.log2(len(typed_code.ALPHABET)) >= 60
    # An id opens nothing at all for a stranger: its address answers as any other.
    assert stranger.get(f"/credentials/{year.credential_id}").status_code == 404
    numbers = range(BY_LOOKS.times + 1)
    guesses = [typed_code.make(partial(operator.mod, number)) for number in numbers]
    told = [stranger.get(f"/v/{guess}", environ_base=ELSEWHERE).status_code for guess in guesses]
    assert told == [404] * BY_LOOKS.times + [429]


@pytest.mark.attack("VH14")
def test_a_list_of_codes_is_not_read_to_its_end(stranger: Browser, year: Year) -> None:
    for _look in range(BY_LOOKS.times):
        assert stranger.get(f"/v/{year.code}", environ_base=ELSEWHERE).status_code == 200
    refused = stranger.get(f"/v/{year.code}", environ_base=ELSEWHERE)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    # Nor by way of the notes, which say the same.
    assert stranger.get(f"/v/{year.code}/note", environ_base=ELSEWHERE).status_code == 429
    # Somebody else reads on.
    assert stranger.get(f"/v/{year.code}", environ_base={"REMOTE_ADDR": "198.51.100.7"}).status_code == 200
    assert "noindex" in stranger.get(f"/v/{year.code}").headers["X-Robots-Tag"]
    assert "Disallow: /" in stranger.get("/robots.txt").text
    for listing in ("/v/", "/v", "/credentials", "/credentials/", "/api/verify/"):
        assert stranger.get(listing).status_code in {404, 405}, listing


@pytest.mark.attack("VH16")
def test_no_page_tells_anybody_else_that_it_was_read(stranger: Browser, year: Year) -> None:
    for path in (f"/v/{year.code}", f"/v/{year.code}/note", "/verify", f"/v/{typed_code.make(lambda _limit: 3)}"):
        answer = stranger.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        for address in re.findall(r'(?:src|href|action)="([^"]+)"', answer.text):
            assert urlsplit(address).netloc in {"", urlsplit(BASE_URL).netloc}, address
    assert not re.search(r"https?:", CONTENT_SECURITY_POLICY)


@pytest.mark.attack("VH18")
def test_the_school_is_asked_as_the_register_knows_it(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    forged = own_file(client_for, cast, year)
    issuer = forged["issuer"] if isinstance(forged["issuer"], dict) else {"id": forged["issuer"]}
    forged["issuer"] = issuer | {"phone": "+44 7700 900999", "email": "office@evil.example"}
    text = present(stranger, forged)
    assert "verdict--not-genuine" in text
    assert "From our register, not from the file:" in text
    assert "Office: 01632 960001" in text
    assert "evil.example" not in text
    assert "900999" not in text
    # Of an organisation that nobody here knows, no contact is given at all.
    stranger_says = present(stranger, badge(DID, OWN_METHOD))
    assert "01632" not in stranger_says
    assert "through a contact you find yourself" in stranger_says


@pytest.mark.attack("VH18")
def test_a_forgery_in_the_name_of_nobody_gets_no_contact(stranger: Browser, year: Year) -> None:
    unknown = f"did:web:{urlsplit(BASE_URL).netloc}:o:no-such-school"
    text = present(stranger, badge(unknown, f"{unknown}#key-1"))
    assert "verdict--not-genuine" in text
    assert "From our register" not in text
