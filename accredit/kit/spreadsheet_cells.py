"""Text that a spreadsheet would run as a formula, and how it travels in a CSV: with an apostrophe before it.

OWASP ASVS 5.0, 1.2.10: a field that begins with ``= + - @``, a tab or a zero byte gets an apostrophe; so do line breaks
and the full-width forms, which some programs take for the same. Text that has apostrophes before such a beginning
already gets one more, so that `unguarded` gives back exactly what was there.
"""

from __future__ import annotations

import re

_RUNS = "=+\\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
_TO_GUARD = re.compile(f"'*[{_RUNS}]")
_GUARDED = re.compile(f"'+[{_RUNS}]")


def guarded(text: str) -> str:
    """Return a cell's text as no spreadsheet runs it."""
    return f"'{text}" if _TO_GUARD.match(text) else text


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
