"""Proofs: what was signed is what is there, by a key that might sign it, when it might."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError
from accredit.kit.vc import data_integrity, eddsa_jcs_2022, eddsa_rdfc_2022, multibase, timestamps
from accredit.kit.vc.errors import ProofInvalid, TimestampInvalid
from accredit.kit.vc.multikey import KeyKind
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.proof_examples import KEY, SUITES, Document, code_of, signed, verify
from tests.unit.kit.vc.vc_examples import CREATED, NOW


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_signed_badge_verifies(suite: Any) -> None:
    document = signed(suite)
    suite.verify(document, public_key=KEY.public_key)
    (found,) = verify(document, expected_controller=examples.ISSUER)
    assert (found.controller, found.cryptosuite, found.created) == (examples.ISSUER, suite.NAME, CREATED)
    assert (found.position, found.purpose, found.notes) == (0, "assertionMethod", ())
    assert (found.key, found.verification_method, found.expires) == (KEY, KEY.id, None)


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_signing_again_gives_the_same_bytes_and_leaves_the_document_alone(suite: Any) -> None:
    document = examples.badge()
    assert signed(suite, document=document) == signed(suite, document=document)
    assert document == examples.badge()
    assert isinstance(signed(suite)["proof"], list)


def _leaves(value: Any, trail: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in _leaves(inner, (*trail, name))]
    if isinstance(value, list):
        return [leaf for position, inner in enumerate(value) for leaf in _leaves(inner, (*trail, position))]
    return [trail]


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
@pytest.mark.parametrize("leaf", _leaves(signed()), ids=str)
def test_vc01_every_leaf_that_changes_breaks_the_proof(suite: Any, leaf: tuple[Any, ...]) -> None:
    document = copy.deepcopy(signed(suite))
    holder: Any = document
    for step in leaf[:-1]:
        holder = holder[step]
    holder[leaf[-1]] += "x"
    with pytest.raises((ProofInvalid, LinkedDataError, TimestampInvalid)):
        verify(document)


def change(**members: Any) -> Callable[[Document], object]:
    """Change members of the one proof; None takes one away."""

    def apply(document: Document) -> None:
        for name, value in members.items():
            document["proof"][0].pop(name, None)
            if value is not None:
                document["proof"][0][name] = value

    return apply


SIGNATURE = multibase.decode_base58(signed()["proof"][0]["proofValue"])
BROKEN: dict[str, tuple[Callable[[Document], object], str]] = {
    "VC01 one bit of the signature": (
        change(proofValue=multibase.encode_base58(bytes([SIGNATURE[0] ^ 1]) + SIGNATURE[1:])),
        "signature_invalid",
    ),
    "VC05 63 bytes": (change(proofValue=multibase.encode_base58(SIGNATURE[:-1])), "proof_value"),
    "VC05 65 bytes": (change(proofValue=multibase.encode_base58(SIGNATURE + b"\x00")), "proof_value"),
    "VC05 nothing": (change(proofValue=""), "proof_value"),
    "VC05 no value": (change(proofValue=None), "proof_value"),
    "VC05 a megabyte": (change(proofValue="z" + "1" * 1_000_000), "proof_value"),
    "VC05 a list": (change(proofValue=["z1"]), "proof_value"),
    "VC05 base64url": (change(proofValue=multibase.encode_base64url(SIGNATURE)), "proof_value"),
    "VC09 relabelled as eddsa-jcs-2022": (change(cryptosuite="eddsa-jcs-2022"), "signature_invalid"),
    "VC09 relabelled as ecdsa-rdfc-2019": (change(cryptosuite="ecdsa-rdfc-2019"), "key_type"),
    "VC09 relabelled as Ed25519Signature2020": (change(type="Ed25519Signature2020"), "unsupported_proof"),
    "VC09 relabelled in full": (change(type="Ed25519Signature2020", cryptosuite=None), "relative_type"),
    "VC09 an older type named as a cryptosuite": (change(cryptosuite="Ed25519Signature2020"), "unsupported_proof"),
    "VC09 a cryptosuite named as a type": (change(type="eddsa-rdfc-2022"), "unsupported_proof"),
    "VC10 no type": (change(type=None), "unsupported_proof"),
    "VC10 no cryptosuite": (change(cryptosuite=None), "unsupported_proof"),
    "VC10 a list as cryptosuite": (change(cryptosuite=["eddsa-rdfc-2022"]), "unsupported_proof"),
    "VC11 another purpose": (change(proofPurpose="authentication"), "proof_purpose"),
    "VC11 no purpose": (change(proofPurpose=None), "proof_purpose"),
    "VC11 a list of purposes": (change(proofPurpose=["assertionMethod"]), "proof_purpose"),
    "no verification method": (change(verificationMethod=None), "proof_malformed"),
    "a list of verification methods": (change(verificationMethod=[KEY.id]), "proof_malformed"),
    "an unknown key": (change(verificationMethod=examples.key(2).id), "key_unknown"),
    "VC16 created an hour from now": (change(created=timestamps.write(NOW + timedelta(hours=1))), "created_in_future"),
    "created is no time": (change(created="yesterday"), "timestamp"),
    "created is null": (lambda d: d["proof"][0].update(created=None), "timestamp"),
    "VC16 created taken away": (change(created=None), "signature_invalid"),
    "VC17 expired a second ago": (change(expires=timestamps.write(NOW - timedelta(seconds=1))), "proof_expired"),
    "VC21 a previous proof that is not there": (change(previousProof="urn:x:1"), "previous_proof"),
    "VC21 a proof that builds on itself": (change(id="urn:x:1", previousProof="urn:x:1"), "previous_proof"),
    "VC21 a list with an unknown proof": (change(previousProof=["urn:x:1"]), "previous_proof"),
    "VC21 previousProof is a number": (change(previousProof=7), "previous_proof"),
    "the proof names contexts of its own": (change(**{"@context": [examples.V2]}), "proof_malformed"),
    "a member that is not signed": (change(note="x"), "unsigned_data"),
    "VC23 no proof": (lambda d: d.pop("proof"), "proof_missing"),
    "VC23 an empty list of proofs": (lambda d: d.update(proof=[]), "proof_missing"),
    "VC23 an empty proof": (lambda d: d.update(proof={}), "proof_malformed"),
    "VC23 the proof is text": (lambda d: d.update(proof="x"), "proof_malformed"),
    "VC23 the proof is inside the subject": (
        lambda d: d["credentialSubject"].update(proof=d.pop("proof")),
        "proof_missing",
    ),
    "VC23 nine proofs": (lambda d: d.update(proof=d["proof"] * 9), "too_many_proofs"),
    "VL01 an unknown term was added": (lambda d: d.update(grade="A*"), "unsigned_data"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_refuses_a_broken_proof(case: tuple[Callable[[Document], object], str]) -> None:
    apply, code = case
    document = copy.deepcopy(signed())
    apply(document)
    assert code_of(document) == code


def test_vc24_a_context_that_changes_the_meaning_breaks_the_proof() -> None:
    # 3.0.3 corrected the IRI of `image`. A badge that means the same under both contexts is signed the same.
    document = signed(document={**examples.badge(), "image": {"id": "https://x.example/i.png", "type": "Image"}})
    document["@context"] = [examples.V2, examples.OB.replace("3.0.3", "3.0.2")]
    assert code_of(document) in {"signature_invalid", "unsigned_data"}


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_what_is_no_document_has_no_proof(document: Any) -> None:
    assert code_of(document) == "document_malformed"


DAY = timedelta(days=1)
HISTORIES: dict[str, tuple[dict[str, Any], str | None]] = {
    "valid from the day before": ({"valid_from": CREATED - DAY}, None),
    "valid from the same second": ({"valid_from": CREATED}, None),
    "VC16 valid from the day after": ({"valid_from": CREATED + DAY}, "created_before_key"),
    "retired after it signed": ({"retired": CREATED + DAY}, None),
    "VC16 retired before it signed": ({"retired": CREATED - DAY}, "created_after_key"),
    "retired in the second in which it signed": ({"retired": CREATED}, None),
    "VC16 revoked this very moment": ({"revoked": NOW}, "key_revoked"),
    "VC16 expired this very moment": ({"expires": NOW}, "key_expired"),
    "VC16 revoked after it signed": ({"revoked": CREATED + DAY}, "key_revoked"),
    "revoked from tomorrow": ({"revoked": NOW + DAY}, None),
    "VC16 expired after it signed": ({"expires": CREATED + DAY}, "key_expired"),
    "expires tomorrow": ({"expires": NOW + DAY}, None),
    "VC12 for authentication only": ({"relationships": frozenset({"authentication"})}, "not_assertion_key"),
    "VC13 of another controller": ({"controller": "did:web:other.example"}, "wrong_controller"),
}


@pytest.mark.parametrize("case", HISTORIES.values(), ids=HISTORIES)
def test_the_history_of_the_key_decides(case: tuple[dict[str, Any], str | None]) -> None:
    history, code = case
    key = replace(KEY, **history)
    if code is None:
        assert len(verify(signed(), key, expected_controller=examples.ISSUER)) == 1
    else:
        assert code_of(signed(), key, expected_controller=examples.ISSUER) == code


def test_a_resolver_that_answers_with_another_key_is_not_believed() -> None:
    with pytest.raises(ProofInvalid) as refused:
        data_integrity.verify(signed(), resolve=lambda _: examples.key(2), now=NOW)
    assert (refused.value.code, refused.value.path) == ("wrong_key", "$.proof[0]")


def test_a_key_of_another_kind_is_refused() -> None:
    public, _ = examples.curve_signer(KeyKind.P256, 1)
    for suite in SUITES.values():
        assert code_of(signed(suite), replace(KEY, public_key=public)) == "key_type"


def test_created_may_be_a_minute_ahead_and_lack_its_offset() -> None:
    document = signed()
    document["proof"][0]["created"] = "2026-11-23T09:31:00"
    assert code_of(document) == "signature_invalid"
    document["proof"][0]["created"] = "2026-11-23T09:31:01"
    assert code_of(document) == "created_in_future"


def test_vc17_a_proof_holds_until_the_moment_at_which_it_expires() -> None:
    later = NOW + timedelta(seconds=1)
    assert verify(signed(options={"expires": timestamps.write(later)}))[0].expires == later
    assert code_of(signed(options={"expires": timestamps.write(NOW)})) == "proof_expired"


# ---- domain and challenge


def test_vc18_domain_and_challenge_are_compared_or_noted() -> None:
    document = signed(options={"domain": "https://wallet.example", "challenge": "7f"})
    expected = {"expected_domain": "https://wallet.example", "expected_challenge": "7f"}
    assert verify(document, **expected)[0].notes == ()
    assert verify(document)[0].notes == ("domain_not_expected", "challenge_not_expected")
    assert code_of(document, **{**expected, "expected_domain": "https://other.example"}) == "domain_mismatch"
    assert code_of(document, **{**expected, "expected_challenge": "80"}) == "challenge_mismatch"
    assert code_of(signed(), expected_domain="https://wallet.example") == "domain_mismatch"
    assert code_of(signed(), expected_challenge="7f") == "challenge_mismatch"


def test_one_of_several_domains_is_enough() -> None:
    document = signed(options={"domain": ["https://a.example", "https://b.example"]})
    assert len(verify(document, expected_domain="https://b.example")) == 1


def test_a_presentation_is_for_authentication() -> None:
    document = signed(proof_purpose="authentication")
    key = replace(KEY, relationships=frozenset({"authentication"}))
    assert verify(document, key, expected_purpose="authentication")[0].purpose == "authentication"


# ---- several proofs


def test_a_set_of_proofs_verifies_and_names_each_controller() -> None:
    other = examples.key(2, controller="did:web:university.example")
    document = eddsa_jcs_2022.add_proof(
        signed(), sign=examples.private(2).sign, verification_method=other.id, created=CREATED
    )
    found = verify(document, KEY, other, expected_controller=examples.ISSUER)
    assert [proof.controller for proof in found] == [examples.ISSUER, "did:web:university.example"]


def test_vc19_one_bad_proof_spoils_the_set() -> None:
    document = signed(seed=2, document=signed())
    document["proof"][1]["proofValue"] = document["proof"][0]["proofValue"]
    assert code_of(document, KEY, examples.key(2)) == "signature_invalid"


def test_vc22_a_second_signer_never_becomes_the_issuer() -> None:
    attacker = examples.key(2, controller="did:web:attacker.example")
    document = eddsa_rdfc_2022.add_proof(
        signed(), sign=examples.private(2).sign, verification_method=attacker.id, created=CREATED
    )
    only_his = {**document, "proof": document["proof"][1:]}
    assert code_of(only_his, KEY, attacker, expected_controller=examples.ISSUER) == "wrong_controller"


def test_vc23_eight_proofs_are_read_and_one_may_stand_alone() -> None:
    document = signed()
    assert len(verify({**document, "proof": document["proof"] * 8})) == 8
    alone = {**document, "proof": document["proof"][0]}
    assert verify(alone) == verify(document)
    assert signed(seed=2, document=alone)["proof"][0] == document["proof"][0]
    assert code_of({**document, "proof": [*document["proof"], {}]}) == "proof_malformed"
    assert code_of({**document, "proof": [*document["proof"], "x"]}) == "proof_malformed"


def test_an_unknown_kind_of_proof_beside_a_known_one_is_left_out() -> None:
    document = signed()
    document["proof"].append({"type": "SomeProof2030", "proofValue": "zzz"})
    assert [proof.position for proof in verify(document)] == [0]


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_chain_of_proofs_verifies(suite: Any) -> None:
    first = signed(suite, options={"id": "urn:x:1"})
    chained = signed(suite, seed=2, document=first, options={"id": "urn:x:2", "previousProof": "urn:x:1"})
    assert len(verify(chained, KEY, examples.key(2))) == 2
    # VC21: without the proof that it builds on, or with that one altered, the later proof does not hold.
    assert code_of({**chained, "proof": chained["proof"][1:]}, examples.key(2)) == "previous_proof"
    altered = copy.deepcopy(chained)
    altered["proof"][0]["created"] = timestamps.write(CREATED - DAY)
    assert code_of({**altered, "proof": altered["proof"][::-1]}, KEY, examples.key(2)) == "signature_invalid"


def test_vc21_two_proofs_of_one_id_are_refused() -> None:
    first = signed(options={"id": "urn:x:1"})
    chained = signed(seed=2, document=first, options={"previousProof": ["urn:x:1"]})
    chained["proof"].insert(0, chained["proof"][0])
    assert code_of(chained, KEY, examples.key(2)) == "previous_proof"


@pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)
def test_a_suite_alone_reads_exactly_one_proof(suite: Any) -> None:
    with pytest.raises(ProofInvalid) as refused:
        suite.verify(signed(suite, seed=2, document=signed(suite)), public_key=KEY.public_key)
    assert (refused.value.code, refused.value.path) == ("too_many_proofs", "$.proof")
    with pytest.raises(ProofInvalid) as refused:
        suite.verify(signed(suite, seed=2), public_key=KEY.public_key)
    assert refused.value.code == "signature_invalid"
    for wanted in ("urn:x:1", ["urn:x:1"]):
        document = copy.deepcopy(signed(suite))
        document["proof"][0].update(id="urn:x:1", previousProof=wanted)
        with pytest.raises(ProofInvalid) as refused:
            suite.verify(document, public_key=KEY.public_key)
        assert refused.value.code == "previous_proof"
