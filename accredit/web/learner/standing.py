"""Where a young person stands in one programme, as their first page tells it. Reads only; no rule is decided here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.queries import AwardSummary, Progress
from accredit.domain.awarding.rules import Assessment, Finding, FindingKind
from accredit.domain.enrolments.queries import EnrolmentFacts
from accredit.domain.enrolments.rules import Pause
from accredit.domain.practice import queries as practice
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.training import queries as training
from accredit.domain.training.queries import SessionSummary
from accredit.storage import Session
from accredit.web.languages import page_language
from accredit.web.learner import words
from accredit.web.words import date_in_words

REFRESHER = "refresher"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done or still to do, as the step list shows it."""

    text: str
    done: bool
    detail: str | None = None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One programme of one young person, on ``on``."""

    progress: Progress
    enrolment: EnrolmentFacts
    waiting: tuple[EntryFacts, ...]
    returned: tuple[EntryFacts, ...]
    planned: tuple[SessionSummary, ...]
    on: date

    @property
    def held(self) -> AwardSummary | None:
        """The highest award they hold."""
        order = self.progress.definition.level_codes
        known = [each for each in self.progress.awarded if each.level_code in order]
        return max(known, key=lambda each: order.index(each.level_code), default=None)

    @property
    def _above(self) -> tuple[Assessment, ...]:
        # A level already awarded is never measured again here: what was done does not go away.
        if self.held is None:
            return self.progress.assessments
        at = [each.level_code for each in self.progress.assessments].index(self.held.level_code)
        return self.progress.assessments[at + 1 :]

    @property
    def next(self) -> Assessment | None:
        """The lowest level above their award that still asks for something."""
        return next((each for each in self._above if not each.met), None)

    @property
    def ready(self) -> Assessment | None:
        """The highest level for which everything is done and which the school has not awarded yet."""
        done = []
        for each in self._above:
            if not each.met:
                break
            done.append(each)
        return done[-1] if done else None

    @property
    def hours(self) -> Finding | None:
        """The hours of the next level, or None when it asks for none."""
        return self._finding(FindingKind.HOURS)

    @property
    def pause(self) -> Pause | None:
        """The break they are on, if any."""
        return next(
            (
                p
                for p in self.enrolment.breaks
                if p.starts_on <= self.on and (p.ends_on is None or self.on <= p.ends_on)
            ),
            None,
        )

    @property
    def is_back(self) -> bool:
        """Say if they came back today from a break that counts until tonight."""
        return self.pause is not None and self.pause.ends_on == self.on

    def _finding(self, kind: FindingKind) -> Finding | None:
        return next((each for each in self.next.findings if each.kind is kind), None) if self.next else None

    def training(self) -> list[Step]:
        """Return the training of the next level, or of the last one, done or still to do."""
        level = self.next or self.progress.assessments[-1]
        attended = {module.code: module.first_on for module in self.progress.portfolio.modules}
        steps = [
            Step(
                text=each.titles[0],
                done=each.met,
                detail=_said(attended[each.codes[0]]) if each.met else self._session_for({each.codes[0]}),
            )
            for each in level.findings
            if each.kind is FindingKind.MODULE
        ]
        refresher = next((each for each in level.findings if each.kind is FindingKind.REFRESHER), None)
        if refresher is not None and refresher.due_on is not None:
            steps.append(self._refresher(refresher, refresher.due_on))
        return steps

    def _refresher(self, finding: Finding, due_on: date) -> Step:
        if finding.met:
            return Step(text=_("Training up to date"), done=True, detail=_("until %(day)s", day=_said(due_on)))
        codes = {module.code for module in self.progress.definition.modules if module.refreshes}
        when = self._session_for(codes) or _("Your school will say when.")
        return Step(text=_("A short top-up of your training"), done=False, detail=when)

    def others(self) -> list[Step]:
        """Return what else the next level asks for: meetings, skills, milestones."""
        kinds = {FindingKind.MEETINGS, FindingKind.SKILLS, FindingKind.MILESTONE}
        found = [] if self.next is None else [each for each in self.next.findings if each.kind in kinds]
        return [Step(text=words.sentence_case(words.step(each)), done=each.met) for each in found]

    @property
    def steps(self) -> tuple[int, int] | None:
        """How many of the things that the next award asks for are done, and how many there are; None without one."""
        if self.next is None:
            return None
        return sum(each.met for each in self.next.findings), len(self.next.findings)

    def levels(self) -> list[Step]:
        """Return the awards of the programme, lowest first, with what each is for; those up to the highest are done."""
        order = self.progress.definition.level_codes
        reached = -1 if self.held is None else order.index(self.held.level_code)
        return [
            Step(text=level.title, done=at <= reached, detail=level.sentence)
            for at, level in enumerate(self.progress.definition.levels)
        ]

    def _session_for(self, codes: Iterable[str]) -> str | None:
        wanted = set(codes)
        session = next((each for each in self.planned if wanted & set(each.module_codes)), None)
        if session is None:
            return None
        when = f"{session.starts_at:%H:%M}" if session.starts_at else None
        return ", ".join(filter(None, (_said(session.held_on), when, session.place)))


def standings(db: Session, places: Iterable[EnrolmentFacts], *, on: date) -> tuple[Standing, ...]:
    """Return where somebody stands in each of their programmes, in the order of those."""
    facts = {each.id: each for each in places}
    found = {each.enrolment_id: each for each in awarding.progress_of(db, facts, on=on)}
    return tuple(_standing(db, found[each], facts[each], on=on) for each in facts if each in found)


def _standing(db: Session, progress: Progress, enrolment: EnrolmentFacts, *, on: date) -> Standing:
    entries = practice.entries(db, enrolment.id)
    sessions = training.sessions(db, programme_id=enrolment.programme_id)
    planned = sorted((s for s in sessions if s.held_on >= on and not s.is_taken), key=lambda s: s.held_on)
    # What the school may still undo, or keeps for a day to come, nobody is told before.
    told = tuple(each for each in progress.awarded if each.issue_from is None or each.issue_from <= utc_now())
    return Standing(
        progress=replace(progress, awarded=told),
        enrolment=enrolment,
        waiting=tuple(each for each in entries if each.status is HoursStatus.SUBMITTED),
        returned=tuple(each for each in entries if each.status is HoursStatus.RETURNED),
        planned=tuple(planned),
        on=on,
    )


def _said(day: date | datetime) -> str:
    return date_in_words(day, page_language())
