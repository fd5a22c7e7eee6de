"""Names and addresses that a reader would take for others (Unicode TR39, as far as it helps people).

Two names look alike when their skeletons are equal: the letters of other scripts read as the Latin ones they resemble,
marks and punctuation dropped, ``rn`` as ``m``, ``0`` as ``o``, and ``i`` as ``l``; when they have the same words in
another order; or when one letter of many differs. What is said here only ever warns. It decides nothing: names are not
unique, and two schools may well share one.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from confusable_homoglyphs.confusables import confusables_data
from publicsuffixlist import PublicSuffixList

_SMALL_WORDS: Final = frozenset({"of", "the", "and", "for", "at", "in", "y", "yr", "ltd", "cic", "cio"})
_SAME_HERE: Final = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})
_LONG: Final = 8
_suffixes = PublicSuffixList()


@lru_cache(maxsize=4096)
def skeleton(text: str) -> str:
    """Return what is left of a text when everything that looks the same is written the same."""
    letters = "".join(_latin(symbol) for symbol in unicodedata.normalize("NFKD", text))
    bare = "".join(symbol for symbol in letters.lower() if symbol.isalnum())
    return bare.translate(_SAME_HERE).replace("rn", "m").replace("vv", "w")


@lru_cache(maxsize=4096)
def _latin(symbol: str) -> str:
    if symbol.isascii():
        return symbol
    if unicodedata.combining(symbol) or unicodedata.category(symbol) == "Cf":
        return ""
    found = (each["c"] for each in confusables_data.get(symbol, ()))
    return next((each for each in found if each.isascii() and each.isalnum()), symbol)


def names_look_alike(one: str, other: str) -> bool:
    """Say whether a reader would take one organisation's name for another's; equal names look alike too."""
    first, second = skeleton(one), skeleton(other)
    if not first or not second:
        return False
    return first == second or _words(one) == _words(other) or _is_one_slip(first, second)


def _words(text: str) -> frozenset[str]:
    separated = "".join(each if each.isalnum() else " " for each in unicodedata.normalize("NFKC", text))
    found = frozenset(skeleton(word) for word in separated.split() if word.casefold() not in _SMALL_WORDS)
    # A single word says too little, as in "The School".
    return found if len(found) > 1 else frozenset({text})


def hosts_look_alike(one: str, other: str) -> bool:
    """Say whether a reader would take one host for another that is not the same registered name or a part of it."""
    first, second = _registered(one), _registered(other)
    if first == second:
        return False
    mine, theirs = skeleton(first.partition(".")[0]), skeleton(second.partition(".")[0])
    if mine == theirs or _is_one_slip(mine, theirs):
        return True
    # school.example.evil.org, and school-example.org.
    whole, known = skeleton(_in_letters(one)), skeleton(second)
    return len(known) >= _LONG and known in whole


def _registered(host: str) -> str:
    """Return the part of a host's name that somebody registered, in letters as people read them."""
    name = host.rstrip(".").lower()
    return _in_letters(str(_suffixes.privatesuffix(name) or name))


def _in_letters(host: str) -> str:
    return ".".join(_label(each) for each in host.split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label.removeprefix("xn--").encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _is_one_slip(one: str, other: str) -> bool:
    """Say whether one slip of a finger turns one into the other; never of short ones."""
    if min(len(one), len(other)) < _LONG or abs(len(one) - len(other)) > 1:
        return False
    return _distance(one, other) <= 1


def _distance(one: str, other: str) -> int:
    """Count the letters to add, drop, change or swap with a neighbour (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for y, left in enumerate(one, start=1):
        above, row = row, [y]
        for x, right in enumerate(other, start=1):
            best = min(above[x] + 1, row[x - 1] + 1, above[x - 1] + (left != right))
            if y > 1 and x > 1 and left == other[x - 2] and one[y - 2] == right:
                best = min(best, before[x - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
