"""The same work done with PyLD, as a Python service without this kit would do it.

``pyld`` is PyLD as its documentation shows it, with a loader that holds the contexts in memory. ``pyld_tuned`` has the
loader mark them as static too, which its documentation does not mention: then PyLD keeps what it resolved from one
document to the next, which makes it a third faster or so. Both are warm before the first round.

PyLD and the contexts come from development dependencies; without them the baselines are left out, and the answer says
so.
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
    """PyLD with its contexts loaded; `key` is the name of the baseline."""

    key: str
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


def load() -> tuple[Peer, ...]:
    """Load PyLD and the contexts, plain and tuned; nothing at all when either is not installed."""
    try:
        jsonld = import_module("pyld.jsonld")
        contexts = import_module("openbadgeslib.ob3.contexts")
    except ImportError:
        return ()
    tuned = contexts.document_loader()

    def plain(url: str, options: Any = None) -> dict[str, Any]:
        return {name: value for name, value in tuned(url, options).items() if name != "tag"}

    return Peer("pyld", _normaliser(jsonld, plain)), Peer("pyld_tuned", _normaliser(jsonld, tuned))


def _normaliser(jsonld: Any, loader: Callable[..., dict[str, Any]]) -> Callable[[Mapping[str, Any]], bytes]:
    # PyLD keeps what it resolved in one memory of the whole process; with one each, neither helps the other.
    memory: dict[str, Any] = {}

    def normalise(document: Mapping[str, Any]) -> bytes:
        options = {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": loader,
            "contextResolver": jsonld.ContextResolver(memory, loader),
        }
        return bytes(jsonld.normalize(dict(document), options).encode("utf-8"))

    return normalise
