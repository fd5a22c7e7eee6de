"""Hours, dates and numbers as people say them, in English and in Welsh.

Pure: the language is an argument, nothing of Flask is read. Templates reach these as the filters of
`accredit.web.languages`.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date, format_time
from babel.support import NullTranslations, Translations

from accredit.clock import LONDON

CATALOGUES = Path(__file__).parent.parent / "locale"
_FRACTIONS = {0: "", 15: "¼", 30: "½", 45: "¾"}
MINUS = "\N{MINUS SIGN}"


@lru_cache(maxsize=8)
def catalogue(language: str) -> NullTranslations:
    """Return the messages of ``language``; English ones stand in the source."""
    return Translations.load(CATALOGUES, [language])


def hours_in_words(minutes: int, language: str = "en") -> str:
    """Say a length of time given in whole minutes: ``26½ hours``, ``1 hour``, ``45 minutes``, ``26 h 20 min``.

    Quarters of an hour are written as fractions because schools count in them; anything else is exact to the minute.
    """
    words = catalogue(language)
    sign = MINUS if minutes < 0 else ""
    hours, rest = divmod(abs(minutes), 60)
    if hours == 0 and rest:
        return sign + words.ungettext("%(num)s minute", "%(num)s minutes", rest) % {"num": rest}
    if rest in _FRACTIONS:
        # 1½ hours: more than one takes the plural.
        number = hours if rest == 0 else hours + 1
        return sign + words.ungettext("%(num)s hour", "%(num)s hours", number) % {"num": f"{hours}{_FRACTIONS[rest]}"}
    return sign + words.ugettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def date_in_words(day: date, language: str = "en") -> str:
    """Say a date: ``2 July 2026``. An aware moment is first brought to the United Kingdom's calendar."""
    return format_date(_local(day), "d MMMM y", locale=_locale(language))


def month_in_words(day: date, language: str = "en") -> str:
    """Say a month: ``October 2025``."""
    return format_date(_local(day), "MMMM y", locale=_locale(language))


def moment_in_words(moment: datetime, language: str = "en") -> str:
    """Say an aware moment in the United Kingdom's time: ``22 November 2026, 14:03``."""
    local = moment.astimezone(LONDON)
    return f"{date_in_words(local, language)}, {format_time(local, 'HH:mm', locale=_locale(language))}"


def number_in_words(number: int, language: str = "en") -> str:
    """Say a whole number: a word to ten in running English (``three``), digits with separators beyond and in Welsh.

    Welsh numerals change with the gender of what is counted, so digits are the only form that is always right.
    """
    if language == "en" and 0 <= number <= 10:
        return ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")[number]
    return f"{number:,}".replace("-", MINUS)


def _local(day: date) -> date:
    return day.astimezone(LONDON) if isinstance(day, datetime) and day.tzinfo is not None else day


def _locale(language: str) -> str:
    return {"en": "en_GB", "cy": "cy_GB"}.get(language, language)


def paragraphs(markdown: str) -> list[list[str] | str]:
    """Split the plain Markdown that we write: paragraphs, and lists whose every line begins with a dash."""
    found: list[list[str] | str] = []
    for block in markdown.split("\n\n"):
        lines = block.splitlines()
        is_list = bool(lines) and all(line.startswith("- ") for line in lines)
        found.append([line.removeprefix("- ") for line in lines] if is_list else " ".join(lines))
    return found
