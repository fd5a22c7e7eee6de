"""The whole family of vectors of the data model, sent to the conformance mode over HTTPS as its suite sends them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.vc import data_model, eddsa_jcs_2022
from tests.conformance.conformance_service import (
    BASES,
    CHALLENGE,
    DOMAIN,
    STALE_DIGESTS,
    SUITE_HOLDER,
    ConformanceService,
    refused,
    running,
)
from tests.conformance.vectors import cases, needed
from tests.unit.kit.vc.holder_examples import HOLDER, ISSUER, signed

pytestmark = [needed]

# What a vector called "ok" cannot show to a verifier that checks everything: what it holds → how it is refused.
EXCEPTIONS = {
    '"id": "data:application/vc-ld+jwt;base64url,eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.': (
        "key_missing",
        "its token names no key, so nobody could verify it; its form is accepted",
    ),
    **dict.fromkeys(STALE_DIGESTS.values(), ("digest_mismatch", "a digest that the context had in July 2024")),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConformanceService]:
    yield from running(tmp_path_factory.mktemp("conformance"))


@pytest.mark.parametrize("path", cases("vcdm2", "vcdm2"))
def test_data_model_vector(service: ConformanceService, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = json.loads(text.replace(SUITE_HOLDER, HOLDER.did))
    # The suite puts these dates in itself.
    dates = {"PAST DATE": "2000-01-01T00:00:00Z", "FUTURE DATE": "2999-01-01T00:00:00Z"}
    document = {name: dates.get(value, value) if isinstance(value, str) else value for name, value in document.items()}
    exception = next((code for part, (code, _) in EXCEPTIONS.items() if part in text), None)
    # Names end in "-ok", "-fail" or "-fail-or-inject"; two without an ending say that holder and issuer do not fit.
    expected = path.stem.endswith("-ok") and exception is None
    if path.stem.startswith("presentation"):
        code = _presented(service, document, sign_contents="self-asserted" not in path.name)
        if exception is not None:
            data_model.check_presentation(document)
    else:
        code = _issued(service, document)
    assert (code is None) == expected, code
    if exception is not None and path.stem.endswith("-ok"):
        assert code == exception


def _issued(service: ConformanceService, document: dict[str, Any]) -> str | None:
    """Have a vector issued at every base, and what is issued verified; return the code of a refusal."""
    codes: set[str | None] = set()
    for base in BASES:
        answer = service.post(f"{base}/credentials/issue", {"credential": document})
        if answer.status != 201:
            codes.add(refused(answer))
            continue
        codes.add(None)
        verified = service.verify(answer.body["verifiableCredential"], base, checks=["proof"])
        # A proof that came with the posted credential is of nobody, so the two together cannot hold.
        assert verified.status == (400 if "proof" in document and base != "/enveloped" else 200), (base, verified)
    assert len(codes) == 1, codes
    return codes.pop()


def _presented(service: ConformanceService, document: dict[str, Any], *, sign_contents: bool) -> str | None:
    """Sign a vector as its holder, as JSON, which can be signed whatever it says; return the code of a refusal."""
    found = document.get("verifiableCredential")
    if sign_contents and isinstance(found, list):
        document = {**document, "verifiableCredential": [_signed_as_the_suite_does(each) for each in found]}
    options = {"domain": DOMAIN, "challenge": CHALLENGE}
    shown = signed(document, by=HOLDER, suite=eddsa_jcs_2022, proof_purpose="authentication", options=options)
    answer = service.verify_presentation(shown, domain=DOMAIN, challenge=CHALLENGE)
    if answer.status == 200:
        return None
    code = refused(answer)
    assert code not in ("signature_invalid", "proof_missing", "domain_mismatch"), code
    return code


def _signed_as_the_suite_does(contained: Any) -> Any:
    """Sign a credential in the name of a key, unless it is signed already; leave alone what is none."""
    if not isinstance(contained, dict) or "proof" in contained or data_model.is_enveloped(contained):
        return contained
    return signed({**contained, "issuer": ISSUER.did}, suite=eddsa_jcs_2022)
