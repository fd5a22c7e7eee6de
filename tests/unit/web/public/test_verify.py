"""Checking what somebody has: a code, an address, pasted text, a file."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from flask import Flask

from accredit.clock import utc_now
from accredit.domain.organisations import queries as organisations
from accredit.kit.vc import did_key
from accredit.storage import Database
from accredit.web.limits import Allowance
from accredit.web.outside import FETCHER
from accredit.web.public import verify
from tests.cast import Cast
from tests.populated import Year
from tests.unit.domain.verification.issuer_elsewhere import Issuer
from tests.unit.domain.verification.test_other_issuers import DID, LISTED, OWN_METHOD, badge
from tests.unit.fetching.strange_host import strange_host
from tests.unit.kit.vc import vc_examples as examples
from tests.web import BASE_URL, Browser, ClientFor


def _file(client_for: ClientFor, cast: Cast, year: Year, kind: str) -> bytes:
    return bytes(client_for(cast.ama).get(f"/credentials/{year.credential_id}.{kind}").data)


@pytest.mark.parametrize("kind", ["json", "png", "svg", "pdf"])
def test_own_file_is_genuine_and_may_show_its_name(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year, kind: str
) -> None:
    data = {"file": (io.BytesIO(_file(client_for, cast, year, kind)), f"x.{kind}")}
    answer = stranger.post("/verify", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200
    assert "verdict--genuine" in answer.text
    assert "Ama Sample" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.attack("VN23", "VN24")
def test_vn24_an_issuer_elsewhere_is_looked_up_only_where_the_operator_allows_it(
    app: Flask, stranger: Browser, year: Year
) -> None:
    now = utc_now()
    issuer = Issuer()
    data = {"text": json.dumps(issuer.sign(issuer.badge(validFrom="2024-01-01T00:00:00Z"), created=now))}
    with strange_host() as host:
        issuer.publish(host)
        assert "comes from another service" in stranger.post("/verify", data=data).text
        assert host.asked == []
        app.extensions[FETCHER] = host.fetcher(own_hosts=["accredit.example"])
        answer = stranger.post("/verify", data=data)
        assert "from an issuer not known to us" in answer.text
        assert len(host.asked) == 1


@pytest.mark.attack("VI02")
def test_vi02_a_name_that_looks_like_a_confirmed_one_is_warned_about(
    stranger: Browser, year: Year, cast: Cast, sqlite_database: Database
) -> None:
    with sqlite_database.reading() as db:
        name = organisations.organisation(db, cast.organisation_id).name
    public = examples.public(5)
    double = Issuer(did=did_key.did_for(public), fragment=public.multibase)
    disguised = double.badge(name=name.replace("a", "а").replace("o", "ο"), validFrom="2024-01-01T00:00:00Z")
    signed = double.sign(disguised, created=datetime(2024, 1, 1, tzinfo=UTC))
    answer = stranger.post("/verify", data={"text": json.dumps(signed)})
    assert "verdict--careful" in answer.text
    assert "Take care" in answer.text
    assert f"<bdi>{name}</bdi>" in answer.text


def test_changed_file_is_red_and_nothing_of_it_is_shown(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    forged = json.loads(_file(client_for, cast, year, "json"))
    forged["credentialSubject"]["identifier"][0]["identityHash"] = "Mallory Forger"
    answer = stranger.post("/verify", data={"text": json.dumps(forged)})
    assert "verdict--not-genuine" in answer.text
    assert "Mallory" not in answer.text
    assert "Ama Sample" not in answer.text
    assert "Trained" not in answer.text


def test_file_of_another_kind_is_unreadable(stranger: Browser, year: Year) -> None:
    answer = stranger.post("/verify", data={"file": (io.BytesIO(b"hello"), "x.txt")})
    assert "verdict--ended" in answer.text


@pytest.mark.parametrize(
    "given", ["{code}", BASE_URL + "/v/{code}", BASE_URL.upper() + "/V/{code}"], ids=["code", "address", "capitals"]
)
def test_code_and_own_address_lead_to_the_page(stranger: Browser, year: Year, given: str) -> None:
    for answer in (
        stranger.get("/verify", query_string={"code": given.format(code=year.code)}),
        stranger.post("/verify", data={"text": given.format(code=year.code)}),
    ):
        assert (answer.status_code, answer.location) == (303, f"/v/{year.code}")


@pytest.mark.parametrize("given", ["http://[x", "https://a]", "http://exa\u2025mple"])
def test_wi27_an_address_that_cannot_be_read_is_no_fault_of_ours(stranger: Browser, year: Year, given: str) -> None:
    for answer in (
        stranger.get("/verify", query_string={"code": given}),
        stranger.post("/verify", data={"text": given}),
    ):
        assert answer.status_code == 200
        assert "verdict--genuine" not in answer.text


def test_address_of_others_is_never_opened(stranger: Browser, year: Year) -> None:
    answer = stranger.post("/verify", data={"text": "https://elsewhere.example/v/" + year.code})
    assert answer.status_code == 200
    assert "It is an address of another service, and we open only our own." in answer.text
    assert "verdict--genuine" not in answer.text


def test_a_file_without_a_byte_is_said_to_be_empty(stranger: Browser) -> None:
    answer = stranger.post("/verify", data={"file": (io.BytesIO(b""), "certificate.pdf")})
    assert answer.status_code == 422
    assert "There is nothing in that file." in answer.text


def test_what_cannot_be_read_offers_the_box_for_the_code(stranger: Browser) -> None:
    answer = stranger.post("/verify", data={"file": (io.BytesIO(b"hello"), "hello.txt")})
    assert "No certificate found in this" in answer.text
    assert 'name="code"' in answer.text


def test_checks_are_a_numbered_list(stranger: Browser, year: Year) -> None:
    assert '<ol class="checks">' in stranger.get(f"/v/{year.code}").text


def test_nothing_given_and_too_much_given_are_said_beside_the_field(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "LARGEST", 1_000)
    nothing = stranger.post("/verify", data={})
    large = stranger.post("/verify", data={"file": (io.BytesIO(b"x" * 1_001), "x.pdf")})
    assert [nothing.status_code, large.status_code] == [422, 422]
    assert "Choose a file, or paste" in nothing.text
    assert "larger than 10 MB" in large.text


@pytest.mark.parametrize("given", [badge(DID, OWN_METHOD).decode(), "https://elsewhere.example/x"])
def test_vx35_the_box_for_codes_is_no_way_around_the_limit_of_checks(
    stranger: Browser, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setattr(verify, "CHECKS", Allowance(name="verify-page", times=3, seconds=60))
    assert stranger.post("/verify", data={"text": "https://elsewhere.example/x"}).status_code == 200
    told = [stranger.get("/verify", query_string={"code": given}).status_code for _time in range(3)]
    assert told == [200, 200, 429]
    # Whoever only types a code is led on all the same.
    assert stranger.get("/verify", query_string={"code": "AAAAA-AAAAA-AAAA"}).status_code == 303


def test_a_letter_pasted_by_mistake_travels_in_no_address(stranger: Browser) -> None:
    answer = stranger.post("/verify", data={"text": "Dear Sir, Ama Sample in 12B has asked me to write"})
    assert answer.status_code == 422
    assert "Location" not in answer.headers
    assert "That is no code, address or certificate." in answer.text


def test_a_badge_that_a_stranger_signed_in_our_words_gets_none_of_our_word(stranger: Browser) -> None:
    # Intact, with a key of its own, a status list elsewhere, and the name of one of our schools.
    given = badge(DID, OWN_METHOD, **LISTED)
    answer = stranger.post("/verify", data={"file": (io.BytesIO(given), "badge.json")})
    assert "verdict--careful" in answer.text
    assert "Nobody has confirmed this organisation to us" in answer.text
    assert DID in answer.text
    assert "Ask the organisation, through a contact you find yourself" in answer.text
    for ours in (
        "It was genuine",
        "Try again later",
        "approved by a named adult",
        "The signature proves that the organisation said this",
        "Initials stand here",
    ):
        assert ours not in answer.text, ours


def test_with_the_file_in_hand_nothing_is_said_of_initials(
    stranger: Browser, client_for: ClientFor, cast: Cast, year: Year
) -> None:
    document = client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data
    answer = stranger.post("/verify", data={"file": (io.BytesIO(document), "badge.json")})
    assert "verdict--genuine" in answer.text or "verdict--careful" in answer.text
    assert "How to read this award" in answer.text
    assert "Initials stand here" not in answer.text
    assert "Initials stand here" in stranger.get(f"/v/{year.code}").text
