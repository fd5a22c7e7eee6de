"""Our mapper and canonicaliser against PyLD and pyoxigraph, on documents made at random and on published badges.

PyLD has no safe mode, so `safe_mode` has one on top of it. Agreement means: what we accept, nobody in safe mode would
object to, and it is canonicalised to the same bytes; what we refuse they refuse for the same reason, or it is one of
the rules in which we are stricter. Where another implementation is known to differ, `known_differences` says so.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.linkeddata import LinkedDataError, canonicalise, mapper, rdfc10, terms
from accredit.kit.linkeddata.active_context import ActiveContext, initial

from .generated_documents import Documents
from .known_differences import plain, same_in_pyld, same_mapping_in_pyoxigraph, same_names_in_pyoxigraph
from .mutated_documents import CHANGES, Mutant
from .official_contexts import OfficialContexts, canonical_by_pyoxigraph
from .safe_mode import faults

COUNT = int(os.environ.get("ACCREDIT_GENERATED_DOCUMENTS", "300"))
# No faults to an oracle, and refused here: what would be signed and yet be read differently, or not be found by name.
STRICTER = frozenset({
    "context_inline", "context_order", "context_missing", "iri_as_term", "compact_iri", "described_twice",
    "needless_type", "nested_array", "unsupported_keyword", "colliding_keywords", "invalid_value_object",
    "ambiguous_number", "ambiguous_character", "work_budget", "too_complex", "nothing_to_sign",
})  # fmt: skip
# Which faults of the oracle each other refusal stands for. Where PyLD breaks off (`error`) it has seen no more.
FAULTS_OF = {
    "unsigned_data": {"lost", "member", "empty", "error"},
    "null_value": {"lost", "error"},
    "relative_iri": {"relative", "error"},
    "relative_type": {"relative", "lost", "error"},
    "invalid_language": {"language", "lost", "error"},
    "invalid_direction": {"error"},
    "id_not_text": {"error"},
    "type_not_text": {"error"},
    "not_json": {"error", "lost"},
    "free_floating_value": {"error", "lost"},
    "protected_term": {"error"},
    "context_not_pinned": {"error"},
}
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def official(shared: Path) -> OfficialContexts:
    return OfficialContexts(shared / "standards" / "vectors" / "contexts")


@pytest.mark.timeout(0)
@pytest.mark.suite("generated documents")
def test_what_we_accept_is_signed_as_others_sign_it(official: OfficialContexts, record_property: Record) -> None:
    refused: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for seed in range(COUNT):
        document = Documents(seed).make()
        outcome = _outcome_of(document)
        if outcome in FAULTS_OF or outcome in STRICTER:
            refused[outcome] += 1
            _check_refusal(outcome, document, official, seed)
        else:
            _compare(outcome, document, official, compared, seed)
    record_property("outcome", f"{COUNT} documents; compared {dict(compared)}; refused {dict(refused)}")
    # Types chosen at random may contradict each other, and random nodes may be alike beyond the budget.
    expected = {"protected_term", "work_budget", "colliding_keywords", "unsigned_data", "relative_type"}
    expected |= {"described_twice", "compact_iri"}
    assert set(refused) <= expected, refused
    assert refused.total() < COUNT * 0.4, refused
    assert compared["PyLD"] > COUNT * 0.5, compared
    assert compared["pyoxigraph's mapping"] > COUNT * 0.1, compared


@pytest.mark.timeout(0)
@pytest.mark.suite("mutated documents")
def test_what_is_changed_anywhere_is_signed_or_refused_as_others_do(
    official: OfficialContexts, record_property: Record
) -> None:
    outcomes: Counter[str] = Counter()
    compared: Counter[str] = Counter()
    for seed in range(COUNT):
        mutant = Mutant(seed)
        outcome = _outcome_of(mutant.document)
        if outcome in FAULTS_OF or outcome in STRICTER:
            outcomes[outcome] += 1
            _check_refusal(outcome, mutant.document, official, f"{seed}, {mutant.change}")
        else:
            outcomes["signed"] += 1
            _compare(outcome, mutant.document, official, compared, f"{seed}, {mutant.change}")
    record_property("outcome", f"{COUNT} documents, {len(CHANGES)} kinds of change; {dict(outcomes.most_common())}")
    assert outcomes["signed"] > COUNT * 0.1


def _outcome_of(document: dict[str, Any]) -> str:
    """Canonicalise; return the N-Quads, or the code of the refusal."""
    try:
        return canonicalise(document).decode("utf-8")
    except LinkedDataError as refused:
        return refused.code


def _check_refusal(code: str, document: dict[str, Any], official: OfficialContexts, which: object) -> None:
    if code not in STRICTER:
        found = faults(document, official)
        assert found & FAULTS_OF[code], f"seed {which}: we say {code}, the oracle {found}"


def _compare(
    ours: str, document: dict[str, Any], official: OfficialContexts, compared: Counter[str], which: object
) -> None:
    """Compare what we would sign with the oracle of safe mode, with PyLD and twice with pyoxigraph."""
    assert faults(document, official) <= {"member", "empty"}, f"seed {which}"
    if same_in_pyld(ours):
        assert ours == official.pyld(document), f"seed {which}"
        compared["PyLD"] += 1
    if same_names_in_pyoxigraph(ours):
        assert ours == canonical_by_pyoxigraph(ours), f"seed {which}"
        compared["pyoxigraph's names"] += 1
    simpler = plain(document)
    if same_mapping_in_pyoxigraph(simpler):
        assert _outcome_of(simpler) == rdfc10.canonicalise(official.pyoxigraph(simpler)).decode("utf-8"), (
            f"seed {which}"
        )
        compared["pyoxigraph's mapping"] += 1


@pytest.mark.timeout(0)
@pytest.mark.suite("generated documents")
def test_what_was_mapped_before_makes_no_difference() -> None:
    order = random.Random(7).sample(range(COUNT), COUNT)
    for seed in order:
        document = Documents(seed).make()
        assert _outcome(document, None) == _outcome(document, initial(terms.pinned())), f"seed {seed}"


def _outcome(document: dict[str, Any], context: ActiveContext | None) -> object:
    """Map a document in a context of its own, or in the one that is kept from document to document."""
    try:
        if context is None:
            return mapper.to_dataset(document)
        return mapper.map_with(context, document, mapper.Limits())
    except LinkedDataError as refused:
        return (refused.code, refused.path)


@pytest.mark.timeout(0)
@pytest.mark.suite("mutated documents")
def test_one_fault_anywhere_is_refused() -> None:
    accepted = []
    for seed in range(COUNT):
        fault, document = Documents(seed).broken()
        try:
            canonicalise(document)
        except LinkedDataError:
            continue
        accepted.append((seed, fault))
    assert accepted == []


def _badges(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(document, dict) and isinstance(document.get("@context"), list):
            found.append((path.name, document))
    return found


@pytest.mark.suite("generated documents")
def test_published_badges_are_signed_as_others_sign_them(shared: Path, official: OfficialContexts) -> None:
    outcomes = {}
    for name, document in _badges(shared / "standards" / "vectors" / "ob3" / "examples"):
        unsecured = {key: value for key, value in document.items() if key != "proof"}
        try:
            ours = canonicalise(unsecured).decode("utf-8")
        except LinkedDataError as error:
            outcomes[name] = f"{error.code} {error.path}"
            continue
        assert ours == official.pyld(unsecured), name
        outcomes[name] = "same"
    print(outcomes)
    assert list(outcomes.values()).count("same") >= 15
