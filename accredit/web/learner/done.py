"""What I have done: each part of the training, each time an adult said yes, skills, meetings, whatever else.

The whole record as its owner may read it, in every programme they were ever in. What waits is on the first page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response

from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.portfolio import Portfolio
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.practice import queries as practice
from accredit.domain.practice.earlier_hours import EarlierHours, earlier_hours
from accredit.domain.practice.queries import EntryFacts
from accredit.domain.practice.rules import HoursStatus
from accredit.storage import Session
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_id, today
from accredit.web.pages import page


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A skill that an adult saw in use: which, when, and who saw it."""

    skill: str
    on: date
    adult: str


@dataclass(frozen=True, kw_only=True)
class Done:
    """Everything that was done in one programme; entries are newest first."""

    enrolment_id: UUID
    portfolio: Portfolio
    time: tuple[EntryFacts, ...]
    meetings: tuple[EntryFacts, ...]
    earlier: EarlierHours | None
    seen: tuple[Seen, ...]

    @property
    def is_empty(self) -> bool:
        """Say if nothing has been done yet."""
        held = (self.portfolio.modules, self.time, self.meetings, self.earlier, self.portfolio.skills)
        return not any(held) and not self.portfolio.milestones


@bp.get("/my/done")
@young_person
def done() -> Response:
    """Show what they have done."""
    day = today()
    with reading() as db:
        places = [each.id for each in enrolments.enrolments_of(db, own_id())]
        progress = {each.enrolment_id: each for each in awarding.progress_of(db, places, on=day)}
        found = [_done(db, progress[each]) for each in places if each in progress]
    return page("learner/done.html", found=found, words=words)


def _done(db: Session, progress: awarding.Progress) -> Done:
    enrolment_id = progress.enrolment_id
    approved = [each for each in practice.entries(db, enrolment_id) if each.status is HoursStatus.APPROVED]
    titles = {skill.code: skill.title for skill in progress.definition.skills}
    observed = practice.observations(db, [enrolment_id])[enrolment_id]
    return Done(
        enrolment_id=enrolment_id,
        portfolio=progress.portfolio,
        time=tuple(each for each in approved if not each.is_meeting),
        meetings=tuple(each for each in approved if each.is_meeting),
        earlier=earlier_hours(db, [enrolment_id]).get(enrolment_id),
        seen=tuple(
            Seen(skill=titles.get(each.skill_code, each.skill_code), on=each.observed_on, adult=each.observed_by_name)
            for each in reversed(observed)
        ),
    )
