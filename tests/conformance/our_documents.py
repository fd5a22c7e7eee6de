"""What we sign, with keys that everybody can make, and the files that a verifier elsewhere would fetch to check it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from accredit.kit.openbadges.endorsement import EndorsementCredential, EndorsementSubject, Profile
from accredit.kit.vc import did_key, did_web, eddsa_rdfc_2022, status_list, timestamps
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.openbadges.test_documents import credential
from tests.unit.kit.openbadges.test_every_property import complete
from tests.unit.kit.vc import vc_examples as examples

SIGNED = datetime(2026, 7, 10, 15, 0, tzinfo=UTC)
# openbadgeslib takes the time from the machine's clock, which is later.
NOW = datetime(2026, 7, 11, 9, 0, tzinfo=UTC)
NOW_TEXT = timestamps.write(NOW)
SIGNED_TEXT = timestamps.write(SIGNED)
ISSUER = "did:web:accredit.example:o:hillside"
ENDORSER = "did:web:accredit.example:o:county"
LIST = "https://accredit.example/status/3"
INDEX = 94567
LOST = "did:web:accredit.example:o:lost-key"
LAPSED = "did:web:accredit.example:o:lapsed-key"
KEYS = {
    ISSUER: examples.key(1, controller=ISSUER),
    ENDORSER: examples.key(2, controller=ENDORSER),
    LOST: examples.key(3, controller=LOST, revoked=SIGNED),
    LAPSED: examples.key(4, controller=LAPSED, expires=SIGNED),
}
resolve = examples.resolver(*KEYS.values())


def resolve_any(method: str) -> VerificationKey | None:
    """Find a key of ours, or read the one that a did:key is."""
    return did_key.resolve(method) if method.startswith("did:key:") else resolve(method)


def sign(document: dict[str, Any], *, issuer: str = ISSUER, suite: Any = eddsa_rdfc_2022, **more: Any) -> Any:
    """Sign a document in the name of one of the issuers, with an Ed25519 suite."""
    seed = list(KEYS).index(issuer) + 1
    return suite.add_proof(
        document,
        sign=examples.private(seed).sign,
        verification_method=KEYS[issuer].id,
        **{"created": SIGNED, **more},
    )


def badge(issuer: str = ISSUER) -> dict[str, Any]:
    """A badge as the product builds it: identity, results, evidence, status and all."""
    document = credential().document()
    document["issuer"]["id"] = issuer
    return document


def without_status(issuer: str = ISSUER) -> dict[str, Any]:
    """The same with no status."""
    return {name: value for name, value in badge(issuer).items() if name != "credentialStatus"}


def complete_badge() -> dict[str, Any]:
    """A badge in which every property of every class of Open Badges stands, but for its status.

    Left out is ``endorsementJwt``, which the copy of the context that the verifiers of node bring along does not know.
    """
    document = _without(complete().document(), "endorsementJwt")
    document.pop("credentialStatus")
    document["issuer"]["id"] = ISSUER
    return {**document, "validUntil": "2099-01-01T00:00:00Z"}


def _without(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_without(each, name) for each in value]
    if isinstance(value, dict):
        return {key: _without(each, name) for key, each in value.items() if key != name}
    return value


def older_badge() -> dict[str, Any]:
    """The same under VCDM 1.1."""
    document = without_status()
    for name in ("validFrom", "awardedDate"):
        document.pop(name)
    document["@context"] = ["https://www.w3.org/2018/credentials/v1", document["@context"][1]]
    return {**document, "issuanceDate": SIGNED_TEXT}


def endorsement() -> dict[str, Any]:
    """A county's good word about the school."""
    return EndorsementCredential(
        id="urn:uuid:1d6f4b1e-0000-4000-8000-000000000009",
        name="Trained by us",
        issuer=Profile(id=ENDORSER, name="The County"),
        valid_from=SIGNED,
        credential_subject=EndorsementSubject(id=ISSUER, endorsement_comment="Their training is **ours**."),
    ).document()


def list_credential(revoked: Iterable[int] = ()) -> dict[str, Any]:
    """The signed status list, with these entries set."""
    found: dict[str, Any] = sign(status_list.list_credential(LIST, ISSUER, status_list.encode(revoked), SIGNED))
    return found


def files(revoked: Iterable[int] = ()) -> dict[str, str]:
    """The documents of the issuers and the status list, by address."""
    documents = {did_web.document_url(did): did_web.did_document(did, [key]) for did, key in KEYS.items()}
    documents[LIST] = list_credential(revoked)
    return {url: json.dumps(document) for url, document in documents.items()}
