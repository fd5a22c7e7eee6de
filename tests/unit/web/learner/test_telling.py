"""No figure is told that the record does not hold, whatever the record; and no sentence is written for a statement."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import given, settings
from hypothesis import strategies as st

from accredit.domain.awarding.portfolio import ActivityDone, MilestoneDone, ModuleDone, Portfolio, SkillShown
from accredit.domain.credentials.rules import Progress, Totals
from accredit.domain.credentials.usable import Usable
from accredit.domain.credentials.views import CredentialView
from accredit.domain.issuing.rules import Status
from accredit.domain.practice.rules import Milestone
from accredit.domain.programmes.rules import Evidence
from accredit.kit import ucas
from accredit.web.learner import telling
from tests.unit.web.gallery_app import make_gallery

ID = UUID(int=7)
CITED = "accredit.example/v/7K3MD-9RTWX-4HQP"
# Letters that no number is written with, in figures or in English.
NAMES = st.text("abdlyzłŵŷéÀ'-", min_size=1, max_size=30)
MINUTES = st.integers(1, 40_000)
DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))
QUARTERS = {15: "¼", 30: "½", 45: "¾"}
DECIMALS = {15: ".25", 30: ".5", 45: ".75"}
NUMBER = re.compile(r"[0-9][0-9.,]*[0-9][¼½¾]?|[0-9][¼½¾]?|[¼½¾]")
NUMBER_WORDS = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|half|once|twice)\b"
)


def portfolios() -> st.SearchStrategy[Portfolio]:
    """Every shape that a record can have: without hours, without training, only from earlier records."""
    modules = st.builds(ModuleDone, code=st.just("M1"), title=NAMES, minutes=MINUTES, first_on=DAYS, latest_on=DAYS)
    activities = st.builds(
        ActivityDone, code=st.just("a"), title=NAMES, formal=st.booleans(), minutes=MINUTES, entries=st.integers(1, 99)
    )
    skills = st.builds(
        SkillShown,
        code=st.just("s"),
        title=NAMES,
        evidence=st.lists(st.sampled_from(Evidence), min_size=1, unique=True).map(tuple),
        observations=st.integers(0, 40),
    )
    milestones = st.builds(MilestoneDone, code=st.sampled_from(Milestone), reached_on=DAYS)
    return st.builds(
        _portfolio,
        modules=st.lists(modules, max_size=4).map(tuple),
        activities=st.lists(activities, max_size=4).map(tuple),
        skills=st.lists(skills, max_size=4).map(tuple),
        milestones=st.lists(milestones, max_size=3).map(tuple),
        own=st.integers(0, 40_000),
        earlier_minutes=st.sampled_from((0, 0, 45, 600, 12_345)),
        meetings=st.integers(0, 60),
        adults=st.integers(0, 30),
        days=st.tuples(DAYS, DAYS),
        programme_name=NAMES,
    )


def _portfolio(own: int, days: tuple[date, date], modules: tuple[ModuleDone, ...], **values: object) -> Portfolio:
    earlier = values["earlier_minutes"]
    assert isinstance(earlier, int)
    return Portfolio(
        enrolment_id=ID,
        until=date(2026, 6, 30),
        programme_code="p",
        modules=modules,
        training_minutes=sum(module.minutes for module in modules),
        minutes=own + earlier,
        first_on=min(days) if own else None,
        last_on=max(days) if own else None,
        **values,  # type: ignore[arg-type]  # each by its own name
    )


def usables() -> st.SearchStrategy[Usable]:
    """The same with a certificate and without one."""
    certificates = st.none() | st.builds(_certificate, title=NAMES, awarded_on=DAYS)
    return st.builds(
        Usable,
        enrolment_id=st.just(ID),
        known_as=NAMES,
        organisation_name=NAMES,
        portfolio=portfolios(),
        certificate=certificates,
    )


def _certificate(title: str, awarded_on: date) -> CredentialView:
    moment = datetime(2026, 6, 30, 12, tzinfo=UTC)
    known = {
        "award_title": title,
        "awarded_on": awarded_on,
        "status": Status.ACTIVE,
        "progress": Progress.RELEASED,
        "issued_at": moment,
        "totals": Totals(
            modules=0, training_minutes=0, minutes=0, meetings=0, entries=0, adults=0, first_on=None, last_on=None
        ),
    }
    # What no line is made from is nothing at all, so that nothing of it can be told.
    return CredentialView(**{field.name: known.get(field.name) for field in dataclasses.fields(CredentialView)})  # type: ignore[arg-type]


def told(usable: Usable, cited: str | None) -> Iterator[str]:
    """Yield everything that is said of a record."""
    for question in telling.questions(usable):
        yield from (fact.text for fact in question.facts)
    for line in (*telling.cv_lines(usable, cited), telling.reference_line(usable, cited)):
        yield line.text
        yield line.plain or ""


def figures(usable: Usable) -> set[str]:
    """Return every figure that the record holds, as it may be written."""
    done = usable.portfolio
    lengths = {done.minutes, done.earlier_minutes, done.training_minutes, *(each.minutes for each in done.activities)}
    days = {done.first_on, done.last_on, *(each.first_on for each in done.modules)}
    days |= {each.reached_on for each in done.milestones}
    days |= {usable.certificate.awarded_on} if usable.certificate else set()
    found = {str(done.meetings), str(done.adults), str(done.skills_observed)}
    for minutes in lengths - {0}:
        found |= written(*divmod(minutes, 60))
    for day in days - {None}:
        assert day is not None
        found |= {str(day.day), str(day.year)}
    return found


def written(hours: int, rest: int) -> set[str]:
    """Return the ways in which a length of time is written."""
    if not hours or rest not in {0, *QUARTERS}:
        return {str(hours), str(rest)} - {"0"}
    return {f"{hours}{QUARTERS.get(rest, '')}", f"{hours}{DECIMALS.get(rest, '')}"}


def invented(usable: Usable, texts: Iterator[str]) -> set[str]:
    """Return every number in some texts that the record does not hold."""
    spelled = {number for text in texts for number in NUMBER.findall(text.replace(CITED, ""))}
    return spelled - figures(usable)


@pytest.fixture(scope="module")
def pages() -> Flask:
    """An app with both languages."""
    return make_gallery(None, welsh_approved=True)


@pytest.mark.parametrize("language", ["en", "cy"])
@settings(max_examples=300, deadline=None)
@given(usable=usables(), has_code=st.booleans())
def test_no_figure_is_told_that_the_record_does_not_hold(
    pages: Flask, language: str, usable: Usable, has_code: bool
) -> None:
    with pages.test_request_context(), force_locale(language):
        texts = list(told(usable, CITED if has_code else None))
    assert invented(usable, iter(texts)) == set()
    assert [word for text in texts for word in NUMBER_WORDS.findall(text)] == []


@settings(max_examples=50, deadline=None)
@given(usable=usables())
def test_a_figure_from_elsewhere_would_be_found(pages: Flask, usable: Usable) -> None:
    with pages.test_request_context():
        assert invented(usable, iter([*told(usable, None), "98765 hours"])) == {"98765"}


@settings(max_examples=100, deadline=None)
@given(usable=usables())
def test_a_statement_gets_facts_and_questions_but_no_sentence(pages: Flask, usable: Usable) -> None:
    with pages.test_request_context():
        for question in telling.questions(usable):
            assert [fact.text for fact in question.facts if fact.text.endswith((".", "!"))] == []
            assert [prompt for prompt in question.prompts if not str(prompt).endswith("?")] == []


@settings(max_examples=100, deadline=None)
@given(usable=usables())
def test_every_line_to_copy_is_plain_text_and_claims_no_points(pages: Flask, usable: Usable) -> None:
    with pages.test_request_context():
        reference = telling.reference_line(usable, CITED)
        lines = (*telling.cv_lines(usable, CITED), reference)
    assert all("\n" not in line.text and "•" not in line.text and "**" not in line.text for line in lines)
    assert "does not carry UCAS Tariff points" in reference.text
    assert all("UCAS" not in line.text for line in lines if line is not reference)
    assert reference.characters <= ucas.MOST_OF_REFERENCE


def test_what_is_said_of_an_ordinary_year_reads_well(pages: Flask) -> None:
    portfolio = Portfolio(
        enrolment_id=ID,
        until=date(2026, 6, 30),
        programme_code="p",
        programme_name="Wellbeing Ambassadors",
        training_minutes=360,
        minutes=1590,
        first_on=date(2025, 10, 1),
        last_on=date(2026, 6, 20),
        meetings=8,
        adults=3,
        skills=(SkillShown(code="s", title="Listening", evidence=(Evidence.OBSERVED,), observations=2),),
    )
    usable = Usable(
        enrolment_id=ID,
        known_as="Ama",
        organisation_name="Example Park Academy",
        portfolio=portfolio,
        certificate=_certificate("Peer Supporter", date(2026, 6, 30)),
    )
    with pages.test_request_context():
        short, long = telling.cv_lines(usable, CITED)
        reference = telling.reference_line(usable, CITED)
    assert short.text == (
        "Peer Supporter (Wellbeing Ambassadors), Example Park Academy, June 2026. "
        "Supervised peer support: 26½ hours, October 2025 to June 2026."
    )
    assert long.text.endswith(f"Skills seen in use by an adult: Listening. To check this: {CITED}")
    assert reference.text == (
        "Ama received the award Peer Supporter (Wellbeing Ambassadors) from Example Park Academy on 30 June 2026. "
        "The record of the programme holds 6 hours of training, 26½ hours of supervised peer support, 8 meetings with "
        "a supervising adult and 1 skill seen in use by an adult. "
        f"This can be checked at {CITED}. It does not carry UCAS Tariff points."
    )
    assert short.plain is not None
    assert "26.5 hours" in short.plain
