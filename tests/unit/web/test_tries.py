"""Tries in a moving window: as many as allowed, and nothing is kept of those whose window is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from accredit.web.tries import Allowance, Tries

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
TWICE = Allowance(name="looks", times=2, seconds=60)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_tries_count_until_their_own_window_is_over() -> None:
    tries = Tries()
    tries.count(TWICE, "a", now=NOW)
    tries.count(TWICE, "a", now=after(30))
    found = tries.window(TWICE, "a", now=after(40))
    assert (found.number, found.seconds) == (2, 20)
    assert tries.window(TWICE, "a", now=after(60)).number == 1
    assert tries.window(TWICE, "a", now=after(90)).number == 0


def test_keys_and_allowances_are_counted_apart() -> None:
    tries = Tries()
    tries.count(TWICE, "a", now=NOW)
    assert tries.window(TWICE, "b", now=NOW).number == 0
    assert tries.window(Allowance(name="names", times=2, seconds=60), "a", now=NOW).number == 0


def test_beyond_what_is_allowed_waiting_still_helps() -> None:
    tries = Tries()
    for second in range(50):
        tries.count(TWICE, "a", now=after(second))
    assert tries.window(TWICE, "a", now=after(59)).number == 2
    assert tries.window(TWICE, "a", now=after(61)).number == 0


def test_nothing_is_kept_of_readers_who_are_long_gone() -> None:
    tries = Tries()
    for reader in range(1_000):
        tries.count(TWICE, f"reader {reader}", now=after(reader / 1000))
    tries.count(TWICE, "a", now=after(62))
    assert "reader" not in repr(tries)
    assert tries.window(TWICE, "a", now=after(62)).number == 1
