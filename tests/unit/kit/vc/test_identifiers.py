"""did:web, did:key, and finding a key in the document of its controller."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accredit.kit.vc import controlled_identifier, did_key, did_web
from accredit.kit.vc.errors import IdentifierRefused, KeyRefused
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import vc_examples as examples

DID = examples.ISSUER


@pytest.mark.parametrize(
    ("host", "segments", "did", "url"),
    [
        ("accredit.example", (), "did:web:accredit.example", "https://accredit.example/.well-known/did.json"),
        (
            "Accredit.Example",
            ("o", "northfield"),
            "did:web:accredit.example:o:northfield",
            "https://accredit.example/o/northfield/did.json",
        ),
        (
            "accredit.example:8443",
            ("o", "x"),
            "did:web:accredit.example%3A8443:o:x",
            "https://accredit.example:8443/o/x/did.json",
        ),
    ],
    ids=["a host", "a path", "a port"],
)
def test_an_identifier_says_where_its_document_is(host: str, segments: tuple[str, ...], did: str, url: str) -> None:
    assert did_web.did_for(host, segments) == did
    assert did_web.document_url(did) == url


@pytest.mark.parametrize(
    "did",
    [
        *("did:web:", "did:key:z6Mk", "web:accredit.example", "did:web:localhost", "did:web:localhost%3A5000"),
        *("did:web:127.0.0.1", "did:web:127.1", "did:web:0x7f.1", "did:web:2130706433", "did:web:[%3A%3A1]"),
        *("did:web:user@accredit.example", "did:web:accredit.example%3A0", "did:web:accredit.example%3A65536"),
        *("did:web:accredit.example:..:x", "did:web:accredit.example:%2E%2E:x", "did:web:accredit.example:a%2Fb"),
        *("did:web:accredit.example::x", "did:web:accredit.example:x:", "did:web:accredit.example:a/b"),
        *("did:web:accredit.example:a%5Cb", "did:web:accredit.example:%00", "did:web:accredit.example:a?b"),
        *("did:web:accredit.example#x", "did:web:①②⑦.0.0.1", "did:web:accredit.example%2Fevil", "did:web:-a.example"),
        "did:web:" + "a." * 500 + "example",
    ],
)
def test_vi11_refuses_addresses_and_paths_that_climb(did: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        did_web.document_url(did)
    assert refused.value.code == "did_malformed"


def test_the_document_of_an_issuer_keeps_every_key_it_ever_had() -> None:
    revoked = datetime(2026, 5, 1, tzinfo=UTC)
    present, retired = examples.key(1), examples.key(2, retired=datetime(2026, 6, 1, tzinfo=UTC))
    stolen = examples.key(3, revoked=revoked, expires=datetime(2027, 1, 1, tzinfo=UTC))
    document = did_web.did_document(DID, [present, retired, stolen])
    assert document["id"] == DID
    assert [method["id"] for method in document["verificationMethod"]] == [present.id, retired.id, stolen.id]
    assert document["assertionMethod"] == [present.id, retired.id]
    assert document["verificationMethod"][2]["revoked"] == "2026-05-01T00:00:00Z"
    assert document["verificationMethod"][2]["expires"] == "2027-01-01T00:00:00Z"
    # Other verifiers refuse every proof of an expired key, so a retired one must not carry a date.
    assert "expires" not in document["verificationMethod"][1]
    for key in (present, retired):
        found = controlled_identifier.find_key(document, key.id)
        assert found == VerificationKey(id=key.id, controller=DID, public_key=key.public_key)
    with pytest.raises(IdentifierRefused) as refused:
        controlled_identifier.find_key(document, stolen.id)
    assert refused.value.code == "not_assertion_key"


@pytest.mark.parametrize("owner", ["did:web:other.example", "did:web:accredit.example:o:northfield2"])
def test_a_document_holds_no_key_of_another(owner: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        did_web.did_document(DID, [examples.key(1, controller=owner)])
    assert refused.value.code == "key_of_another"


def document() -> dict[str, Any]:
    return did_web.did_document(DID, [examples.key(1)])


def method(found: dict[str, Any]) -> dict[str, Any]:
    first: dict[str, Any] = found["verificationMethod"][0]
    return first


METHOD = examples.key(1).id
BROKEN: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "the document has another id": (lambda d: d.update(id="did:web:other.example"), "document_of_another"),
    "the document has no id": (lambda d: d.pop("id"), "document_malformed"),
    "the key is not there": (lambda d: method(d).update(id=f"{DID}#other"), "method_not_found"),
    "VC13 the key names another controller": (
        lambda d: method(d).update(controller="did:web:other.example"),
        "method_of_another",
    ),
    "VC12 the key is for authentication only": (
        lambda d: d.update(authentication=d.pop("assertionMethod")),
        "not_assertion_key",
    ),
    "the key is no Multikey": (lambda d: method(d).update(type="JsonWebKey2020"), "key_unsupported"),
    "two keys share one id": (
        lambda d: d["verificationMethod"].append({**method(d), "publicKeyMultibase": examples.public(2).multibase}),
        "document_malformed",
    ),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_every_step_of_finding_a_key_is_taken(case: tuple[Callable[[dict[str, Any]], object], str]) -> None:
    change, code = case
    found = document()
    change(found)
    with pytest.raises(IdentifierRefused) as refused:
        controlled_identifier.find_key(found, METHOD)
    assert refused.value.code == code


def test_what_has_no_id_is_passed_over() -> None:
    found = document()
    found["verificationMethod"] = ["text", {"type": "Multikey"}, {"id": 7}, method(found)]
    found["assertionMethod"].append({"type": "Multikey"})
    assert controlled_identifier.find_key(found, METHOD).public_key == examples.public(1)


@pytest.mark.parametrize("found", [None, [], "text", {}])
def test_what_is_no_document_holds_no_key(found: object) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        controlled_identifier.find_key(found, METHOD)
    assert refused.value.code == "document_malformed"


@pytest.mark.parametrize("identifier", [DID, f"{DID}#", "#fragment", "x"])
def test_a_verification_method_is_a_url_with_a_fragment(identifier: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        controlled_identifier.find_key(document(), identifier)
    assert refused.value.code == "method_malformed"


def test_a_key_may_be_embedded_and_named_by_its_fragment_alone() -> None:
    found = document()
    embedded = {**method(found), "id": METHOD.removeprefix(DID)}
    found["verificationMethod"] = []
    found["assertionMethod"] = embedded
    assert controlled_identifier.find_key(found, METHOD).public_key == examples.public(1)


def test_the_dates_of_a_key_are_read() -> None:
    found = document()
    method(found).update(expires="2027-01-01T00:00:00Z", revoked="2026-01-01T00:00:00Z")
    key = controlled_identifier.find_key(found, METHOD)
    assert (key.expires, key.revoked) == (datetime(2027, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


def test_did_key_certifies_itself() -> None:
    public = examples.public(1)
    did, method_id = did_key.did_for(public), did_key.verification_method_for(public)
    assert did_key.resolve(method_id).public_key == public
    for relationship in did_key.RELATIONSHIPS:
        found = controlled_identifier.find_key(did_key.did_document(did), method_id, relationship=relationship)
        assert (found.controller, found.public_key) == (did, public)


@pytest.mark.parametrize(
    "identifier",
    [
        did_key.did_for(examples.public(1)),
        f"{did_key.did_for(examples.public(1))}#{examples.public(2).multibase}",
        f"https://victim.example/issuer#{examples.public(1).multibase}",
    ],
    ids=["no fragment", "another key in the fragment", "another method"],
)
def test_did_key_refuses_what_is_not_the_same_key_twice(identifier: str) -> None:
    with pytest.raises(IdentifierRefused) as refused:
        did_key.resolve(identifier)
    assert refused.value.code == "did_malformed"


def test_did_key_refuses_what_is_no_key() -> None:
    with pytest.raises(KeyRefused):
        did_key.resolve("did:key:z6Mk#z6Mk")
