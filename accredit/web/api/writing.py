"""An answer as JSON text, of which only the moment is written anew when the same is asked again.

What a report says stays the same until something is written to the database (`storage.versions`); the members that tell
when it was checked do not. Which members there are is the report's own affair, and the caller's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Hashable
from typing import Any, Final

from accredit.domain.verification.report import VerificationReport

# No file and no name can hold these, since they are drawn when the process starts.
_CHECKED_AT: Final = secrets.token_hex(16)
_AS_OF: Final = secrets.token_hex(16)


def text_of(
    report: VerificationReport, *, form: Hashable, write: Callable[[VerificationReport], dict[str, Any]]
) -> str:
    """Return ``write(report)`` as JSON text, its members in their own order.

    ``form`` names what ``write`` makes of a report: equal forms must write alike.
    """
    pieces = report.texts.get(form)
    if pieces is None:
        pieces = report.texts[form] = _pieces(write(report))
    moments = {_CHECKED_AT: report.checked_at_text, _AS_OF: report.checked_at.isoformat()}
    return "".join(moments.get(piece, piece) for piece in pieces)


def _pieces(members: dict[str, Any]) -> tuple[str, ...]:
    """Return the text in pieces, some of which only stand for a moment."""
    checks = [
        check | {"facts": check["facts"] | {"as_of": _AS_OF}} if "as_of" in check["facts"] else check
        for check in members["checks"]
    ]
    text = json.dumps(members | {"checks": checks, "checked_at": _CHECKED_AT}, ensure_ascii=False)
    found: list[str] = []
    for part in text.split(_AS_OF):
        before, *after = part.split(_CHECKED_AT)
        found += [before, *(piece for rest in after for piece in (_CHECKED_AT, rest)), _AS_OF]
    return tuple(found[:-1])
