"""The whole family of vectors of the data model, sent to the conformance mode over HTTPS as its suite sends them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.vc import eddsa_jcs_2022
from tests.conformance.conformance_service import (
    BASES,
    CHALLENGE,
    DOMAIN,
    SUITE_HOLDER,
    ConformanceService,
    refused,
    running,
)
from tests.processes import ROOT
from tests.unit.kit.vc.holder_examples import HOLDER, ISSUER, signed

SHARED = Path(os.environ.get("ACCREDIT_SHARED", ROOT.parent / "shared"))
FAMILY = SHARED / "standards" / "vectors" / "vcdm2"
KIND = ["VerifiableCredential"]
VECTORS = sorted(FAMILY.rglob("*.json")) or [FAMILY / "absent.json"]
# What the vector of this name cannot show to a verifier that checks everything, and why.
EXCEPTIONS = {
    "presentation-enveloped-vc-ok.json": "its token names no key, so nobody can verify it; its form is accepted",
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceService]:
    yield from running(tmp_path_factory.mktemp("conformance"))


@pytest.mark.suite("vcdm2")
@pytest.mark.parametrize("path", VECTORS, ids=lambda path: str(path.relative_to(FAMILY)))
def test_data_model_vector(service: ConformanceService, shared: Path, path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8").replace(SUITE_HOLDER, HOLDER.did))
    # The suite puts these dates in itself.
    dates = {"PAST DATE": "2000-01-01T00:00:00Z", "FUTURE DATE": "2999-01-01T00:00:00Z"}
    document = {name: dates.get(value, value) if isinstance(value, str) else value for name, value in document.items()}
    expected = path.stem.endswith("-ok") and path.name not in EXCEPTIONS
    if path.stem.startswith("presentation"):
        _check_presentation_vector(service, document, path, expected)
        return
    for base in BASES:
        answer = service.post(f"{base}/credentials/issue", {"credential": document})
        if not expected:
            refused(answer)
            continue
        assert answer.status == 201, (base, answer)
        issued = answer.body["verifiableCredential"]
        verified = service.verify(issued, base, checks=["proof"])
        # A proof that came with the posted credential is of nobody, so the two together cannot hold.
        assert verified.status == (400 if "proof" in document and base != "/enveloped" else 200), (base, verified)


def _check_presentation_vector(
    service: ConformanceService, document: dict[str, Any], path: Path, expected: bool
) -> None:
    if "self-asserted" not in path.name:
        document = {**document, **_with_signed_credentials(document)}
    # Signed as JSON, which can be signed whatever it says: so only the rule itself can be the reason to refuse it.
    options = {"domain": DOMAIN, "challenge": CHALLENGE}
    shown = signed(document, by=HOLDER, suite=eddsa_jcs_2022, proof_purpose="authentication", options=options)
    answer = service.verify_presentation(shown, domain=DOMAIN, challenge=CHALLENGE)
    if expected:
        assert answer.status == 200, answer
    else:
        code = refused(answer)
        assert code != "signature_invalid"
        assert (code == "key_missing") == (path.name in EXCEPTIONS)


def _with_signed_credentials(document: dict[str, Any]) -> dict[str, Any]:
    """Sign what a presentation holds as the suite does, in the name of its own key."""
    found = document.get("verifiableCredential")
    if not isinstance(found, list):
        return {}
    contained = [
        signed({**each, "issuer": ISSUER.did}) if isinstance(each, dict) and each["type"] == KIND else each
        for each in found
    ]
    return {"verifiableCredential": contained}
