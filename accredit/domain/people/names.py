"""Names, as people write them.

- A name is 1 to 150 characters in NFC with at least one letter; one word is a complete name.
- Nothing is corrected: not case, not particles, not marks. Only white space is evened out.
- Control characters, line breaks and everything that reverses text are refused (``name-control``).
- Characters nobody can see are refused (``name-invisible``), except joiners where a script needs them.
- Ticks, stars, pictures and other symbols that imitate a verdict are refused (``name-symbol``).
- A pile of marks on one letter is refused (``name-marks``), and so is text a spreadsheet would run (``name-formula``).

The initial of a Welsh name that starts with a digraph (Llŷr, Rhys) may be Ll or Rh to its owner; `initials` gives one
letter, and a page that shows initials lets the young person say otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from accredit.errors import RuleBroken

LONGEST_NAME = 150
_MOST_MARKS = 5
_JOINERS = {"\u200c", "\u200d"}
_TURNING = {"\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
# Letters and marks by category that print as nothing: fillers, inherent vowels, the grapheme joiner.
_BLANK = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0", "\u2800"}
_ASCII_SYMBOLS = set("<>+=|~^`$")
_JOINING_SCRIPTS = frozenset(
    {"ARABIC", "SYRIAC", "NKO", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL"}
    | {"TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "TIBETAN", "MYANMAR", "KHMER"}
)
_APART = re.compile(r"[\W_]+")
_LIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "ng"}
)


def check_name(text: str) -> str:
    """Return the name as it is kept: NFC, white space evened out, otherwise exactly as typed.

    Raises `RuleBroken` with the id of the first bullet above that it breaks.
    """
    for symbol in text:
        _check_symbol(symbol)
    name = " ".join(unicodedata.normalize("NFC", text).split())
    for place, symbol in enumerate(name):
        if symbol in _JOINERS and not _is_needed_joiner(name, place):
            raise RuleBroken("name-invisible", code=f"U+{ord(symbol):04X}")
    if not any(_is_letter(symbol) for symbol in name):
        raise RuleBroken("name-missing")
    if len(name) > LONGEST_NAME:
        raise RuleBroken("name-too-long", length=len(name), longest=LONGEST_NAME)
    if name[0] in "=+@":
        raise RuleBroken("name-formula")
    if _longest_pile(name) > _MOST_MARKS:
        raise RuleBroken("name-marks")
    return name


def _check_symbol(symbol: str) -> None:
    category = unicodedata.category(symbol)
    code = f"U+{ord(symbol):04X}"
    if category in {"Cc", "Zl", "Zp", "Cs"} or symbol in _TURNING:
        raise RuleBroken("name-control", code=code)
    if symbol in _BLANK or (category == "Cf" and symbol not in _JOINERS) or _is_variation_selector(symbol):
        raise RuleBroken("name-invisible", code=code)
    if category in {"So", "Sm", "Sc", "Sk", "Co", "Cn", "Me"} and symbol not in _ASCII_SYMBOLS:
        raise RuleBroken("name-symbol", code=code)


def _is_variation_selector(symbol: str) -> bool:
    return "\ufe00" <= symbol <= "\ufe0f" or "\U000e0100" <= symbol <= "\U000e01ef"


def _is_letter(symbol: str) -> bool:
    return unicodedata.category(symbol)[0] == "L"


def _is_needed_joiner(name: str, place: int) -> bool:
    if place in {0, len(name) - 1}:
        return False
    around = (name[place - 1], name[place + 1])
    return all(unicodedata.name(symbol, "").split(" ")[0] in _JOINING_SCRIPTS for symbol in around)


def _longest_pile(name: str) -> int:
    longest = pile = 0
    for symbol in name:
        pile = pile + 1 if unicodedata.category(symbol) == "Mn" else 0
        longest = max(longest, pile)
    return longest


def initials(name: str) -> str:
    """Return the initial of each word with its marks, in its own case: ``S. G. D.`` A double surname counts once."""
    return " ".join(f"{letter}." for word in name.split() if (letter := _first_letter(word)))


def _first_letter(word: str) -> str:
    for place, symbol in enumerate(word):
        if _is_letter(symbol):
            end = place + 1
            while end < len(word) and _marks_the_letter(word[end]):
                end += 1
            return word[place:end]
    return ""


def _marks_the_letter(symbol: str) -> bool:
    # A virama (combining class 9) only joins the next consonant, which an initial leaves out.
    return unicodedata.category(symbol)[0] == "M" and unicodedata.combining(symbol) != 9


def name_matches(typed: str, printed: str, known_as: str | None = None) -> bool:
    """Say whether somebody who typed ``typed`` means the name that is printed.

    Accents, case, the order of the parts, apostrophes, spaces and hyphens do not matter; every part must be there. With
    ``known_as``, the known-as name is accepted in place of the first one, or whole where it has two parts.
    """
    accepted = [printed]
    if known_as:
        rest = printed.split()[1:]
        parts = known_as.split()
        accepted.append(known_as if len(parts) > 1 else " ".join([*parts, *rest]) if rest else printed)
    return len(typed) <= 2 * LONGEST_NAME and any(_is_made_of(typed, name) for name in accepted)


def _is_made_of(typed: str, name: str) -> bool:
    target, pieces = "".join(_pieces(typed)), tuple(sorted(_pieces(name)))
    if not target or len(target) != sum(map(len, pieces)):
        return False
    if len(pieces) > 12:
        return sorted(_pieces(typed)) == list(pieces)

    @cache
    def consumes(rest: str, left: tuple[str, ...]) -> bool:
        if not left:
            return not rest
        return any(
            rest.startswith(piece) and consumes(rest[len(piece) :], left[:place] + left[place + 1 :])
            for place, piece in enumerate(left)
        )

    return consumes(target, pieces)


def _pieces(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name).casefold().translate(_LIKE)
    bare = "".join(symbol for symbol in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(symbol))
    # Vowel signs of Indic scripts are no combining class of their own and stay; separators and joiners go.
    return [piece for piece in _APART.split(bare) if piece]
