"""Read a programme's words against the language list.

- A phrase is matched whole, in any case (a few short forms in capitals only), with its plural, with a space or hyphen.
- Letters nobody can see do not hide a word, nor do letters of another width.
- What is said to keep the role small ("not counselling") is never remarked upon.
- Of two listed phrases at the same place the longer one speaks.
- A name is printed on every certificate, a title on many: some words cost more there than in a text.

It advises on what staff write about a programme. It never reads what a young person writes of themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

from accredit.domain.programmes.language_list import ENGLISH, HARMLESS_ENGLISH, REVEALING, Action, Listed, Place, Why
from accredit.domain.programmes.rules import Definition
from accredit.errors import RuleBroken

# A space, a hyphen, or a comma and a space.
_BETWEEN = r"[\W_]{1,3}"
_APOSTROPHES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'"})


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One listed word in a text: as it was written, what it costs, why, and what to write instead."""

    word: str
    action: Action
    why: Why
    instead: tuple[str, ...]

    @property
    def reveals(self) -> bool:
        """Say whether the word could tell something private of whoever holds the award."""
        return self.why in REVEALING


@dataclass(frozen=True, kw_only=True)
class PlacedRemark:
    """A remark with the part of the programme it stands in: ``module``, ``M4``, ``title``."""

    part: str
    code: str
    field: str
    remark: Remark

    @property
    def key(self) -> str:
        """Name it for a form; the same word twice in one text is one remark."""
        return f"{self.part}:{self.code}:{self.field}:{self.remark.word.casefold()}"


def remarks(text: str, place: Place, *, exempt: Collection[str] = ()) -> tuple[Remark, ...]:
    """Return what the list says of a text, in its order; a text that is one of ``exempt`` says nothing wrong."""
    if text in exempt:
        return ()
    plain = _plain(text)
    for harmless in _harmless():
        plain = harmless.sub(lambda found: "\0" * len(found[0]), plain)
    found: list[tuple[int, int, Remark]] = []
    for pattern, listed in _patterns():
        action = listed.by_place.get(place)
        if action is None:
            continue
        for match in pattern.finditer(plain):
            remark = Remark(word=match[0], action=action, why=listed.why, instead=listed.instead)
            found.append((match.start(), match.end(), remark))
    said: dict[str, Remark] = {}
    end = 0
    for begins, ends, remark in sorted(found, key=lambda each: (each[0], -each[1], each[2].action is Action.ASK)):
        if begins >= end:
            said.setdefault(remark.word.casefold(), remark)
            end = ends
    return tuple(said.values())


def remarks_on(definition: Definition) -> tuple[PlacedRemark, ...]:
    """Return what the list says of every word of a programme, in the order of its pages."""
    return tuple(
        PlacedRemark(part=part, code=code, field=field, remark=remark)
        for part, code, field, text, place in _texts(definition)
        for remark in remarks(text, place)
    )


def check_words(definition: Definition, *, kept: Collection[str] = ()) -> None:
    """Refuse a programme with words that cannot stay, or that nobody has decided to keep; ``kept`` are remarks' keys.

    Raises `RuleBroken`: ``words-refused``, ``words-not-decided``, each with the ``words``.
    """
    said = remarks_on(definition)
    refused = [each.remark.word for each in said if each.remark.action is Action.REFUSE]
    if refused:
        raise RuleBroken("words-refused", words=tuple(dict.fromkeys(refused)))
    open_ones = [each.remark.word for each in said if each.key not in kept]
    if open_ones:
        raise RuleBroken("words-not-decided", words=tuple(dict.fromkeys(open_ones)))


def _texts(definition: Definition) -> Iterator[tuple[str, str, str, str, Place]]:
    yield "programme", definition.code, "name", definition.name, Place.NAME
    yield "programme", definition.code, "summary", definition.summary, Place.TEXT
    for module in definition.modules:
        yield "module", module.code, "title", module.title, Place.TITLE
        yield "module", module.code, "covers", module.covers, Place.TEXT
    for kind in definition.activity_types:
        yield "activity", kind.code, "title", kind.title, Place.TITLE
    for skill in definition.skills:
        yield "skill", skill.code, "title", skill.title, Place.TITLE
    for level in definition.levels:
        yield "level", level.code, "title", level.title, Place.NAME
        yield "level", level.code, "sentence", level.sentence, Place.TEXT


def _plain(text: str) -> str:
    """Return a text as it is read: compatible forms joined, letters nobody sees left out, one kind of apostrophe."""
    joined = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    return "".join(each for each in joined if unicodedata.category(each) != "Cf")


def _pattern(phrase: str, *, capitals_only: bool = False) -> re.Pattern[str]:
    words = [re.escape(word) for word in re.findall(r"[^\W_]+(?:'[^\W_]+)*\+?", _plain(phrase))]
    flags = re.NOFLAG if capitals_only else re.IGNORECASE
    return re.compile(rf"(?<!\w){_BETWEEN.join(words)}(?:e?s)?(?!\w)", flags)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Listed], ...]:
    return tuple(
        (_pattern(phrase, capitals_only=listed.capitals_only), listed)
        for listed in ENGLISH
        for phrase in listed.phrases
    )


@cache
def _harmless() -> tuple[re.Pattern[str], ...]:
    return tuple(_pattern(phrase) for phrase in sorted(HARMLESS_ENGLISH, key=len, reverse=True))
