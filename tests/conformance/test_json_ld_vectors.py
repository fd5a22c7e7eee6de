"""The W3C JSON-LD toRdf suite, and the safe-mode cases: what we map, we map exactly; everything else is refused.

Credentials need a part of JSON-LD only, so most of the suite is refused. What may never happen is a third outcome:
a document that is mapped, but to something else.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph

from accredit.kit.linkeddata import LinkedDataError, canonicalise, mapper, rdfc10, terms
from accredit.kit.linkeddata.active_context import initial, process

from .official_contexts import scope_of
from .test_rdf_canon_vectors import read


def _mapped(document: Any) -> list[mapper.Quad] | None:
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


def _outcome(entry: dict[str, Any], folder: Path) -> str:
    option = entry.get("option", {})
    if option.get("rdfDirection", "i18n-datatype") != "i18n-datatype" or "base" in option:
        return "not applicable"
    try:
        quads = _mapped(json.loads((folder / entry["input"]).read_text(encoding="utf-8")))
    except LinkedDataError:
        return "refused"
    if quads is None:
        return "not applicable"
    if "jld:PositiveEvaluationTest" not in entry["@type"]:
        return "mapped"
    try:
        expected = rdfc10.canonicalise(read(folder / entry["expect"]))
    except (ValueError, SyntaxError):
        return "not applicable"
    return "equal" if rdfc10.canonicalise(quads) == expected else "different"


def test_the_to_rdf_suite_is_mapped_exactly_or_refused(
    shared: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = shared / "standards" / "vectors" / "json-ld-api"
    outcomes: dict[str, list[str]] = {}
    for entry in json.loads((folder / "toRdf-manifest.jsonld").read_text(encoding="utf-8"))["sequence"]:
        outcomes.setdefault(_outcome(entry, folder), []).append(entry["@id"])
    record_property("outcomes", {name: len(ids) for name, ids in outcomes.items()})
    assert outcomes.get("different", []) == []
    # The one test that asks for a refusal and is mapped wants JSON-LD 1.0, where a type of @none is an error.
    assert outcomes.get("mapped", []) == ["#ttn01"]
    assert len(outcomes["equal"]) >= 30


def test_safe_mode_cases(shared: Path) -> None:
    path = shared / "standards" / "vectors" / "jsonld-safe-mode" / "cases.json"
    refused_although_safe = []
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        try:
            found = canonicalise(case["document"]).decode("utf-8")
        except LinkedDataError:
            if case["safe"] == "ok":
                refused_although_safe.append(case["name"])
            continue
        assert case["safe"] == "ok", case["name"]
        assert found == case["nquads"], case["name"]
    # What jsonld.js lets pass in safe mode and a reader of credentials must not.
    assert refused_although_safe == [
        "null-value",
        "context-inline-vocab",
        "context-inline-redefine-protected",
        "context-order-swapped",
        "nested-context",
    ]


def test_pyoxigraph_canonicalises_what_we_map_in_the_same_way(shared: Path) -> None:
    path = shared / "standards" / "vectors" / "jsonld-safe-mode" / "cases.json"
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        if "nquads" not in case:
            continue
        dataset = pyoxigraph.Dataset(pyoxigraph.parse(case["nquads"], format=pyoxigraph.RdfFormat.N_QUADS))
        dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
        lines = sorted(f"{quad} .\n" for quad in dataset)
        assert len(lines) == case["nquads"].count("\n")
