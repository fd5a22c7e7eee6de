"""What a record of peer support says: what somebody has done in one programme, up to the day it was made.

- It is a record and no award: it has no level, and says nothing of what is not there.
- Training that was attended, time given by activity, meetings with supervising adults, skills that an adult has seen.
  Time from the school's earlier records is named as such.
- Months stand in it only where the young person wants them; days never do.
- The sentences are English, name nobody and use no pronoun. What was dropped from the programme since is still told.

Pure: no database, no clock. The signed document is built in `record_document`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from accredit.domain.awarding.portfolio import Portfolio
from accredit.domain.credentials.document import frameworks_of
from accredit.domain.credentials.rules import SkillShown, between, date_in_words, hours_in_words, month_in_words
from accredit.domain.programmes.rules import Definition, Evidence

RECORD_TITLE = "Record of peer support"
WHAT_IT_IS = (
    "A record of what somebody has done as a peer supporter, as approved by the organisation’s adults. It is not an "
    "award and has no level."
)
NO_TARIFF = "This record does not carry UCAS Tariff points."


@dataclass(frozen=True, kw_only=True)
class ModuleAttended:
    """Training that was attended; ``month`` is of the first time, None where months are not told."""

    code: str
    title: str
    month: date | None


@dataclass(frozen=True, kw_only=True)
class ActivityGiven:
    """Minutes given in one activity."""

    code: str
    title: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a record says. ``minutes`` are those of ``activities``; ``earlier_minutes`` come on top of them."""

    programme_name: str
    modules: tuple[ModuleAttended, ...]
    training_minutes: int
    activities: tuple[ActivityGiven, ...]
    minutes: int
    earlier_minutes: int
    meetings: int
    adults: int
    """How many adults approved time or held a meeting."""
    skills: tuple[SkillShown, ...]
    """Those that an adult has seen."""
    first_on: date | None
    last_on: date | None
    """First and last day of the activities, to be told as months; None where months are not told."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell yet."""
        return not (self.modules or self.minutes or self.earlier_minutes or self.meetings or self.skills)

    def sentences(self) -> Iterator[str]:
        """Say in English what was done, one thing after the other."""
        if self.modules:
            yield f"{_attended(len(self.modules), self.training_minutes)}: {_listed(self._modules())}."
        if self.minutes:
            when = f" {between(self.first_on, self.last_on)}" if self.first_on and self.last_on else ""
            given = [f"{each.title} {hours_in_words(each.minutes)}" for each in self.activities]
            yield f"Gave {hours_in_words(self.minutes)} of supervised peer support{when}: {_listed(given)}."
        if self.earlier_minutes:
            more = "A further " if self.minutes else ""
            are = "is" if self.earlier_minutes == 60 else "are"
            hours = f"{more}{hours_in_words(self.earlier_minutes)} of supervised peer support"
            yield f"{hours} {are} from the school’s earlier records."
        if self.meetings:
            times = "once" if self.meetings == 1 else f"{self.meetings} times"
            yield f"Met with supervising adults {times}."
        if self.skills:
            yield f"Skills that an adult has seen in use: {_listed([each.title for each in self.skills])}."
        if self.adults:
            yield f"Approved by {self.adults} {'adult' if self.adults == 1 else 'adults'}."

    def _modules(self) -> list[str]:
        return [
            each.title if each.month is None else f"{each.title} ({month_in_words(each.month)})"
            for each in self.modules
        ]


def contents_of(portfolio: Portfolio, definition: Definition, *, shows_months: bool) -> Contents:
    """Choose what a record says from everything that counts."""
    frameworks = {skill.code: frameworks_of(skill) for skill in definition.skills}
    return Contents(
        programme_name=portfolio.programme_name,
        modules=tuple(
            ModuleAttended(
                code=each.code,
                title=each.title,
                month=each.first_on.replace(day=1) if shows_months else None,
            )
            for each in portfolio.modules
        ),
        training_minutes=portfolio.training_minutes,
        activities=tuple(
            ActivityGiven(code=each.code, title=each.title, minutes=each.minutes) for each in portfolio.activities
        ),
        minutes=portfolio.minutes - portfolio.earlier_minutes,
        earlier_minutes=portfolio.earlier_minutes,
        meetings=portfolio.meetings,
        adults=portfolio.adults,
        skills=tuple(
            SkillShown(
                code=each.code,
                title=each.title,
                evidence=(str(Evidence.OBSERVED),),
                observations=each.observations,
                frameworks=frameworks.get(each.code, ()),
            )
            for each in portfolio.skills
            if each.observations
        ),
        first_on=_month(portfolio.first_on) if shows_months else None,
        last_on=_month(portfolio.last_on) if shows_months else None,
    )


def record_sentence(contents: Contents, made_on: date) -> str:
    """Say in English what was done, and up to which day."""
    return " ".join((*contents.sentences(), f"Made on {date_in_words(made_on)}."))


def _month(day: date | None) -> date | None:
    return None if day is None else day.replace(day=1)


def _attended(modules: int, minutes: int) -> str:
    counted = f"{modules} {'module' if modules == 1 else 'modules'}"
    return f"Trained in {counted} ({hours_in_words(minutes)})"


def _listed(texts: Sequence[str]) -> str:
    return "; ".join(texts)
