"""A commitment stands for one record, says nothing without its salt, and has one spelling."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.ledger.commitment import canonical_json, commit, opens
from accredit.kit.ledger.errors import RecordInvalid
from accredit.kit.linkeddata import jcs

SALT = bytes(range(32))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_a_commitment_is_the_hash_of_salt_and_canonical_record() -> None:
    record = {"minutes": 90, "act": "hours approved", "by": None, "skills": ["listening", True]}
    written = b'{"act":"hours approved","by":null,"minutes":90,"skills":["listening",true]}'
    assert canonical_json(record) == written
    assert commit(record, SALT) == hashlib.sha256(SALT + written).digest()
    assert opens(commit(record, SALT), record, SALT)
    assert not opens(commit(record, SALT), {**record, "minutes": 91}, SALT)
    assert not opens(commit(record, SALT), record, bytes(32))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7},
         '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'),
        ("\u20ac$\u000f\nA'B\"\\\\\"/\x7f\u2028", '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\u2028"'),
        ([], "[]"),
        ((1, -0, -5), "[1,0,-5]"),
    ],
    ids=["keys sorted as RFC 8785 §3.2.3 sorts them", "only what must be is escaped", "an empty list", "a tuple"],
)  # fmt: skip
def test_the_canonical_spelling(value: object, written: str) -> None:
    assert canonical_json(value) == written.encode()


@pytest.mark.parametrize(
    ("value", "code", "path"),
    [
        ({"a": [0.5]}, "type", "$.a[0]"),
        ({"a": 2**53}, "integer", "$.a"),
        ({"a": {1: 2}}, "key", "$.a"),
        ({"a": "\ud800"}, "surrogate", "$.a"),
        ({"\udfff": 1}, "surrogate", "$"),
        ({"a": b"bytes"}, "type", "$.a"),
        ({"a": {1, 2}}, "type", "$.a"),
    ],
    ids=["a float", "2**53", "a number for a key", "half a character", "half a character in a key", "bytes", "a set"],
)
def test_a_record_has_no_canonical_form_with(value: object, code: str, path: str) -> None:
    with pytest.raises(RecordInvalid) as caught:
        canonical_json(value)
    assert caught.value.code == code
    assert caught.value.message.startswith(path + " ")


def test_nesting_is_bounded() -> None:
    deep: object = 1
    for _ in range(33):
        deep = [deep]
    with pytest.raises(RecordInvalid, match="depth"):
        canonical_json(deep)


@pytest.mark.parametrize("salt", [b"", bytes(31), bytes(33)])
def test_a_salt_of_another_length_is_refused(salt: bytes) -> None:
    with pytest.raises(RecordInvalid, match="salt"):
        commit({}, salt)


@given(VALUES)
def test_the_canonical_form_keeps_the_value_and_is_stable(value: object) -> None:
    written = canonical_json(value)
    assert json.loads(written) == value
    assert canonical_json(json.loads(written)) == written


@given(VALUES)
def test_the_two_canonical_forms_of_the_kit_agree(value: object) -> None:
    assert canonical_json(value) == jcs.canonicalise(value)


@pytest.mark.attack("LG14")
def test_no_list_of_names_finds_a_pupil() -> None:
    """LG14: who knows everything but the salt cannot tell which of the records an entry stands for."""
    names = [f"pupil {at}" for at in range(1000)]
    entry = commit({"act": "award decided", "name": names[123]}, SALT)
    guesses = {hashlib.sha256(canonical_json({"act": "award decided", "name": name})).digest() for name in names}
    guesses |= {commit({"act": "award decided", "name": name}, bytes(32)) for name in names}
    assert entry not in guesses
