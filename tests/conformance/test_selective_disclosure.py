"""Every single file of the ecdsa-sd-2023 vectors: what issuer, holder and verifier worked out, step by step.

We verify only. What the issuer and the holder do is followed as far as our statements, labels and hashes go, so that
each step on the way to the derived proof is compared, not its end alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.linkeddata import canonicalise, terms
from accredit.kit.vc import data_integrity, did_key, ecdsa_sd_2023, multibase, multikey
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.eddsa_rdfc_2022 import proof_configuration
from accredit.kit.vc.errors import ProofInvalid
from tests.unit.kit.vc import selective_disclosure

from .test_cryptosuite_files import public_of
from .vectors import cases, load, needed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONTEXTS = terms.pinned_for_conformance()
SD = "vc-di-ecdsa/ecdsa-sd-2023"
pytestmark = needed


@cache
def step(name: str) -> Any:
    return load(f"{SD}/employ/{name}.json")


def taken_apart(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    unsecured, (proof,) = proofs.split(step(name))
    return unsecured, proof


def indexed(group: dict[str, Any]) -> dict[int, str]:
    return {int(index): line for index, line in group["value"]}


def labels_of(canonical: list[str]) -> dict[str, str]:
    """Label the names of a document as its issuer does, with the key of the vectors."""
    key = bytes.fromhex(load(f"{SD}/SDKeyMaterial.json")["hmacKeyString"])
    found = selective_disclosure.labels("".join(canonical), key=key)
    return {name: f"_:{multibase.encode_base64url(label)}" for name, label in found.items()}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def shown() -> ecdsa_sd_2023.Disclosure:
    return ecdsa_sd_2023.disclosure(taken_apart("derivedRevealDocument")[1])


def verify_data() -> ecdsa_sd_2023.VerifyData:
    return ecdsa_sd_2023.verify_data(*taken_apart("derivedRevealDocument"), shown(), contexts=CONTEXTS)


def _keys(found: Any) -> None:
    for name in ("baseKeyPair", "proofKeyPair"):
        pair = found[name]
        assert public_of(pair["secretKeyMultibase"]) == multikey.decode(pair["publicKeyMultibase"])
    assert len(bytes.fromhex(found["hmacKeyString"])) == 32


def _canonical(found: Any) -> None:
    assert "".join(found).encode() == canonicalise(taken_apart("addSignedSDBase")[0], contexts=CONTEXTS)


def _labelled(found: Any) -> None:
    labels = labels_of(step("addBaseDocCanon"))
    unsecured, _ = taken_apart("addSignedSDBase")
    assert found == ecdsa_sd_2023.statements(unsecured, labels, contexts=CONTEXTS)


def _transformed(found: Any) -> None:
    groups = indexed(found["mandatory"]) | indexed(found["nonMandatory"])
    assert [groups[index] for index in range(len(groups))] == step("addBaseDocHMACCanon")
    assert found["mandatoryPointers"] == load("vc-di-ecdsa/employMandatory.json")


def _hashes(found: Any) -> None:
    unsecured, proof = taken_apart("addSignedSDBase")
    configuration = canonicalise(proof_configuration(unsecured, proof), contexts=CONTEXTS)
    mandatory = "".join(indexed(step("addBaseTransform")["mandatory"]).values())
    assert found == {"proofHash": sha256(configuration.decode()), "mandatoryHash": sha256(mandatory)}


def _pointers(found: Any) -> None:
    document, _ = taken_apart("addSignedSDBase")
    for each in found:
        node: Any = document
        for member in each["pointer"].split("/")[1:]:
            node = node[member]
        assert node == each["value"]


def _configuration(found: Any) -> None:
    assert found == proof_configuration(*taken_apart("addSignedSDBase"))


def _configuration_canonical(path: Path) -> None:
    assert path.read_bytes() == canonicalise(step("addProofConfig"), contexts=CONTEXTS)


def _base_signatures(found: Any) -> None:
    """The issuer's signature and those of the statements hold, and they are what the base proof has."""
    _, proof = taken_apart("addSignedSDBase")
    key = multikey.decode(found.get("publicKey") or found["proofPublicKey"])
    hashes = {name: bytes.fromhex(value) for name, value in step("addHashData").items()}
    data = hashes["proofHash"] + key.kind.prefix + key.raw + hashes["mandatoryHash"]
    issuer = did_key.resolve(proof["verificationMethod"]).public_key
    assert issuer.verifies(bytes.fromhex(found["baseSignature"]), data)
    others = indexed(step("addBaseTransform")["nonMandatory"]).values()
    written = multibase.decode_base64url(proof["proofValue"])
    for signature, line in zip(found["signatures"], others, strict=True):
        assert key.verifies(bytes.fromhex(signature), line.encode())
        assert bytes.fromhex(signature) in written
    assert bytes.fromhex(found["baseSignature"]) in written
    assert bytes.fromhex(found.get("hmacKey", "")) in written


def _base_proof(found: Any) -> None:
    with pytest.raises(ProofInvalid) as refused:
        data_integrity.verify(found, resolve=did_key.resolve, now=NOW, contexts=CONTEXTS)
    assert refused.value.code == "unsupported_proof"
    assert "holder" in refused.value.sentence


def _positions(found: Any) -> None:
    assert found["adjMandatoryIndexes"] == shown().mandatory


def _signatures_shown(found: Any) -> None:
    assert found["filteredSignatures"] == [each.hex() for each in shown().signatures]
    of_base = step("addRawBaseSignatureInfo")["signatures"]
    assert found["filteredSignatures"] == [of_base[index] for index in found["adjSignatureIndexes"]]


def _groups(found: Any) -> None:
    for group in found["groups"].values():
        lines = indexed(group["matching"]) | indexed(group["nonMatching"])
        assert [lines[index] for index in range(len(lines))] == step("addBaseDocHMACCanon")
    assert list(indexed(found["groups"]["combined"]["matching"]).values()) == step("verifyNQuads")


def _group_indexes(found: Any) -> None:
    groups = step("derivedAllGroupData")["groups"]
    for name in ("combined", "mandatory", "selective"):
        assert found[f"{name}Indexes"] == sorted(indexed(groups[name]["matching"]))
    assert found["nonMandatoryIndexes"] == sorted(indexed(groups["mandatory"]["nonMatching"]))
    combined = found["combinedIndexes"]
    assert [combined.index(index) for index in found["mandatoryIndexes"]] == shown().mandatory


def _derived(found: Any) -> None:
    read = shown()
    names = found["labelMap"]["value"] if isinstance(found["labelMap"], dict) else found["labelMap"]
    assert {f"_:{name}": f"_:{label}" for name, label in names} == read.labels
    assert found["baseSignature"] == read.base_signature.hex()
    assert found["publicKey"] == read.proof_key.multibase
    assert found["signatures"] == [each.hex() for each in read.signatures]
    assert found["mandatoryIndexes"] == read.mandatory


def _verifies(found: Any) -> None:
    (proof,) = data_integrity.verify(found, resolve=did_key.resolve, now=NOW, contexts=CONTEXTS)
    assert (proof.cryptosuite, proof.notes) == (ecdsa_sd_2023.NAME, (data_integrity.SHOWN_IN_PART,))


def _unsigned(found: Any) -> None:
    assert found == taken_apart("derivedRevealDocument")[0]


def _verify_data(found: Any) -> None:
    data = verify_data()
    key = multikey.decode(found["publicKey"])
    assert data.base.hex() == found["proofHash"] + (key.kind.prefix + key.raw).hex() + found["mandatoryHash"]
    assert data.others == found["nonMandatory"]
    assert found["baseSignature"] == shown().base_signature.hex()
    assert found["signatures"] == [each.hex() for each in shown().signatures]


def _shown_statements(found: Any) -> None:
    unsecured, _ = taken_apart("derivedRevealDocument")
    assert found == ecdsa_sd_2023.statements(unsecured, shown().labels, contexts=CONTEXTS)


CHECKS: dict[str, Callable[[Any], None]] = {
    "SDKeyMaterial": _keys,
    "addBaseDocCanon": _canonical,
    "addBaseDocHMACCanon": _labelled,
    "addBaseTransform": _transformed,
    "addHashData": _hashes,
    "addPointerValues": _pointers,
    "addProofConfig": _configuration,
    "addRawBaseSignatureInfo": _base_signatures,
    "addSignedSDBase": _base_proof,
    "derivedAdjMandatoryIndexes": _positions,
    "derivedAdjSignatures": _signatures_shown,
    "derivedAllGroupData": _groups,
    "derivedDisclosureData": _derived,
    "derivedGroupIndexes": _group_indexes,
    "derivedRecoveredBaseData": _base_signatures,
    "derivedRevealDocument": _verifies,
    "derivedUnsignedReveal": _unsigned,
    "verifyCreateVerifyData": _verify_data,
    "verifyDerivedProofValue": _derived,
    "verifyNQuads": _shown_statements,
}


@pytest.mark.parametrize("path", cases("vc-di-ecdsa, ecdsa-sd-2023", SD))
def test_a_step_is_as_we_work_it_out(path: Path) -> None:
    if path.suffix == ".txt":
        assert path.stem == "addProofConfigCanon", f"nobody knows what {path.name} is"
        _configuration_canonical(path)
    else:
        CHECKS[path.stem](load(path))
