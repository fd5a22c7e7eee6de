"""The same alterations are refused by every verifier: of our badges by theirs, of theirs by ours, of each by its own.

Here refuse: this kit, @digitalbazaar/vc, @digitalcredentials/verifier-core and openbadgeslib. Each must first accept
the badge as it was signed, so that a refusal is about the alteration and nothing else.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from openbadgeslib.ob3 import OB3VerificationError
from openbadgeslib.ob3.ldp import OB3LdpVerifier

from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.vc import data_integrity, eddsa_jcs_2022
from accredit.kit.vc.errors import VcError
from tests.conformance import our_documents as ours
from tests.conformance.peers import DIGITALBAZAAR, DIGITALCREDENTIALS, Peers

pytestmark = pytest.mark.suite("Node verifiers")
ALL = ("ours", "openbadgeslib", DIGITALBAZAAR, DIGITALCREDENTIALS)
# Canonical JSON and ECDSA are read by two of the four.
TWO = ("ours", DIGITALBAZAAR)
WHO_READS = {
    "ours": ALL,
    "ours over canonical JSON": TWO,
    "digitalbazaar": ALL,
    "digitalbazaar over canonical JSON": TWO,
    "digitalbazaar with P-256": TWO,
    "digitalcredentials": ALL,
}
Alteration = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def peers() -> Iterator[Peers]:
    with Peers() as found:
        yield found


@pytest.fixture(scope="module")
def signed(peers: Peers) -> dict[str, dict[str, Any]]:
    """The same badge by several signers, and without status, which is not what is altered here."""
    arguments: dict[str, Any] = {
        "credential": ours.without_status(),
        "created": ours.SIGNED_TEXT,
        "now": ours.NOW_TEXT,
    }

    def by_digitalbazaar(suite: str, kind: str = "Ed25519") -> Any:
        return peers.ask(DIGITALBAZAAR, "issue", suite=suite, kind=kind, **arguments)

    return {
        "ours": ours.sign(ours.without_status()),
        "ours over canonical JSON": ours.sign(ours.without_status(), suite=eddsa_jcs_2022),
        "digitalbazaar": by_digitalbazaar("eddsa-rdfc-2022"),
        "digitalbazaar over canonical JSON": by_digitalbazaar("eddsa-jcs-2022"),
        "digitalbazaar with P-256": by_digitalbazaar("ecdsa-rdfc-2019", "P-256"),
        "digitalcredentials": peers.ask(DIGITALCREDENTIALS, "issue", suite="eddsa-rdfc-2022", **arguments),
    }


def set_at(*path: Any, to: Any) -> Alteration:
    """Put a value at a path, where there was another."""

    def alter(document: dict[str, Any]) -> None:
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        assert place.get(path[-1]) != to if isinstance(place, dict) else place[path[-1]] != to
        place[path[-1]] = to

    return alter


def in_proof(name: str, value: Callable[[Any], Any]) -> Alteration:
    """Change a member of the one proof, alone or in a list."""

    def alter(document: dict[str, Any]) -> None:
        proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
        assert value(proof.get(name)) != proof.get(name)
        proof[name] = value(proof.get(name))

    return alter


def swap_character(text: str) -> str:
    """Change one character in the middle of a base58 text."""
    middle = len(text) // 2
    return text[:middle] + ("2" if text[middle] != "2" else "3") + text[middle + 1 :]


SUBJECT = "credentialSubject"
ALTERATIONS: dict[str, Alteration] = {
    "another name of the holder": set_at(SUBJECT, "identifier", 0, "identityHash", to="Mallory Forger"),
    "more hours": set_at(SUBJECT, "result", 0, "value", to="52"),
    "a result taken away": lambda document: document[SUBJECT]["result"].pop(),
    "a result told twice": lambda document: document[SUBJECT]["result"].append(document[SUBJECT]["result"][0]),
    "another achievement": set_at(SUBJECT, "achievement", "name", to="Head Mentor"),
    "easier criteria": set_at(SUBJECT, "achievement", "criteria", "narrative", to="None."),
    "another subject": set_at(SUBJECT, "id", to="urn:uuid:1d6f4b1e-0000-4000-8000-00000000000f"),
    "another id": set_at("id", to="urn:uuid:1d6f4b1e-0000-4000-8000-00000000000f"),
    "another name of the issuer": set_at("issuer", "name", to="Hillside University"),
    "another issuer": set_at("issuer", "id", to=ours.ENDORSER),
    "an earlier date": set_at("validFrom", to="2025-07-10T14:30:00Z"),
    "an end that was not signed": set_at("validUntil", to="2099-01-01T00:00:00Z"),
    "a status that was not signed": set_at(
        "credentialStatus",
        to={"id": f"{ours.LIST}#1", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
            "statusListIndex": "1", "statusListCredential": ours.LIST},
    ),
    "evidence taken away": lambda document: document.pop("evidence"),
    "a term that no context knows": set_at("hoursSupervised", to="52"),
    "a type that was not signed": lambda document: document["type"].append("EndorsementCredential"),
    "no proof": lambda document: document.pop("proof"),
    "another signature": in_proof("proofValue", swap_character),
    "a signature cut short": in_proof("proofValue", lambda text: text[:-1]),
    "a signature in base64": in_proof("proofValue", lambda text: "u" + text[1:]),
    "another time of signing": in_proof("created", lambda text: "2026-07-10T15:00:01Z"),
    "another purpose": in_proof("proofPurpose", lambda text: "authentication"),
    "another suite": in_proof(
        "cryptosuite", lambda text: "eddsa-jcs-2022" if text != "eddsa-jcs-2022" else "eddsa-rdfc-2022"
    ),
    "another key": in_proof("verificationMethod", lambda text: ours.KEYS[ours.ENDORSER].id),
    "a domain that was not signed": in_proof("domain", lambda text: "college.example"),
    "an end of the proof that was not signed": in_proof("expires", lambda text: "2099-01-01T00:00:00Z"),
}  # fmt: skip


def accepted_here(document: dict[str, Any]) -> bool:
    issuer = document["issuer"]["id"]
    try:
        data_integrity.verify(document, resolve=ours.resolve_any, now=ours.NOW, expected_controller=issuer)
    except (VcError, LinkedDataError):
        return False
    return True


def accepted_by_openbadgeslib(document: dict[str, Any]) -> bool:
    files = ours.files()
    try:
        # It reads one proof, on its own and in no list.
        OB3LdpVerifier().verify(document, download=lambda url, *_: files[url].encode())
    except OB3VerificationError:
        return False
    return True


def verdicts(peers: Peers, document: dict[str, Any]) -> dict[str, bool]:
    """Ask all four."""
    files = ours.files()
    return {
        "ours": accepted_here(document),
        "openbadgeslib": accepted_by_openbadgeslib(document),
        **{
            peer: peers.ask(peer, "verify", credential=document, files=files, now=ours.NOW_TEXT)["verified"]
            for peer in (DIGITALBAZAAR, DIGITALCREDENTIALS)
        },
    }


@pytest.mark.parametrize("signer", WHO_READS)
def test_who_reads_it_accepts_it_as_it_was_signed(signer: str, signed: dict[str, dict[str, Any]], peers: Peers) -> None:
    accepting = [who for who, accepts in verdicts(peers, signed[signer]).items() if accepts]
    assert sorted(accepting) == sorted(WHO_READS[signer])


@pytest.mark.parametrize("signer", WHO_READS)
@pytest.mark.parametrize("name", ALTERATIONS)
def test_all_refuse_it_with(name: str, signer: str, signed: dict[str, dict[str, Any]], peers: Peers) -> None:
    document = copy.deepcopy(signed[signer])
    ALTERATIONS[name](document)
    assert json.dumps(document) != json.dumps(signed[signer])
    assert [who for who, accepts in verdicts(peers, document).items() if accepts] == []
