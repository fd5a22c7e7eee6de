"""The same work done with PyLD, as a Python service without this kit would do it: the baseline named ``pyld``.

PyLD is given every advantage that it has: contexts in memory, marked as static so that it keeps what it resolved, and
warm before the first round. PyLD and the contexts come from development dependencies; without them the baseline is left
out, and the answer says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accredit.bench import credentials
from accredit.kit.vc import multibase, timestamps

MISSING: Final = (
    "PyLD is not installed here; with the development dependencies, `uv sync --extra dev`, it is compared too."
)


@dataclass(frozen=True)
class Peer:
    """PyLD with its contexts loaded."""

    normalise: Callable[[Mapping[str, Any]], bytes]

    def issue(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Sign a document by eddsa-rdfc-2022."""
        proof = {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "created": timestamps.write(credentials.ISSUED),
            "verificationMethod": credentials.key().id,
            "proofPurpose": "assertionMethod",
        }
        signature = credentials.sign(self._hash(document, proof))
        return {**document, "proof": {**proof, "proofValue": multibase.encode_base58(signature)}}

    def verify(self, signed: Mapping[str, Any], public: Ed25519PublicKey) -> bool:
        """Check the one proof of a document."""
        proof = signed["proof"][0] if isinstance(signed["proof"], list) else signed["proof"]
        unsecured = {name: value for name, value in signed.items() if name != "proof"}
        configuration = {name: value for name, value in proof.items() if name != "proofValue"}
        try:
            public.verify(multibase.decode_base58(proof["proofValue"]), self._hash(unsecured, configuration))
        except InvalidSignature:
            return False
        return True

    def _hash(self, document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
        configuration = {**proof, "@context": document["@context"]}
        return b"".join(hashlib.sha256(self.normalise(part)).digest() for part in (configuration, document))


def load() -> Peer | None:
    """Load PyLD and the contexts; None when either is not installed."""
    try:
        jsonld = import_module("pyld.jsonld")
        contexts = import_module("openbadgeslib.ob3.contexts")
    except ImportError:
        return None
    # This loader marks what it answers as static.
    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": contexts.document_loader(),
    }

    def normalise(document: Mapping[str, Any]) -> bytes:
        return bytes(jsonld.normalize(dict(document), options).encode("utf-8"))

    return Peer(normalise)
