"""Sign one frozen document in both forms; nothing leaves here that a verifier would refuse, and nothing is stored.

1. The permit: what was reserved, by keys in use, and nothing else.
2. The rehearsal. The document is signed with throw-away keys, as a document with its proof and as a token, and each
   goes through the whole public verifier. Of documents that are signed in a row and are alike (`Alike`) one goes that
   way; of every other one the same verifier examines all that does not depend on the key (ADR 0035).
3. The signature. Of every document the real key signs that canonical form only which the general path came to
   (ADR 0015), and a token only that reads back as the document that was examined.
4. Both signatures are verified with the keys of the register.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, Literal

from accredit.domain.issuing import rules
from accredit.domain.issuing.preparing import as_bytes
from accredit.domain.issuing.rules import Examine, Intent, IntentKey, Lint, RehearsalKey, Signed
from accredit.errors import RuleBroken
from accredit.keyring import Algorithm, KeyRing
from accredit.keyring.ring import throw_away_key
from accredit.kit.linkeddata import terms
from accredit.kit.vc import eddsa_rdfc_2022, json_web_signature, vc_jwt, vc_jwt_claims
from accredit.kit.vc.json_web_key import JoseKey, RsaPublicKey
from accredit.storage.fault_points import fault_point

_LARGE: Final = 32_000
"""Bytes. What is larger is always rehearsed whole: readers have limits of size, which no outline tells of."""


class Alike:
    """Remembers of which outlines one document went whole through the rehearsal; for documents signed in a row.

    ``examine`` makes of every other one those checks of the public verifier that ask for no key.
    """

    def __init__(self, examine: Examine) -> None:
        self.examine = examine
        self._rehearsed: set[tuple[Any, ...]] = set()

    def knows(self, outline: tuple[Any, ...]) -> bool:
        """Say whether a document of this outline passed its rehearsal."""
        return outline in self._rehearsed

    def learn(self, outline: tuple[Any, ...]) -> None:
        """Note that one did."""
        self._rehearsed.add(outline)


def sign(intent: Intent, *, keyring: KeyRing, lint: Lint, alike: Alike | None = None) -> Signed:
    """Sign one frozen document in both forms, after a rehearsal that every verifier would pass; nothing is stored.

    Raises `RuleBroken` ``no-signing-key``, ``not-as-reserved``, or what ``lint`` and ``alike.examine`` raise.
    """
    document = json.loads(intent.unsigned_document)
    rules.check_permit(document=document, reservation=intent.reservation, is_key_in_use=intent.is_key_in_use)
    outline = _outline(document, intent)
    if alike is not None and alike.knows(outline) and len(intent.unsigned_document) <= _LARGE:
        document_hash = alike.examine(document)
    else:
        document_hash = _rehearse(document, intent, lint)
        if intent.jwt_key is not None:
            _rehearse_jwt(document, intent, intent.jwt_key, lint)
        if alike is not None:
            alike.learn(outline)
    fault_point("S2.after_lint")
    fault_point("S3.before_sign")
    signed = eddsa_rdfc_2022.add_proof(
        document,
        sign=lambda message: keyring.sign(intent.key.id, _as_rehearsed(message, document_hash)),
        verification_method=intent.key.verification_method,
        created=intent.prepared_at,
    )
    # A signature that nobody could verify must not leave this function: a wrong key, or a fault of memory.
    eddsa_rdfc_2022.verify(signed, public_key=rules.for_proofs(intent.key.public_key))
    jwt = None if intent.jwt_key is None else _sign_jwt(document, intent.jwt_key, keyring)
    fault_point("S3.after_sign")
    data = as_bytes(signed)
    return Signed(
        issuance_id=intent.issuance_id,
        document=data,
        digest=hashlib.sha256(data).digest(),
        jwt=jwt,
        jwt_digest=None if jwt is None else hashlib.sha256(jwt).digest(),
    )


def _outline(document: Mapping[str, Any], intent: Intent) -> tuple[Any, ...]:
    """Name what documents that are alike share: keys and members, and how long every list of theirs is."""
    subject = document.get("credentialSubject")
    subject = subject if isinstance(subject, Mapping) else {}
    achievement = subject.get("achievement")
    named = achievement.get("id") if isinstance(achievement, Mapping) else None
    outline: list[Any] = [intent.key.id, intent.jwt_key and intent.jwt_key.id, named]
    for node in (document, subject):
        outline += node
        outline += [tuple(map(_size, value)) for value in node.values() if isinstance(value, list)]
    return tuple(outline)


def _size(value: object) -> int | object:
    return len(value) if isinstance(value, Mapping | list) else value


def _rehearse(document: Mapping[str, Any], intent: Intent, lint: Lint) -> bytes:
    """Sign with a throw-away key, always by the general path; return the hash of the document that it came to."""
    public, sign_with = throw_away_key()
    stand_in = _stand_in(intent, public)
    messages: list[bytes] = []

    def sign_and_keep(message: bytes) -> bytes:
        messages.append(message)
        return sign_with(message)

    rehearsed = eddsa_rdfc_2022.add_proof(
        document,
        sign=sign_and_keep,
        verification_method=stand_in.verification_method,
        created=intent.prepared_at,
        contexts=terms.pinned(),
    )
    lint(as_bytes(rehearsed), stand_in)
    return messages[0][eddsa_rdfc_2022.DOCUMENT_HASH]


def _as_rehearsed(message: bytes, document_hash: bytes) -> bytes:
    """Let pass what is about to be signed, if the document in it is that of the rehearsal (ADR 0015)."""
    if message[eddsa_rdfc_2022.DOCUMENT_HASH] != document_hash:
        raise RuleBroken("lint-failed", "what would be signed is not what was rehearsed")
    return message


def _rehearse_jwt(document: Mapping[str, Any], intent: Intent, key: IntentKey, lint: Lint) -> None:
    algorithm = _algorithm(key)
    public, sign_with = throw_away_key(Algorithm(algorithm))
    stand_in = _stand_in(intent, public)
    token = vc_jwt.encode(document, kid=stand_in.verification_method, alg=algorithm, sign=sign_with)
    lint(token.encode("ascii"), stand_in)


def _stand_in(intent: Intent, public: JoseKey) -> RehearsalKey:
    issuer = intent.reservation.issuer
    name = rules.verification_method(issuer, "rehearsal")
    return RehearsalKey(controller=issuer, verification_method=name, public_key=public)


def _sign_jwt(document: Mapping[str, Any], key: IntentKey, keyring: KeyRing) -> bytes:
    token = vc_jwt.encode(
        document,
        kid=key.verification_method,
        alg=_algorithm(key),
        sign=lambda message: keyring.sign(key.id, message),
    )
    jws = json_web_signature.read(token)
    # A token is written by one way and read by another: what a reader finds in it is what was examined.
    if vc_jwt_claims.read(json.loads(jws.payload)).document != document:
        raise RuleBroken("lint-failed", "what was signed is not what was rehearsed")
    json_web_signature.verify(jws, key.public_key)
    return token.encode("ascii")


def _algorithm(key: IntentKey) -> Literal["ES256", "RS256"]:
    return "RS256" if isinstance(key.public_key, RsaPublicKey) else "ES256"
