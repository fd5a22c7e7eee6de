"""Strict JSON against the standard reader: the same value, or a refusal for a reason that can be seen another way."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

from accredit.kit.linkeddata import jcs, strict_json
from accredit.kit.linkeddata.errors import JsonRefused, LinkedDataError
from tests.fuzz import mutations
from tests.fuzz.target import MAX_INPUT, Answer, Target

from .documents import DOCUMENTS, NAMES

CODES = {
    *("json_too_large", "json_not_utf8", "json_syntax", "json_too_deep"),
    *("duplicate_json_key", "json_number", "json_surrogate"),
}


class Reading:
    """What the standard reader sees in a text, and everything about it that we call a fault."""

    def __init__(self, data: bytes) -> None:
        self.faults: set[str] = set()
        self.value: Any = None
        if len(data) > MAX_INPUT:
            self.faults.add("json_too_large")
        try:
            text = data.decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError:
            self.faults.add("json_not_utf8")
            return
        try:
            self.value = json.loads(
                text,
                object_pairs_hook=self._object,
                parse_int=self._integer,
                parse_float=self._float,
                parse_constant=lambda _: self.faults.add("json_number"),
            )
        except json.JSONDecodeError:
            self.faults.add("json_syntax")
        except RecursionError:
            self.faults.add("json_too_deep")
        if text.count("[") + text.count("{") > 64 and deepest(text) > 64:
            self.faults.add("json_too_deep")
        try:
            repr(self.value).encode("utf-8")
            json.dumps(self.value, ensure_ascii=False, default=str).encode("utf-8")
        except UnicodeEncodeError:
            self.faults.add("json_surrogate")

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) < len(pairs):
            self.faults.add("duplicate_json_key")
        return dict(pairs)

    def _integer(self, token: str) -> int:
        if len(token) > 400:
            self.faults.add("json_number")
            return 0
        return int(token)

    def _float(self, token: str) -> float:
        value = float(token)
        if len(token) > 400 or math.isinf(value):
            self.faults.add("json_number")
        return value


def deepest(text: str) -> int:
    """Count how deep brackets nest, outside of texts."""
    depth = most = 0
    is_text = is_escaped = False
    for character in text:
        if is_text:
            is_text = is_escaped or character != '"'
            is_escaped = character == "\\" and not is_escaped
        elif character == '"':
            is_text = True
        elif character in "[{":
            depth += 1
            most = max(most, depth)
        elif character in "]}":
            depth -= 1
    return most


def is_same(first: Any, second: Any) -> bool:
    """Compare two JSON values with the types of their numbers, and the sign of nought."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(is_same(first[name], second[name]) for name in first)
    if isinstance(first, list):
        return len(first) == len(second) and all(map(is_same, first, second))
    return bool(first == second) and (
        not isinstance(first, float) or math.copysign(1, first) == math.copysign(1, second)
    )


def judge(data: bytes, answer: Answer) -> None:
    reading = Reading(data)
    if answer.refusal is not None:
        refusal = answer.refusal
        assert refusal.code in CODES, f"the code {refusal.code} is not documented"
        # Depth is looked at first, and what is no JSON has none that two readers would agree on.
        expected = reading.faults | ({"json_too_deep"} if "json_syntax" in reading.faults else set())
        assert refusal.code in expected, f"refused as {refusal.code}; the standard reader sees {reading.faults}"
        assert refusal.path.startswith(("$", "offset ")), f"a path {refusal.path!r}"
        assert refusal.sentence.endswith(".")
        return
    assert not reading.faults, f"accepted in spite of {reading.faults}"
    assert is_same(answer.value, reading.value), "read as another value than the standard reader reads"
    if data.startswith(b"\xef\xbb\xbf"):
        return
    assert is_same(strict_json.loads(data.decode("utf-8")), answer.value), "text and bytes are read differently"
    again = json.dumps(answer.value, ensure_ascii=False, allow_nan=False)
    if len(again.encode()) <= MAX_INPUT:
        assert is_same(strict_json.loads(again), answer.value), "does not survive being written and read"
    _judge_canonical(answer.value)


def _judge_canonical(value: Any) -> None:
    written, code = _canonical(value)
    assert code in ("", "ambiguous_number"), f"JCS refuses what JSON allows: {code}"
    if code:
        return
    assert jcs.canonicalise(json.loads(written)) == written, "canonical JSON is not its own canonical form"
    turned = json.loads(json.dumps(value), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert jcs.canonicalise(turned) == written, "canonical JSON depends on the order of members"


def _canonical(value: Any) -> tuple[bytes, str]:
    try:
        return jcs.canonicalise(value), ""
    except LinkedDataError as refused:
        return b"", refused.code


def grow(data: bytes, chance: Random) -> bytes:
    return mutations.grown_json(data, chance, others=OTHERS)


def seeds() -> list[bytes]:
    return [
        *(json.dumps(document, ensure_ascii=False).encode() for document in DOCUMENTS),
        b'{"a": [1, -0, 0.5, 1e5, 1E-7, 12345678901234567890, true, false, null, ""]}',
        b'["\\ud83d\\ude00", "\\ud800", "\\udc00\\ud800", "\\u0000\\b\\f\\n\\r\\t\\/\\\\"]',
        b'{"a": 1, "\\u0061": 2}',
        b'{"a": {"b": [{}, {"c": 1, "c": 1}]}}',
        b"[" * 63 + b"]" * 63,
        b'[NaN, Infinity, -Infinity, 1e400, 1e-400, "' + b"9" * 401 + b'"]',
        b"\xef\xbb\xbf[]",
        b"9" * 400,
        b' "\xf0\x9f\x98\x80\xc5\xb5" ',
    ]


def mutate(data: bytes, chance: Random) -> bytes:
    if chance.random() < 0.4:
        return mutations.any_bytes(data, chance)
    return mutations.json_tree(data, chance, names=NAMES, others=OTHERS)


OTHERS = seeds()
TARGET = Target(
    name="json",
    reader="`strict_json.loads`",
    asks="the standard reader reads the same value, and each refusal has a reason that is found another way; "
    "canonical JSON is its own canonical form and depends on no order",
    seeds=seeds,
    read=strict_json.loads,
    refusals=(JsonRefused,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    blind_share=0.3,
)
