"""What is said of a badge of which its holder shows a part: nothing greener than of the whole."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from accredit.domain.verification.rules import CheckId, Reason
from accredit.kit.vc import multibase
from accredit.kit.vc.multikey import KeyKind
from tests.unit.domain.verification.attacked import (
    CC,
    GENUINE,
    KEY,
    NG,
    Change,
    Document,
    answer,
    put,
    signed,
    verified,
)
from tests.unit.kit.vc import selective_disclosure as sd
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.vc_examples import ISSUER

SIGNER = examples.curve_signer(KeyKind.P256, 5)
CURVE_KEY = replace(KEY, id=f"{ISSUER}#{SIGNER[0].multibase}", public_key=SIGNER[0])
SHOWN = examples.badge()
WHOLE = {**SHOWN, "validUntil": "2030-01-01T00:00:00Z"}


def part() -> Document:
    proof = sd.new_proof(CURVE_KEY.id)
    parts = sd.disclose(
        WHOLE,
        SHOWN,
        proof=proof,
        issuer=SIGNER,
        proof_key=examples.curve_signer(KeyKind.P256, 6),
        is_mandatory=lambda line: "#issuer>" in line,
    )
    return {**copy.deepcopy(SHOWN), "proof": [{**proof, "proofValue": parts.value()}]}


def _base(document: Document) -> None:
    value = multibase.encode_base64url(sd.BASE + b"\x85")
    document["proof"][0]["proofValue"] = value


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(put(), (CC, Reason.STATUS_NOT_FRESH), id="a status may have been left out"),
        pytest.param(put(name="More"), (NG, Reason.SIGNATURE_INVALID), id="a statement more"),
        pytest.param(put(validUntil="2031-01-01T00:00:00Z"), (NG, Reason.SIGNATURE_INVALID), id="another end"),
        pytest.param(_base, (NG, Reason.UNSUPPORTED_PROOF), id="the proof that is for the holder alone"),
    ],
)
def test_a_part_of_a_recognised_issuers_badge(change: Change, expected: tuple[object, object]) -> None:
    document = part()
    change(document)
    assert answer(verified(document, CURVE_KEY)) == expected


def test_the_signature_itself_passes() -> None:
    report = verified(part(), CURVE_KEY)
    (check,) = (check for check in report.checks if check.id is CheckId.SIGNATURE)
    assert (check.facts["cryptosuite"], check.reason) == ("ecdsa-sd-2023", None)


def test_a_proof_over_the_whole_beside_it_tells_that_nothing_was_left_out() -> None:
    assert answer(verified(signed(part()), KEY, CURVE_KEY)) == (GENUINE, None)
