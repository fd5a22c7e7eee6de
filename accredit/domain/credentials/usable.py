"""What a young person can use of their record elsewhere: for each programme, the figures and what confirms them.

- Where there is a certificate, its own figures stand, as they were on the day of the award: whoever types its code
  reads the same.
- Of several certificates of one programme the newest stands, for hours are never added across levels.
- One that is paused, revoked or hidden confirms nothing to anybody outside, so the record of today stands instead.
- A programme in which nothing has been done yet is left out.
- The youngest, whose programme says nothing of UCAS, are told nothing of it.

Reads only; the words are `web.learner`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding.portfolio import Portfolio
from accredit.domain.awarding.queries import Progress
from accredit.domain.credentials import hiding, queries
from accredit.domain.credentials.views import CredentialView
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.issuing.rules import Status
from accredit.domain.organisations import queries as organisations
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Usable:
    """What one programme gives somebody to say. ``certificate`` is None while no code confirms it."""

    enrolment_id: UUID
    known_as: str
    organisation_name: str
    portfolio: Portfolio
    certificate: CredentialView | None
    speaks_of_ucas: bool = True

    @property
    def programme_name(self) -> str:
        """The programme, by the name it had."""
        return self.portfolio.programme_name


def usables(db: Session, young_person_id: UUID, *, on: date) -> tuple[Usable, ...]:
    """Return what each programme of a young person gives them to say on a day, in the order of joining."""
    certified = dict(_certified(db, young_person_id))
    places = enrolments.enrolments_of(db, young_person_id)
    others = awarding.progress_of(db, [each.id for each in places if each.id not in certified], on=on)
    today = {progress.enrolment_id: _of_today(db, progress) for progress in others}
    found = (certified.get(place.id) or today[place.id] for place in places)
    return tuple(each for each in found if _holds_anything(each.portfolio))


def _of_today(db: Session, progress: Progress) -> Usable:
    return Usable(
        enrolment_id=progress.enrolment_id,
        known_as=progress.known_as,
        organisation_name=organisations.organisation(db, progress.organisation_id).name,
        portfolio=progress.portfolio,
        certificate=None,
        speaks_of_ucas=progress.definition.tariff_line,
    )


def _certified(db: Session, young_person_id: UUID) -> Iterator[tuple[UUID, Usable]]:
    # Newest first, so turned round: the newest of a programme takes the place of those before it.
    for view in reversed(queries.of_young_person(db, young_person_id)):
        if view.status is Status.ACTIVE and hiding.of_award(db, view.award_id) is None:
            award = awarding.award(db, view.award_id)
            yield (
                award.enrolment_id,
                Usable(
                    enrolment_id=award.enrolment_id,
                    known_as=view.known_as,
                    organisation_name=view.organisation_name,
                    portfolio=award.portfolio,
                    certificate=view,
                    speaks_of_ucas=view.tariff_line,
                ),
            )


def _holds_anything(portfolio: Portfolio) -> bool:
    done = (portfolio.modules, portfolio.minutes, portfolio.meetings, portfolio.skills, portfolio.milestones)
    return any(done)
