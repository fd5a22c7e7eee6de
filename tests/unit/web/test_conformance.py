"""The conformance mode without a network: nothing that is sent breaks it, and what it signs verifies."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from accredit.kit.vc import presentation, status_list
from accredit.kit.vc.errors import StatusListInvalid
from accredit.web.conformance import create_app, status
from tests.unit.kit.vc import vc_examples
from tests.unit.kit.vc.holder_examples import HOLDER, TOKEN_ISSUER, V2, credential, enveloped, signed
from tests.unit.kit.vc.test_related_resource import sri

JUNK: list[Any] = [None, True, -7, "text", "https://e.example/a b", [], [None], {}, {"@value": 1}, {"id": []}]
EVERYTHING = {
    "@context": [V2, {"Kind": "https://e.example/#Kind"}],
    "id": "urn:uuid:0b34d20a-5555-4222-8333-944455566677",
    "type": ["VerifiableCredential", "Kind"],
    "issuer": {"id": "did:example:school", "name": [{"@value": "School", "@language": "en"}]},
    "name": {"@value": "Peer supporter", "@language": "en", "@direction": "ltr"},
    "validFrom": "2026-01-01T00:00:00Z",
    "validUntil": "2999-01-01T00:00:00Z",
    "credentialSubject": [{"id": "did:example:a"}, {"name": "b"}],
    "credentialStatus": status_list.entry("https://school.example/status/1", 7),
    "credentialSchema": {"id": "https://school.example/schema", "type": "JsonSchema"},
    "evidence": [{"type": "Kind", "id": "https://e.example/evidence"}],
    "termsOfUse": {"type": "Kind"},
    "relatedResource": [{"id": V2, "digestSRI": sri("sha384")}],
}


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    app = create_app()
    app.testing = True  # What would be a 500 is raised here, with where it happened.
    return app.test_client()


def places(value: Any, trail: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the place of everything inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, member in inner:
        yield (*trail, step)
        yield from places(member, (*trail, step))


def changed(document: dict[str, Any], place: tuple[Any, ...], junk: Any) -> dict[str, Any]:
    found = copy.deepcopy(document)
    node = found
    for step in place[:-1]:
        node = node[step]
    node[place[-1]] = junk
    return found


@pytest.mark.parametrize("base", ["", "/jcs", "/status", "/enveloped"])
def test_whatever_stands_anywhere_in_a_credential_it_is_signed_or_refused(client: FlaskClient, base: str) -> None:
    outcomes = set()
    for place in places(EVERYTHING):
        for junk in JUNK:
            body = {"credential": changed(EVERYTHING, place, junk)}
            answer = client.post(f"/vc-api{base}/credentials/issue", json=body)
            outcomes.add(answer.status_code)
            if answer.status_code == 201:
                issued = {**answer.get_json(), "options": {"checks": ["proof"]}}
                verified = client.post("/vc-api/credentials/verify", json=issued)
                assert verified.status_code == 200, (place, junk, verified.get_json())
    assert outcomes == {201, 400}


def _documents() -> dict[str, tuple[str, dict[str, Any]]]:
    # Without what needs an inline context, which only the conformance mode knows how to sign.
    left_out = ("@context", "type", "issuer", "evidence", "termsOfUse")
    document = {**credential(), **{name: value for name, value in EVERYTHING.items() if name not in left_out}}
    shown = presentation.create(
        [signed(document), enveloped(credential(TOKEN_ISSUER))],
        holder=HOLDER.did,
        sign=HOLDER.sign,
        verification_method=HOLDER.method,
        created=vc_examples.CREATED,
        domain="suite.example",
        challenge="u-challenge",
    )
    return {
        "a credential": ("verifiableCredential", signed(document)),
        "an envelope": ("verifiableCredential", enveloped(credential(TOKEN_ISSUER))),
        "a presentation": ("verifiablePresentation", shown),
    }


DOCUMENTS = _documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_whatever_is_changed_in_what_is_signed_is_noticed(client: FlaskClient, name: str) -> None:
    member, document = DOCUMENTS[name]
    address = f"/vc-api/{'presentations' if 'Presentation' in member else 'credentials'}/verify"
    assert client.post(address, json={member: document}).status_code == 200
    unnoticed = []
    for place in places(document):
        for junk in JUNK:
            altered = changed(document, place, junk)
            if altered != document and client.post(address, json={member: altered}).status_code != 400:
                unnoticed.append((place, junk))
    assert unnoticed == []


def test_a_full_list_is_not_filled_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "_FULL", 3)
    places_in_it = status.StatusList()
    assert len({places_in_it.reserve(None) for _ in range(3)}) == 3
    with pytest.raises(StatusListInvalid) as caught:
        places_in_it.reserve(None)
    assert caught.value.code == "status_list_full"


def test_a_place_that_is_taken_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([5, 5, 5, 6])
    monkeypatch.setattr("secrets.randbelow", lambda _limit: next(numbers))
    places_in_it = status.StatusList()
    assert [places_in_it.reserve("urn:a"), places_in_it.reserve("urn:b")] == [5, 6]
