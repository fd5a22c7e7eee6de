"""Badges of somebody nobody knows, whose identifier is the key itself, for whoever compares two ways to check them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from accredit.kit.vc import did_key, eddsa_rdfc_2022, multibase
from accredit.kit.vc.multikey import KeyKind
from tests.conformance import our_documents
from tests.unit.kit.vc import selective_disclosure as sd
from tests.unit.kit.vc import vc_examples as examples

Change = Callable[[dict[str, Any]], object]


def stranger(suite: Any = eddsa_rdfc_2022, change: Change | None = None, **members: Any) -> Callable[[object], bytes]:
    """A badge of somebody whose identifier is the key itself, with everything that Open Badges knows in it."""

    def make(_kept: object) -> bytes:
        issuer = did_key.did_for(examples.public(9))
        document = our_documents.complete_badge()
        document["issuer"]["id"] = issuer
        document |= {"validFrom": "2026-06-01T00:00:00Z", "validUntil": "2099-01-01T00:00:00Z", **members}
        if change is not None:
            change(document)
        signed = suite.add_proof(
            document,
            sign=examples.private(9).sign,
            verification_method=did_key.verification_method_for(examples.public(9)),
            created=datetime(2026, 6, 2, tzinfo=UTC),
        )
        return json.dumps(signed).encode()

    return make


def add_good_words(document: dict[str, Any]) -> None:
    """Put endorsements of every fate into a badge: each is judged by itself."""
    achievement = document["credentialSubject"]["achievement"]
    altered = _good_words(achievement["id"])
    altered["credentialSubject"]["endorsementComment"] = "Perfect."
    document.pop("endorsement", None)
    achievement["endorsement"] = [
        _good_words(achievement["id"]),
        _good_words("urn:uuid:00000000-1111-4222-8333-944455566677"),
        _good_words(achievement["id"], validUntil="2026-06-10T00:00:00Z"),
        _good_words(achievement["id"], issuer="did:web:x.example"),
        altered,
        # The ninth, beyond those that are looked at.
        _good_words(achievement["id"]),
    ]
    document["issuer"]["endorsement"] = [_good_words(document["issuer"]["id"])] * 2
    document["issuer"]["endorsementJwt"] = ["eyJhbGciOiJub25lIn0.e30.e30"]


def _good_words(about: str, **members: Any) -> dict[str, Any]:
    who = did_key.did_for(examples.public(10))
    document = our_documents.endorsement() | {"issuer": {"id": who, "type": ["Profile"], "name": "A university"}}
    document["credentialSubject"] |= {"id": about}
    found: dict[str, Any] = eddsa_rdfc_2022.add_proof(
        document | {"validFrom": "2026-06-01T00:00:00Z"} | members,
        sign=examples.private(10).sign,
        verification_method=did_key.verification_method_for(examples.public(10)),
        created=datetime(2026, 6, 2, tzinfo=UTC),
    )
    return found


def in_part(proof_value: bytes | None = None, **members: Any) -> Callable[[object], bytes]:
    """A stranger's badge of which its holder shows a part, perhaps changed afterwards."""

    def make(_kept: object) -> bytes:
        signer = examples.curve_signer(KeyKind.P256, 5)
        shown = examples.badge()
        shown["issuer"] = {**shown["issuer"], "id": did_key.did_for(signer[0])}
        proof = sd.new_proof(did_key.verification_method_for(signer[0]))
        parts = sd.disclose(
            {**shown, "validUntil": "2099-01-01T00:00:00Z"},
            shown,
            proof=proof,
            issuer=signer,
            proof_key=examples.curve_signer(KeyKind.P256, 6),
            is_mandatory=lambda line: "#issuer>" in line,
        )
        value = parts.value() if proof_value is None else multibase.encode_base64url(proof_value)
        return json.dumps({**shown, **members, "proof": [{**proof, "proofValue": value}]}).encode()

    return make


ENTRY = {
    "id": "https://x.example/1#7",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "7",
    "statusListCredential": "https://x.example/1",
}
