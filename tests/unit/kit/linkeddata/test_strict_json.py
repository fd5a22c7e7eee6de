"""JSON that every reader reads in the same way, and a code and place for all other JSON."""

from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.linkeddata.errors import JsonRefused
from accredit.kit.linkeddata.strict_json import loads, loads_object

REFUSED = {
    "a name stands twice in the outermost object": (b'{"a":1,"a":2}', "duplicate_json_key", "$.a"),
    "a name stands twice deep inside": (b'{"a":{"b":[1,{"x":1,"x":2}]}}', "duplicate_json_key", "$.a.b[1].x"),
    "one spelling of the name is escaped": (b'{"a":1,"\\u0061":2}', "duplicate_json_key", "$.a"),
    "the name occurs elsewhere first": (b'[{"x":1},{"x":1,"y":["x"],"x":2}]', "duplicate_json_key", "$[1].x"),
    "NaN": (b'{"a":[1,NaN]}', "json_number", "$.a[1]"),
    "Infinity": (b'{"a":-Infinity}', "json_number", "$.a"),
    "a name stands three times": (b'{"b":0,"a":1,"a":2,"b":3,"a":4}', "duplicate_json_key", "$.a"),
    "a number beyond a double": (b"[1e999]", "json_number", "$[0]"),
    "a number beyond a double, and then no JSON": (b"[0,1e999x]],", "json_number", "$[1]"),
    "NaN, and then no JSON": (b'[{"a":NaN-1}}', "json_number", "$[0].a"),
    "an integer of five thousand digits, and then no JSON": (
        b'["' + b"1" * 5000 + b'",' + b"1" * 5000 + b"x}",
        "json_number",
        "$[1]",
    ),
    "an integer of five thousand digits": (b'{"a":' + b"1" * 5000 + b"}", "json_number", "$.a"),
    "a fraction of a thousand digits": (b'{"a":0.' + b"1" * 1000 + b"}", "json_number", "$.a"),
    "a lone surrogate": (b'{"a":["\\ud800"]}', "json_surrogate", "$.a[0]"),
    "a lone surrogate in a name": (b'{"\\udfff":1}', "json_surrogate", "$"),
    "two low surrogates": (b'["\\udc00\\udc00"]', "json_surrogate", "$[0]"),
    "UTF-16 with its mark": ('{"a":1}'.encode("utf-16"), "json_not_utf8", "offset 0"),
    "UTF-16 without its mark": ('{"a":1}'.encode("utf-16-be"), "json_syntax", "offset 0"),
    "an overlong form": (b'"\xc0\xaf"', "json_not_utf8", "offset 1"),
    "data after the object": (b"{} {}", "json_syntax", "offset 3"),
    "a comment": (b"{} // yes", "json_syntax", "offset 3"),
    "single quotes": (b"{'a':1}", "json_syntax", "offset 1"),
    "a trailing comma": (b"[1,]", "json_syntax", "offset 3"),
    "a leading zero": (b"[01]", "json_syntax", "offset 2"),
    "a bare control character": (b'["\x01"]', "json_syntax", "offset 2"),
    "nothing": (b"", "json_syntax", "offset 0"),
    "lists sixty-five deep": (b"[" * 65 + b"]" * 65, "json_too_deep", "offset 64"),
    "a list that ended before the deep ones": (b"[[]," + b"[" * 64 + b"]" * 65, "json_too_deep", "offset 67"),
    "brackets in a text that never ends": (b'["' + b"[" * 100, "json_syntax", "offset 1"),
    "lists a hundred thousand deep": (b"[" * 100_000, "json_too_deep", "offset 64"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refuses_what_readers_would_read_differently(case: tuple[bytes, str, str]) -> None:
    data, code, path = case
    with pytest.raises(JsonRefused) as refused:
        loads(data)
    assert (refused.value.code, refused.value.path) == (code, path)
    assert refused.value.sentence.endswith(".")


def test_a_caller_who_allows_more_depth_than_python_has_is_refused_all_the_same() -> None:
    with pytest.raises(JsonRefused) as refused:
        loads(b"[" * 200_000, max_depth=1_000_000)
    assert (refused.value.code, refused.value.path) == ("json_too_deep", "$")


def test_brackets_in_text_are_not_depth() -> None:
    assert loads(b'["' + b"[" * 100 + b'"]') == ["[" * 100]


@pytest.mark.parametrize("piece", [b'\\"', b'"\\', b"\\"], ids=["quotes", "both", "strokes"])
def test_a_text_that_never_ends_is_refused_at_once(piece: bytes) -> None:
    # Trying anew at each quote took eight seconds for 40 kB, and would take more than an hour for this.
    hostile = b"[" * 10 + b"[]," * 100 + b'"' + piece * (900_000 // len(piece))
    begun = time.process_time()
    with pytest.raises(JsonRefused) as refused:
        loads(hostile)
    assert refused.value.code == "json_syntax"
    assert time.process_time() - begun < 2


def test_sixty_four_deep_is_deep_enough() -> None:
    value = loads(b"[" * 64 + b"]" * 64)
    for _ in range(63):
        value = value[0]
    assert value == []


def test_a_byte_order_mark_is_tolerated() -> None:
    assert loads(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
    assert loads('\ufeff{"a":1}') == {"a": 1}


def test_a_surrogate_pair_is_one_character() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "\U0001f600"
    assert loads(b'{"\\ud83d\\ude00":["\\ud83d\\ude00",1,null,{}]}') == {"\U0001f600": ["\U0001f600", 1, None, {}]}


def test_text_with_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(JsonRefused) as refused:
        loads('"\ud800"')
    assert (refused.value.code, refused.value.path) == ("json_surrogate", "offset 1")


@pytest.mark.parametrize("data", [b'"' + b"x" * 1_000_000 + b'"', '"' + "ŵ" * 500_000 + '"'], ids=["bytes", "text"])
def test_a_document_over_a_million_bytes_is_refused_at_once(data: bytes | str) -> None:
    begun = time.process_time()
    with pytest.raises(JsonRefused) as refused:
        loads(data)
    assert refused.value.code == "json_too_large"
    assert time.process_time() - begun < 0.2


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"1", b"null"])
def test_only_an_object_can_be_a_document(data: bytes) -> None:
    with pytest.raises(JsonRefused) as refused:
        loads_object(data)
    assert refused.value.code == "json_not_an_object"
    assert loads_object(b"{}") == {}


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_reads_every_other_value_as_the_standard_reader_does(value: object) -> None:
    assert loads(json.dumps(value)) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode("utf-8")) == value


@given(JSON_VALUES, st.sampled_from(["NaN", "-Infinity", "1e999", "9" * 401]), st.text(max_size=5))
def test_a_number_that_no_double_holds_is_found_wherever_it_stands(value: object, number: str, rest: str) -> None:
    marked = json.dumps([value, {"it is": [True, 5]}]).removesuffix("5]}]")
    # What follows may be anything but the rest of the number.
    with pytest.raises(JsonRefused) as refused:
        loads(marked + number + "x" + rest)
    assert (refused.value.code, refused.value.path) == ("json_number", "$[1]['it is'][1]")


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_nothing_but_its_own_refusal_leaves_the_reader(data: bytes | str) -> None:
    with contextlib.suppress(JsonRefused):
        assert json.dumps(loads(data))
