"""Hours, dates and numbers as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accredit.web.words import date_in_words, hours_in_words, moment_in_words, month_in_words, number_in_words


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 hours"),
        (1, "1 minute"),
        (15, "15 minutes"),
        (45, "45 minutes"),
        (60, "1 hour"),
        (75, "1¼ hours"),
        (90, "1½ hours"),
        (120, "2 hours"),
        (1590, "26½ hours"),
        (1605, "26¾ hours"),
        (1580, "26 h 20 min"),
        (61, "1 h 1 min"),
        (-30, "−30 minutes"),
        (-90, "−1½ hours"),
    ],
)
def test_hours(minutes: int, said: str) -> None:
    assert hours_in_words(minutes) == said


def test_a_date_has_no_leading_zero_and_its_month_in_full() -> None:
    assert date_in_words(date(2026, 7, 2)) == "2 July 2026"
    assert month_in_words(date(2025, 10, 31)) == "October 2025"


def test_late_on_a_summer_evening_it_is_already_tomorrow_here() -> None:
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert date_in_words(late) == "2 July 2026"
    assert moment_in_words(late) == "2 July 2026, 00:30"


def test_in_winter_the_clock_is_utc() -> None:
    assert moment_in_words(datetime(2026, 11, 22, 14, 3, tzinfo=UTC)) == "22 November 2026, 14:03"


def test_welsh_dates() -> None:
    assert date_in_words(date(2026, 12, 3), "cy") == "3 Rhagfyr 2026"


@pytest.mark.parametrize(("minutes", "said"), [(1590, "26½ awr"), (60, "1 awr"), (1580, "26 awr 20 mun")])
def test_welsh_hours(minutes: int, said: str) -> None:
    assert hours_in_words(minutes, "cy") == said


@pytest.mark.parametrize(
    ("number", "language", "said"),
    [(0, "en", "no"), (3, "en", "three"), (10, "en", "ten"), (11, "en", "11"), (18204, "en", "18,204"), (3, "cy", "3")],
)
def test_numbers(number: int, language: str, said: str) -> None:
    assert number_in_words(number, language) == said
