"""How many years of school a text asks for: the Flesch–Kincaid grade, on sentences as people read them.

Grade 6 is about eleven years of age. Syllables are counted as groups of vowels that are spoken: what parts words for
printing finds too few of them (four in "organisation"). What is filled in counts as one short word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%\w|\{\w*\}")
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")
_WORD = re.compile(r"[A-Za-zÀ-ÿ’'-]+|\d[\d.,:/]*")
_SPOKEN = re.compile(r"[aeiouyà-ÿ]+", re.IGNORECASE)
_SILENT = re.compile(r"(?<=[^aeiouyl])(?:e|es|ed)$|(?<=[aeiouy]l)(?:e|es|ed)$", re.IGNORECASE)


@dataclass(frozen=True)
class Reading:
    """A text counted."""

    sentences: int
    words: int
    syllables: int

    @property
    def grade(self) -> float:
        """The years of school (Kincaid and others 1975)."""
        return 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59


def read(texts: list[str]) -> Reading:
    """Count texts, each of which begins a sentence of its own."""
    sentences = [each for text in texts for each in sentences_of(text)]
    words = [word for each in sentences for word in _WORD.findall(each)]
    return Reading(len(sentences), len(words), sum(map(syllables, words)))


def sentences_of(text: str) -> list[str]:
    """Part a text into sentences that hold a word."""
    plain = _PLACEHOLDER.sub("Sam", re.sub(r"<[^>]+>", "", text))
    return [each for each in _SENTENCE_END.split(plain) if _WORD.search(each)]


def syllables(word: str) -> int:
    """Count the syllables of a word, at least one."""
    return max(1, len(_SPOKEN.findall(_SILENT.sub("", word))))
