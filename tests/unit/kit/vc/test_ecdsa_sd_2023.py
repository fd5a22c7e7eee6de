"""Proofs over the part that a holder shows: what holds, and every alteration that must not."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accredit.kit.vc import data_integrity, ecdsa_sd_2023, multibase
from accredit.kit.vc.multikey import KeyKind
from tests.unit.kit.vc import selective_disclosure as sd
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.proof_examples import KEY, Document, code_of, verify
from tests.unit.kit.vc.selective_disclosure import Parts

ISSUER = examples.curve_signer(KeyKind.P256, 5)
PROOF_KEY = examples.curve_signer(KeyKind.P256, 6)
ISSUER_KEY = replace(KEY, public_key=ISSUER[0])
WHOLE = {
    **examples.badge(),
    "validUntil": "2030-11-20T12:00:00Z",
    "evidence": [{"type": ["Evidence"], "name": name, "narrative": f"About {name}."} for name in ("a", "b", "c")],
}
ROOT = f"<{WHOLE['id']}> "


def shown_part(*evidence: str, **more: Any) -> Document:
    """The badge without its end, and of the evidence only some, without what it tells."""
    found: Document = {name: value for name, value in WHOLE.items() if name not in ("validUntil", "evidence")}
    if evidence:
        found["evidence"] = [{"type": ["Evidence"], "name": name} for name in evidence]
    return copy.deepcopy({**found, **more})


def is_mandatory(line: str) -> bool:
    """The issuer, the types and the beginning may not be left out."""
    return line.startswith(ROOT) and any(word in line for word in ("#issuer>", "#type>", "#validFrom>"))


def disclosed(
    shown: Document, whole: Document = WHOLE, pick: Callable[[str], bool] = is_mandatory, **options: str
) -> tuple[Document, Parts]:
    proof = sd.new_proof(KEY.id) | options
    return proof, sd.disclose(whole, shown, proof=proof, issuer=ISSUER, proof_key=PROOF_KEY, is_mandatory=pick)


PART = shown_part("a", "c")
PROOF, PARTS = disclosed(PART)


def secured(document: Document = PART, **parts: Any) -> Document:
    value = replace(PARTS, **parts).value()
    return {**document, "proof": {**PROOF, "proofValue": value}}


def valued(value: Any) -> Document:
    return {**PART, "proof": {**PROOF, "proofValue": value}}


def test_a_part_verifies_and_is_called_one() -> None:
    (found,) = verify(secured(), ISSUER_KEY, expected_controller=examples.ISSUER)
    assert (found.cryptosuite, found.notes) == ("ecdsa-sd-2023", (data_integrity.SHOWN_IN_PART,))
    assert (len(PARTS.labels), len(PARTS.mandatory)) == (3, 4)


def test_what_else_was_noted_stays_noted() -> None:
    proof, parts = disclosed(PART, challenge="1")
    (found,) = verify({**PART, "proof": {**proof, "proofValue": parts.value()}}, ISSUER_KEY)
    assert found.notes == ("challenge_not_expected", data_integrity.SHOWN_IN_PART)


@pytest.mark.parametrize(
    ("shown", "whole", "pick"),
    [
        pytest.param(WHOLE, WHOLE, is_mandatory, id="everything"),
        pytest.param(shown_part("b"), WHOLE, is_mandatory, id="another part"),
        pytest.param(WHOLE, WHOLE, lambda _: False, id="everything, and nothing of it is mandatory"),
        pytest.param(WHOLE, WHOLE, lambda _: True, id="everything is mandatory"),
        pytest.param(
            {"@context": [examples.V2], "id": "urn:x:1", "type": "VerifiableCredential"},
            {"@context": [examples.V2], "id": "urn:x:1", "type": "VerifiableCredential", "name": "x"},
            is_mandatory,
            id="a document without unnamed objects",
        ),
    ],
)
def test_these_verify_as_well(shown: Document, whole: Document, pick: Callable[[str], bool]) -> None:
    proof, parts = disclosed(shown, whole, pick)
    assert len(verify({**shown, "proof": {**proof, "proofValue": parts.value()}}, ISSUER_KEY)) == 1


def _without(name: str) -> Document:
    return {member: value for member, value in PART.items() if member != name}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({**PART, "name": "x"}, id="a statement added"),
        pytest.param(_without("validFrom"), id="a mandatory statement taken away"),
        pytest.param(_without("evidence"), id="unnamed objects taken away"),
        pytest.param(shown_part("a"), id="one unnamed object taken away"),
        pytest.param(shown_part("a", "b"), id="an unnamed object exchanged for another of the whole"),
        pytest.param(shown_part("a", "b", "c"), id="an unnamed object added"),
        pytest.param(shown_part("a", "d"), id="a text altered"),
        pytest.param({**PART, "validFrom": "2026-11-21T12:00:00Z"}, id="a mandatory text altered"),
        pytest.param({**PART, "id": "urn:x:2"}, id="another id"),
        pytest.param({**PART, "validUntil": "2030-11-20T12:00:00Z"}, id="a statement of the whole that is not shown"),
        pytest.param({**PART, "issuer": examples.ISSUER}, id="the issuer said in fewer statements"),
    ],
)
def test_another_document_is_refused(document: Document) -> None:
    assert code_of(secured(document), ISSUER_KEY) == "signature_invalid"


def test_the_order_of_members_and_of_what_is_a_set_does_not_matter() -> None:
    turned = dict(reversed(PART.items())) | {"evidence": PART["evidence"][::-1]}
    assert len(verify(secured(turned), ISSUER_KEY)) == 1


def _flipped(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def _with(items: list[Any], position: int, item: Any) -> list[Any]:
    return [*items[:position], item, *items[position + 1 :]]


@pytest.mark.parametrize("position", range(len(PARTS.signatures)))
def test_no_signature_can_be_altered(position: int) -> None:
    changed = _with(PARTS.signatures, position, _flipped(PARTS.signatures[position]))
    assert code_of(secured(signatures=changed), ISSUER_KEY) == "signature_invalid"
    left_out = PARTS.signatures[:position] + PARTS.signatures[position + 1 :]
    assert code_of(secured(signatures=left_out), ISSUER_KEY) == "signature_invalid"


@pytest.mark.parametrize("position", range(len(PARTS.labels)))
def test_no_label_can_be_altered(position: int) -> None:
    number, label = PARTS.labels[position]
    changed = _with(PARTS.labels, position, (number, _flipped(label)))
    assert code_of(secured(labels=changed), ISSUER_KEY) == "signature_invalid"


@pytest.mark.parametrize("position", range(len(PARTS.mandatory)))
def test_no_position_can_be_altered(position: int) -> None:
    unused = next(index for index in range(99) if index not in PARTS.mandatory)
    for index in (unused, 99):
        moved = sorted(_with(PARTS.mandatory, position, index))
        assert code_of(secured(mandatory=moved), ISSUER_KEY) == "signature_invalid"
    left_out = PARTS.mandatory[:position] + PARTS.mandatory[position + 1 :]
    assert code_of(secured(mandatory=left_out), ISSUER_KEY) == "signature_invalid"
    assert code_of(secured(mandatory=sorted([*PARTS.mandatory, unused])), ISSUER_KEY) == "signature_invalid"


LABELS = [label for _, label in PARTS.labels]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        pytest.param({"base_signature": _flipped(PARTS.base_signature)}, "signature_invalid", id="the base signature"),
        pytest.param({"base_signature": PARTS.base_signature[1:]}, "proof_value", id="63 bytes of base signature"),
        pytest.param({"key": KeyKind.P256.prefix + ISSUER[0].raw}, "signature_invalid", id="another key of the proof"),
        pytest.param({"key": KeyKind.P384.prefix + PROOF_KEY[0].raw}, "proof_value", id="the prefix of another kind"),
        pytest.param({"key": KeyKind.P256.prefix + b"\2" + b"\xff" * 32}, "proof_value", id="a key that is no point"),
        pytest.param({"key": PROOF_KEY[0].raw}, "proof_value", id="a key without a prefix"),
        pytest.param({"signatures": PARTS.signatures[::-1]}, "signature_invalid", id="signatures in another order"),
        pytest.param({"signatures": [*PARTS.signatures, bytes(64)]}, "signature_invalid", id="one signature more"),
        pytest.param({"signatures": []}, "signature_invalid", id="no signatures"),
        pytest.param({"signatures": [bytes(63)]}, "proof_value", id="a signature of 63 bytes"),
        pytest.param({"signatures": [bytes(64)] * 1_001}, "proof_value", id="too many signatures"),
        pytest.param(
            {"labels": [*zip(range(3), LABELS[::-1], strict=True)]}, "signature_invalid", id="labels exchanged"
        ),
        pytest.param({"labels": PARTS.labels[:-1]}, "signature_invalid", id="a label missing"),
        pytest.param({"labels": [*PARTS.labels, (3, bytes(32))]}, "signature_invalid", id="a label left over"),
        pytest.param({"labels": _with(PARTS.labels, 1, (1, LABELS[0]))}, "proof_value", id="one label for two objects"),
        pytest.param({"labels": _with(PARTS.labels, 1, (0, LABELS[1]))}, "proof_value", id="a name twice"),
        pytest.param({"labels": PARTS.labels[::-1]}, "proof_value", id="names in another order"),
        pytest.param({"labels": _with(PARTS.labels, 2, (3, LABELS[2]))}, "proof_value", id="a name passed over"),
        pytest.param({"labels": [(0, bytes(31))]}, "proof_value", id="a label of 31 bytes"),
        pytest.param({"mandatory": PARTS.mandatory[::-1]}, "proof_value", id="positions in another order"),
        pytest.param({"mandatory": [PARTS.mandatory[0], *PARTS.mandatory]}, "proof_value", id="a position twice"),
        pytest.param({"mandatory": [1_000]}, "proof_value", id="a position beyond all documents"),
        pytest.param({"mandatory": []}, "signature_invalid", id="nothing mandatory"),
    ],
)
def test_no_part_of_a_proof_can_be_altered(parts: dict[str, Any], code: str) -> None:
    assert code_of(secured(**parts), ISSUER_KEY) == code


RAW = PARTS.encoded()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param(sd.BASE + RAW[3:], "unsupported_proof", id="the header of a base proof"),
        pytest.param(b"\xd9\x5d\x02" + RAW[3:], "proof_value", id="the header of another suite"),
        pytest.param(RAW[3:], "proof_value", id="no header"),
        pytest.param(RAW + b"\0", "proof_value", id="a byte behind the end"),
        pytest.param(RAW[:3] + b"\x84" + RAW[4:], "proof_value", id="said to have four parts"),
        pytest.param(RAW[:3] + b"\x86" + RAW[4:] + b"\0", "proof_value", id="six parts"),
        pytest.param(RAW[:3] + b"\x9f" + RAW[4:] + b"\xff", "proof_value", id="an array without a length"),
        pytest.param(RAW[:3] + b"\x98\x05" + RAW[4:], "proof_value", id="a count that is not in its shortest form"),
        pytest.param(RAW[:4] + b"\xd8\x40" + RAW[4:], "proof_value", id="a tagged byte string"),
        pytest.param(RAW[:4] + b"\x59\0\x40" + RAW[6:], "proof_value", id="a length that is not in its shortest form"),
        pytest.param(b"", "proof_value", id="nothing"),
    ],
)
def test_a_proof_is_written_in_one_way(value: bytes, code: str) -> None:
    assert code_of(valued(multibase.encode_base64url(value)), ISSUER_KEY) == code


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(multibase.encode_base58(RAW[:150]), id="base58"),
        pytest.param(PARTS.value() + "=", id="padded"),
        pytest.param("u" + "A" * 150_000, id="too long"),
        pytest.param(None, id="null"),
        pytest.param([PARTS.value()], id="a list"),
    ],
)
def test_a_proof_value_is_one_text_in_base64url(value: object) -> None:
    assert code_of(valued(value), ISSUER_KEY) == "proof_value"


def test_a_proof_that_ends_too_early_is_refused_wherever_it_ends() -> None:
    for length in range(len(RAW)):
        assert code_of(valued(multibase.encode_base64url(RAW[:length])), ISSUER_KEY) == "proof_value"


def test_no_byte_of_a_proof_can_be_altered() -> None:
    for place in range(len(RAW)):
        changed = RAW[:place] + _flipped(RAW[place:])
        code = code_of(valued(multibase.encode_base64url(changed)), ISSUER_KEY)
        assert code in ("proof_value", "signature_invalid", "unsupported_proof")


@pytest.mark.parametrize("name", ["created", "expires", "domain", "challenge", "nonce"])
def test_the_proof_itself_is_signed(name: str) -> None:
    document = secured()
    document["proof"][name] = "2026-11-20T12:00:01Z" if name == "created" else "2031-01-01T00:00:00Z"
    assert code_of(document, ISSUER_KEY) == "signature_invalid"


@pytest.mark.parametrize("key", [examples.key(1).public_key, examples.curve_signer(KeyKind.P384, 5)[0]])
def test_a_key_of_another_kind_is_refused(key: Any) -> None:
    assert code_of(secured(), replace(KEY, public_key=key)) == "key_type"


def test_another_key_of_the_same_kind_is_refused() -> None:
    # That of the proof above all: whoever has it could sign statements, but not say that they are the issuer's.
    assert code_of(secured(), replace(KEY, public_key=PROOF_KEY[0])) == "signature_invalid"


def test_another_suite_does_not_take_it() -> None:
    document = secured()
    document["proof"]["cryptosuite"] = "ecdsa-rdfc-2019"
    assert code_of(document, ISSUER_KEY) == "proof_value"


def _large(count: int) -> Document:
    ids = [{"id": f"urn:x:{number}", "type": ["Evidence"], "name": f"{number}"} for number in range(count)]
    return {**examples.badge(), "evidence": ids}


def test_a_thousand_statements_are_checked_within_two_seconds() -> None:
    large = _large(328)
    proof, parts = disclosed(large, large)
    assert 990 < len(parts.signatures) + len(parts.mandatory) <= ecdsa_sd_2023.MAX_STATEMENTS
    began = time.process_time()
    assert len(verify({**large, "proof": {**proof, "proofValue": parts.value()}}, ISSUER_KEY)) == 1
    assert time.process_time() - began < 2


def test_a_document_that_says_more_is_refused_before_any_signature_is_checked() -> None:
    large = _large(335)
    proof, parts = disclosed(large, large, lambda _: True)
    assert len(parts.mandatory) > ecdsa_sd_2023.MAX_STATEMENTS
    assert code_of({**large, "proof": {**proof, "proofValue": parts.value()}}, ISSUER_KEY) == "proof_value"
    assert code_of(secured(large), ISSUER_KEY) == "signature_invalid"
