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

import hmac
import re
import unicodedata
from functools import lru_cache

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
_MOST_REORDERED = 7
# What people leave out, or write together, of their own names; never the only thing beside a first name.
_PARTICLES = frozenset(
    {"al", "ab", "ap", "bin", "binte", "binti", "d", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos"}
    | {"du", "e", "el", "ferch", "ibn", "la", "las", "le", "los", "t", "ten", "ter", "van", "vd", "vom", "von", "y"}
    | {"zu", "zum", "zur"}
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


@lru_cache(maxsize=4_096)
def _check_symbol(symbol: str) -> None:
    # Five thousand names have a few hundred letters between them; a refusal is never remembered.
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

    Accents, case, the order of the parts, apostrophes, spaces and hyphens do not matter, and particles (de, van, ap)
    may be left out; every other part must be there. With ``known_as``, the known-as name is accepted in place of the
    first one, or whole where it has two parts.

    The work done depends on the printed name alone, not on how near the typed one comes to it, so that the time taken
    tells nothing that the answer does not (attacks.md DP07).
    """
    accepted = [printed]
    if known_as:
        rest = printed.split()[1:]
        parts = known_as.split()
        accepted.append(known_as if len(parts) > 1 else " ".join([*parts, *rest]) if rest else printed)
    given = "".join(_pieces(typed[: 2 * LONGEST_NAME]))
    # All of them are asked, also after one has matched.
    found = [_is_made_of(given, pieces) for name in accepted for pieces in _with_and_without_particles(name)]
    return len(typed) <= 2 * LONGEST_NAME and any(found)


def name_key(name: str) -> str:
    """Return the same text for names that differ in accents, case, punctuation and the order of their parts alone.

    To find somebody to ask about, never to say that two people are one.
    """
    return " ".join(sorted(_pieces(name)))


def share_a_surname(one: str, other: str) -> bool:
    """Say whether two names end in the same word, or in a double one with a part in common.

    To point it out to a person, never to say that two people are related; a name of one word has no surname.
    """
    surnames = [set(_pieces(name.split()[-1])) - _PARTICLES for name in (one, other) if len(name.split()) > 1]
    return len(surnames) == 2 and bool(surnames[0] & surnames[1])


def _with_and_without_particles(name: str) -> list[tuple[str, ...]]:
    pieces = tuple(_pieces(name))
    without = tuple(piece for piece in pieces if piece not in _PARTICLES)
    # What is left must still be a whole name: "O" and "Mac" alone are somebody's surname.
    return [pieces, without if len(without) > 1 else pieces]


def _is_made_of(given: str, pieces: tuple[str, ...]) -> bool:
    """Say whether ``given`` is the ``pieces`` one after another in some order, without a look at which."""
    whole = "".join(pieces)
    if not whole:
        return False
    if len(pieces) > _MOST_REORDERED:
        # The ways to order twelve parts are too many to try: as printed, backwards, or with the last parts first.
        orders = [pieces[place:] + pieces[:place] for place in range(len(pieces))] + [pieces[::-1]]
        found = [_same(given, "".join(order)) for order in orders]
        return any(found)
    text = given[: len(whole)].ljust(len(whole), "\0")
    # `reached` holds, for each choice of pieces (as bits), whether they fill the text up to their joint length.
    reached = [True] + [False] * (2 ** len(pieces) - 1)
    for chosen in range(1, len(reached)):
        ways = []
        end = sum(len(piece) for place, piece in enumerate(pieces) if chosen >> place & 1)
        for place, piece in enumerate(pieces):
            if chosen >> place & 1:
                fits = _same(text[end - len(piece) : end], piece)
                ways.append(fits & reached[chosen ^ 1 << place])
        reached[chosen] = any(ways)
    return reached[-1] & (len(given) == len(whole))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _pieces(name: str) -> list[str]:
    apart = unicodedata.normalize("NFKD", name).casefold().translate(_LIKE)
    bare = "".join(symbol for symbol in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(symbol))
    # Vowel signs of Indic scripts are no combining class of their own and stay; separators and joiners go.
    return [piece for piece in _APART.split(bare) if piece]
