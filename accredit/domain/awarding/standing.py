"""What comes next for somebody who may hold a level already: levels below the one held are neither due nor missing."""

from __future__ import annotations

from datetime import date, timedelta

from accredit.domain.awarding.queries import Progress
from accredit.domain.awarding.rules import Assessment

SOON = timedelta(days=30)


def above_held(who: Progress) -> tuple[Assessment, ...]:
    """Return the assessments of the levels above the highest one held, lowest first."""
    order = who.definition.level_codes
    held = max((order.index(award.level_code) for award in who.awarded if award.level_code in order), default=-1)
    return who.assessments[held + 1 :]


def due(who: Progress) -> tuple[Assessment, ...]:
    """Return the levels above the one held that are met and could be awarded."""
    return tuple(each for each in above_held(who) if each.met)


def next_above(who: Progress) -> Assessment | None:
    """Return the lowest level above the one held that still asks for something; None when there is none."""
    return next((each for each in above_held(who) if not each.met), None)


def holds(who: Progress, level_code: str) -> bool:
    """Say whether somebody holds a level, or one above it."""
    return level_code not in {each.level_code for each in above_held(who)}


def is_refresher_due(who: Progress, day: date) -> bool:
    """Say whether training wants refreshing on ``day`` or within a month of it."""
    until = who.portfolio.up_to_date_until
    return until is not None and until <= day + SOON
