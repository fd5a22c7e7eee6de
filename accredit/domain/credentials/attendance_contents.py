"""What a record of an adult's training says: which parts were attended, when, and how long that was altogether.

It is a record of attendance: it states no level. The sentences are English, name nobody and use no pronoun.

Pure: no database, no clock. The signed document is built in `attendance_document`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from accredit.domain.credentials.rules import date_in_words, hours_in_words
from accredit.domain.facilitation.rules import Attended

ATTENDANCE_TITLE: Final = "Facilitator training attended"
ATTENDANCE_LINE: Final = (
    "A record of attendance by an adult who supports the programme. It states no level and says nothing about any "
    "young person."
)


def attendance_sentence(parts: Sequence[Attended]) -> str:
    """Say in English what was attended, without a name or a pronoun."""
    number = f"{len(parts)} {'part' if len(parts) == 1 else 'parts'}"
    return f"Attended {number} of the training for facilitators {_when(parts)}, together {time_of(parts)}."


def time_of(parts: Sequence[Attended]) -> str:
    """Return the time of every part together, in English words."""
    return hours_in_words(minutes_of(parts))


def minutes_of(parts: Sequence[Attended]) -> int:
    """Return the minutes of every part together."""
    return sum(part.minutes for part in parts)


def days_of(part: Attended) -> str:
    """Say in English when one part was attended."""
    first, last = date_in_words(part.first_on), date_in_words(part.last_on)
    return first if part.first_on == part.last_on else f"{first}, last on {last}"


def _when(parts: Sequence[Attended]) -> str:
    first, last = min(part.first_on for part in parts), max(part.last_on for part in parts)
    if first == last:
        return f"on {date_in_words(first)}"
    return f"from {date_in_words(first)} to {date_in_words(last)}"
