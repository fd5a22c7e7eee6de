"""Published Data Integrity vectors: canonical forms, hashes and signatures to the byte, sets and chains of proofs."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.kit.linkeddata import canonicalise, jcs, terms
from accredit.kit.vc import (
    data_integrity,
    did_key,
    ecdsa_2019,
    eddsa_jcs_2022,
    eddsa_rdfc_2022,
    multibase,
    multikey,
    vc_jwt,
)
from accredit.kit.vc import proof as proofs

from .vectors import cases, load, needed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONTEXTS = terms.pinned_for_conformance()


@pytest.fixture(scope="module")
def vectors(shared: Path) -> Path:
    return shared / "standards" / "vectors"


def _signer(multibase_secret: str) -> Ed25519PrivateKey:
    data = multibase.decode_base58(multibase_secret)
    assert data[:2] == b"\x80\x26"
    return Ed25519PrivateKey.from_private_bytes(data[2:])


EDDSA = {
    "eddsa-rdfc-2022": ("DataInt", eddsa_rdfc_2022),
    "eddsa-jcs-2022": ("JCS", eddsa_jcs_2022),
}


@pytest.mark.parametrize("name", EDDSA)
def test_w3c_eddsa_vectors(name: str, vectors: Path) -> None:
    suffix, suite = EDDSA[name]
    folder = vectors / "vc-di-eddsa" / name
    unsigned = load(vectors / "vc-di-eddsa" / "unsigned.json")
    proof = load(folder / f"proofConfig{suffix}.json")
    document = {**unsigned, "@context": proof["@context"]} if suffix == "JCS" else unsigned

    def write(value: dict[str, Any]) -> bytes:
        return jcs.canonicalise(value) if suffix == "JCS" else canonicalise(value, contexts=CONTEXTS)

    assert write(document) == (folder / f"canonDoc{suffix}.txt").read_bytes()
    assert write(proof) == (folder / f"proofCanon{suffix}.txt").read_bytes()
    combined = (folder / f"combinedHash{suffix}.txt").read_text().strip()
    assert hashlib.sha256(write(proof)).hexdigest() + hashlib.sha256(write(document)).hexdigest() == combined

    keys = load(vectors / "vc-di-eddsa" / "keyPair.json")
    expected = load(folder / f"signed{suffix}.json")
    options = {} if suffix == "JCS" else {"contexts": CONTEXTS}
    ours = suite.add_proof(
        unsigned,
        sign=_signer(keys["privateKeyMultibase"]).sign,
        verification_method=proof["verificationMethod"],
        created=datetime.fromisoformat(proof["created"]),
        **options,
    )
    assert ours["proof"] == [expected["proof"]]
    suite.verify(expected, public_key=multikey.decode(keys["publicKeyMultibase"]), **options)


def test_w3c_vector_of_the_older_proof_type(vectors: Path) -> None:
    folder = vectors / "vc-di-eddsa" / "Ed25519Signature2020"
    (found,) = data_integrity.verify(
        load(folder / "signedEdSig.json"), resolve=did_key.resolve, now=NOW, contexts=CONTEXTS
    )
    assert found.cryptosuite == "Ed25519Signature2020"


ECDSA = ["ecdsa-rdfc-2019-p256", "ecdsa-rdfc-2019-p384", "ecdsa-jcs-2019-p256", "ecdsa-jcs-2019-p384"]


@pytest.mark.parametrize("name", [*ECDSA, "ecdsa-rdfc-2019-p256/employ"])
def test_w3c_ecdsa_vectors(name: str, vectors: Path) -> None:
    folder = vectors / "vc-di-ecdsa" / name
    (signed,) = folder.glob("signed*.json")
    document = load(signed)
    (found,) = data_integrity.verify(document, resolve=did_key.resolve, now=NOW, contexts=CONTEXTS)
    unsecured = {member: value for member, value in document.items() if member != "proof"}
    (combined,) = folder.glob("combinedHash*.txt")
    kind = found.key.public_key.kind
    hashes = ecdsa_2019.hash_data(unsecured, document["proof"], kind=kind, contexts=CONTEXTS)
    assert hashes.hex() == combined.read_text().strip()


@pytest.mark.parametrize(("name", "count"), [("signedProofSet1", 1), ("signedProofSet2", 2), ("signedProofChain1", 3)])
def test_w3c_sets_and_chains_of_proofs(name: str, count: int, vectors: Path) -> None:
    document = load(vectors / "vc-di-eddsa" / "proof-set-chain" / f"{name}.json")
    assert len(data_integrity.verify(document, resolve=did_key.resolve, now=NOW, contexts=CONTEXTS)) == count


@pytest.mark.suite("OB 3.0 proof vector")
def test_the_open_badges_proof_vector(vectors: Path) -> None:
    folder = vectors / "ob3" / "proof-vector"
    vector = load(folder / "linked-data-proof.json")
    signed = vector["signed"]
    key = multikey.decode(vector["publicKeyMultibase"])
    assert key.raw.hex() == vector["publicKeyHex"]
    eddsa_rdfc_2022.verify(signed, public_key=key)
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    assert eddsa_rdfc_2022.hash_data(unsecured, signed["proof"]).hex() == vector["hashData"]
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(vector["privateKeyHex"])[:32])
    ours = eddsa_rdfc_2022.add_proof(
        unsecured,
        sign=secret.sign,
        verification_method=signed["proof"]["verificationMethod"],
        created=datetime.fromisoformat(signed["proof"]["created"]),
    )
    assert ours["proof"] == [signed["proof"]]


KEYS = "own-signed/key-ed25519.json"


@needed
@pytest.mark.parametrize("path", cases("own-signed", "own-signed", but=("key-ed25519.json",)))
def test_own_signed_vectors(path: Path) -> None:
    vector = load(path)
    if "jwt" in vector:
        found = vc_jwt.decode(vector["jwt"], resolve=lambda _: None, now=NOW)
        assert {**found.document, **found.claims} == vector["payload"]
        assert found.notes == (vc_jwt.KEY_NOT_ANCHORED,)
    elif "hashData" in vector:
        _check_hashes_and_sign_again(path.name, vector)
    else:
        key = multikey.decode(load(KEYS)["publicKeyMultibase"])
        eddsa_rdfc_2022.verify(vector, public_key=key)


def _check_hashes_and_sign_again(name: str, vector: dict[str, Any]) -> None:
    keys = load(KEYS)
    secret = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(keys["seedHex"]))
    assert multikey.encode_ed25519(bytes.fromhex(keys["publicKeyHex"])) == keys["publicKeyMultibase"]
    suite: Any = eddsa_jcs_2022 if "jcs" in name else eddsa_rdfc_2022
    write = jcs.canonicalise if "jcs" in name else canonicalise
    assert write(vector["unsigned"]).decode() == vector["canonicalDocument"]
    assert write(vector["proofConfig"]).decode() == vector["canonicalProofConfig"]
    ours = suite.add_proof(
        vector["unsigned"],
        sign=secret.sign,
        verification_method=keys["verificationMethod"],
        created=datetime.fromisoformat(vector["proofConfig"]["created"]),
    )
    assert ours["proof"] == proofs.split(vector["signed"])[1]
    assert suite.hash_data(vector["unsigned"], ours["proof"][0]).hex() == vector["hashData"]
