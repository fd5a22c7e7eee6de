"""``/vc-api`` of the service: the verdict of the one engine, as other systems ask for it; nothing is issued here."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from accredit.kit.vc import envelope, presentation
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW
from tests.populated import Year, played
from tests.snapshots import Snapshots
from tests.unit.kit.vc.holder_examples import CHALLENGE, DOMAIN, HOLDER, credential, signed
from tests.web import Browser, ClientFor

NOT_CONFIRMED = "GENUINE_ISSUER_NOT_RECOGNISED"  # Nobody has confirmed the school in these tests.


@pytest.fixture
def stranger(client_for: ClientFor) -> Browser:
    return client_for()


@pytest.fixture
def year(client_for: ClientFor, sqlite_database: Database, cast: Cast, tmp_path: Path, snapshots: Snapshots) -> Year:
    return played(snapshots, sqlite_database, cast, tmp_path)


@pytest.fixture
def certificate(client_for: ClientFor, cast: Cast, year: Year) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(client_for(cast.ama).get(f"/credentials/{year.credential_id}.json").data)
    return found


@pytest.fixture
def token(client_for: ClientFor, cast: Cast, year: Year) -> str:
    return client_for(cast.ama).get(f"/credentials/{year.credential_id}.jwt").get_data(as_text=True)


def verify(browser: Browser, document: Any, **options: Any) -> TestResponse:
    return browser.post("/vc-api/credentials/verify", json={"verifiableCredential": document, "options": options})


def present(browser: Browser, document: Any, **options: Any) -> TestResponse:
    body = {"verifiablePresentation": document, "options": options}
    return browser.post("/vc-api/presentations/verify", json=body)


def show(*contents: Any) -> dict[str, Any]:
    return presentation.create(
        list(contents),
        holder=HOLDER.did,
        sign=HOLDER.sign,
        verification_method=HOLDER.method,
        created=NOW,
        domain=DOMAIN,
        challenge=CHALLENGE,
    )


def altered(certificate: dict[str, Any]) -> dict[str, Any]:
    found = copy.deepcopy(certificate)
    found["credentialSubject"]["achievement"]["name"] = "Head of school"
    return found


def code(answer: TestResponse) -> str:
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    problem = answer.get_json(force=True)
    assert problem["verified"] is False
    assert problem["problemDetails"][0]["code"] == problem["code"]
    return str(problem["code"])


def test_our_certificate_verifies_in_each_of_its_forms(
    stranger: Browser, certificate: dict[str, Any], token: str
) -> None:
    forms: dict[str, list[Any]] = {
        "application/vc": [certificate],
        "application/vc+jwt": [token, envelope.wrap(token)],
    }
    for media_type, documents in forms.items():
        for document in documents:
            answer = verify(stranger, document, checks=["proof"], expectedProofPurpose="assertionMethod")
            assert answer.status_code == 200, answer.text
            found = answer.get_json()
            assert next(iter(json.loads(answer.text))) == "verdict"
            assert (found["verdict"], found["verified"]) == (NOT_CONFIRMED, True)
            assert found["mediaType"] == media_type
            assert found["controller"] == certificate["issuer"]["id"]
            assert [warning["code"] for warning in found["warnings"]] == ["issuer_not_recognised"]


def test_what_stands_beside_a_token_in_its_envelope_is_not_given_back_as_verified(
    stranger: Browser, certificate: dict[str, Any], token: str
) -> None:
    signed_members = {name: value for name, value in certificate.items() if name != "proof"}
    envelope_and_more = {**envelope.wrap(token), "credentialSubject": {"name": "Mallory Forger"}}
    for document in (token, envelope_and_more):
        assert verify(stranger, document).get_json()["document"] == signed_members


def test_what_is_altered_or_no_badge_is_refused_with_the_verdict(
    stranger: Browser, certificate: dict[str, Any]
) -> None:
    answer = verify(stranger, altered(certificate))
    assert (code(answer), answer.get_json(force=True)["verdict"]) == ("signature_invalid", "NOT_GENUINE")
    # Signed later than it is now here.
    answer = verify(stranger, signed(credential(validFrom="2026-01-01T00:00:00Z")))
    assert (code(answer), answer.get_json(force=True)["verdict"]) == ("key_not_valid_then", "NOT_GENUINE")


def test_a_holder_presents_our_certificate(stranger: Browser, certificate: dict[str, Any], token: str) -> None:
    shown = show(certificate, envelope.wrap(token))
    answer = present(stranger, shown, domain=DOMAIN, challenge=CHALLENGE)
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert (found["verdicts"], found["controller"]) == ([NOT_CONFIRMED] * 2, HOLDER.did)
    assert code(present(stranger, shown, domain="https://other.example")) == "domain_mismatch"
    assert code(present(stranger, shown, challenge="another")) == "challenge_mismatch"


def test_one_bad_certificate_spoils_a_presentation(stranger: Browser, certificate: dict[str, Any]) -> None:
    answer = present(stranger, show(certificate, altered(certificate)))
    assert code(answer) == "issuer_not_recognised"
    problem = answer.get_json(force=True)
    assert problem["verdicts"] == [NOT_CONFIRMED, "NOT_GENUINE"]
    assert "signature_invalid" in [each["code"] for each in problem["errors"]]
    assert code(present(stranger, show(credential(HOLDER)))) == "self_asserted"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, "credential_missing"),
        ({"verifiableCredential": 7}, "credential_missing"),
        ({"verifiableCredential": {}, "options": []}, "option_malformed"),
        ({"verifiableCredential": {}, "options": {"expectedProofPurpose": "authentication"}}, "proof_purpose"),
        ({"verifiableCredential": {}, "options": {"challenge": "x"}}, "option_not_supported"),
        ({"verifiableCredential": {"type": "EnvelopedVerifiableCredential"}}, "context_base"),
        ({"verifiableCredential": {}}, "no_credential"),
        ({"verifiableCredential": "no token"}, "no_credential"),
    ],
)
def test_what_cannot_be_read_is_refused(stranger: Browser, body: Any, expected: str) -> None:
    assert code(stranger.post("/vc-api/credentials/verify", json=body)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"{", "json_syntax"),
        (b'{"a":1,"a":2}', "duplicate_json_key"),
        (b"{}", "presentation_missing"),
        (b'{"verifiablePresentation":{}}', "context_missing"),
        (b'{"verifiablePresentation":{},"options":{"domain":7}}', "option_malformed"),
    ],
)
def test_presentation_that_cannot_be_read_is_refused(stranger: Browser, body: bytes, expected: str) -> None:
    assert code(stranger.post("/vc-api/presentations/verify", data=body)) == expected


def test_too_much_is_a_problem_too(stranger: Browser) -> None:
    answer = stranger.post("/vc-api/credentials/verify", data=b"x" * 6_000_000)
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_nothing_is_issued_here(stranger: Browser) -> None:
    assert stranger.post("/vc-api/credentials/issue", json={"credential": credential()}).status_code == 404
