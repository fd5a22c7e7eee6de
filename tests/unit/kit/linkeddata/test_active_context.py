"""Scopes joined as JSON-LD joins them: protection, prefixes, vocabularies and what ends where."""

from __future__ import annotations

from typing import Any

import pytest

from accredit.kit.linkeddata import ContextRefused, MappingRefused, TooComplex, canonicalise, literals, mapper
from accredit.kit.linkeddata.active_context import MAX_CONTEXTS, ActiveContext, check_contexts, initial, process
from accredit.kit.linkeddata.terms import Entry, Scope, parse, pinned, pinned_for_conformance

V2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
X = "https://x.example/"
HEADER = "context https://x.example/c\nsha256 00\n"


def entered(*texts: str) -> ActiveContext:
    context = initial({})
    for text in texts:
        context = process(context, parse(HEADER + text).scope)
    return context


def test_a_protected_term_may_be_repeated_but_not_changed() -> None:
    first = f"@protected\nname {X}name\n"
    again = entered(first, f"name {X}name\n")
    assert again.terms["name"].is_protected
    for other in (f"name {X}other\n", f"name {X}name type=@id\n", f"name {X}name container=@set\n"):
        with pytest.raises(ContextRefused) as refused:
            entered(first, other)
        assert refused.value.code == "protected_term"


def test_a_term_that_is_not_protected_may_be_changed() -> None:
    assert entered(f"name {X}name\n", f"name {X}other\n").terms["name"].iri == f"{X}other"


def test_the_scope_of_a_property_overrides_protection() -> None:
    context = entered(f"@protected\nname {X}name\npart {X}part\n name {X}other\n")
    assert context.for_property(context.terms["part"]).terms["name"].iri == f"{X}other"


def test_two_types_may_give_one_property_different_scopes() -> None:
    context = entered(f"A {X}A\n part {X}part\n  name {X}a\nB {X}B\n part {X}part\n  name {X}b\ntype @type\n")
    of_a, of_b = ({"type": kind, "part": {"name": "x"}} for kind in "AB")
    for first, second in ((of_a, of_b), (of_b, of_a), (of_a, of_b)):
        names = [quad[1] for node in (first, second) for quad in mapper.map_with(context, node, mapper.Limits())]
        expected = [f"<{X}{str(node['type']).lower()}>" for node in (first, second)]
        assert [name for name in names if name in (f"<{X}a>", f"<{X}b>")] == expected


def test_an_empty_scope_may_not_drop_protected_terms_by_a_type() -> None:
    context = entered(f"@protected\nname {X}name\nThing {X}Thing scope=null\n")
    with pytest.raises(ContextRefused) as refused:
        context.for_types(("Thing",))
    assert refused.value.code == "protected_term"
    assert context.for_property(context.terms["Thing"]).terms == {}


def test_the_scope_of_a_type_ends_with_its_node() -> None:
    context = entered(f"Thing {X}Thing\n name {X}name\n")
    inside = context.for_types(("Thing", "Thing", "Unknown"))
    assert inside.terms["name"].iri == f"{X}name"
    assert inside.previous is context
    assert context.for_types(("Unknown",)) is context


def test_two_types_are_entered_in_the_order_of_their_names() -> None:
    context = entered(f"B {X}B\n name {X}second\nA {X}A\n name {X}first\n")
    assert context.for_types(("B", "A")).terms["name"].iri == f"{X}second"


def test_iris_may_be_compact_or_build_on_other_terms() -> None:
    context = entered(f"x {X} prefix\nname x:name type=x:kind\nalias name\nlater y:z\nfull x://y\n")
    assert (context.terms["name"].iri, context.terms["name"].type) == (f"{X}name", f"{X}kind")
    assert context.terms["alias"].iri == f"{X}name"
    # No prefix `y` is in scope, so the IRI stands as it is written; see `awardedDate` in Open Badges 3.0.3.
    assert context.terms["later"].iri == "y:z"
    assert context.terms["full"].iri == "x://y"


def test_terms_that_define_each_other_are_refused() -> None:
    with pytest.raises(ContextRefused) as refused:
        entered("a b\nb a\n")
    assert refused.value.code == "context_cycle"


def test_a_vocabulary_gives_a_meaning_to_unknown_terms() -> None:
    context = entered(f"@vocab {X}\nname nickname\n")
    assert context.terms["name"].iri == f"{X}nickname"
    found = context.term("anything")
    assert found is not None
    assert found.iri == f"{X}anything"
    assert context.expand("Anything", vocab=True) == f"{X}Anything"
    assert context.expand("Anything", vocab=False) == "Anything"
    assert {quad[2] for quad in mapper.map_with(context, {"@type": "Thing"}, mapper.Limits())} == {f"<{X}Thing>"}


def test_a_vocabulary_only_counts_where_test_suites_ask_for_it() -> None:
    examples = "https://www.w3.org/ns/credentials/examples/v2"
    document = {"@context": [V2, examples], "id": "urn:x:1", "alumniOf": "A school"}
    assert b"examples#alumniOf" in canonicalise(document, contexts=pinned_for_conformance())
    with pytest.raises(ContextRefused) as refused:
        canonicalise(document)
    assert refused.value.code == "context_not_pinned"


def test_member_names_are_remembered_whether_they_mean_something_or_not() -> None:
    context = entered(f"x {X} prefix\n")
    assert context.term("unknown") is context.term("unknown") is None
    assert context.term("x:y") is None
    assert context.expand("@none-such", vocab=True) == "@none-such"
    assert context.expand("@nothing", vocab=True) is None
    assert context.expand("@type", vocab=True) == "@type"


def test_a_long_list_of_contexts_is_refused() -> None:
    with pytest.raises(ContextRefused) as refused:
        check_contexts((V2,) * (MAX_CONTEXTS + 1), pinned())
    assert (refused.value.code, refused.value.path) == ("context_order", "$['@context']")
    with pytest.raises(ContextRefused) as refused:
        check_contexts((V2, OB, OB), pinned())
    assert (refused.value.code, refused.value.path) == ("context_order", "$['@context']")


def test_odd_mixtures_of_types_are_remembered_only_up_to_a_limit() -> None:
    classes = "".join(f"T{i} {X}T{i}\n name {X}name{i}\n" for i in range(12))
    context = entered(classes)
    context.memory.left = 100
    for number in range(1, 2**12):
        types = tuple(f"T{i}" for i in range(12) if number >> i & 1)
        assert context.for_types(types).terms["name"].iri == f"{X}name{max(types)[1:]}"
    assert context.memory.left == 0


def test_a_full_memory_is_begun_anew() -> None:
    document = {"@context": [V2], "id": "urn:x:1", "type": "VerifiableCredential", "issuer": "urn:x:2"}
    before = canonicalise(document)
    kept = mapper._pinned_context()
    kept.memory.left = 0
    assert mapper._pinned_context() is not kept
    assert canonicalise(document) == before


def test_naming_the_pinned_contexts_does_not_begin_from_nothing() -> None:
    document = {"@context": [V2], "id": "urn:x:1", "type": "VerifiableCredential", "issuer": "urn:x:2"}
    canonicalise(document, contexts=pinned())
    left = mapper._pinned_context().memory.left
    assert canonicalise(document, contexts=pinned()) == canonicalise(document, contexts=dict(pinned()))
    assert mapper._pinned_context().memory.left == left


def test_a_list_of_contexts_is_processed_once() -> None:
    context = initial(pinned())
    assert context.for_contexts((V2,)) is context.for_contexts((V2,))


def test_a_datatype_that_is_no_iri_is_refused_where_it_is_used() -> None:
    context = process(initial({}), Scope({"when": Entry(f"{X}when", type="date")}))
    for value in ("2026", 2026, True):
        with pytest.raises(MappingRefused) as refused:
            mapper.map_with(context, {"when": value}, mapper.Limits())
        assert (refused.value.code, refused.value.path) == ("relative_type", "$.when")


def test_the_contents_of_an_empty_scope_need_contexts_of_their_own() -> None:
    presentation = {"@context": [V2], "type": "VerifiablePresentation", "verifiableCredential": [{"id": "urn:x:1"}]}
    with pytest.raises(MappingRefused) as refused:
        canonicalise(presentation)
    assert (refused.value.code, refused.value.path) == ("unsigned_data", "$.verifiableCredential[0].id")


def test_the_scope_of_a_property_is_entered_anew_when_the_memory_is_full() -> None:
    context = entered(f"part {X}part\n name {X}other\n")
    context.memory.left = 0
    first, again = (context.for_property(context.terms["part"]) for _ in range(2))
    assert first is not again
    assert first.terms["name"].iri == again.terms["name"].iri == f"{X}other"
    context.memory.left = 1
    assert context.for_property(context.terms["part"]) is context.for_property(context.terms["part"])
    assert context.memory.left == 0


def test_names_that_a_vocabulary_explains_are_remembered_up_to_a_limit() -> None:
    context = entered(f"@vocab {X}\n")
    names = [f"n{number}" for number in range(513)]
    first = [context.term(name) for name in names]
    assert [term is context.term(name) for term, name in zip(first, names, strict=True)] == [True] * 512 + [False]
    assert context.term("n512") == first[512]
    fresh = entered(f"@vocab {X}\n")
    for length, is_kept in ((100, True), (101, False)):
        found = fresh.term("x" * length)
        assert found is not None
        assert found.iri == X + "x" * length
        assert (fresh.term("x" * length) is found) is is_kept


def test_a_term_is_expanded_only_where_a_vocabulary_counts() -> None:
    context = entered(f"name {X}name\n")
    assert context.expand("name", vocab=True) == f"{X}name"
    assert context.expand("name", vocab=False) == "name"
    assert context.term("name") is context.terms["name"]


KEYWORDS = (
    *("@base", "@container", "@context", "@default", "@direction", "@graph", "@id", "@import", "@included", "@index"),
    *("@json", "@language", "@list", "@nest", "@none", "@prefix", "@propagate", "@protected", "@reverse", "@set"),
    *("@type", "@value", "@version", "@vocab"),
)


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_a_keyword_means_itself(keyword: str) -> None:
    assert initial({}).expand(keyword, vocab=True) == initial({}).expand(keyword, vocab=False) == keyword
    assert initial({}).expand(keyword + "s", vocab=True) is None


def mapped(context: ActiveContext, node: dict[str, Any], **limits: int) -> set[tuple[str, str, str, str]]:
    return set(mapper.map_with(context, node, mapper.Limits(**limits)))


def test_a_term_for_json_takes_any_value_as_one_literal() -> None:
    context = entered(f"data {X}data type=@json\n")
    (quad,) = mapped(context, {"data": [{"b": None, "a": [True, "x"]}]})
    assert quad[1:3] == (f"<{X}data>", r'"[{\"a\":[true,\"x\"],\"b\":null}]"^^<' + literals.RDF + "JSON>")


def test_entries_of_an_ordered_list_are_read_in_their_context() -> None:
    context = entered(f"list {X}list type=@id container=@list\nname {X}name\n")
    found = {quad[2] for quad in mapped(context, {"list": [f"{X}a", {"name": "x"}]})}
    assert {f"<{X}a>", '"x"'} <= found
    with pytest.raises(MappingRefused) as refused:
        mapped(context, {"list": [f"{X}a", None]})
    assert (refused.value.code, refused.value.path) == ("null_value", "$.list[1]")


def test_a_type_without_a_name_is_a_node_without_a_name() -> None:
    (quad,) = mapped(entered("a b:c\n"), {"@type": "_:kind"})
    assert quad[2].startswith("_:")


def test_a_term_may_stand_for_an_iri_where_a_vocabulary_counts() -> None:
    context = entered(f"kind {X}kind type=@vocab\nA {X}A\nname {X}name\n")
    assert {quad[2] for quad in mapped(context, {"kind": "A", "name": {"@value": "x", "@type": "A"}})} == {
        f"<{X}A>",
        f'"x"^^<{X}A>',
    }


def test_a_value_stands_in_the_scope_that_its_property_opens() -> None:
    context = entered(f"part {X}part\n kind {X}kind prefix\nkind {X}outer prefix\n")
    (quad,) = mapped(context, {"part": {"@value": "x", "@type": "kind:1"}})
    assert quad[2] == f'"x"^^<{X}kind1>'


@pytest.mark.parametrize("types", [[["A"]], {"A": 1}, [{"A": 1}], ["A", None], 7, None])
def test_types_that_are_no_texts_are_refused_beside_nodes_of_the_same_members(types: object) -> None:
    context = entered(f"A {X}A\nname {X}name\ntype @type\n")
    for _ in range(3):
        assert len(mapped(context, {"type": "A", "name": "x"})) == 2
    with pytest.raises(MappingRefused) as refused:
        mapped(context, {"type": types, "name": "x"})
    assert refused.value.code in {"type_not_text", "unsigned_data", "null_value"}
    assert refused.value.path.startswith("$.type")


def test_every_fact_counts_towards_the_limit() -> None:
    context = entered(f"A {X}A\nname {X}name\npart {X}part\nlist {X}list container=@list\ntype @type\n")
    node = {"type": "A", "name": ["x", "y"], "part": {"type": "A", "name": "z"}, "list": ["u", "v"]}
    facts = len(mapped(context, node))
    # A type, two names, a part with a type and a name, and a list of two cells with a first and a rest each.
    assert facts == 11
    assert len(mapped(context, node, quads=facts)) == facts
    for quads in range(facts):
        with pytest.raises(TooComplex) as refused:
            mapped(context, node, quads=quads)
        assert refused.value.code == "too_complex"


def test_the_place_of_a_second_description_is_named_however_often_it_is_met() -> None:
    context = entered(f"name {X}name\npart {X}part\nid @id\n")
    for _ in range(3):
        mapped(context, {"id": "urn:x:1", "name": "x", "part": {"id": "urn:x:2", "name": "y"}})
        with pytest.raises(MappingRefused) as refused:
            mapped(context, {"id": "urn:x:1", "name": "x", "part": {"id": "urn:x:1", "name": "y"}})
        assert (refused.value.code, refused.value.path) == ("described_twice", "$.part")
