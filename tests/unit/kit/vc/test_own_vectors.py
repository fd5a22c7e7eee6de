"""Documents that were signed once and must verify for good; see tests/vectors/data-integrity/README.md."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.linkeddata import canonicalise, jcs
from accredit.kit.vc import data_integrity, eddsa_jcs_2022, eddsa_rdfc_2022
from tests.unit.kit.vc import vc_examples as examples

FOLDER = Path(__file__).parents[3] / "vectors" / "data-integrity"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
SUITES: dict[str, Any] = {suite.NAME: suite for suite in (eddsa_rdfc_2022, eddsa_jcs_2022)}


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def secured(vector: dict[str, Any]) -> dict[str, Any]:
    """The document that the last proof signs: without proofs, except those that it builds on."""
    *earlier, last = vector["signed"]["proof"]
    unsecured = {name: value for name, value in vector["signed"].items() if name != "proof"}
    previous = [proof for proof in earlier if proof.get("id") == last.get("previousProof")]
    return {**unsecured, "proof": previous} if previous else unsecured


def test_there_are_vectors() -> None:
    assert len(NAMES) == 8


@pytest.mark.parametrize("name", NAMES)
def test_it_still_verifies(name: str) -> None:
    vector = load(name)
    relationships = frozenset({vector["purpose"]})
    keys = [replace(examples.key(seed), relationships=relationships) for seed in (1, 2)]
    assert keys[0].public_key.multibase == vector["publicKeyMultibase"]
    found = data_integrity.verify(
        vector["signed"], resolve=examples.resolver(*keys), now=examples.NOW, expected_purpose=vector["purpose"]
    )
    assert len(found) == len(vector["signed"]["proof"])


@pytest.mark.parametrize("name", NAMES)
def test_its_canonical_form_and_hashes_are_the_same(name: str) -> None:
    vector = load(name)
    suite = SUITES[vector["signed"]["proof"][-1]["cryptosuite"]]
    write = canonicalise if suite is eddsa_rdfc_2022 else jcs.canonicalise
    assert write(secured(vector)).decode("utf-8") == vector["canonicalDocument"]
    assert suite.hash_data(secured(vector), vector["signed"]["proof"][-1]).hex() == vector["hashData"]


@pytest.mark.parametrize("name", NAMES)
def test_signing_it_again_gives_the_same_proof(name: str) -> None:
    vector = load(name)
    last = vector["signed"]["proof"][-1]
    made = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue", "@context"}
    again = SUITES[last["cryptosuite"]].add_proof(
        {**vector["signed"], "proof": vector["signed"]["proof"][:-1]},
        sign=examples.private(1).sign,
        verification_method=last["verificationMethod"],
        created=examples.CREATED,
        proof_purpose=last["proofPurpose"],
        options={name: value for name, value in last.items() if name not in made},
    )
    assert again == vector["signed"]
