"""Canonical JSON: the numbers and the order that RFC 8785 gives as examples, and what no double can hold."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.linkeddata import MappingRefused
from accredit.kit.linkeddata.jcs import canonicalise

# RFC 8785, appendix B: IEEE 754 bits and the text they must give.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "expected"), NUMBERS)
def test_writes_numbers_as_ecmascript_does(bits: str, expected: str) -> None:
    (value,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonicalise(value).decode() == expected


def test_orders_names_by_utf16_code_units() -> None:
    # RFC 8785 §3.2.3: the emoji begins with a surrogate and so stands before U+FB33.
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    assert list(json.loads(canonicalise(value))) == ["\r", "1", "\x80", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_escapes_as_little_as_possible() -> None:
    expected = '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()
    assert canonicalise("\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/\x7f") == expected


def _nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth):
        value = [value]
    return value


REFUSED = {
    "an integer that no double holds": (2**53 + 1, "ambiguous_number", "$"),
    "the same inside": ({"a": [1, 2**63 - 1]}, "ambiguous_number", "$.a[1]"),
    "not a number": ([float("nan")], "ambiguous_number", "$[0]"),
    "an integer beyond a double": (10**400, "ambiguous_number", "$"),
    "a lone surrogate": ("\ud800", "json_surrogate", "$"),
    "a lone surrogate in a name": ({"\ud800": 1}, "json_surrogate", "$"),
    "lists two thousand deep": (_nested(2_000), "too_deep", "$"),
    "a set": ({"a": {1}}, "not_json", "$.a"),
    "a number as a name": ({1: 1}, "not_json", "$"),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_refuses_what_other_readers_would_hash_differently(case: tuple[object, str, str]) -> None:
    value, code, path = case
    with pytest.raises(MappingRefused) as refused:
        canonicalise(value)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_an_integer_written_as_its_double_is_written_is_kept() -> None:
    assert canonicalise(123456789012345680000) == b"123456789012345680000"


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself(value: float) -> None:
    assert float(json.loads(canonicalise(value))) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_the_short_way_of_plain_values_writes_what_the_long_one_does(value: object) -> None:
    # A fraction beside it sends the value the long way.
    assert canonicalise([0.5, value]) == b"[0.5," + canonicalise(value) + b"]"
