"""Templates make signing and verifying faster and nothing else: no forgery passes, and none teaches anything."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from accredit.bench import credentials
from accredit.kit.linkeddata import LinkedDataError, canonicalise, terms
from accredit.kit.linkeddata.kept_templates import KeptTemplates
from accredit.kit.vc import eddsa_rdfc_2022
from accredit.kit.vc.errors import VcError
from tests.unit.kit.vc import vc_examples as examples

COHORT = credentials.of_one_achievement(8)
METHOD = examples.key(1).id


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch) -> KeptTemplates:
    fresh = KeptTemplates()
    monkeypatch.setattr(eddsa_rdfc_2022, "_TEMPLATES", fresh)
    return fresh


def signed(document: dict[str, Any], *, seed: int = 1) -> dict[str, Any]:
    return eddsa_rdfc_2022.add_proof(
        document, sign=examples.private(seed).sign, verification_method=METHOD, created=examples.CREATED
    )


def verify(document: dict[str, Any], *, seed: int = 1) -> None:
    eddsa_rdfc_2022.verify(document, public_key=examples.public(seed))


def _fits(kept: KeptTemplates, document: dict[str, Any]) -> bool:
    return kept.canonicalise({name: value for name, value in document.items() if name != "proof"}, owner=METHOD)[1]


def test_a_signature_is_the_same_with_a_template_and_without(kept: KeptTemplates) -> None:
    without = [
        eddsa_rdfc_2022.add_proof(
            each,
            sign=examples.private(1).sign,
            verification_method=METHOD,
            created=examples.CREATED,
            contexts=terms.pinned(),
        )
        for each in COHORT
    ]
    assert len(kept) == 0
    assert [signed(each) for each in COHORT] == without
    assert _fits(kept, COHORT[0])
    assert [signed(each) for each in COHORT] == without
    for each in without:
        verify(each)


def test_a_verifier_learns_from_what_is_genuine(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [signed(each) for each in COHORT]
    fresh = KeptTemplates()
    monkeypatch.setattr(eddsa_rdfc_2022, "_TEMPLATES", fresh)
    for each in documents:
        verify(each)
    assert _fits(fresh, COHORT[0])
    for each in documents:
        verify(each)


def test_a_forgery_teaches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [signed(each, seed=2) for each in COHORT]
    fresh = KeptTemplates()
    monkeypatch.setattr(eddsa_rdfc_2022, "_TEMPLATES", fresh)
    for each in documents * 2:
        with pytest.raises(VcError) as refused:
            verify(each)
        assert refused.value.code == "signature_invalid"
    assert len(fresh) == 0
    assert not fresh._seen


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, (dict, list)):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(member, (*path, key))
    else:
        yield path


def test_every_leaf_is_signed_with_a_warm_template(kept: KeptTemplates) -> None:
    document = [signed(each) for each in COHORT][3]
    assert _fits(kept, document)
    verify(document)
    for path in _leaves(document):
        forged = copy.deepcopy(document)
        holder: Any = forged
        for step in path[:-1]:
            holder = holder[step]
        leaf = holder[path[-1]]
        holder[path[-1]] = not leaf if isinstance(leaf, bool) else f"{leaf}x"
        with pytest.raises((VcError, LinkedDataError)):
            verify(forged)
    assert canonicalise(COHORT[3]) == kept.canonicalise(COHORT[3], owner=METHOD)[0]


def test_a_method_that_is_no_text_is_refused_as_ever() -> None:
    document = signed(COHORT[0])
    document["proof"][0]["verificationMethod"] = ["x"]
    with pytest.raises((VcError, LinkedDataError)):
        verify(document)


def _general(unsecured: dict[str, Any], proof: dict[str, Any]) -> bytes:
    return eddsa_rdfc_2022.hash_data(unsecured, proof, contexts=terms.pinned())


def test_the_hash_of_the_latest_configuration_is_never_that_of_another() -> None:
    document = copy.deepcopy(COHORT[0])
    proof = {name: value for name, value in signed(document)["proof"][0].items() if name != "proofValue"}
    later = {**proof, "created": "2026-07-10T14:30:01Z"}
    audience = {**proof, "domain": "x.example", "challenge": "y"}
    for each in (proof, proof, later, proof, audience, dict(reversed(proof.items()))):
        assert eddsa_rdfc_2022.hash_data(document, each) == _general(document, each)


def test_a_list_of_contexts_that_is_changed_in_place_changes_the_hash() -> None:
    document = copy.deepcopy(COHORT[0])
    proof = {name: value for name, value in signed(document)["proof"][0].items() if name != "proofValue"}
    before = eddsa_rdfc_2022.hash_data(document, proof)
    document["@context"].append("https://x.example/not-pinned")
    with pytest.raises(LinkedDataError):
        eddsa_rdfc_2022.hash_data(document, proof)
    document["@context"].pop()
    assert eddsa_rdfc_2022.hash_data(document, proof) == before


def test_what_python_takes_for_equal_is_told_apart_in_a_configuration() -> None:
    document = COHORT[0]
    proof = {name: value for name, value in signed(document)["proof"][0].items() if name != "proofValue"}
    outcomes = []
    for nonce in (1, True, 1.0, "1"):
        try:
            outcomes.append(eddsa_rdfc_2022.hash_data(document, {**proof, "nonce": nonce}))
        except LinkedDataError as refused:
            outcomes.append(refused.code.encode())
    assert [outcome == outcomes[0] for outcome in outcomes] == [True, False, True, False]
