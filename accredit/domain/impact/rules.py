"""Which counts may leave the room.

- A count of one to four people is not told: with a first name heard elsewhere it could be somebody. None stays none.
- What was left out must not be found by taking the others from their sum: where that would work, the next smallest
  count is left out, too, until two at least are missing and five people at least stand behind them, in several ways.
- A sum is left out where it is small itself, or would give away what was left out all the same.
- An amount (time, awards) goes with the people it comes from: fewer than five, and it is not told either.
"""

from __future__ import annotations

from collections.abc import Sequence

FEWEST = 5


def is_small(count: int) -> bool:
    """Say whether a count of people is too small to be told."""
    return 0 < count < FEWEST


def shown(counts: Sequence[int]) -> tuple[int | None, ...]:
    """Return the counts of parts of one whole, with None for those that are left out."""
    hidden = {place for place, count in enumerate(counts) if is_small(count)}
    while hidden and _is_found_out([counts[place] for place in hidden]):
        others = [count for count in counts if count >= FEWEST and count not in {counts[place] for place in hidden}]
        if not others:
            break
        # All that are alike, or the order in which they stand would tell which of them is missing.
        hidden |= {place for place, count in enumerate(counts) if count == min(others)}
    return tuple(None if place in hidden else count for place, count in enumerate(counts))


def sum_shown(counts: Sequence[int], total: int) -> int | None:
    """Return the sum that stands beside `shown` counts of its parts, or None where it is left out.

    ``total`` is given, since somebody may be in two parts.
    """
    left_out = [count for count, told in zip(counts, shown(counts), strict=True) if told is None]
    return None if is_small(total) or (left_out and _is_found_out(left_out)) else total


def _is_found_out(left_out: Sequence[int]) -> bool:
    """Say whether counts that are missing can be worked out from what they come to together."""
    together = sum(left_out)
    # One each, or four each, is the only way in which so many small counts can come to that.
    only_way = max(left_out) < FEWEST and together in {len(left_out), len(left_out) * (FEWEST - 1)}
    return len(left_out) < 2 or together < FEWEST or only_way
