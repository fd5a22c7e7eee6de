"""A register on paper, for days without a device: numbers beside names, and reading the numbers back.

A sheet bears a mark of its list. While the list is the same, so is the mark, and the numbers mean the same people; once
somebody has joined or left it differs, and the sheet is copied by name instead.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from uuid import UUID

from accredit.kit.typed_code import ALPHABET

_MARK = 4
_PART = re.compile(r"(\d{1,4})(?:\s*[-\N{EN DASH}]\s*(\d{1,4}))?")
_GAP = re.compile(r"[\s,;.&+]*")


def mark_of(ids: Iterable[UUID]) -> str:
    """Return four symbols that tell a list from another one; the order counts."""
    digest = hashlib.sha256(b"".join(each.bytes for each in ids)).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:_MARK])


def numbers_of(text: str, *, most: int) -> frozenset[int]:
    """Return the numbers of ``3, 7-9 12``; of nothing, none.

    Raises `ValueError` for anything else, and for a number that is not from 1 to ``most``.
    """
    found: set[int] = set()
    at = _end_of_gap(text, 0)
    while at < len(text):
        part = _PART.match(text, at)
        if part is None:
            raise ValueError(text)
        first, last = int(part[1]), int(part[2] or part[1])
        if not 1 <= first <= last <= most:
            raise ValueError(text)
        found.update(range(first, last + 1))
        at = _end_of_gap(text, part.end())
    return frozenset(found)


def _end_of_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return at if gap is None else gap.end()
