"""Where two documents differ, and whether a third differs only there."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from accredit.kit.linkeddata.patterns import Path, Pattern, differences, is_same, is_text, with_marks

SAME: dict[str, tuple[Any, Any, bool]] = {
    "two texts": ("a", "a", True),
    "two other texts": ("a", "b", False),
    "members in another order": ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, True),
    "another member": ({"a": 1}, {"b": 1}, False),
    "a member more": ({"a": 1}, {"a": 1, "b": 1}, False),
    "another value deep inside": ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, False),
    "entries in another order": (["a", "b"], ["b", "a"], False),
    "an entry more": (["a"], ["a", "a"], False),
    "one and true": (1, True, False),
    "one and one point nought": (1, 1.0, False),
    "zero and false, inside": ({"a": [0]}, {"a": [False]}, False),
    "nothing and nothing": (None, None, True),
    "an object and a list": ({}, [], False),
    "two empty objects": ({}, {}, True),
}


@pytest.mark.parametrize("case", SAME.values(), ids=SAME)
def test_values_are_the_same_with_the_types_of_their_numbers(case: tuple[Any, Any, bool]) -> None:
    first, second, expected = case
    assert is_same(first, second) is is_same(second, first) is expected


DIFFERENT: dict[str, tuple[Any, Any, set[Path] | None]] = {
    "nowhere": ({"a": ["x", 1, None]}, {"a": ["x", 1, None]}, set()),
    "in one text": ({"a": ["x", 1]}, {"a": ["y", 1]}, {("a", 0)}),
    "in three texts": (
        {"a": "x", "b": {"c": ["x", "y"]}, "d": 1},
        {"d": 1, "b": {"c": ["X", "Y"]}, "a": "z"},
        {("a",), ("b", "c", 0), ("b", "c", 1)},
    ),
    "at the top": ("x", "y", {()}),
    "in a number": ({"a": 1}, {"a": 2}, None),
    "in the type of a number": ({"a": 1}, {"a": True}, None),
    "in a text and a number": ({"a": "x", "b": 1}, {"a": "y", "b": 2}, None),
    "in a number and a text": ({"a": 1, "b": "x"}, {"a": 2, "b": "y"}, None),
    "a text for a number": ({"a": "1"}, {"a": 1}, None),
    "in the name of a member": ({"a": "x"}, {"b": "x"}, None),
    "in how many": (["x"], ["x", "x"], None),
    "deep in a number": ({"a": [{"b": 1.5}]}, {"a": [{"b": 2.5}]}, None),
}


@pytest.mark.parametrize("case", DIFFERENT.values(), ids=DIFFERENT)
def test_differences_are_places_of_texts_or_too_many(case: tuple[Any, Any, set[Path] | None]) -> None:
    first, second, expected = case
    assert differences(first, second) == expected
    assert differences(second, first) == expected


DOCUMENT: dict[str, Any] = {
    "id": "1",
    "fixed": "x",
    "number": 1,
    "texts": ["a", "b"],
    "inner": {"name": "n", "deep": [{"value": "v", "kind": "k"}, True], "also": {"text": "t"}},
}
PLACES: frozenset[Path] = frozenset({("id",), ("texts", 1), ("inner", "name"), ("inner", "deep", 0, "value")})


def matched(value: Any) -> dict[Path, Any] | None:
    places: list[Path] = []
    pattern = Pattern(DOCUMENT, PLACES, places)
    assert set(places) == PLACES
    found: list[Any] = []
    return dict(zip(places, found, strict=True)) if pattern.match(value, found) else None


def test_a_pattern_reads_what_stands_in_its_places() -> None:
    assert matched(DOCUMENT) == {
        ("id",): "1",
        ("texts", 1): "b",
        ("inner", "name"): "n",
        ("inner", "deep", 0, "value"): "v",
    }
    other = copy.deepcopy(DOCUMENT)
    other["id"], other["texts"][1], other["inner"]["deep"][0]["value"] = "2", 7, {"any": "thing"}
    assert matched(dict(reversed(other.items()))) == {
        ("id",): "2",
        ("texts", 1): 7,
        ("inner", "name"): "n",
        ("inner", "deep", 0, "value"): {"any": "thing"},
    }


def _with(path: Path, value: Any) -> dict[str, Any]:
    found = copy.deepcopy(DOCUMENT)
    holder: Any = found
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return found


OTHERS: dict[str, Any] = {
    "a fixed text": _with(("fixed",), "y"),
    "a fixed number": _with(("number",), 2),
    "the type of a number": _with(("number",), True),
    "a fixed text in a list": _with(("texts", 0), "b"),
    "a list that is longer": _with(("texts",), ["a", "b", "c"]),
    "a list for an object": _with(("inner",), ["n"]),
    "a text for a list": _with(("texts",), "ab"),
    "a member more": _with(("more",), "x"),
    "a member more inside": _with(("inner", "more"), "x"),
    "a boolean inside": _with(("inner", "deep", 1), 1),
    "a fixed object": _with(("inner", "also"), {"text": "u"}),
    "a fixed text deep inside": _with(("inner", "deep", 0, "kind"), "l"),
    "no object": [DOCUMENT],
    **{
        f"{name} under another name": {(f"{key}2" if key == name else key): value for key, value in DOCUMENT.items()}
        for name in DOCUMENT
    },
}


@pytest.mark.parametrize("value", OTHERS.values(), ids=OTHERS)
def test_a_pattern_fits_nothing_that_differs_elsewhere(value: Any) -> None:
    assert matched(value) is None


def test_a_pattern_of_one_place_or_none() -> None:
    for varying in (frozenset({("a",)}), frozenset[Path]()):
        places: list[Path] = []
        pattern, found = Pattern({"a": "x"}, varying, places), list[Any]()
        assert pattern.match({"a": "x"}, found)
        assert (places, found) == (([("a",)], ["x"]) if varying else ([], []))
        assert pattern.match({"a": "y"}, []) is bool(varying)
        assert not pattern.match({"b": "x"}, [])
        assert not pattern.match({}, [])


def test_marks_are_put_into_a_copy_that_nobody_else_holds() -> None:
    marked = with_marks(DOCUMENT, [("texts", 1), ("inner", "deep", 0, "value")], lambda number: f"mark {number}")
    assert marked["texts"] == ["a", "mark 0"]
    assert marked["inner"]["deep"] == [{"value": "mark 1", "kind": "k"}, True]
    assert (differences(DOCUMENT, marked) or frozenset()) == {("texts", 1), ("inner", "deep", 0, "value")}
    assert marked["inner"]["also"] is not DOCUMENT["inner"]["also"]
    assert DOCUMENT["texts"] == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", True), (["x", {"a": ["y"]}], True), ([], True), (1, False), (["x", 1], False), ({"a": None}, False)],
)
def test_a_value_of_texts_alone(value: Any, expected: bool) -> None:
    assert is_text(value) is expected
