"""JSON Canonicalization Scheme (RFC 8785): one byte form for one JSON value.

Numbers are written as ECMAScript writes them. An integer that no double can hold exactly is refused, because
another reader would hash another number than the one that is shown.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any, Final

from accredit.kit.linkeddata.errors import MappingRefused, Step, json_path

_encode_text = json.encoder.py_encode_basestring
_EXACT: Final = 2**53
_LEAVES: Final = frozenset({str, bool, int, type(None)})
_PLAIN: Final = _LEAVES | {dict, list}
# Of plain values Python's own writer says the same, byte for byte, and says it in C.
_write_plain = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonicalise(value: Any) -> bytes:
    """Write `value` (what JSON can hold) in its canonical form, as UTF-8.

    Raises `MappingRefused` with code ``ambiguous_number``, ``json_surrogate`` or ``not_json``.
    """
    try:
        written = _write_plain(value) if _is_plain(value) else "".join(_pieces(value, []))
        return written.encode("utf-8")
    except UnicodeEncodeError:
        raise MappingRefused("json_surrogate", "$", "A lone surrogate is no text.") from None
    except RecursionError:
        raise MappingRefused("too_deep", "$", "Nest lists and objects less deeply.") from None


def _is_plain(value: Any) -> bool:
    """Say whether there is nothing in `value` that Python would write or order in another way.

    No fractions and no whole numbers that a double does not hold; and names in ASCII, whose order is that of UTF-16.
    """
    # Level by level, so that what is many, rows above all, is looked at in C and not one by one.
    level: list[Any] = [[value]]
    while level:
        objects = [each for each in level if type(each) is dict]
        lists = (each for each in level if type(each) is list)
        members = list(chain(chain.from_iterable(map(dict.values, objects)), chain.from_iterable(lists)))
        kinds = set(map(type, members))
        if not (kinds <= _PLAIN and _are_ascii(set().union(*objects)) and _are_exact(members, kinds)):
            return False
        level = [] if kinds <= _LEAVES else [each for each in members if type(each) not in _LEAVES]
    return True


def _are_exact(values: Iterable[Any], kinds: AbstractSet[type]) -> bool:
    return int not in kinds or all(-_EXACT <= each <= _EXACT for each in values if type(each) is int)


def _are_ascii(names: Iterable[Any]) -> bool:
    try:
        return "".join(names).isascii()
    except TypeError:
        return False  # A name that is no text, of which the other way says where it stands.


def _pieces(value: Any, steps: list[Step]) -> Iterator[str]:
    if value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, str):
        yield text(value)
    elif isinstance(value, (int, float)):
        yield number(value, steps)
    elif isinstance(value, list):
        yield "["
        for position, member in enumerate(value):
            if position:
                yield ","
            yield from _pieces(member, [*steps, position])
        yield "]"
    elif isinstance(value, dict):
        yield "{"
        # RFC 8785 §3.2.3: names are ordered by their UTF-16 code units.
        for position, name in enumerate(sorted(value, key=_utf16)):
            if position:
                yield ","
            yield text(name)
            yield ":"
            yield from _pieces(value[name], [*steps, name])
        yield "}"
    else:
        raise MappingRefused("not_json", json_path(steps), "This value cannot stand in JSON.")


def _utf16(name: str) -> bytes:
    if not isinstance(name, str):
        raise MappingRefused("not_json", "$", "A member name must be text.")
    return name.encode("utf-16-be")


def text(value: str) -> str:
    """Write a string with the fewest escapes, as RFC 8785 §3.2.2.2 has them."""
    # DEL and everything above stand for themselves; control characters have their short or \\u00xx form.
    return _encode_text(value)


def number(value: float, steps: list[Step]) -> str:
    """Write a number as ECMAScript's Number.prototype.toString does (RFC 8785 §3.2.2.3)."""
    try:
        double = float(value)
    except OverflowError:
        double = math.inf
    if not math.isfinite(double):
        raise MappingRefused("ambiguous_number", json_path(steps), "Use a number that a double holds exactly.")
    written = _ecmascript(double)
    if isinstance(value, int) and int(double) != value and written != str(value):
        raise MappingRefused("ambiguous_number", json_path(steps), "Use a number that a double holds exactly.")
    return written


def _ecmascript(double: float) -> str:
    if double == 0:
        return "0"
    sign = "-" if double < 0 else ""
    mantissa, _, exponent = repr(abs(double)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + ("" if fraction == "0" else fraction)
    point = len(whole) + int(exponent or 0)
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    return sign + _place_point(stripped.rstrip("0"), point)


def _place_point(digits: str, point: int) -> str:
    """Place the decimal point after `point` of the significant `digits` (ECMA-262, Number::toString, steps 6–10)."""
    count = len(digits)
    if count <= point <= 21:
        return digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    exponent = f"e{point - 1:+d}"
    return digits[0] + (f".{digits[1:]}" if count > 1 else "") + exponent
