"""What was done in short sentences, for an easy-read certificate; nothing that `rules.honest_sentence` does not say.

English, as everything on a certificate is (ADR 9). One thought a sentence, with the number in it; no name, no pronoun
for a person. What each group of sentences is about has a picture of its own in `rendering.certificate_forms`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accredit.domain.credentials.rules import Totals, between, hours_in_words


class About(StrEnum):
    """What some sentences are about; the value names their picture."""

    TRAINING = "training"
    HOURS = "hours"
    MEETINGS = "meetings"
    ADULTS = "adults"
    EARLIER = "earlier"


@dataclass(frozen=True)
class Told:
    """Some short sentences that belong together."""

    about: About
    sentences: tuple[str, ...]


def told_shortly(totals: Totals) -> tuple[Told, ...]:
    """Say what was done, as many groups of sentences as there is something to say."""
    found = []
    if totals.modules:
        parts = "1 part" if totals.modules == 1 else f"{totals.modules} parts"
        took = "That took" if totals.modules == 1 else "Together they took"
        lasted = (f"{took} {hours_in_words(totals.training_minutes)}.",) if totals.training_minutes else ()
        found.append(Told(About.TRAINING, (f"Did {parts} of the training.", *lasted)))
    if totals.own_minutes and totals.first_on and totals.last_on:
        gave = f"Gave {hours_in_words(totals.own_minutes)} of peer support."
        when = f"This was {between(totals.first_on, totals.last_on)}."
        found.append(Told(About.HOURS, (gave, when, "Adults supervised it.")))
    if totals.meetings:
        times = "1 time" if totals.meetings == 1 else f"{totals.meetings} times"
        found.append(Told(About.MEETINGS, (f"Met with a supervising adult {times}.",)))
    if totals.adults:
        who = "1 adult" if totals.adults == 1 else f"{totals.adults} adults"
        found.append(Told(About.ADULTS, (f"{who} checked this and approved it.",)))
    if totals.earlier_minutes:
        more = " more" if totals.own_minutes else ""
        hours = f"Gave {hours_in_words(totals.earlier_minutes)}{more} of supervised peer support."
        found.append(Told(About.EARLIER, (hours, "This comes from the school’s earlier records.")))
    return tuple(found)
