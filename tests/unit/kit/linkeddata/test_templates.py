"""A template writes what the general path writes, byte for byte, or says that it cannot."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.kit.linkeddata import LinkedDataError, canonicalise, templates, terms
from accredit.kit.linkeddata.patterns import Path, differences, is_same
from accredit.kit.linkeddata.templates import Template, compiled
from accredit.kit.linkeddata.terms import Scope
from tests.unit.kit.linkeddata.template_shapes import SHAPES, changed

EXAMPLES = 500
"""For each of seven shapes."""


def _made(name: str) -> Template:
    document, places = SHAPES[name]
    template = compiled(document, frozenset(places))
    assert template is not None
    return template


TEMPLATES = {name: _made(name) for name in SHAPES}

_TEXT = st.text(max_size=30) | st.sampled_from(
    [
        "",
        'a "quoted" \\ text',
        "two\nlines\r\tand a tab",
        "Siân Llŷr 李 😀",
        "\x00\x7f\x85\u2028",
        "\ufffe",
        "\ud800",
        "Ama",
    ]
)
_ODD_IRIS = (
    *("urn:uuid:1", "did:web:x.example", "https://x.example/a", "https://x.example/a#1", "urn:é", "_:n1", "relative"),
    *("@id", "ex:compact", "xsd:string", "HTTPS://x.example", "https:x", "Achievement", "mailto:a@b", "urn:a b", "a>b"),
    *("urn:a\u00a0b", "https://x.example/\ufeff", "did:web:x\u2003"),
)
_IRI = st.uuids().map(lambda number: number.urn) | st.sampled_from(_ODD_IRIS)
_DATE = st.datetimes().map(lambda moment: moment.isoformat() + "Z")
_OTHER = st.sampled_from(
    [0, 1, True, False, 2.5, 1e21, None, [], ["a"], {}, {"@value": "x"}, {"@value": "x", "@language": "cy"}]
)
_FOR_TEXTS = st.one_of(_TEXT, _TEXT, _TEXT, _DATE, _IRI, _OTHER)
_FOR_IRIS = st.one_of(_IRI, _IRI, _IRI, _IRI, _TEXT, _OTHER)


def general(document: dict[str, Any]) -> bytes | None:
    try:
        return canonicalise(document)
    except (LinkedDataError, UnicodeEncodeError):
        return None


@pytest.mark.parametrize("name", SHAPES)
def test_any_substitution_is_written_as_the_general_path_writes_it_or_not_at_all(name: str) -> None:
    document, places = SHAPES[name]
    fitted = [0]

    @settings(max_examples=EXAMPLES, deadline=None, database=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        # Most values stay as they were, so that one odd value among them is met too.
        chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=4))
        fresh = [_FOR_IRIS if path[-1] == "id" else _FOR_TEXTS for path in chosen]
        other = changed(document, chosen, [data.draw(values) for values in fresh])
        written = TEMPLATES[name].apply(other)
        if written is not None:
            fitted[0] += 1
            assert written == general(other)

    check()
    assert fitted[0] > EXAMPLES / 20


@pytest.mark.parametrize("name", SHAPES)
def test_plain_texts_are_written_without_the_general_path(name: str) -> None:
    document, places = SHAPES[name]
    for number in range(40):
        # The value of one place never becomes that of another, as with ids, dates and names of different people.
        values = []
        for position, path in enumerate(places):
            before: Any = document
            for step in path:
                before = before[step]
            values.append(f"{before}{position}{'é' * (number % 3)}{number}")
        other = changed(document, places, values)
        assert TEMPLATES[name].apply(other) == general(other) is not None


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, (dict, list)):
        for key, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(member, (*path, key))
    else:
        yield path, value


@pytest.mark.parametrize("text", ["", "!", "l", "lz", "m ", "n", "é", "\n", '"'])
def test_a_text_may_move_before_or_behind_what_stays(text: str) -> None:
    document, places = SHAPES["texts of a node without a name"]
    for path in places:
        other = changed(document, [path], [text])
        assert TEMPLATES["texts of a node without a name"].apply(other) == general(other)


@pytest.mark.parametrize("name", SHAPES)
def test_a_change_anywhere_else_never_fits(name: str) -> None:
    document, places = SHAPES[name]
    template = TEMPLATES[name]
    assert template.apply(document) == canonicalise(document)
    for path, leaf in _leaves(document):
        others: tuple[Any, ...] = (f"{leaf} ", None, [leaf], {"@value": leaf})
        if not isinstance(leaf, str):
            others += (1, True, 2.5, 1.0)
        for other in others:
            if path not in places and not is_same(leaf, other):
                assert template.apply(changed(document, [path], [other])) is None, path


@pytest.mark.parametrize("name", SHAPES)
def test_a_member_more_or_less_never_fits(name: str) -> None:
    document, _ = SHAPES[name]
    for path, _leaf in _leaves(document):
        for extra in (False, True):
            other = copy.deepcopy(document)
            holder: Any = other
            for step in path[:-1]:
                holder = holder[step]
            if isinstance(holder, list):
                holder.append("x") if extra else holder.pop()
            elif extra:
                holder["name" if "name" not in holder else "description"] = "x"
                if other == document:
                    continue
            else:
                holder["renamed"] = holder.pop(path[-1])
            if differences(document, other) is None:
                assert TEMPLATES[name].apply(other) is None, path


REFUSED_PLACES: dict[str, tuple[str, Path, Any]] = {
    "the name of a type": ("identifiers", ("credentialSubject", "type", 0), "Profile"),
    "a context": ("identifiers", ("@context", 1), "x"),
    "a language": ("twins and lists of values", ("evidence", 0, "description", "@language"), "en"),
}


@pytest.mark.parametrize("case", REFUSED_PLACES.values(), ids=REFUSED_PLACES)
def test_there_is_no_template_for_what_is_no_whole_term(case: tuple[str, Path, Any]) -> None:
    name, path, _ = case
    assert compiled(SHAPES[name][0], frozenset({path})) is None


def _with(document: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {**document, **members}


def test_there_is_no_template_where_a_term_is_made_of_a_place_and_more() -> None:
    document, _ = SHAPES["identifiers"]
    as_json = _with(document, name={"@value": {"a": "b"}, "@type": "@json"})
    assert canonicalise(as_json)
    assert compiled(as_json, frozenset({("name", "@value", "a")})) is None
    typed = _with(document, name={"@value": "a", "@type": "https://x.example/type"})
    assert compiled(typed, frozenset({("name", "@type")})) is None
    assert compiled(typed, frozenset({("name", "@value"), ("name", "@type")})) is None
    fitting = compiled(typed, frozenset({("name", "@value")}))
    assert fitting is not None
    assert fitting.apply(typed) == canonicalise(typed)


def test_there_is_no_template_with_another_graph_in_it() -> None:
    document, _places = SHAPES["a proof configuration"]
    signed = _with(SHAPES["identifiers"][0], proof=[{name: document[name] for name in document if name != "@context"}])
    assert canonicalise(signed)
    assert compiled(signed, frozenset({("id",)})) is None


def test_there_is_no_template_for_a_type_by_its_iri() -> None:
    document, _ = SHAPES["identifiers"]
    typed = _with(document, evidence=[{"id": "urn:e", "type": ["urn:kind"], "name": "x"}])
    assert canonicalise(typed)
    assert compiled(typed, frozenset({("evidence", 0, "type", 0)})) is None


def test_there_is_no_template_for_a_document_that_holds_our_mark() -> None:
    document, _ = SHAPES["identifiers"]
    assert compiled(_with(document, name=f"{templates._MARK}0"), frozenset({("id",)})) is None


def test_there_is_no_template_for_very_much() -> None:
    document, _ = SHAPES["identifiers"]
    many = _with(document, name=[f"{number}" for number in range(300)])
    assert compiled(many, frozenset(("name", number) for number in range(300))) is None
    evidence = [{"id": f"urn:e:{number}", "type": ["Evidence"], "name": ["a", "b"]} for number in range(600)]
    assert compiled(_with(document, evidence=evidence), frozenset({("id",)})) is None


CLASHES: dict[str, dict[Path, str]] = {
    "two nodes become one": {("credentialSubject", "id"): "urn:x", ("issuer", "id"): "urn:x"},
    "a node becomes one that never changes": {("credentialSubject", "id"): "https://x.example/a"},
    "the subject becomes the document": {("credentialSubject", "id"): "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5"},
    "the document becomes the achievement": {("id",): "https://x.example/a"},
    "a reference is to the document": {("evidence", 0, "id"): "urn:uuid:6a1676b8-b51f-11ed-937b-d76685a20ff5"},
}


@pytest.mark.parametrize("clash", CLASHES.values(), ids=CLASHES)
@pytest.mark.parametrize("is_id_fixed", [False, True], ids=["the id varies", "the id is fixed"])
def test_names_that_meet_are_left_to_the_general_path(clash: dict[Path, str], is_id_fixed: bool) -> None:
    document, places = SHAPES["identifiers"]
    template = compiled(document, frozenset(place for place in places if not (is_id_fixed and place == ("id",))))
    assert template is not None
    assert template.apply(document) == canonicalise(document)
    assert template.apply(changed(document, list(clash), list(clash.values()))) is None


def test_what_is_compiled_does_not_change_with_the_document_it_was_made_from() -> None:
    document, places = SHAPES["identifiers"]
    mine = copy.deepcopy(document)
    template = compiled(mine, frozenset(places))
    assert template is not None
    mine["credentialSubject"]["achievement"]["name"] = "another"
    assert template.apply(mine) is None
    assert template.apply(document) == canonicalise(document)


def test_the_order_of_members_makes_no_difference() -> None:
    document, _ = SHAPES["a credential of the service"]
    turned = dict(reversed(document.items()))
    assert TEMPLATES["a credential of the service"].apply(turned) == canonicalise(document)


def test_no_pinned_context_gives_plain_identifiers_another_meaning() -> None:
    def names(scope: Scope | None) -> Iterator[str]:
        for name, entry in scope.entries.items() if scope is not None else ():
            yield name
            yield from names(entry.scope)

    found = {name for table in terms.pinned().values() for name in names(table.scope)}
    assert not found & {"urn", "did", "http", "https"}
    assert not any(":" in name for name in found)
