"""did:web, did:key, and finding a key in the document of its controller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from accredit.kit.vc import controlled_identifier, did_key, did_web, json_web_key
from accredit.kit.vc.errors import IdentifierRefused, KeyRefused, TimestampInvalid, VcError
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

DID = examples.ISSUER
LONGEST_HOST = ".".join(["a" * 63] * 3 + ["a" * 53])


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
        ("a.example:65535", ("A-z_0.9%C5%B4",), "did:web:a.example%3A65535:A-z_0.9%C5%B4", None),
        ("a.example", ("x" * 982,), "did:web:a.example:" + "x" * 982, None),
        (f"{LONGEST_HOST}.example", (), f"did:web:{LONGEST_HOST}.example", None),
    ],
    ids=["a host", "a path", "a port", "the highest port", "a thousand characters", "a host of 253 characters"],
)
def test_an_identifier_says_where_its_document_is(
    host: str, segments: tuple[str, ...], did: str, url: str | None
) -> None:
    assert did_web.did_for(host, segments) == did
    assert did_web.document_url(did) == (url or f"https://{host}/{'/'.join(segments) or '.well-known'}/did.json")


def test_the_colon_before_a_port_may_be_written_in_small_letters() -> None:
    assert did_web.document_url("did:web:a.example%3a8443") == "https://a.example:8443/.well-known/did.json"


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
        *("accredit.example", "accredit.example:o:northfield", "did:web:a.example:x%7Fy", "did:web:a.example:%7f"),
        *("did:web:a.example:x%20y", "did:web:a.example:.", "did:web:a.example:x%2525", "did:web:a.example:x%23y"),
        *("did:web:a.example:x%3Fy", "did:web:a.example:" + "x" * 983, f"did:web:a{LONGEST_HOST}.example"),
        *("did:web:a.example:x%1y", "did:web:a.example:é", "did:web:a.1x", "did:web:a-.example", "did:web:a.example-"),
        "did:web:" + "a." * 500 + "example",
        "did:web:" + "a" * 64 + ".example",
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


def test_the_document_of_an_issuer_is_written_in_full() -> None:
    key = examples.key(1, relationships=frozenset({"assertionMethod", "authentication"}))
    assert did_web.did_document(DID, [key]) == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": DID,
        "verificationMethod": [
            {"id": key.id, "type": "Multikey", "controller": DID, "publicKeyMultibase": key.public_key.multibase}
        ],
        "assertionMethod": [key.id],
        "authentication": [key.id],
    }
    assert did_web.did_document(DID, [])["assertionMethod"] == []


TOKEN_KEYS = {"P-256": tokens.curve_public(), "RSA": tokens.rsa_public()}


@pytest.mark.parametrize("public", TOKEN_KEYS.values(), ids=TOKEN_KEYS)
def test_a_key_for_tokens_is_published_as_a_jwk_and_found(public: json_web_key.JoseKey) -> None:
    name, revoked = f"{DID}#assertion-jwt-1", datetime(2026, 5, 1, tzinfo=UTC)
    key = json_web_key.verification_method(public, id=name, controller=DID)
    stolen = json_web_key.verification_method(public, id=f"{DID}#assertion-jwt-0", controller=DID, revoked=revoked)
    document = did_web.did_document(DID, [examples.key(1)], [stolen, key])
    assert document["@context"] == [
        "https://www.w3.org/ns/did/v1",
        "https://w3id.org/security/multikey/v1",
        "https://w3id.org/security/jwk/v1",
    ]
    assert document["verificationMethod"][1]["revoked"] == "2026-05-01T00:00:00Z"
    assert document["verificationMethod"][2] == {
        "id": name,
        "type": "JsonWebKey",
        "controller": DID,
        "publicKeyJwk": json_web_key.encode(public),
    }
    assert document["assertionMethod"] == [examples.key(1).id, name]
    assert controlled_identifier.find_key(document, name) == key
    method(document, 2)["type"] = "JsonWebKey2020"
    assert controlled_identifier.find_key(document, name) == key


BROKEN_JWK: dict[str, tuple[dict[str, Any], str]] = {
    "both forms": ({"publicKeyMultibase": examples.public(1).multibase}, "document_malformed"),
    "a Multikey without its key": ({"type": "Multikey"}, "key_unsupported"),
    "another type": ({"type": "Ed25519VerificationKey2020"}, "key_unsupported"),
    "no key": ({"publicKeyJwk": None}, "key_malformed"),
    "a private key": ({"publicKeyJwk": json_web_key.encode(tokens.curve_public()) | {"d": "AQ"}}, "private_key"),
    "a short key": ({"publicKeyJwk": tokens.rsa_jwk(tokens.rsa_secret(1024))}, "key_too_weak"),
}


@pytest.mark.parametrize("case", BROKEN_JWK.values(), ids=BROKEN_JWK)
def test_a_jwk_in_a_document_is_read_strictly(case: tuple[dict[str, Any], str]) -> None:
    changes, code = case
    key = json_web_key.verification_method(tokens.curve_public(), id=f"{DID}#1", controller=DID)
    document = did_web.did_document(DID, [], [key])
    method(document).update(changes)
    with pytest.raises(VcError) as refused:
        controlled_identifier.find_key(document, key.id)
    assert refused.value.code == code


def test_a_thumbprint_is_that_of_the_standard() -> None:
    # RFC 7638 §3.1 has an RSA key; its example is the only published thumbprint that every library agrees on.
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o"
        "knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHz"
        "u6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8"
        "awapJzKnqDKgw"
    )
    key = json_web_key.decode({"kty": "RSA", "n": modulus, "e": "AQAB"})
    assert json_web_key.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.parametrize("owner", ["did:web:other.example", "did:web:accredit.example:o:northfield2"])
def test_a_document_holds_no_key_of_another(owner: str) -> None:
    of_another = examples.key(1, controller=owner)
    for key in (of_another, replace(of_another, controller=DID), replace(examples.key(1), controller=owner)):
        with pytest.raises(IdentifierRefused) as refused:
            did_web.did_document(DID, [key])
        assert refused.value.code == "key_of_another"


def document() -> dict[str, Any]:
    return did_web.did_document(DID, [examples.key(1)])


def method(found: dict[str, Any], number: int = 0) -> dict[str, Any]:
    wanted: dict[str, Any] = found["verificationMethod"][number]
    return wanted


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


def test_the_fragment_begins_at_the_first_hash_sign() -> None:
    with pytest.raises(IdentifierRefused) as refused:
        controlled_identifier.find_key(document(), f"{METHOD}#x")
    assert refused.value.code == "method_not_found"


ALL_RELATIONSHIPS = (
    *("assertionMethod", "authentication", "capabilityDelegation", "capabilityInvocation", "keyAgreement"),
)


def test_a_key_is_good_for_every_relationship_that_lists_it() -> None:
    found = {**document(), **{name: [METHOD] for name in ALL_RELATIONSHIPS}, "other": [METHOD]}
    for name in ALL_RELATIONSHIPS:
        assert controlled_identifier.find_key(found, METHOD, relationship=name).relationships == set(ALL_RELATIONSHIPS)
    with pytest.raises(IdentifierRefused):
        controlled_identifier.find_key(found, METHOD, relationship="other")
    del found["assertionMethod"]
    with pytest.raises(IdentifierRefused):
        controlled_identifier.find_key(found, METHOD)


@pytest.mark.parametrize("name", ["expires", "revoked"])
def test_a_date_of_a_key_that_is_no_date_is_refused(name: str) -> None:
    found = document()
    method(found)[name] = "soon"
    with pytest.raises(TimestampInvalid) as refused:
        controlled_identifier.find_key(found, METHOD)
    assert refused.value.path == f"$.{name}"


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
    relationships = frozenset({"authentication", "assertionMethod", "capabilityInvocation", "capabilityDelegation"})
    assert did_key.resolve(method_id) == VerificationKey(
        id=method_id, controller=did, public_key=public, relationships=relationships
    )
    assert did_key.did_document(did) == {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [
            {"id": method_id, "type": "Multikey", "controller": did, "publicKeyMultibase": public.multibase}
        ],
        **{name: [method_id] for name in relationships},
    }
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
