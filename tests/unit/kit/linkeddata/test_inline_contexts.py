"""Inline contexts: the little that is read where that is asked for, and all that is refused even there."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from accredit.kit.linkeddata import canonicalise, inline_contexts, terms
from accredit.kit.linkeddata.active_context import initial, process
from accredit.kit.linkeddata.errors import ContextRefused

V2 = "https://www.w3.org/ns/credentials/v2"
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"


def document(context: Any, **members: Any) -> dict[str, Any]:
    return {"@context": [V2, context], "type": ["VerifiableCredential"], **members}


def meaning(value: dict[str, Any]) -> str:
    mapped, tables = inline_contexts.named(value, terms.pinned_for_conformance())
    return canonicalise(mapped, contexts=tables).decode()


@pytest.mark.parametrize(
    ("context", "members", "expected"),
    [
        pytest.param(
            {"Kind": "https://e.example/#Kind"},
            {"type": ["VerifiableCredential", "Kind"]},
            "e.example/#Kind>",
            id="a type",
        ),
        pytest.param(
            {"shoes": {"@id": "https://e.example/#shoes"}}, {"shoes": "38"}, 'e.example/#shoes> "38"', id="a property"
        ),
        pytest.param(
            {"near": {"@id": "https://e.example/#near", "@type": "@id"}},
            {"near": "https://e.example/x"},
            "<https://e.example/#near> <https://e.example/x>",
            id="a property that points",
        ),
        pytest.param(
            {"@version": 1.1, "@protected": True, "e": "https://e.example/#", "shoes": "e:shoes"},
            {"shoes": "38"},
            "<https://e.example/#shoes>",
            id="a prefix",
        ),
    ],
)
def test_inline_context_gives_a_meaning(context: Any, members: dict[str, Any], expected: str) -> None:
    assert expected in meaning(document(context, **members))


def test_a_context_further_in_is_read_too() -> None:
    inner = {"@context": {"shoes": "https://e.example/#shoes"}, "shoes": "38"}
    mapped, tables = inline_contexts.named({"a": [inner, 1, "text"]}, {})
    (name,) = tables
    assert mapped == {"a": [{"@context": name, "shoes": "38"}, 1, "text"]}


def test_a_context_is_named_by_its_hash() -> None:
    mapped, tables = inline_contexts.named(document({"shoes": "https://e.example/#shoes"}), {})
    digest = hashlib.sha256(b'{"shoes":"https://e.example/#shoes"}').hexdigest()
    (table,) = tables.values()
    assert (table.url, table.sha256) == (f"urn:sha256:{digest}", digest)
    assert mapped["@context"] == [V2, table.url]
    assert tables.keys() == {table.url}


@pytest.mark.parametrize(
    ("prefix", "iri"),
    [
        *((f"https://e.example/{end}", f"https://e.example/{end}shoes") for end in ":/?#[]@"),
        ("https://e.example/x", "e:shoes"),
        ({"@id": "https://e.example/#"}, "e:shoes"),
    ],
    ids=str,
)
def test_only_a_plain_term_that_ends_in_a_mark_is_a_prefix(prefix: object, iri: str) -> None:
    _, tables = inline_contexts.named(document({"e": prefix, "shoes": "e:shoes"}), {})
    (table,) = tables.values()
    assert process(initial({}), table.scope).terms["shoes"].iri == iri


@pytest.mark.parametrize(
    "name",
    [
        *("VerifiableCredential", "credentialSubject", "issuer", "validFrom", "evidence", "proof", "issuanceDate"),
        *("holder", "verifiableCredential", "cryptosuite", "proofValue", "digestSRI", "jws", "statusSize"),
    ],
)
def test_a_term_of_the_data_model_is_refused_at_whatever_depth_it_is_defined(name: str) -> None:
    with pytest.raises(ContextRefused) as refused:
        inline_contexts.named(document({name: "https://e.example/#x"}), {})
    assert (refused.value.code, refused.value.path) == ("protected_term", "$['@context']")


def test_a_context_may_define_a_hundred_terms() -> None:
    context = {f"t{number}": f"https://e.example/#{number}" for number in range(101)}
    with pytest.raises(ContextRefused) as refused:
        inline_contexts.named(document(context), {})
    assert (refused.value.code, refused.value.path) == ("context_inline", "$['@context']")
    del context["t100"]
    assert len(inline_contexts.named(document(context), {})[1]) == 1


@pytest.mark.parametrize("is_protected", [True, False])
def test_a_term_that_is_protected_keeps_its_meaning(is_protected: bool) -> None:
    value = document({"@protected": is_protected, "shoes": "https://e.example/#shoes"}, shoes="38")
    value["@context"].append({"shoes": "https://e.example/#boots"})
    if not is_protected:
        assert "<https://e.example/#boots>" in meaning(value)
        return
    with pytest.raises(ContextRefused) as refused:
        meaning(value)
    assert refused.value.code == "protected_term"


def test_a_document_without_inline_contexts_is_as_it_was() -> None:
    given = {"@context": [V2, EXAMPLES], "type": "VerifiableCredential", "n": {"@context": EXAMPLES}}
    tables = terms.pinned()
    assert inline_contexts.named(given, tables) == (given, tables)


@pytest.mark.parametrize(
    "context",
    [
        pytest.param({"@vocab": "https://e.example/#"}, id="a vocabulary for everything"),
        pytest.param({"@base": "https://e.example/"}, id="a base"),
        pytest.param({"a": {"@id": "https://e.example/", "@context": {}}}, id="a scope"),
        pytest.param({"a": {"@id": "https://e.example/", "@container": "@list"}}, id="a container"),
        pytest.param({"a": None}, id="nothing"),
        pytest.param({"a": "relative"}, id="a relative IRI"),
        pytest.param({"a:b": "https://e.example/"}, id="a compact name"),
        pytest.param({"": "https://e.example/"}, id="an empty name"),
        pytest.param({"a": {"@id": "https://e.example/", "@type": 5}}, id="a type that is a number"),
        pytest.param({"a": "@type"}, id="another name for a keyword"),
        pytest.param({f"a{number}": "https://e.example/" for number in range(101)}, id="too many terms"),
    ],
)
def test_inline_context_that_does_more_is_refused(context: Any) -> None:
    with pytest.raises(ContextRefused) as caught:
        meaning(document(context))
    assert caught.value.code == "context_inline"


@pytest.mark.parametrize("name", ["VerifiableCredential", "type", "issuer", "digestSRI"])
def test_inline_context_cannot_redefine_what_is_protected(name: str) -> None:
    with pytest.raises(ContextRefused) as caught:
        meaning(document({name: "https://e.example/#mine"}, issuer="did:example:a"))
    assert caught.value.code == "protected_term"
