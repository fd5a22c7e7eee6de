"""What a file of somebody else says, fit to be shown: on a page, on a terminal, on paper."""

from __future__ import annotations

import unicodedata
from typing import overload

LONGEST_CLAIM = 1_000
_UNPRINTED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Persian and Indic names need them inside a word.
_JOINERS = frozenset({"\u200c", "\u200d"})


@overload
def as_text(text: str) -> str: ...
@overload
def as_text(text: str | None) -> str | None: ...
def as_text(text: str | None) -> str | None:
    """Return a text on one line, without what turns, hides or moves the text around it (attacks.md VH04).

    A line of its own could be a verdict, and a terminal obeys what nobody sees.
    """
    if text is None:
        return None
    lines = " ".join(text.split())
    kept = (symbol for symbol in lines if unicodedata.category(symbol) not in _UNPRINTED or symbol in _JOINERS)
    return " ".join("".join(kept).split())[:LONGEST_CLAIM]
