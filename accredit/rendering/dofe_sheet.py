"""The evidence sheet for the Duke of Edinburgh's Award: dates, hours by week, and room for the assessor to write.

It is a plain page without anybody's logo, and claims nothing: whether the time counts is for the assessor and the
leader to say. English, as certificates are (ADR 9). What counts as time is the domain's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from accredit.domain.credentials.rules import date_in_words, hours_in_words
from accredit.domain.practice.weekly import Week
from accredit.rendering import printing
from accredit.rendering.environment import environment
from accredit.rendering.fonts import FONT_STACK


@dataclass(frozen=True, kw_only=True)
class SheetValues:
    """What the sheet says. There is at least one week."""

    name: str
    organisation: str
    programme: str
    weeks: tuple[Week, ...]
    demonstration: bool
    language: str = "en"

    @property
    def first_on(self) -> str:
        """The first day, in words."""
        return date_in_words(min(day for week in self.weeks for day in week.days))

    @property
    def last_on(self) -> str:
        """The last day, in words."""
        return date_in_words(max(day for week in self.weeks for day in week.days))

    @property
    def total(self) -> str:
        """All hours together, in words."""
        return hours_in_words(sum(week.minutes for week in self.weeks))


def dofe_sheet(values: SheetValues) -> bytes:
    """Return the sheet as a tagged PDF. Raises `ValueError` when there is no week on it."""
    if not values.weeks:
        raise ValueError("nothing to show")
    template = environment(values.language).get_template("certificate/dofe.html")
    html = template.render(values=values, rows=_rows(values.weeks), fonts=FONT_STACK)
    identifier = hashlib.sha256(repr(values).encode()).digest()[:16]
    with printing.press(printing.NO_DATE) as press:
        return press.pdf([press.pages(html, {})], identifier=identifier)


def _rows(weeks: Sequence[Week]) -> list[tuple[str, str, str, str]]:
    return [
        (
            date_in_words(week.begins_on),
            ", ".join(f"{day.day}/{day.month}" for day in week.days),
            ", ".join(week.activities),
            hours_in_words(week.minutes),
        )
        for week in weeks
    ]
