"""Signed badges, and what refuses them; for the tests of proofs."""

from __future__ import annotations

from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.vc import data_integrity, eddsa_jcs_2022, eddsa_rdfc_2022
from accredit.kit.vc.errors import ProofInvalid, TimestampInvalid
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.vc_examples import CREATED, NOW

Document = dict[str, Any]
KEY = examples.key(1)
SUITES = {"eddsa-rdfc-2022": eddsa_rdfc_2022, "eddsa-jcs-2022": eddsa_jcs_2022}


def signed(suite: Any = eddsa_rdfc_2022, seed: int = 1, document: Document | None = None, **options: Any) -> Document:
    found: Document = suite.add_proof(
        document or examples.badge(),
        sign=examples.private(seed).sign,
        verification_method=examples.key(seed).id,
        created=CREATED,
        **options,
    )
    return found


def verify(document: Any, *keys: VerificationKey, **expected: Any) -> list[data_integrity.VerifiedProof]:
    return data_integrity.verify(document, resolve=examples.resolver(*(keys or (KEY,))), now=NOW, **expected)


PLACES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(["document_malformed", "proof_missing"], ("$",)),
    **dict.fromkeys(["previous_proof", "signature_invalid", "too_many_proofs", "unsupported_proof"], ("$.proof",)),
    "context_mismatch": ("$.proof['@context']",),
    "key_type": ("$.proof", "$.proof.verificationMethod"),
    "proof_malformed": ("$.proof", "$.proof[0]"),
    "proof_value": ("$.proof.proofValue",),
    "wrong_controller": ("$.proof.verificationMethod",),
}
"""Where a refusal points to; all others name the proof by its position."""


def code_of(document: Any, *keys: VerificationKey, **expected: Any) -> str:
    with pytest.raises((ProofInvalid, LinkedDataError, TimestampInvalid)) as refused:
        verify(document, *keys, **expected)
    if isinstance(refused.value, ProofInvalid):
        assert refused.value.path in PLACES.get(refused.value.code, ("$.proof[0]",))
        assert str(refused.value) == f"{refused.value.code} at {refused.value.path}: {refused.value.sentence}"
    assert str(vars(refused.value)["sentence"]).endswith(".")
    if isinstance(refused.value, TimestampInvalid):
        assert refused.value.path == "$.proof[0].created"
    return str(vars(refused.value)["code"])
