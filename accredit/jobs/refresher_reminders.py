"""Make the e-mails about refreshers that fall due, and put them into the queue with all other mail.

- None is made on a day on which schools everywhere are closed; the next one is looked for on the day after.
- A school in its holidays is looked at again the week after.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog

from accredit.clock import local_date
from accredit.domain.credentials.to_do import ToDo, ToDoKind
from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations import holidays
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import refresher_reminders
from accredit.domain.people.refresher_reminders import DueReminder
from accredit.domain.practice.noticing import is_no_school_day
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training.refreshers import SOON, falling_due
from accredit.rendering.letters import letter
from accredit.storage import Database

logger = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class _School:
    """What an e-mail from one school can say; nothing in its holidays."""

    name: str
    falls_due: tuple[tuple[ProgrammeFacts, tuple[date, ...]], ...] = ()

    def has_news_after(self, told_until: date | None) -> bool:
        """Say whether something falls due of which somebody has not been told."""
        return any(told_until is None or day > told_until for _programme, days in self.falls_due for day in days)


class RefresherReminders:
    """Makes what is due."""

    def __init__(self, database: Database, *, base_url: str, pepper: bytes, clock: Callable[[], datetime]) -> None:
        """Take what the links begin with, and the key of the one that stops it."""
        self._database = database
        self._base_url = base_url
        self._pepper = pepper
        self._clock = clock

    def queue_due(self) -> int:
        """Queue every reminder that is due and has something new to say; return how many.

        A crash between two of them repeats none: each is claimed in the transaction that queues it.
        """
        now = self._clock()
        if is_no_school_day(local_date(now)):
            return 0
        with self._database.reading() as db:
            due = refresher_reminders.due(db, now=now)
        # Each school is read once, before anything is written: it takes a moment, and a write holds others up.
        ids = dict.fromkeys(each.organisation_id for each in due)
        schools = {organisation_id: self._school(organisation_id, local_date(now)) for organisation_id in ids}
        queued = sum(self._queue(each, schools[each.organisation_id], now) for each in due)
        if queued:
            logger.info("refresher reminders queued", letters=queued)
        return queued

    def _school(self, organisation_id: UUID, today: date) -> _School:
        with self._database.reading(organisation_id) as db:
            name = organisations.organisation(db, organisation_id).name
            # For a school that is suspended or has closed nobody could do anything about it (WA12).
            if not standing_of(db, organisation_id).somebody_acts or holidays.is_holiday(db, organisation_id, today):
                return _School(name=name)
            found = programmes.programmes(db, organisation_id=organisation_id, on=today)
            days = tuple((each, falling_due(db, programme_id=each.id, on=today)) for each in found)
        return _School(name=name, falls_due=tuple(each for each in days if each[1]))

    def _queue(self, each: DueReminder, school: _School, now: datetime) -> bool:
        is_told = school.has_news_after(each.told_until)
        told_until = local_date(now) + SOON if is_told else None
        with self._database.transaction() as db:
            if not refresher_reminders.claim(db, staff_id=each.staff_id, told_until=told_until, now=now) or not is_told:
                return False
            subject, text = self._written(each, school)
            notifications.queue_mail(db, to_address=each.to_address, subject=subject, text=text, now=now)
        return True

    def _written(self, each: DueReminder, school: _School) -> tuple[str, str]:
        token = refresher_reminders.token_of(each.staff_id, pepper=self._pepper)
        return letter(
            "email/refreshers.txt",
            each.language,
            school=school.name,
            due=[
                ToDo(kind=ToDoKind.REFRESHERS, count=len(days), programme_id=programme.id, programme=programme.name)
                for programme, days in school.falls_due
            ],
            address=f"{self._base_url}/school/training/up-to-date",
            stop=f"{self._base_url}/refresher-email/stop/{token}",
        )
