"""The W3C test suite of RDFC-1.0: every test, with the canonical N-Quads to the byte."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph
import pytest

from accredit.kit.linkeddata import TooComplex, rdfc10
from accredit.kit.linkeddata.dataset import Quad

from .official_contexts import as_quads
from .vectors import VECTORS, entries, needed


def read(path: Path) -> list[Quad]:
    return as_quads(pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.N_QUADS))


KINDS = {"RDFC10EvalTest": "evaluation", "RDFC10MapTest": "map", "RDFC10NegativeEvalTest": "negative"}


@needed
@pytest.mark.parametrize(
    "entry",
    [
        case
        for kind, name in KINDS.items()
        for case in entries(f"rdf-canon, {name}", "rdf-canon/manifest.jsonld", "entries", "id", kind=kind)
    ],
)
def test_the_suite(entry: dict[str, str]) -> None:
    suite = VECTORS / "rdf-canon"
    quads = read(suite / entry["action"])
    hash_name = entry.get("hashAlgorithm", "SHA256").lower()
    if "Negative" in entry["type"]:
        with pytest.raises(TooComplex):
            rdfc10.canonicalise(quads, hash_name=hash_name)
    elif "Map" in entry["type"]:
        names = rdfc10.issue_names(list(dict.fromkeys(quads)), hash_name=hash_name)
        expected = json.loads((suite / entry["result"]).read_text(encoding="utf-8"))
        assert {key[2:]: name[2:] for key, name in names.items()} == expected
    else:
        assert rdfc10.canonicalise(quads, hash_name=hash_name) == (suite / entry["result"]).read_bytes()
