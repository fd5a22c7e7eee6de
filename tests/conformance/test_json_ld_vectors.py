"""The W3C JSON-LD suites of toRdf and expansion, and the safe-mode cases: mapped exactly, or refused.

Credentials need a part of JSON-LD only, so most of the suite is refused. What may never happen is a third outcome:
a document that is mapped, but to something else.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from pyld import jsonld

from accredit.kit.linkeddata import LinkedDataError, canonicalise, mapper, rdfc10, terms
from accredit.kit.linkeddata.active_context import initial, process
from accredit.kit.linkeddata.dataset import Dataset

from .official_contexts import as_quads, scope_of
from .test_rdf_canon_vectors import read
from .vectors import VECTORS, entries, load, needed

Record = Callable[[str, object], None]


def _mapped(document: Any) -> Dataset | None:
    """Map a document whose inline context, if any, is taken as one of ours; None where that cannot be."""
    if not isinstance(document, dict):
        return None
    context = initial(terms.pinned())
    body = dict(document)
    inline = body.pop("@context", {})
    for part in inline if isinstance(inline, list) else [inline]:
        scope = scope_of(part) if isinstance(part, dict) else None
        if scope is None:
            return None
        context = process(context, scope)
    # A document without any context is refused before it is looked at, so it gets a term that it does not use.
    context = process(context, terms.Scope({"term-of-nobody": terms.Entry("urn:x:nothing")}))
    return mapper.map_with(context, body, mapper.Limits())


def _outcome(entry: dict[str, Any], expected: Callable[[Path], bytes | None]) -> str:
    option = entry.get("option", {})
    if option.get("rdfDirection", "i18n-datatype") != "i18n-datatype" or {"base", "expandContext"} & set(option):
        return "not applicable"
    try:
        quads = _mapped(load(f"json-ld-api/{entry['input']}"))
    except LinkedDataError:
        return "refused"
    if quads is None:
        return "not applicable"
    if "jld:PositiveEvaluationTest" not in entry["@type"]:
        return "mapped"
    wanted = expected(VECTORS / "json-ld-api" / entry["expect"])
    if wanted is None:
        return "not applicable"
    return "equal" if rdfc10.canonicalise(quads) == wanted else "different"


def _from_quads(path: Path) -> bytes | None:
    try:
        return rdfc10.canonicalise(read(path))
    except (ValueError, SyntaxError):
        # Generalised RDF, such as a blank node for a predicate, which N-Quads cannot hold.
        return None


def _from_expanded(path: Path) -> bytes | None:
    """Let PyLD, which has nothing left to expand, write the expected document as quads."""
    options = {"base": None, "rdfDirection": "i18n-datatype", "format": "application/n-quads"}
    written = str(jsonld.to_rdf(load(path), options))
    return rdfc10.canonicalise(as_quads(pyoxigraph.parse(written, format=pyoxigraph.RdfFormat.N_QUADS)))


def _wants_1_0(entry: dict[str, Any]) -> bool:
    """Tell a refusal that only JSON-LD 1.0 asks for, where for instance a type of @none is an error."""
    return "json-ld-1.0" in entry.get("option", {}).values()


@needed
@pytest.mark.parametrize("entry", entries("json-ld-api, toRdf", "json-ld-api/toRdf-manifest.jsonld", "sequence", "@id"))
def test_the_to_rdf_suite_is_mapped_exactly_or_refused(entry: dict[str, Any], record_property: Record) -> None:
    outcome = _outcome(entry, _from_quads)
    record_property("agreement", outcome)
    assert outcome in {"equal", "refused", "not applicable"} or (outcome == "mapped" and _wants_1_0(entry))


@needed
@pytest.mark.parametrize(
    "entry", entries("json-ld-api, expand", "json-ld-api/expand-manifest.jsonld", "sequence", "@id")
)
def test_the_expansion_suite_is_mapped_exactly_or_refused(entry: dict[str, Any], record_property: Record) -> None:
    outcome = _outcome(entry, _from_expanded)
    record_property("agreement", outcome)
    assert outcome in {"equal", "refused", "not applicable"} or (outcome == "mapped" and _wants_1_0(entry))


# What jsonld.js lets pass in safe mode and a reader of credentials must not.
STRICTER = {
    "null-value",
    "context-inline-vocab",
    "context-inline-redefine-protected",
    "context-order-swapped",
    "nested-context",
}


@needed
@pytest.mark.parametrize("case", entries("jsonld-safe-mode", "jsonld-safe-mode/cases.json", "cases", "name"))
def test_a_safe_mode_case_is_canonicalised_alike_or_refused(case: dict[str, Any], record_property: Record) -> None:
    try:
        found = canonicalise(case["document"]).decode("utf-8")
    except LinkedDataError:
        record_property("agreement", "refused")
        assert case["safe"] != "ok" or case["name"] in STRICTER
        return
    record_property("agreement", "equal")
    assert case["safe"] == "ok"
    assert found == case["nquads"]
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(case["nquads"], format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    assert len(dataset) == case["nquads"].count("\n")
