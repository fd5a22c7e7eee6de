"""How UCAS counts what is typed into its form, for entry in 2026 and later.

- A personal statement is the answers to three questions, read as one: at most 4,000 characters together, and at least
  350 in each answer.
- A space is one character, and so is a line break, whichever way a browser sends it.
- A teacher's reference may have 4,000 characters with the headings of its three sections: about 3,800 of text.
- The form takes plain text only, and not every letter of every language.

What is worth saying is not here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

MOST_TOGETHER: Final = 4_000
FEWEST_EACH: Final = 350
MOST_OF_REFERENCE: Final = 3_800

_PARTS: Final = {"¼": ".25", "½": ".5", "¾": ".75"}
_PART: Final = re.compile("[¼½¾]")
# Letters and signs that decomposition leaves as they are.
_PLAIN: Final = str.maketrans("‘’“”–—\u00a0ØøŁłĐđÐðıĦħ", "''\"\"-- OoLlDdDdiHh") | str.maketrans(
    {"…": "...", "ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Þ": "Th", "þ": "th"}
)


@dataclass(frozen=True, kw_only=True)
class Count:
    """How long the answers are, in characters, in the order of the questions."""

    each: tuple[int, ...]

    @property
    def together(self) -> int:
        """All answers, as the form adds them up."""
        return sum(self.each)

    @property
    def left(self) -> int:
        """How many more there may be; below nought when there are too many."""
        return MOST_TOGETHER - self.together

    @property
    def still_needed(self) -> tuple[int, ...]:
        """How many each answer lacks to be long enough."""
        return tuple(max(0, FEWEST_EACH - each) for each in self.each)

    @property
    def fits(self) -> bool:
        """Say if the form would take the three answers."""
        return self.left >= 0 and not any(self.still_needed)


def characters(text: str) -> int:
    """Count the characters of a text; a browser sends a line break as two, which are one here."""
    return len(text.replace("\r\n", "\n").replace("\r", "\n"))


def count(answers: Sequence[str]) -> Count:
    """Count the answers of a personal statement."""
    return Count(each=tuple(characters(answer) for answer in answers))


def plain_spelling(text: str) -> str | None:
    """Return a text in the letters and signs of an English keyboard, for a form that refuses others.

    None where it has no others (a curly apostrophe can be pasted anywhere), or where it cannot be spelled with these.
    """
    if text.replace("’", "'").isascii():
        return None
    numbered = re.sub("[0-9][¼½¾]", lambda found: found[0][0] + _PARTS[found[0][1]], text)
    whole = _PART.sub(lambda found: f"0{_PARTS[found[0]]}", numbered)
    letters = unicodedata.normalize("NFKD", whole.translate(_PLAIN))
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return bare if bare.isascii() else None
