"""Five plain words that open somebody's page: easy to read from a card, to say to oneself, and to type.

- The words are drawn one by one from a list of ours, in English or in Welsh (`english.txt`, `welsh.txt`; where they
  come from is told in `README.md`). Each list has at least 1,024 words, so that five of them hold 50 bits or more.
- They are read back in either language, whatever the page's: case, spaces, commas, dashes and marks over letters carry
  nothing, and neither do numbers in front of them, which a card may show.
- The lists are public, so a word that stands in none may be told, with those that look like it.

What the words open, and how often somebody may try, is not here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

COUNT: Final = 5
LISTS: Final = {"en": "english.txt", "cy": "welsh.txt"}
_LONGEST_TEXT: Final = 200
_MOST_ALIKE: Final = 2
_BETWEEN: Final = re.compile(r"[^a-z]+")
_MIXED: Final = re.compile(r"[a-z][0-9]|[0-9][a-z]")


class WordCodeError(ValueError):
    """What was typed are not five words of the lists: ``fault`` is ``count`` or ``word``.

    ``count`` is how many words were typed. ``word`` is the first that stands in no list, and ``alike`` those of a list
    that it may have been meant for.
    """

    def __init__(self, fault: str, *, count: int = 0, word: str = "", alike: tuple[str, ...] = ()) -> None:
        super().__init__(f"not a word code: {fault}")
        self.fault = fault
        self.count = count
        self.word = word
        self.alike = alike


@cache
def words(language: str) -> tuple[str, ...]:
    """Return the list of a language in its order; English for a language that has none."""
    name = LISTS.get(language, LISTS["en"])
    return tuple((files(__package__) / name).read_text(encoding="ascii").split())


@cache
def _known() -> frozenset[str]:
    return frozenset(word for language in LISTS for word in words(language))


def make(draw: Callable[[int], int], language: str = "en") -> str:
    """Return five fresh words with spaces between; ``draw(n)`` gives an unpredictable number from 0 to n - 1."""
    chosen = words(language)
    return " ".join(chosen[draw(len(chosen))] for _ in range(COUNT))


def read(text: str) -> str:
    """Return the five words as `make` writes them. Raises `WordCodeError`."""
    typed = _typed(text)
    for word in typed:
        if word not in _known():
            raise WordCodeError("word", count=len(typed), word=word, alike=_alike(word))
    if len(typed) != COUNT:
        raise WordCodeError("count", count=len(typed))
    return " ".join(typed)


def is_meant(text: str) -> bool:
    """Say whether somebody meant words and not a code of letters and digits: a word of a list, or several long ones.

    Digits beside letters are those of a code; a number in front of a word stands apart.
    """
    if _MIXED.search(text[:_LONGEST_TEXT].lower()):
        return False
    typed = _typed(text)
    return any(word in _known() for word in typed) or sum(len(word) > 2 for word in typed) >= COUNT - 1


def _typed(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text[:_LONGEST_TEXT]).lower()
    # A mark over a letter (ŵ, é) is dropped and not taken for a gap.
    bare = "".join(symbol for symbol in letters if not unicodedata.combining(symbol))
    return [word for word in _BETWEEN.split(bare) if word]


def _alike(word: str) -> tuple[str, ...]:
    return tuple(get_close_matches(word, sorted(_known()), n=_MOST_ALIKE, cutoff=0.75))
