"""JSON that every reader reads in the same way (RFC 8259 within the limits of RFC 7493, I-JSON).

Refused here, because other readers would see something else or fall over: duplicate member names, ``NaN``,
``Infinity`` and numbers beyond a double, lone surrogates, anything but UTF-8 (a byte order mark is tolerated),
trailing data, and whatever is too long or too deep.

Not here: what the members mean. See `accredit.kit.linkeddata.mapper`.
"""

from __future__ import annotations

import json
import math
import re
from itertools import accumulate
from typing import Any, Final, NoReturn

from accredit.kit.linkeddata.errors import JsonRefused, Step, json_path

JsonValue = Any
"""What JSON holds: dict, list, str, int, float, bool or None."""

MAX_BYTES: Final = 1_000_000
MAX_DEPTH: Final = 64
MAX_NUMBER_LENGTH: Final = 400

_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
# A text that does not end goes on to the end: were it tried anew at each of its quotes, 40 kB would take eight seconds.
_STRING = r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
_TEXT = re.compile(_STRING, re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")
_TOKEN = re.compile(_STRING + r'|[\[\]{},:]|[^\s"\[\]{},:]+', re.DOTALL)


class _Anomaly(Exception):
    """Something that the standard reader would let pass; where it lies is found afterwards."""

    def __init__(self, code: str, sentence: str, *, name: str | None = None, token: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.name = name
        self.token = token


def loads(data: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> JsonValue:
    """Read one JSON value.

    `data` is UTF-8; `max_bytes` bounds its length in bytes and `max_depth` the nesting of lists and objects.
    Raises `JsonRefused` with code ``json_too_large``, ``json_not_utf8``, ``json_syntax``, ``json_too_deep``,
    ``duplicate_json_key``, ``json_number`` or ``json_surrogate``, and the JSON path or the offset of the fault.
    """
    text = _decode(data, max_bytes)
    try:
        if text.count("[") + text.count("{") > max_depth and _depth(text) > max_depth:
            raise _too_deep(text, max_depth)
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except _Anomaly as anomaly:
        raise JsonRefused(anomaly.code, _locate(text, anomaly), anomaly.sentence) from None
    except json.JSONDecodeError as error:
        raise JsonRefused("json_syntax", f"offset {error.pos}", f"This is not JSON: {error.msg}.") from None
    except RecursionError:
        raise JsonRefused("json_too_deep", "$", f"Nest lists and objects at most {max_depth} deep.") from None
    if _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value, [])
    return value


def loads_object(data: bytes | str, *, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> dict[str, JsonValue]:
    """Read one JSON object; raises `JsonRefused` as `loads` does, and with ``json_not_an_object``."""
    value = loads(data, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, dict):
        raise JsonRefused("json_not_an_object", "$", "The outermost value must be an object.")
    return value


def _decode(data: bytes | str, max_bytes: int) -> str:
    too_large = JsonRefused("json_too_large", "$", f"A document may have at most {max_bytes} bytes.")
    if len(data) > max_bytes:
        raise too_large
    if isinstance(data, str):
        try:
            size = len(data) if data.isascii() else len(data.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise JsonRefused("json_surrogate", f"offset {error.start}", "A lone surrogate is no text.") from None
        if size > max_bytes:
            raise too_large
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise JsonRefused("json_not_utf8", f"offset {error.start}", "Write the document as UTF-8.") from None


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = iter(pairs)
        seen: set[str] = set()
        while (name := next(names)[0]) not in seen:
            seen.add(name)
        sentence = "A member name stands twice in one object; readers differ on which one counts."
        raise _Anomaly("duplicate_json_key", sentence, name=name)
    return members


def _constant(token: str) -> NoReturn:
    raise _Anomaly("json_number", f"{token} is no JSON number.", token=token)


def _float(token: str) -> float:
    value = float(token) if len(token) <= MAX_NUMBER_LENGTH else math.inf
    if math.isinf(value):
        raise _Anomaly("json_number", "A number must fit into a double and have at most 400 characters.", token=token)
    return value


def _int(token: str) -> int:
    # Python refuses integers over 4,300 digits with a ValueError and is slow below that.
    if len(token) > MAX_NUMBER_LENGTH:
        raise _Anomaly("json_number", "A number must fit into a double and have at most 400 characters.", token=token)
    return int(token)


def _depth(text: str) -> int:
    """Return how deep the brackets outside of texts are nested; twice as fast as looking at every token."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_TEXT.sub("", text)):
        if bracket in "[{":
            depth += 1
            deepest = max(deepest, depth)
        else:
            depth -= 1
    return deepest


def _too_deep(text: str, max_depth: int) -> JsonRefused:
    """Tell where a text first goes deeper than it may."""
    brackets = [token.start() for token in _TOKEN.finditer(text) if text[token.start()] in "[]{}"]
    depths = accumulate(1 if text[place] in "[{" else -1 for place in brackets)
    offset = next((place for place, depth in zip(brackets, depths, strict=True) if depth > max_depth), 0)
    return JsonRefused("json_too_deep", f"offset {offset}", f"Nest lists and objects at most {max_depth} deep.")


def _check_surrogates(value: JsonValue, steps: list[Step]) -> None:
    """Refuse a lone surrogate in any name or text; a pair has already become one character."""
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise JsonRefused("json_surrogate", json_path(steps), "A lone surrogate is no text.")
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_surrogates(name, steps)
            _check_surrogates(member, [*steps, name])
    elif isinstance(value, list):
        for position, member in enumerate(value):
            _check_surrogates(member, [*steps, position])


def _locate(text: str, anomaly: _Anomaly) -> str:
    """Find the JSON path of an anomaly in text that holds it and is well-formed up to it.

    Each open container is a frame: the names seen so far (None for a list) and the present step.
    """
    names: list[set[str] | None] = []
    steps: list[Step] = []
    expects_name = False
    pieces = _TOKEN.finditer(text)
    while True:
        piece = next(pieces).group()
        if piece in ("{", "["):
            names.append(set() if piece == "{" else None)
            steps.append("" if piece == "{" else 0)
            expects_name = piece == "{"
        elif piece in ("}", "]"):
            names.pop()
            steps.pop()
        elif piece == ",":
            expects_name = names[-1] is not None
            if not expects_name:
                steps[-1] = int(steps[-1]) + 1
        elif expects_name and piece[0] == '"':
            steps[-1] = json.loads(piece)
            seen = names[-1] or set()
            if steps[-1] == anomaly.name and anomaly.name in seen:
                return json_path(steps)
            seen.add(str(steps[-1]))
            names[-1] = seen
            expects_name = False
        elif anomaly.token is not None and piece.startswith(anomaly.token):
            # The reader stops at the number, so what follows it need not be JSON any more: ``1e999x``.
            return json_path(steps)
