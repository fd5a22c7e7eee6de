"""How one input becomes another: changes to bytes, and changes to JSON that leave it JSON.

Everything is drawn from the `Random` that is passed in, so that an input can be made again.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from .target import MAX_INPUT

INTERESTING_BYTES = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\r\n")
INTERESTING_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2**31, 2**53, 2**53 + 1, 10**25, 0.1, -0.0, 1e-7, 1e21, 1.5e300, 3.0),
    *("", " ", "a", "\x00", "\ud800", "😀", "\ufffe", '"', "\\", "\n", "0", "1", "-1", "00", "u", "z", "@id", "@type"),
    *(
        "_:b0",
        "_:",
        "urn:uuid:1",
        "https://x.example/1",
        "did:key:z6Mk",
        "a:b",
        "//x",
        "#f",
        "en",
        "2026-01-01T00:00:00Z",
    ),
    *([], {}, [[]], [{}], [None], {"": ""}, {"@value": "x"}, {"@id": "_:b0"}, {"@value": 1, "@type": "@json"}),
    *({"@value": "x", "@language": "cy"}, {"@value": "x", "@direction": "rtl"}, {"@list": []}, {"id": "urn:x:1"}),
)

Change = Callable[[bytes, Random], bytes]


def any_bytes(data: bytes, chance: Random) -> bytes:
    """Change a few bytes somewhere."""
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        data = _changed_once(data, chance)
    return data


def _changed_once(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    end = min(len(data), at + chance.choice((0, 1, 1, 2, 4, 16, 64)))
    piece = data[at:end]
    match chance.randrange(7):
        case 0:
            piece = b""
        case 1:
            piece = bytes([chance.randrange(256)]) + piece[1:]
        case 2:
            piece = chance.choice(INTERESTING_BYTES)
        case 3:
            at = end = chance.randrange(len(data) + 1)
        case 4:
            piece *= chance.choice((2, 3, 9))
        case 5:
            piece = bytes(byte ^ 1 << chance.randrange(8) for byte in piece[:1]) + piece[1:]
        case _:
            piece, end = b"", len(data)
    return data[:at] + piece + data[end:]


def spliced(data: bytes, others: Sequence[bytes], chance: Random) -> bytes:
    """Begin as one input and end as another."""
    other = chance.choice(others)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def unpacked(part: bytes) -> bytes:
    """Decode base64url as far as it goes; what is none stays as it is."""
    try:
        return base64.urlsafe_b64decode(part[: len(part) - len(part) % 4])
    except ValueError:
        return part


def json_tree(data: bytes, chance: Random, *, names: Sequence[str], others: Sequence[bytes]) -> bytes:
    """Change a JSON text as a tree: members and values are left out, copied, moved, renamed, or become odd.

    `names` are member names worth trying; parts of `others` are put in. What is no JSON is changed as bytes.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return spliced(data, others, chance) if chance.random() < 0.2 else any_bytes(data, chance)
    for _ in range(chance.choice((1, 1, 2, 3))):
        value = _changed_tree(value, chance, names, others)
    text = _written(value, chance)
    if chance.random() < 0.04:
        text = _with_a_name_twice(text, chance)
    return any_bytes(text, chance) if chance.random() < 0.05 else text


def places(value: Any) -> list[tuple[Any, Any]]:
    """List every place in a tree as (container, name or position)."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys: Any = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            found.append((holder, key))
            waiting.append(holder[key])
    return found


def _changed_tree(value: Any, chance: Random, names: Sequence[str], others: Sequence[bytes]) -> Any:
    found = places(value)
    if not found:
        return _odd_value(chance)
    holder, key = chance.choice(found)
    match chance.randrange(12):
        case 0:
            del holder[key]
        case 1:
            holder[key] = _odd_value(chance)
        case 2:
            holder[key] = _part_of(chance.choice(others), chance)
        case 3:
            giver, taken = chance.choice(found)
            # A copy, for a tree that holds itself is none.
            holder[key] = json.loads(json.dumps(giver[taken]))
        case 4 if isinstance(holder, dict):
            holder[chance.choice(names)] = holder.pop(key)
        case 5:
            holder[key] = [holder[key]] * chance.choice((1, 1, 2))
        case 6 if isinstance(holder[key], list) and holder[key]:
            holder[key] = chance.choice(holder[key])
        case 7 if isinstance(holder[key], str):
            text = holder[key].encode("utf-8", "surrogatepass")
            holder[key] = any_bytes(text, chance).decode("utf-8", "replace")
        case 8 | 9 | 10 if isinstance(holder, dict):
            # A member with its own name: what most often leaves a document acceptable.
            name, member = _member_of(chance.choice(others), chance)
            holder[name] = member
        case _:
            _put_in(holder[key] if isinstance(holder[key], dict) else holder, chance, names, others)
    return value


def _put_in(holder: Any, chance: Random, names: Sequence[str], others: Sequence[bytes]) -> None:
    taken = _part_of(chance.choice(others), chance) if chance.random() < 0.5 else _odd_value(chance)
    if isinstance(holder, dict):
        holder[chance.choice(names)] = taken
    else:
        holder.insert(chance.randrange(len(holder) + 1), taken)


def _odd_value(chance: Random) -> Any:
    # A copy, for what is put into a tree may be changed there.
    return copy.deepcopy(chance.choice(INTERESTING_VALUES))


def _part_of(data: bytes, chance: Random) -> Any:
    return _member_of(data, chance)[1]


def _member_of(data: bytes, chance: Random) -> tuple[str, Any]:
    """Take something out of another input, with the name that it has there."""
    try:
        found = places(json.loads(data))
    except (ValueError, RecursionError):
        return "", data.decode("utf-8", "replace")
    if not found:
        return "", None
    holder, key = chance.choice(found)
    return str(key), holder[key]


def _written(value: Any, chance: Random) -> bytes:
    if isinstance(value, dict) and chance.random() < 0.2:
        value = dict(chance.sample(list(value.items()), len(value)))
    try:
        ascii_only = chance.random() < 0.3
        text = json.dumps(value, ensure_ascii=ascii_only, indent=chance.choice((None, None, None, 1)))
    except RecursionError:
        return b"[" * 2_000
    return text.encode("utf-8", "surrogatepass")


def _with_a_name_twice(text: bytes, chance: Random) -> bytes:
    at = text.find(b"{", chance.randrange(len(text))) + 1
    name_ends = text.find(b'"', text.find(b'"', at) + 1) + 1
    return text[:at] + text[at:name_ends] + b": 1," + text[at:] if 0 < at < name_ends else text


def grown_json(data: bytes, chance: Random, *, others: Sequence[bytes] = ()) -> bytes:
    """Blow a JSON text up to nearly 1 MB: one list, object, text or nesting repeated.

    What is no JSON is replaced by one of `others`; without any, some of its bytes are repeated.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        data = chance.choice(others) if others and chance.random() < 0.9 else data
    try:
        value = json.loads(data)
        found = [place for place in places(value) if place[0] is not value or chance.random() < 0.5] or places(value)
    except (ValueError, RecursionError):
        return grown_bytes(data, chance)
    if not found:
        return grown_bytes(data, chance)
    holder, key = chance.choice(found)
    part = holder[key]
    size = len(json.dumps(part)) + 2
    times = chance.choice((900, 2_000, (MAX_INPUT - len(data)) // size))
    times = max(1, min(times, (MAX_INPUT - len(data)) // size))
    match chance.randrange(6):
        case 0:
            holder[key] = [part] * times
        case 1 if isinstance(part, str):
            holder[key] = part * max(1, (MAX_INPUT - 2 * len(data)) // max(1, len(part.encode("utf-8", "replace"))))
        case 2 if isinstance(holder, dict):
            holder.update({f"{key}{number}": part for number in range(min(times, 30_000))})
        case 3:
            for _ in range(min(times, 60)):
                part = {key if isinstance(key, str) else "a": part}
            holder[key] = part
        case 4:
            holder[key] = [_numbered(part, number) for number in range(max(1, times // 2))]
        case _:
            return _written([value] * max(1, MAX_INPUT // (len(data) + 2)), Random(0))[:MAX_INPUT]
    text = _written(value, Random(0))
    return text if len(text) <= MAX_INPUT else grown_bytes(data, chance)


def _numbered(value: Any, number: int) -> Any:
    """Copy a value so that it differs from its neighbours, in its id where it has one."""
    if isinstance(value, dict):
        return {name: f"urn:n:{number}" if name == "id" else member for name, member in value.items()}
    return f"{value}{number}" if isinstance(value, str) else value


def grown_bytes(data: bytes, chance: Random) -> bytes:
    """Repeat some of the bytes until there are nearly 1 MB."""
    at = chance.randrange(len(data) + 1)
    piece = data[at : at + chance.choice((1, 2, 7, 40, 1_000))] or b"["
    return (data[:at] + piece * ((MAX_INPUT - len(data)) // len(piece)) + data[at:])[:MAX_INPUT]
