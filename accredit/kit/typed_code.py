"""A code that people read from paper and type: 31 symbols that do not look alike, and one that checks the others.

- No 0 O 1 I L, so nothing is mistaken for its neighbour on paper.
- Thirteen symbols are random (64 bits); the fourteenth makes the weighted sum a multiple of 31.
- 31 is prime and the weights 1 to 14 differ, so any one wrong symbol, and any two changed places, is noticed.
- Case, spaces and dashes carry nothing: they are dropped before reading.

Where the randomness comes from and what a code opens is not here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 14
_BASE = len(ALPHABET)
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_CARRIES_NOTHING = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


# What is read for what, on paper and in handwriting; those that no code holds are in it, too.
_ALIKE = {
    "0": "QDG", "O": "QDG", "1": "7JT", "I": "JT", "L": "EC",
    "2": "Z", "Z": "2", "5": "S", "S": "5", "6": "G", "G": "6C", "C": "G", "8": "B3", "B": "8", "3": "8", "4": "A9",
    "9": "4", "A": "4", "7": "T", "T": "7", "E": "F", "F": "E", "P": "R", "R": "P", "K": "X", "X": "K",
    "M": "N", "N": "M", "U": "V", "V": "UY", "Y": "V",
}  # fmt: skip
MOST_SLIPS = 3


@dataclass(frozen=True, kw_only=True)
class Slip:
    """A slip that would explain a code that does not fit: at this place (from 1) one was typed, and one is meant."""

    place: int
    typed: str
    meant: str


class TypedCodeError(ValueError):
    """What was typed is not a code: ``fault`` is ``length``, ``symbol`` or ``check``."""

    def __init__(self, fault: str, symbol: str = "") -> None:
        super().__init__(f"not a typed code: {fault} {symbol}".strip())
        self.fault = fault
        self.symbol = symbol


def make(draw: Callable[[int], int]) -> str:
    """Return a fresh code of 14 symbols; ``draw(n)`` gives an unpredictable number from 0 to n - 1."""
    body = "".join(ALPHABET[draw(_BASE)] for _ in range(LENGTH - 1))
    return body + check_symbol(body)


def check_symbol(body: str) -> str:
    """Return the symbol that completes thirteen others."""
    total = sum(weight * _VALUE[symbol] for weight, symbol in enumerate(body, start=1))
    # 14 · check + total ≡ 0 (mod 31); the inverse exists because 31 is prime.
    return ALPHABET[-total * pow(LENGTH, -1, _BASE) % _BASE]


def read(text: str) -> str:
    """Return the 14 capitals of a code as somebody typed it.

    Raises `TypedCodeError` when a symbol is not in the alphabet, the length is wrong, or the check does not hold.
    """
    if len(text) > 100:
        raise TypedCodeError("length")
    code = bare(text)
    for symbol in code:
        # Only ASCII has capitals here: the long s and the sharp s of other alphabets would turn into letters of ours.
        if not symbol.isascii() or symbol.upper() not in _VALUE:
            raise TypedCodeError("symbol", symbol)
    code = code.upper()
    if len(code) != LENGTH:
        raise TypedCodeError("length")
    if check_symbol(code[:-1]) != code[-1]:
        raise TypedCodeError("check")
    return code


def likely_slips(text: str) -> tuple[Slip, ...]:
    """Return the commonest slips that would explain why a code does not fit; none where there are too many to help.

    Neighbours that changed places, a symbol doubled, a symbol read for one that looks like it. The check symbol is no
    secret, so this tells nothing that a pencil would not: not whether there is such a certificate.
    """
    typed = bare(text[:100]).upper()
    found = [slip for slip, code in _mended(typed) if _fits(code)]
    return tuple(found) if len(found) <= MOST_SLIPS else ()


def _mended(typed: str) -> Iterator[tuple[Slip, str]]:
    if len(typed) == LENGTH + 1:
        for place in range(LENGTH):
            if typed[place] == typed[place + 1] and typed[place - 1 : place] != typed[place]:
                slip = Slip(place=place + 1, typed=typed[place] * 2, meant=typed[place])
                yield slip, typed[:place] + typed[place + 1 :]
    if len(typed) != LENGTH:
        return
    for place, (one, other) in enumerate(pairwise(typed)):
        if one != other:
            slip = Slip(place=place + 1, typed=one + other, meant=other + one)
            yield slip, typed[:place] + other + one + typed[place + 2 :]
    for place, one in enumerate(typed):
        for other in sorted(_ALIKE.get(one, ())):
            yield Slip(place=place + 1, typed=one, meant=other), typed[:place] + other + typed[place + 1 :]


def _fits(code: str) -> bool:
    return all(symbol in _VALUE for symbol in code) and check_symbol(code[:-1]) == code[-1]


def is_meant(text: str) -> bool:
    """Say whether somebody meant a code: about as many symbols, and a digit, as nearly every code has and no name does.

    Texts that are no code at all must not travel in addresses, which stay in histories and logs.
    """
    symbols = bare(text) if len(text) <= 100 else ""
    if not (symbols.isascii() and symbols.isalnum() and LENGTH - 4 <= len(symbols) <= LENGTH + 6):
        return False
    if any(symbol.isdigit() for symbol in symbols):
        return True
    try:
        read(symbols)
    except TypedCodeError:
        return False
    return True


def bare(text: str) -> str:
    """Return what was typed without spaces and dashes, which carry nothing; it need not be a code."""
    return _CARRIES_NOTHING.sub("", text)


def show(code: str) -> str:
    """Return a code as it is printed, 5-5-4."""
    return f"{code[:5]}-{code[5:10]}-{code[10:]}"
