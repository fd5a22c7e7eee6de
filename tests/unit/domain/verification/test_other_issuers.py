"""Credentials of issuers elsewhere: nothing is fetched, and nothing is green."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.verification import operations
from accredit.domain.verification.rules import Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.kit.vc import did_key, eddsa_rdfc_2022, multikey, status_list
from accredit.kit.vc.multikey import KeyKind

NOW = datetime(2026, 6, 30, 14, 3, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = multikey.from_raw(KeyKind.ED25519, KEY.public_key().public_bytes_raw())
DID = did_key.did_for(PUBLIC)


def badge(issuer: str, method: str, **more: Any) -> bytes:
    document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:6a1676b8-b51f-41ed-937b-d76685a20ff5",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer, "type": ["Profile"], "name": "University of Oxford"},
        "validFrom": "2024-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "urn:uuid:cfd2ff55-ab23-4f9f-a7c7-e1d2b3c4d5e6",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://elsewhere.example/a/1",
                "type": ["Achievement"],
                "name": "Teamwork",
                "description": "Worked in a team.",
                "criteria": {"narrative": "Work in a team."},
            },
        },
    } | more
    signed = eddsa_rdfc_2022.add_proof(
        document, sign=KEY.sign, verification_method=method, created=datetime(2024, 1, 1, tzinfo=UTC)
    )
    return json.dumps(signed).encode()


OWN_METHOD = did_key.verification_method_for(PUBLIC)
LISTED = {"credentialStatus": status_list.entry("https://elsewhere.example/status/1", 7)}


@pytest.mark.parametrize(
    ("data", "verdict", "reason"),
    [
        pytest.param(
            badge(DID, OWN_METHOD),
            Verdict.GENUINE_ISSUER_NOT_RECOGNISED,
            Reason.ISSUER_NOT_RECOGNISED,
            id="VI01 a key that names itself is bound and not recognised",
        ),
        pytest.param(
            badge(DID, OWN_METHOD, validFrom="0001-01-01T00:00:00Z", validUntil="9999-12-31T23:59:59Z"),
            Verdict.GENUINE_ISSUER_NOT_RECOGNISED,
            Reason.ISSUER_NOT_RECOGNISED,
            id="VS01 it holds from the first second of the calendar to the last",
        ),
        pytest.param(
            badge(DID, OWN_METHOD, validUntil="2026-06-30T14:02:59Z"),
            Verdict.NOT_CURRENT,
            Reason.EXPIRED,
            id="VS01 it ended a second ago",
        ),
        pytest.param(
            badge(DID, OWN_METHOD, validFrom="2026-06-30T15:00:00Z"),
            Verdict.NOT_CURRENT,
            Reason.NOT_YET_VALID,
            id="VS01 it begins in an hour",
        ),
        pytest.param(
            badge(DID, OWN_METHOD, **LISTED),
            Verdict.CANNOT_CONFIRM,
            Reason.STATUS_NOT_FRESH,
            id="VS21 its status list cannot be had",
        ),
        pytest.param(
            badge("https://victim.example/issuer", f"https://victim.example/issuer#{PUBLIC.multibase}"),
            Verdict.INTEGRITY_ONLY,
            Reason.KEY_NOT_ANCHORED,
            id="a key in the fragment of somebody's address",
        ),
        pytest.param(
            badge("https://victim.example/issuer", OWN_METHOD),
            Verdict.INTEGRITY_ONLY,
            Reason.KEY_NOT_ANCHORED,
            id="VI14 a key of its own under an address of others",
        ),
        pytest.param(
            badge("did:web:victim.example", OWN_METHOD),
            Verdict.NOT_GENUINE,
            Reason.KEY_OF_ANOTHER_ISSUER,
            id="VC13 the key of one identifier under another",
        ),
        pytest.param(
            badge("did:web:elsewhere.example", "did:web:elsewhere.example#key-1"),
            Verdict.CANNOT_CONFIRM,
            Reason.ISSUER_KEY_UNREACHABLE,
            id="VN24 the issuer's document is not fetched",
        ),
    ],
)
def test_another_issuers_badge(data: bytes, verdict: Verdict, reason: Reason) -> None:
    report = operations.verify(data, now=NOW, sources=NoSources())
    assert (report.verdict, report.reason) == (verdict, reason)
    if verdict in {Verdict.INTEGRITY_ONLY, Verdict.NOT_GENUINE} or reason is Reason.ISSUER_KEY_UNREACHABLE:
        # "University of Oxford" must stand nowhere in the answer.
        assert "Oxford" not in json.dumps(report.to_json())
