"""Unique pupil numbers: checked by shape and letter, then kept only as a keyed hash for matching inside one school.

- A UPN has 13 characters: a letter, 11 digits, and a digit (or a letter in a temporary one).
- The first letter is Σ value × position over positions 2 to 13, modulo 23, in an alphabet without I, O and S.
- The authority code is never compared with a list: new and pseudo codes exist.

A ULN is never read, and neither number stands in a credential, an address, a page or a log.
"""

from __future__ import annotations

import hmac
import re
from uuid import UUID

from accredit.errors import RuleBroken

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SHAPE = re.compile(rf"[{_LETTERS}][0-9]{{11}}[0-9{_LETTERS}]")


def check_upn(text: str) -> str:
    """Return the UPN in capitals without spaces.

    Raises `RuleBroken`: ``upn-length``, ``upn-format``, or ``upn-check-letter`` with the ``expected`` letter.
    """
    upn = re.sub(r"\s+", "", text).upper()
    if len(upn) != 13:
        raise RuleBroken("upn-length", length=len(upn))
    if not _SHAPE.fullmatch(upn):
        raise RuleBroken("upn-format")
    values = [int(symbol) if symbol.isdigit() else _LETTERS.index(symbol) for symbol in upn[1:]]
    expected = _LETTERS[sum(value * position for position, value in enumerate(values, start=2)) % 23]
    if upn[0] != expected:
        raise RuleBroken("upn-check-letter", expected=expected)
    return upn


def upn_hash(upn: str, *, organisation_id: UUID, pepper: bytes) -> bytes:
    """Return the keyed hash of a checked UPN; the organisation is part of it, so two schools' rows never match."""
    return hmac.digest(pepper, b"upn:" + organisation_id.bytes + upn.encode(), "sha256")
