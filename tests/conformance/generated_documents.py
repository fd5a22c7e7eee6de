"""Documents made at random out of the term tables themselves: every class, property, container and kind of value."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from accredit.kit.linkeddata import ContextRefused, terms
from accredit.kit.linkeddata.active_context import ActiveContext, Term, initial

V2 = "https://www.w3.org/ns/credentials/v2"
V1 = "https://www.w3.org/2018/credentials/v1"
_OB = "https://purl.imsglobal.org/spec/ob/v3p0/"
_SECURITY = "https://w3id.org/security/"
CONTEXT_LISTS = (
    (V2, f"{_OB}context-3.0.3.json"),
    (V2, f"{_OB}context-3.0.3.json", f"{_OB}extensions.json"),
    (V2, f"{_OB}context-3.0.2.json"),
    (V1, f"{_OB}context-3.0.1.json"),
    (V1, f"{_OB}context.json"),
    (V2,),
    (V2, f"{_SECURITY}data-integrity/v2", f"{_SECURITY}multikey/v1"),
    (V1, f"{_OB}context-3.0.3.json", f"{_SECURITY}data-integrity/v2"),
    (V1, f"{_OB}context.json", f"{_SECURITY}data-integrity/v1", f"{_SECURITY}suites/ed25519-2020/v1"),
    (V1, "https://www.w3.org/ns/credentials/status/v1"),
)
TEXTS = (
    *("", "Peer supporter", "Cefnogwr â ŵ ŷ", "😀", "2026-01-01T00:00:00Z"),
    *('a "quoted" \\ text', "two\nlines\tand a tab"),
)
FAULTS = ("unknown term", "null", "relative id", "unknown type", "inline context", "keyword")
NUMBERS = (0, 1, -7, 2.5, 3.0, 1e21, 123456.789, -0.001, 100000000000000000000, True, False)


class Documents:
    """A source of documents; the same seed gives the same document."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._made = 0

    def make(self) -> dict[str, Any]:
        """Make one document that our mapper should accept."""
        urls = self._chance.choice(CONTEXT_LISTS)
        context = initial(terms.pinned()).for_contexts(urls)
        kind = self._chance.choice(("VerifiableCredential", "VerifiableCredential", "VerifiablePresentation"))
        node = self._node(context, 0, first_type=kind)
        return {"@context": list(urls), "id": self._iri(), **node}

    def _iri(self) -> str:
        self._made += 1
        form = self._chance.choice(
            ("urn:uuid:{}", "https://x.example/{}", "did:web:x.example:{}", "HTTPS://ŵ.example/{}#é")
        )
        return form.format(self._made if self._chance.random() < 0.8 else 1)

    def _node(self, context: ActiveContext, depth: int, *, first_type: str | None = None) -> dict[str, Any]:
        chance = self._chance
        classes = sorted(name for name, term in context.terms.items() if name[0].isupper() and not term.is_prefix)
        types = [first_type] if first_type else []
        if "type" in context.terms:
            types += chance.sample(classes, min(len(classes), chance.choice((0, 0, 1, 1, 1, 2))))
        node: dict[str, Any] = {}
        if types and "type" in context.terms:
            with contextlib.suppress(ContextRefused):
                # Types that contradict each other make a document that PyLD refuses as well.
                context = context.for_types(tuple(types))
            node["type"] = types if len(types) > 1 or chance.random() < 0.7 else types[0]
        if "id" in context.terms and chance.random() < 0.4 and not first_type:
            node["id"] = self._iri() if chance.random() < 0.9 else f"_:n{chance.randrange(3)}"
        usable = [name for name, term in context.terms.items() if term.iri[0] != "@" and not name[0].isupper()]
        for name in chance.sample(sorted(usable), min(len(usable), chance.randrange(1, 6))):
            node[name] = self._values(name, context.terms[name], context, depth)
        return dict(chance.sample(sorted(node.items()), len(node)))

    def _values(self, name: str, term: Term, context: ActiveContext, depth: int) -> Any:
        if term.type == "@json":
            return self._json(0)
        if self._chance.random() < 0.4:
            count = self._chance.randrange(4)
            return [self._value(name, term, context, depth) for _ in range(count)]
        return self._value(name, term, context, depth)

    def _value(self, name: str, term: Term, context: ActiveContext, depth: int) -> Any:
        chance = self._chance
        if term.container == "@graph" or (depth < 4 and chance.random() < 0.4):
            inner = context.previous or context
            if term.opens_scope:
                inner = inner.for_property(term)
            if not inner.terms:
                urls = chance.choice(CONTEXT_LISTS)
                inner = inner.for_contexts(urls)
                return {"@context": list(urls), **self._node(inner, depth + 1, first_type="VerifiableCredential")}
            return self._node(inner, depth + 1)
        if term.type in ("@id", "@vocab"):
            return self._iri()
        return chance.choice((self._text, self._text, self._number, self._value_object))()

    def _text(self) -> str:
        return self._chance.choice(TEXTS)

    def _number(self) -> Any:
        return self._chance.choice(NUMBERS)

    def _value_object(self) -> dict[str, Any]:
        forms: tuple[dict[str, Any], ...] = (
            {"@value": self._text()},
            {"@value": self._number()},
            {"@value": self._text(), "@language": "cy-GB"},
            # PyLD and jsonld.js take two values of one node for the same when only their direction differs.
            {"@value": self._text() + " (rtl)", "@language": "ar", "@direction": "rtl"},
            {"@value": self._text() + " (ltr)", "@direction": "ltr"},
            {"@value": self._text(), "@type": "https://x.example/datatype"},
            {"@value": self._json(0), "@type": "@json"},
        )
        return self._chance.choice(forms)

    def _json(self, depth: int) -> Any:
        if depth > 2:
            return self._chance.choice((*TEXTS, *NUMBERS, None))
        return self._chance.choice((self._list, self._object))(depth) if self._chance.random() < 0.6 else self._text()

    def _list(self, depth: int = 0) -> list[Any]:
        return [self._json(depth + 1) for _ in range(self._chance.randrange(3))]

    def _object(self, depth: int = 0) -> dict[str, Any]:
        return {self._text() or "€": self._json(depth + 1) for _ in range(self._chance.randrange(3))}

    def broken(self) -> tuple[str, dict[str, Any]]:
        """Make a document with one fault that would leave data unsigned, and name the fault."""
        document = self.make()
        nodes = list(nodes_of(document))
        node = self._chance.choice(nodes)
        fault = self._chance.choice(FAULTS)
        if fault == "unknown term":
            node["hoursOfSupport"] = "12"
        elif fault == "null":
            node[self._chance.choice([name for name in node if name not in _JSON_TERMS] or ["id"])] = None
        elif fault == "relative id":
            node["id"] = self._chance.choice(("", "not an iri", "/path", "#fragment"))
        elif fault == "unknown type":
            node["type"] = ["Gold"]
        elif fault == "inline context":
            node["@context"] = {"name": "https://x.example/name"}
        else:
            node[self._chance.choice(("@index", "@reverse", "@graph", "@included", "@nonsense"))] = "x"
        return fault, document


def nodes_of(value: Any) -> list[dict[str, Any]]:
    """Find the node objects of a document, leaving out values and JSON literals, where anything may stand."""
    if isinstance(value, list):
        return [node for inner in value for node in nodes_of(inner)]
    if not isinstance(value, dict) or "@value" in value:
        return []
    inner_nodes = [node for name, inner in value.items() if name not in _JSON_TERMS for node in nodes_of(inner)]
    return [value, *inner_nodes]


_JSON_TERMS = {"jsonSchema", "_sd", "jwk", "publicKeyJwk", "secretKeyJwk", "@context"}
