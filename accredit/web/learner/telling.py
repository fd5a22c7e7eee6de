"""What somebody may say of their record to a university, an employer or a teacher: facts, questions, complete lines.

- Every figure is one that the record holds; nothing is added up, rounded or estimated here.
- For a personal statement there are facts and questions only, never a sentence: statements are compared with each
  other, and the words have to be their writer's own.
- A curriculum vitae and a teacher's reference get complete lines, in plain text.
- Nothing says what it is worth, and nothing says when somebody was on a break.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from accredit.domain.awarding.portfolio import Portfolio, SkillShown
from accredit.domain.credentials.usable import Usable
from accredit.domain.programmes.rules import Evidence
from accredit.kit import ucas
from accredit.web.languages import page_language
from accredit.web.learner import words
from accredit.web.words import date_in_words, hours_in_words, month_in_words

Part = Literal["training", "time", "meetings", "skills", "also"]
"""Where on the page of everything somebody has done a fact stands."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that the record holds, and the part of it where it stands."""

    text: str
    part: Part


@dataclass(frozen=True, kw_only=True)
class Question:
    """One of the three questions of a personal statement: what the record has for it, and what to ask oneself."""

    name: str
    facts: tuple[Fact, ...]
    prompts: tuple[LazyString, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """A complete line to copy. ``plain`` spells it without letters that a form might refuse; None where it has none."""

    title: str
    text: str

    @property
    def characters(self) -> int:
        """How long it is, as UCAS counts."""
        return ucas.characters(self.text)

    @property
    def plain(self) -> str | None:
        """The same on an English keyboard."""
        return ucas.plain_spelling(self.text)


PROMPTS: dict[str, tuple[LazyString, ...]] = {
    "why": (
        lazy_gettext("What did you notice here that made you want to know more about this subject?"),
        lazy_gettext("What would you like to understand better because of it?"),
    ),
    "studies": (
        lazy_gettext("What in the training fits with something from your lessons?"),
        lazy_gettext("What did you find out for yourself afterwards: a book, a talk, a question?"),
    ),
    "beyond": (
        lazy_gettext("Which skill did you use most, and how did you get better at it?"),
        lazy_gettext("What was hard at first, and what do you do differently now?"),
        lazy_gettext("How will that help you in this course?"),
    ),
}


def questions(usable: Usable) -> tuple[Question, ...]:
    """Return the three questions of a personal statement, in the form's order, each with its facts and prompts."""
    done = usable.portfolio
    facts = {"why": _activities(done), "studies": _training(done), "beyond": _beyond(done)}
    return tuple(Question(name=name, facts=tuple(facts[name]), prompts=PROMPTS[name]) for name in PROMPTS)


def cv_lines(usable: Usable, cited: str | None) -> tuple[Line, ...]:
    """Return complete lines for a curriculum vitae, a short one and a long one; ``cited`` is where to check it."""
    short = " ".join(filter(None, (_headline(usable), *list(_hours_line(usable.portfolio))[:1])))
    long = " ".join(filter(None, (_headline(usable), *_cv_details(usable.portfolio), _to_check(cited))))
    lines = (Line(title=gettext("Short"), text=short), Line(title=gettext("With everything"), text=long))
    return lines if short != long else lines[:1]


def reference_line(usable: Usable, cited: str | None) -> Line:
    """Return what a teacher can put into a reference; UCAS's has a third section for what else supports somebody."""
    told = [_who(usable)]
    held = [*_held(usable.portfolio)]
    if held:
        told.append(gettext("The record of the programme holds %(list)s.", list=words.listed(held)))
    if cited is not None:
        told.append(gettext("This can be checked at %(address)s.", address=cited))
    if usable.speaks_of_ucas:
        told.append(gettext("It does not carry UCAS Tariff points."))
    return Line(title=gettext("For the reference"), text=" ".join(told))


def _activities(done: Portfolio) -> Iterator[Fact]:
    for each in done.activities:
        yield Fact(text=f"{each.title}: {_hours(each.minutes)}", part="time")


def _training(done: Portfolio) -> Iterator[Fact]:
    if done.training_minutes:
        yield Fact(text=gettext("Training: %(hours)s", hours=_hours(done.training_minutes)), part="training")
    for each in done.modules:
        yield Fact(text=f"{each.title}, {_day(each.first_on)}", part="training")


def _beyond(done: Portfolio) -> Iterator[Fact]:
    for said in _hours_line(done):
        yield Fact(text=said.removesuffix("."), part="time")
    if done.meetings:
        said = gettext("Meetings with your adult: %(num)d", num=done.meetings)
        yield Fact(text=said, part="meetings")
    if done.adults:
        yield Fact(text=gettext("Adults who said yes to your time: %(num)d", num=done.adults), part="time")
    for skill in done.skills:
        yield Fact(text=_skill(skill), part="skills")
    for milestone in done.milestones:
        what = words.sentence_case(str(words.MILESTONES[milestone.code]))
        yield Fact(text=f"{what}, {_day(milestone.reached_on)}", part="also")


def _skill(skill: SkillShown) -> str:
    if skill.observations:
        return str(gettext("%(skill)s: seen in use by an adult", skill=skill.title))
    if Evidence.MODULE in skill.evidence:
        return str(gettext("%(skill)s: part of your training", skill=skill.title))
    return skill.title


def _headline(usable: Usable) -> str:
    certificate = usable.certificate
    if certificate is None:
        said = gettext("%(programme)s, %(school)s.", programme=usable.programme_name, school=usable.organisation_name)
        return str(said)
    return str(
        gettext(
            "%(award)s (%(programme)s), %(school)s, %(month)s.",
            award=certificate.award_title,
            programme=usable.programme_name,
            school=usable.organisation_name,
            month=month_in_words(certificate.awarded_on, page_language()),
        )
    )


def _hours_line(done: Portfolio) -> Iterator[str]:
    """Yield what is to be said of hours: all of them and when, and which of them are from earlier records."""
    if not done.minutes:
        return
    hours = _hours(done.minutes)
    if done.first_on is None or done.last_on is None:
        yield gettext("Supervised peer support: %(hours)s.", hours=hours)
    elif done.first_month == done.last_month:
        month = month_in_words(done.first_on, page_language())
        yield gettext("Supervised peer support: %(hours)s, %(month)s.", hours=hours, month=month)
    else:
        first, last = (month_in_words(day, page_language()) for day in (done.first_on, done.last_on))
        yield gettext("Supervised peer support: %(hours)s, %(first)s to %(last)s.", hours=hours, first=first, last=last)
    if done.earlier_minutes:
        yield gettext("From the school’s earlier records: %(hours)s of these.", hours=_hours(done.earlier_minutes))


def _cv_details(done: Portfolio) -> Iterator[str]:
    if done.training_minutes:
        yield gettext("Training: %(hours)s.", hours=_hours(done.training_minutes))
    yield from _hours_line(done)
    if done.meetings:
        yield gettext("Meetings with a supervising adult: %(num)d.", num=done.meetings)
    seen = [skill.title for skill in done.skills if skill.observations]
    if seen:
        yield gettext("Skills seen in use by an adult: %(list)s.", list=words.listed(seen))


def _to_check(cited: str | None) -> str | None:
    return None if cited is None else str(gettext("To check this: %(address)s", address=cited))


def _who(usable: Usable) -> str:
    certificate = usable.certificate
    if certificate is None:
        return str(
            gettext(
                "%(name)s has taken part in %(programme)s at %(school)s.",
                name=usable.known_as,
                programme=usable.programme_name,
                school=usable.organisation_name,
            )
        )
    return str(
        gettext(
            "%(name)s received the award %(award)s (%(programme)s) from %(school)s on %(day)s.",
            name=usable.known_as,
            award=certificate.award_title,
            programme=usable.programme_name,
            school=usable.organisation_name,
            day=_day(certificate.awarded_on),
        )
    )


def _held(done: Portfolio) -> Iterator[str]:
    if done.training_minutes:
        yield gettext("%(hours)s of training", hours=_hours(done.training_minutes))
    if done.minutes and done.minutes == done.earlier_minutes:
        yield gettext("%(hours)s of supervised peer support from earlier records", hours=_hours(done.minutes))
    elif done.minutes:
        yield gettext("%(hours)s of supervised peer support", hours=_hours(done.minutes))
    if done.meetings:
        yield ngettext(
            "%(num)d meeting with a supervising adult", "%(num)d meetings with a supervising adult", done.meetings
        )
    if done.skills_observed:
        yield ngettext(
            "%(num)d skill seen in use by an adult",
            "%(num)d skills seen in use by an adult",
            done.skills_observed,
        )


def _hours(minutes: int) -> str:
    return hours_in_words(minutes, page_language())


def _day(day: date) -> str:
    return date_in_words(day, page_language())
