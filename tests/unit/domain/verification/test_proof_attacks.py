"""Group VC of the attack catalogue, as the verdict that a reader is given, with its reason."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from accredit.domain.verification.rules import Reason, Verdict
from accredit.kit.vc import did_key, eddsa_jcs_2022, eddsa_rdfc_2022, multibase, multikey, timestamps
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.domain.verification.attacked import (
    CC,
    GENUINE,
    IO,
    KEY,
    NC,
    NG,
    UR,
    Change,
    Document,
    altered,
    answer,
    attack,
    in_proof,
    in_subject,
    put,
    signed,
    verified,
)  # fmt: skip
from tests.unit.kit.vc import vc_examples as examples
from tests.unit.kit.vc.test_multikey import WEAK
from tests.unit.kit.vc.vc_examples import CREATED, ISSUER, NOW

R = Reason
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SIGNATURE = multibase.decode_base58(signed()["proof"][0]["proofValue"])
ORDER = 2**252 + 27742317777372353535851937790883648493
ATTACKER = examples.key(2, controller="did:web:attacker.example")


def _value(signature: bytes) -> Change:
    return in_proof(proofValue=multibase.encode_base58(signature))


def _more_order() -> bytes:
    s = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    return SIGNATURE[:32] + s.to_bytes(32, "little")


def _proof_into_the_subject(document: Document) -> None:
    document["credentialSubject"]["proof"] = document.pop("proof")


def test_the_badge_is_genuine_before_it_is_attacked() -> None:
    assert answer(verified(signed())) == (GENUINE, None)
    assert answer(verified(signed(suite=eddsa_jcs_2022))) == (GENUINE, None)


@pytest.mark.parametrize(
    ("change", "verdict", "reason"),
    [
        attack("VC01", "one bit of R", _value(bytes([SIGNATURE[0] ^ 1]) + SIGNATURE[1:]), NG, R.SIGNATURE_INVALID),
        attack("VC01", "one bit of S",
               _value(SIGNATURE[:40] + bytes([SIGNATURE[40] ^ 1]) + SIGNATURE[41:]), NG, R.SIGNATURE_INVALID),
        attack("VC02", "S plus the order of the group", _value(_more_order()), NG, R.SIGNATURE_INVALID),
        attack("VC03", "a small R", _value((1).to_bytes(32, "little") + SIGNATURE[32:]), NG, R.SIGNATURE_INVALID),
        attack("VC03", "an S of zero", _value(SIGNATURE[:32] + bytes(32)), NG, R.SIGNATURE_INVALID),
        attack("VC05", "63 bytes", _value(SIGNATURE[:-1]), NG, R.PROOF_MALFORMED),
        attack("VC05", "65 bytes", _value(SIGNATURE + b"\0"), NG, R.PROOF_MALFORMED),
        attack("VC05", "nothing", in_proof(proofValue=""), NG, R.PROOF_MALFORMED),
        attack("VC05", "a lot", in_proof(proofValue="z" + "1" * 900_000), NG, R.PROOF_MALFORMED),
        attack("VC05", "more than a megabyte", in_proof(proofValue="z" + "1" * 1_000_000), UR, R.TOO_LARGE),
        attack("VC05", "a number", in_proof(proofValue=7), NG, R.PROOF_MALFORMED),
        attack("VC05", "a list", in_proof(proofValue=["z1"]), NG, R.PROOF_MALFORMED),
        attack("VC09", "relabelled as eddsa-jcs-2022", in_proof(cryptosuite="eddsa-jcs-2022"), NG, R.SIGNATURE_INVALID),
        attack("VC09", "relabelled as ecdsa-rdfc-2019",
               in_proof(cryptosuite="ecdsa-rdfc-2019"), NG, R.KEY_NOT_OF_ISSUER),
        attack("VC09", "relabelled as the older type", in_proof(type="Ed25519Signature2020"), NG, R.UNSUPPORTED_PROOF),
        attack("VC10", "a type nobody knows", in_proof(type="SomeProof2030"), NG, R.UNSUPPORTED_PROOF),
        attack("VC10", "no type", in_proof(type=None), NG, R.UNSUPPORTED_PROOF),
        attack("VC10", "no cryptosuite", in_proof(cryptosuite=None), NG, R.UNSUPPORTED_PROOF),
        attack("VC11", "for authentication", in_proof(proofPurpose="authentication"), NG, R.PROOF_MALFORMED),
        attack("VC11", "for nothing", in_proof(proofPurpose=None), NG, R.PROOF_MALFORMED),
        attack("VC11", "for a list", in_proof(proofPurpose=["assertionMethod"]), NG, R.PROOF_MALFORMED),
        attack("VC16", "made in an hour", in_proof(created=timestamps.write(NOW + HOUR)), NG, R.KEY_NOT_VALID_THEN),
        attack("VC16", "its time taken away", in_proof(created=None), NG, R.SIGNATURE_INVALID),
        attack("VC21", "builds on nothing", in_proof(previousProof="urn:x:1"), NG, R.PROOF_MALFORMED),
        attack("VC21", "builds on itself", in_proof(id="urn:x:1", previousProof="urn:x:1"), NG, R.PROOF_MALFORMED),
        attack("VC21", "a list with one that is unknown", in_proof(previousProof=["urn:x:1"]), NG, R.PROOF_MALFORMED),
        attack("VC23", "the proof moved into the subject", _proof_into_the_subject, NG, R.UNSIGNED_DATA),
        attack("VC23", "an empty list", put(proof=[]), NG, R.PROOF_MISSING),
        attack("VC23", "an empty proof", put(proof={}), NG, R.PROOF_MALFORMED),
        attack("VC23", "nine proofs", lambda d: d.update(proof=d["proof"] * 9), NG, R.PROOF_MALFORMED),
        attack("VC23", "ten thousand proofs",
               lambda d: d.update(proof=[{"type": "x"}] * 10_000), NG, R.PROOF_MALFORMED),
    ],
)  # fmt: skip
def test_an_attack_on_the_proof_is_answered(change: Change, verdict: Verdict, reason: Reason) -> None:
    report = verified(altered(change))
    assert answer(report) == (verdict, reason)
    assert report.claims is None


@pytest.mark.attack("VC24")
@pytest.mark.parametrize("version", ["3.0.2", "3.0.1"])
def test_vc24_in_the_contexts_of_another_version(version: str) -> None:
    # 3.0.3 corrected the IRI of `image`, so that the same words mean something else under another version.
    document = signed({**examples.badge(), "image": {"id": "https://x.example/i.png", "type": "Image"}})
    swapped = altered(put(**{"@context": [examples.V2, examples.OB.replace("3.0.3", version)]}), document=document)
    assert verified(swapped).verdict is NG
    assert verified(swapped).reason in {R.SIGNATURE_INVALID, R.UNSIGNED_DATA}


@pytest.mark.attack("VC01")
@pytest.mark.parametrize("suite", [eddsa_rdfc_2022, eddsa_jcs_2022], ids=["RDF", "JSON"])
def test_vc01_every_leaf_counts(suite: Any) -> None:
    document = signed(suite=suite)
    for path, _ in _leaves(document):
        report = verified(_changed(document, path))
        # A context that is not ours cannot be read; without its type it is no badge that could be judged.
        allowed = {NG} | ({UR} if "@context" in path else set()) | ({CC} if path[0] == "type" else set())
        assert report.verdict in allowed, path
        assert report.reason is not None
        assert report.claims is None


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if children is None:
        return [(path, value)]
    return [leaf for step, child in children for leaf in _leaves(child, (*path, step))]


def _changed(document: Document, path: tuple[Any, ...]) -> Document:
    copied = copy.deepcopy(document)
    node: Any = copied
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = f"{node[path[-1]]}x"
    return copied


@pytest.mark.attack("VC03")
@pytest.mark.parametrize("encoding", WEAK.values(), ids=WEAK)
def test_vc03_a_key_of_small_order_certifies_nothing(encoding: str) -> None:
    text = multibase.encode_base58(b"\xed\x01" + bytes.fromhex(encoding))
    for issuer in (f"did:key:{text}", "https://victim.example/issuer"):
        document = altered(
            put(issuer={**examples.badge()["issuer"], "id": issuer}), in_proof(verificationMethod=f"{issuer}#{text}")
        )
        assert answer(verified(document)) == (NG, R.WEAK_KEY)


HISTORIES = [
    attack("VC12", "a key for authentication only",
           {"relationships": frozenset({"authentication"})}, NG, R.NOT_ASSERTION_KEY),
    attack("VC13", "a key that another controls", {"controller": "did:web:other.example"}, IO, R.KEY_NOT_ANCHORED),
    attack("VC16", "before its key was valid", {"valid_from": CREATED + DAY}, NG, R.KEY_NOT_VALID_THEN),
    attack("VC16", "after its key was retired", {"retired": CREATED - DAY}, NG, R.KEY_NOT_VALID_THEN),
    attack("VC16", "by a key that has expired", {"expires": CREATED + DAY}, NG, R.KEY_NOT_VALID_THEN),
    attack("VC16", "by a key that was stolen", {"revoked": CREATED + DAY}, NG, R.KEY_COMPROMISED),
]  # fmt: skip


@pytest.mark.parametrize(("history", "verdict", "reason"), HISTORIES)
def test_the_history_of_the_key_decides(history: dict[str, Any], verdict: Verdict, reason: Reason) -> None:
    assert answer(verified(signed(), replace(KEY, **history))) == (verdict, reason)


@pytest.mark.attack("VC13")
def test_vc13_the_key_of_one_issuer_under_the_name_of_another() -> None:
    document = signed(seed=2, key=ATTACKER)
    assert answer(verified(document)) == (NG, R.KEY_OF_ANOTHER_ISSUER)


@pytest.mark.attack("VC16")
def test_vc16_a_proof_without_a_time_is_allowed_elsewhere() -> None:
    document = signed()
    proof = {name: value for name, value in document["proof"][0].items() if name not in ("created", "proofValue")}
    unsecured = {name: value for name, value in document.items() if name != "proof"}
    data = eddsa_rdfc_2022.hash_data(unsecured, proof)
    proof["proofValue"] = multibase.encode_base58(examples.private(1).sign(data))
    assert answer(verified({**unsecured, "proof": proof})) == (GENUINE, None)


@pytest.mark.attack("VC17")
@pytest.mark.parametrize(
    ("expires", "expected"),
    [(NOW, (NC, R.EXPIRED)), (NOW + timedelta(seconds=1), (GENUINE, None))],
    ids=["now", "in a second"],
)
def test_vc17_a_proof_that_has_expired_is_not_current(expires: Any, expected: Any) -> None:
    document = signed(options={"expires": timestamps.write(expires)})
    assert answer(verified(document)) == expected


@pytest.mark.attack("VC18")
def test_vc18_a_domain_that_nobody_asked_for_is_noted_and_never_overlooked() -> None:
    document = signed(options={"domain": "https://wallet.example", "challenge": "7f"})
    assert answer(verified(document)) == (GENUINE, None)
    stripped = altered(in_proof(domain=None), document=document)
    assert answer(verified(stripped)) == (NG, R.SIGNATURE_INVALID)


@pytest.mark.attack("VC19")
@pytest.mark.parametrize("order", [1, -1], ids=["the good one first", "the bad one first"])
def test_vc19_one_bad_proof_spoils_a_set(order: int) -> None:
    document = signed(signed(), seed=2, key=examples.key(2))
    document["proof"][1]["proofValue"] = document["proof"][0]["proofValue"]
    document["proof"] = document["proof"][::order]
    assert answer(verified(document, KEY, examples.key(2))) == (NG, R.SIGNATURE_INVALID)
    whole = signed(signed(), seed=2, key=examples.key(2))
    assert answer(verified(whole, KEY, examples.key(2))) == (GENUINE, None)


def _co_signers() -> list[tuple[str, VerificationKey, tuple[Verdict, Reason]]]:
    own = multikey.from_raw(multikey.KeyKind.ED25519, examples.public(2).raw)
    method = did_key.verification_method_for(own)
    himself = replace(ATTACKER, id=method, controller=did_key.did_for(own))
    in_fragment = replace(
        ATTACKER, id=f"https://attacker.example/i#{own.multibase}", controller="https://attacker.example/i"
    )
    return [
        ("by a key of another did:web", ATTACKER, (NG, R.KEY_OF_ANOTHER_ISSUER)),
        ("by a key that names itself", himself, (NG, R.KEY_OF_ANOTHER_ISSUER)),
        ("by a key under an address", in_fragment, (NG, R.KEY_NOT_OF_ISSUER)),
    ]


@pytest.mark.attack("VC22")
@pytest.mark.parametrize(
    ("key", "expected"), [pytest.param(key, expected, id=name) for name, key, expected in _co_signers()]
)
def test_vc22_a_second_signer_is_never_shown_as_issuer(key: VerificationKey, expected: tuple[Verdict, Reason]) -> None:
    report = verified(signed(signed(), seed=2, key=key))
    assert answer(report) == expected
    assert "attacker" not in str(report.to_json())
    assert report.claims is None or report.claims.issuer_id == ISSUER


@pytest.mark.attack("VC21")
def test_vc21_a_link_taken_out_of_a_chain() -> None:
    first = signed(options={"id": "urn:x:1"})
    chained = signed(first, seed=2, key=examples.key(2), options={"id": "urn:x:2", "previousProof": "urn:x:1"})
    assert answer(verified(chained, KEY, examples.key(2))) == (GENUINE, None)
    assert answer(verified({**chained, "proof": chained["proof"][1:]}, KEY, examples.key(2))) == (NG, R.PROOF_MALFORMED)
    circle = altered(in_proof(previousProof="urn:x:2"), document=chained)
    assert answer(verified(circle, KEY, examples.key(2)))[0] is NG


@pytest.mark.attack("VC23")
def test_vc23_a_second_proof_inside_the_subject_is_no_proof_of_the_badge() -> None:
    inner = signed()["proof"][0]
    assert answer(verified(altered(in_subject(proof=inner)))) == (NG, R.UNSIGNED_DATA)
