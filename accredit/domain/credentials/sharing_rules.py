"""What a share says and how long it lasts: all of it chosen by the young person whose award or record it is.

- A share says the school, the programme and the award, and beside them nothing but what was chosen: the name in full,
  as the person is called, or the initials; hours or not; skills or not; months or not.
- Nothing of what was not chosen stands in it anywhere, not even in what the award asks of everybody: its criteria are
  at the award's own address.
- It ends by itself: after two weeks, four (unless chosen), three months or a year; the signed share says when.
- What it is for is chosen from a list and never leaves the person's own page: a young person types nothing.
- It is open while it has not ended, the certificate it is of holds and is not hidden, and its holder agrees to sharing.
  While the certificate is on hold, so is the share. Whatever else closes it ends it for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from accredit.domain.credentials.record_contents import NO_TARIFF, WHAT_IT_IS
from accredit.domain.credentials.rules import (
    SCOPE_LINE,
    TARIFF_LINE,
    Framework,
    SkillShown,
    Totals,
    between,
    honest_sentence,
)
from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.people.names import initials


class NameShown(StrEnum):
    """Which name is shown."""

    FULL = "full"
    KNOWN_AS = "known-as"
    INITIALS = "initials"


class MadeFor(StrEnum):
    """What a share is for, to tell one's own shares apart; nobody else is told."""

    COLLEGE = "college"
    UNIVERSITY = "university"
    WORK = "work"
    VOLUNTEERING = "volunteering"
    FAMILY = "family"
    OTHER = "other"


class Lasts(StrEnum):
    """How long a share lasts."""

    TWO_WEEKS = "two-weeks"
    FOUR_WEEKS = "four-weeks"
    THREE_MONTHS = "three-months"
    A_YEAR = "a-year"


class ShareEnd(StrEnum):
    """Why a share has ended."""

    WITHDRAWN = "withdrawn"
    OVER = "over"
    CERTIFICATE_ENDED = "certificate-ended"
    RENEWED = "renewed"
    """Another certificate took the place of the one it was of, or its holder is called by another name now."""
    NOT_AGREED = "not-agreed"
    """Its holder, or somebody at home, takes back that anything is shared."""
    LOST = "lost"
    """An older database came back before it was signed; whether it had been withdrawn since, nobody knows."""


class ShareState(StrEnum):
    """How a share stands."""

    COMING = "coming"
    """Being made: not signed yet."""
    OPEN = "open"
    ON_HOLD = "on-hold"
    """The certificate is on hold, and so is whatever was shared of it."""
    HIDDEN = "hidden"
    """To everybody outside as if it had never been."""
    ENDED = "ended"


DAYS: Final[Mapping[Lasts, int]] = MappingProxyType(
    {Lasts.TWO_WEEKS: 14, Lasts.FOUR_WEEKS: 28, Lasts.THREE_MONTHS: 91, Lasts.A_YEAR: 365}
)
MOST_OPEN: Final = 20
"""So many shares are open at once: more are not looked after by anybody."""
PIN_DIGITS: Final = 6


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What a share says beside the school, the programme and the award."""

    name: NameShown
    hours: bool
    skills: bool
    months: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """All that a share says, frozen when it is made: what was not chosen is not in it.

    ``award_title`` is what it is called; ``badge`` how the award's badge looks, empty for a record, which has none;
    ``achievement`` the last part of the address at which either is described; ``hours`` (decimal)
    and ``meetings`` are None, ``skills`` and ``sentence`` empty and ``awarded_on`` None where they were not chosen.
    """

    name: str
    award_title: str
    programme_name: str
    badge: str
    achievement: str
    sentence: str
    hours: str | None
    meetings: str | None
    skills: tuple[SkillShown, ...]
    awarded_on: date | None
    tariff_line: bool

    @property
    def is_record(self) -> bool:
        """Whether it is of a record of peer support, and not of an award."""
        return not self.badge

    @property
    def closing(self) -> str:
        """What is said of every one of its kind, and nothing of anybody."""
        tariff = NO_TARIFF if self.is_record else TARIFF_LINE
        lines = [WHAT_IT_IS if self.is_record else "", SCOPE_LINE, tariff if self.tariff_line else ""]
        return " ".join(filter(None, lines))

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept."""
        kept = asdict(self)
        kept["skills"] = [
            {"code": each.code, "title": each.title, "frameworks": [asdict(one) for one in each.frameworks]}
            for each in self.skills
        ]
        kept["awarded_on"] = self.awarded_on.isoformat() if self.awarded_on else None
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Said:
        """Read what was kept."""
        skills = tuple(
            SkillShown(
                code=each["code"],
                title=each["title"],
                # How a skill was shown is not said: only that it was.
                evidence=(),
                frameworks=tuple(Framework(**one) for one in each["frameworks"]),
            )
            for each in kept["skills"]
        )
        awarded_on = date.fromisoformat(kept["awarded_on"]) if kept["awarded_on"] else None
        return cls(**{**kept, "skills": skills, "awarded_on": awarded_on})


def shown_name(shown: NameShown, *, printed_name: str, known_as: str) -> str:
    """Return the name that is shown of somebody."""
    match shown:
        case NameShown.FULL:
            return printed_name
        case NameShown.KNOWN_AS:
            return known_as
        case NameShown.INITIALS:
            return initials(printed_name)


def last_day(lasts: Lasts, today: date) -> date:
    """Return the last day on which a share that is made today is open."""
    return today + timedelta(days=DAYS[lasts])


def sentence_of(totals: Totals, chosen: Chosen) -> str:
    """Say in English what was done for an award, as far as it was chosen; empty where nothing of it was."""
    if chosen.hours:
        return honest_sentence(totals, with_months=chosen.months)
    return when_of(
        chosen,
        has_trained=bool(totals.modules),
        has_given=bool(totals.own_minutes or totals.earlier_minutes),
        first_on=totals.first_on,
        last_on=totals.last_on,
    )


def when_of(chosen: Chosen, *, has_trained: bool, has_given: bool, first_on: date | None, last_on: date | None) -> str:
    """Say in English in which months something was done, and not how much; empty where months were not chosen."""
    did = [word for word, has in (("trained", has_trained), ("gave supervised peer support", has_given)) if has]
    if not chosen.months or not did or first_on is None or last_on is None:
        return ""
    said = f"{' and '.join(did)} {between(first_on, last_on)}."
    return f"{said[:1].upper()}{said[1:]}"


def end_of(basis: Status, *, is_replaced: bool) -> ShareEnd | None:
    """Say if a share ends because of what became of the certificate that it is of."""
    if basis is not Status.REVOKED:
        return None
    return ShareEnd.RENEWED if is_replaced else ShareEnd.CERTIFICATE_ENDED


def state_of(
    *, has_ended: bool, stage: Stage | None, status: Status | None, basis: Status, is_hidden: bool, is_agreed: bool
) -> ShareState:
    """Say how a share stands; ``stage`` and ``status`` are those of its own issuance, None before there is one."""
    if has_ended or not is_agreed or Status.REVOKED in {status, basis}:
        return ShareState.ENDED
    if is_hidden:
        return ShareState.HIDDEN
    if Status.SUSPENDED in {status, basis}:
        return ShareState.ON_HOLD
    return ShareState.OPEN if stage is Stage.RELEASED else ShareState.COMING
