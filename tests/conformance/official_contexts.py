"""The publishers' context files, read where the folder of specifications is present; PyLD and pyoxigraph with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph
from pyld import jsonld

from accredit.kit.linkeddata import literals
from accredit.kit.linkeddata.dataset import Quad
from accredit.kit.linkeddata.terms import CONTAINERS, Entry, Scope

ALIASED = ("@id", "@type")


class OfficialContexts:
    """The files of one folder, by URL and by digest."""

    def __init__(self, folder: Path) -> None:
        self.by_url: dict[str, Any] = {}
        self.by_sha256: dict[str, Any] = {}
        for row in json.loads((folder / "INDEX.json").read_text(encoding="utf-8")):
            data = (folder / row["file"]).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            assert digest == row["sha256"], f"{row['file']} is not the file that was indexed"
            self.by_sha256[digest] = json.loads(data)
            if " " not in row["url"]:
                self.by_url[row["url"]] = self.by_sha256[digest]

    def load(self, url: str, _options: object = None) -> dict[str, Any]:
        """Serve a context to PyLD; an unknown one is an error, nothing is fetched."""
        return {"contextUrl": None, "documentUrl": url, "document": self.by_url[url], "contentType": "application/json"}

    def pyld(self, document: dict[str, Any]) -> str:
        """Canonicalise with PyLD, which drops what it does not know."""
        options = {
            "algorithm": "URDNA2015",
            "format": "application/n-quads",
            "documentLoader": self.load,
            "rdfDirection": "i18n-datatype",
        }
        return str(jsonld.normalize(document, options))

    def pyoxigraph(self, document: dict[str, Any]) -> list[Quad]:
        """Map with pyoxigraph, which loads no contexts, so that they are written into the document."""
        data = json.dumps(self._inlined(document)).encode("utf-8")
        return as_quads(pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.JSON_LD))

    def _inlined(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._inlined(each) for each in value]
        if not isinstance(value, dict):
            return value
        inlined = {name: self._inlined(inner) for name, inner in value.items() if name != "@context"}
        if "@context" not in value:
            return inlined
        urls = value["@context"]
        return {
            "@context": [self.by_url[url]["@context"] for url in ([urls] if isinstance(urls, str) else urls)],
            **inlined,
        }


def as_quads(found: Iterable[pyoxigraph.Quad]) -> list[Quad]:
    """Write pyoxigraph's quads as ours are."""
    return [(_term(q.subject), _term(q.predicate), _term(q.object), _term(q.graph_name)) for q in found]


def _term(term: object) -> str:
    if isinstance(term, pyoxigraph.DefaultGraph):
        return ""
    if isinstance(term, pyoxigraph.Literal):
        if term.language:
            return f"{literals.quote(term.value)}@{term.language}"
        return literals.typed(term.value, term.datatype.value)
    return str(term)


def canonical_by_pyoxigraph(nquads: str) -> str:
    """Canonicalise with pyoxigraph what is N-Quads already."""
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(nquads, format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    written = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS)
    assert written is not None
    # Not `splitlines`: a text may hold U+2028, which that takes for the end of a line.
    return "".join(sorted(f"{line}\n" for line in written.decode("utf-8").split("\n")[:-1]))


def scope_of(context: dict[str, Any]) -> Scope | None:
    """Read a JSON-LD context as a scope of ours; None where it uses what our tables cannot say."""
    entries = {}
    for name, value in context.items():
        if name in ("@version", "@protected", "@vocab"):
            continue
        entry = _entry(value)
        if entry is None or any(mark in name for mark in "@:/") or entry.iri.startswith("@") > (entry.iri in ALIASED):
            return None
        entries[name] = entry
    vocab = context.get("@vocab")
    if vocab is not None and (not isinstance(vocab, str) or ":" not in vocab):
        return None
    return Scope(entries, bool(context.get("@protected", False)), vocab)


def _entry(value: Any) -> Entry | None:
    if isinstance(value, str):
        return Entry(value, is_prefix=value[-1:] in tuple(":/?#[]@") and not value.startswith("@")) if value else None
    if not isinstance(value, dict) or not set(value) <= {"@id", "@type", "@container", "@context"}:
        return None
    container, scoped = value.get("@container"), value.get("@context")
    is_plain = isinstance(value.get("@id"), str) and value["@id"] and isinstance(value.get("@type", ""), str)
    if not is_plain or container not in CONTAINERS:
        return None
    scope = scope_of(scoped) if isinstance(scoped, dict) else None
    if scoped is not None and scope is None:
        return None
    return Entry(
        value["@id"], type=value.get("@type"), container=container, scope=scope, opens_scope="@context" in value
    )
