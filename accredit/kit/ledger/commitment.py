"""Salted commitments: what the ledger holds instead of a record.

An entry is 32 bytes, SHA-256(salt ‖ canonical JSON of the record), with a fresh random salt of 32 bytes for each
record. Whoever holds salt and record can show that the entry stands for that record and for no other; without the
salt the entry says nothing, even to somebody who can list every pupil, programme and date (attacks.md LG14). So
erasing salt and record erases the meaning, and the tree stays as it is (LG15).

Canonical JSON is RFC 8785 (JCS) over a smaller set of values: objects with string keys, arrays, strings of Unicode
scalar values, true, false, null, and integers that every JSON reader keeps exactly (|n| < 2**53). There are no
fractions, whose spelling differs between languages: write hours as minutes, times as text. Keys are sorted by UTF-16
code units, there is no white space, and only what JSON requires is escaped. Nothing here makes a salt or reads a clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from accredit.kit.ledger.errors import RecordInvalid

SALT_BYTES = 32
COMMITMENT_BYTES = 32
MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
_LEAVES = frozenset({str, bool, int, type(None)})
# Of plain values Python's own writer says the same, byte for byte, and says it in C.
_write_plain = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def commit(record: Mapping[str, object], salt: bytes) -> bytes:
    """Answer the ledger entry for a record: SHA-256(salt ‖ canonical JSON), 32 bytes.

    Raises RecordInvalid when the salt has not 32 bytes, which also keeps salt and record apart, or when the record
    has no canonical form (see `canonical_json`).
    """
    if len(salt) != SALT_BYTES:
        raise RecordInvalid("salt", f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(salt + canonical_json(record)).digest()


def opens(entry: bytes, record: Mapping[str, object], salt: bytes) -> bool:
    """Say whether a ledger entry is the commitment to this record under this salt. Raises RecordInvalid."""
    return hmac.compare_digest(entry, commit(record, salt))


def canonical_json(value: object) -> bytes:
    """Answer the one canonical spelling of a value, in UTF-8.

    Raises RecordInvalid with the path of the first value that has none: a float, an integer of 2**53 or more, a key
    that is not a string, a lone surrogate, nesting over 32, or any other type.
    """
    try:
        return (_write_plain(value) if _is_plain(value) else _written(value, "$", 0)).encode()
    except UnicodeEncodeError:
        # Half a character somewhere: this way says where.
        return _written(value, "$", 0).encode()


def _is_plain(value: object) -> bool:
    """Say whether a value has a canonical form that Python would not write or order in another way.

    Keys in ASCII are ordered alike by code points and by UTF-16. Half a character shows when it is encoded.
    """
    # A level at a time; whoever nests too deeply is told where by the other way.
    level: list[object] = [value]
    for depth in range(MAX_DEPTH + 1):
        deeper: list[object] = []
        for each in level:
            if type(each) is dict:
                if depth == MAX_DEPTH or not _are_ascii(each):
                    return False
                deeper += each.values()
            elif type(each) is list and depth < MAX_DEPTH:
                deeper += each
            elif type(each) not in _LEAVES or (type(each) is int and abs(each) > MAX_INTEGER):
                return False
        level = [each for each in deeper if type(each) is not str]
        if not level:
            break
    return True


def _are_ascii(names: Iterable[Any]) -> bool:
    try:
        return "".join(names).isascii()
    except TypeError:
        return False  # A key that is no text, of which the other way says where it stands.


def _written(value: object, path: str, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise RecordInvalid("depth", f"{path} lies deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise RecordInvalid("integer", f"{path} is not kept exactly by every JSON reader")
        return str(int(value))
    if isinstance(value, str):
        return _text(value, path)
    if isinstance(value, Mapping):
        return _object(value, path, depth)
    # A bytes object is a Sequence too, but no JSON has bytes.
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return "[" + ",".join(_written(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(value)) + "]"
    raise RecordInvalid("type", f"{path} is a {type(value).__name__}, which canonical JSON does not have")


def _object(value: Mapping[object, object], path: str, depth: int) -> str:
    members: list[tuple[bytes, str]] = []
    for key, each in value.items():
        if not isinstance(key, str):
            raise RecordInvalid("key", f"{path} has a key that is not a string")
        name = _text(key, path)
        # RFC 8785 §3.2.3: keys are sorted by their UTF-16 code units, not by code points.
        members.append((key.encode("utf-16-be"), f"{name}:{_written(each, f'{path}.{key}', depth + 1)}"))
    return "{" + ",".join(member for _, member in sorted(members)) + "}"


def _text(value: str, path: str) -> str:
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise RecordInvalid("surrogate", f"{path} holds half a character")
    # Python escapes exactly what RFC 8785 §3.2.2.2 asks for, and in the same spelling.
    return json.dumps(str(value), ensure_ascii=False)
