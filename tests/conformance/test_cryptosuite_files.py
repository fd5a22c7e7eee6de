"""Every single file of the W3C cryptosuite vectors: keys, canonical forms, hashes, signatures, sets and chains.

A file is known by the beginning of its name; one that nobody knows fails. Not here: those of ecdsa-sd-2023, which have
a module of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.kit.linkeddata import LinkedDataError, canonicalise, jcs, terms
from accredit.kit.vc import data_integrity, did_key, multibase, multikey
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.eddsa_jcs_2022 import in_contexts_of_proof
from accredit.kit.vc.eddsa_rdfc_2022 import proof_configuration
from accredit.kit.vc.errors import ProofInvalid

from .vectors import PRESENT, cases, files, load, needed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONTEXTS = terms.pinned_for_conformance()
SD = "vc-di-ecdsa/ecdsa-sd-2023"
pytestmark = needed


class Signed:
    """The signed document of a folder, taken apart and written as its cryptosuite writes it."""

    def __init__(self, folder: Path) -> None:
        (path,) = folder.glob("signed*.json")
        self.document = load(path)
        self.unsecured, (self.proof,) = proofs.split(self.document)
        self.is_jcs = "-jcs-" in self.proof.get("cryptosuite", "")
        key = did_key.resolve(self.proof["verificationMethod"]).public_key
        self.hash = "sha384" if key.kind is multikey.KeyKind.P384 else "sha256"
        if self.is_jcs:
            self.configuration = proofs.without_value(self.proof)
            self.signed = dict(in_contexts_of_proof(self.unsecured, self.proof))
        else:
            self.configuration = proof_configuration(self.unsecured, self.proof)
            self.signed = self.unsecured

    def write(self, part: dict[str, Any]) -> bytes:
        if self.is_jcs:
            return jcs.canonicalise(part)
        return canonicalise(part, contexts=CONTEXTS, hash_name=self.hash)

    def hashed(self, part: dict[str, Any]) -> str:
        return hashlib.new(self.hash, self.write(part)).hexdigest()


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def _canonical_document(path: Path) -> None:
    signed = Signed(path.parent)
    assert signed.write(signed.signed) == path.read_bytes()


def _canonical_proof(path: Path) -> None:
    signed = Signed(path.parent)
    assert signed.write(signed.configuration) == path.read_bytes()


def _document_hash(path: Path) -> None:
    signed = Signed(path.parent)
    assert signed.hashed(signed.signed) == _text(path)


def _proof_hash(path: Path) -> None:
    signed = Signed(path.parent)
    assert signed.hashed(signed.configuration) == _text(path)


def _combined_hash(path: Path) -> None:
    signed = Signed(path.parent)
    assert signed.hashed(signed.configuration) + signed.hashed(signed.signed) == _text(path)


def _configuration(path: Path) -> None:
    assert load(path) == Signed(path.parent).configuration


def _signature(path: Path) -> None:
    value = Signed(path.parent).proof["proofValue"]
    assert _text(path) in (value, multibase.decode_base58(value).hex())


def _verifies(path: Path) -> None:
    document = load(path)
    found = data_integrity.verify(document, resolve=did_key.resolve, now=NOW, contexts=CONTEXTS)
    assert len(found) == len(proofs.split(document)[1])


def _unsigned(path: Path) -> None:
    below = [load(signed) for signed in path.parent.rglob("signed*.json")]
    bodies = [{name: value for name, value in each.items() if name not in ("proof", "@context")} for each in below]
    plain = {name: value for name, value in load(path).items() if name != "@context"}
    assert plain in bodies


def _keys(path: Path) -> None:
    pairs: list[dict[str, str]] = []
    json.loads(
        path.read_text(), object_hook=lambda found: pairs.append(found) if "publicKeyMultibase" in found else None
    )
    assert pairs
    for pair in pairs:
        secret = pair.get("privateKeyMultibase") or pair["secretKeyMultibase"]
        assert public_of(secret) == multikey.decode(pair["publicKeyMultibase"])


def public_of(secret: str) -> multikey.PublicKey:
    data = multibase.decode_base58(secret)
    if data[:2] == b"\x80\x26":
        raw = Ed25519PrivateKey.from_private_bytes(data[2:]).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return multikey.from_raw(multikey.KeyKind.ED25519, raw)
    kind, curve = {
        b"\x86\x26": (multikey.KeyKind.P256, ec.SECP256R1()),
        b"\x87\x26": (multikey.KeyKind.P384, ec.SECP384R1()),
    }[data[:2]]
    public = ec.derive_private_key(int.from_bytes(data[2:], "big"), curve).public_key()
    return multikey.from_raw(kind, public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))


def _proofs_beside(path: Path) -> list[dict[str, Any]]:
    return [proof for signed in path.parent.glob("signed*.json") for proof in proofs.split(load(signed))[1]]


def _member_of_a_set(path: Path) -> None:
    known = _proofs_beside(path)
    assert load(path) in (known if "Signed" in path.name else [proofs.without_value(proof) for proof in known])


def _what_a_chain_signs(path: Path) -> None:
    document = load(path)
    for signed in path.parent.glob("signed*Chain*.json"):
        unsecured, found = proofs.split(load(signed))
        linked = [proofs.previous_proofs(proof, found) for proof in found if "previousProof" in proof]
        assert document in [{**unsecured, "proof": previous} for previous in linked]


def _pointers(path: Path) -> None:
    """The pointers that selective disclosure would use lead to something in the credential beside them."""
    document = load(path.parent / "employmentAuth.json")
    for pointer in load(path):
        node = document
        for step in pointer.split("/")[1:]:
            node = node[int(step) if isinstance(node, list) else step]


CHECKS: dict[str, Callable[[Path], None]] = {
    "canonDoc": _canonical_document,
    "proofCanon": _canonical_proof,
    "docHash": _document_hash,
    "proofHash": _proof_hash,
    "combinedHash": _combined_hash,
    "proofConfig": _configuration,
    "sigHex": _signature,
    "sigBTC58": _signature,
    "signed": _verifies,
    "unsigned": _unsigned,
    "employmentAuth": _unsigned,
    "keyPair": _keys,
    "p256KeyPair": _keys,
    "p384KeyPair": _keys,
    "multiKeyPairs": _keys,
    "proofSetConfig": _member_of_a_set,
    "proofChainConfig": _member_of_a_set,
    "proofChainTempDoc": _what_a_chain_signs,
    "employMandatory": _pointers,
    "employSelective": _pointers,
}
_NOT_SD = tuple(path.name for path in files(SD)) if PRESENT else ()


@pytest.mark.parametrize(
    "path", [*cases("vc-di-eddsa", "vc-di-eddsa"), *cases("vc-di-ecdsa", "vc-di-ecdsa", but=_NOT_SD)]
)
def test_a_file_is_as_we_make_it(path: Path) -> None:
    known = [check for name, check in CHECKS.items() if path.name.startswith(name)]
    assert len(known) == 1, f"nobody knows what {path.name} is"
    known[0](path)


@pytest.mark.parametrize("path", cases("vc-barcodes", "vc-barcodes"))
def test_a_credential_for_a_barcode_is_refused_by_name(path: Path) -> None:
    # Its proof covers the optical bytes too, and one of its contexts is a state's own. Nothing of ours prints one.
    credential = load(path)["credential"]
    with pytest.raises(LinkedDataError) as refused:
        canonicalise({name: value for name, value in credential.items() if name != "proof"}, contexts=CONTEXTS)
    assert refused.value.code == "context_not_pinned"
    with pytest.raises(ProofInvalid) as unsupported:
        data_integrity.verify(credential, resolve=did_key.resolve, now=NOW, contexts=CONTEXTS)
    assert unsupported.value.code == "unsupported_proof"
