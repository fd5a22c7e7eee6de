"""Make the weekly e-mails of what waits, and put them into the queue with all other mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from accredit.clock import local_date
from accredit.domain.credentials.to_do import STANDING, ToDo, to_do
from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission, permissions_of
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import digests
from accredit.domain.people import queries as people
from accredit.domain.people.digests import DueDigest
from accredit.rendering.letters import letter
from accredit.storage import Database

logger = structlog.get_logger()


class Digests:
    """Makes what is due."""

    def __init__(self, database: Database, *, base_url: str, pepper: bytes, clock: Callable[[], datetime]) -> None:
        """Take what the links begin with, and the key of the one that stops it."""
        self._database = database
        self._base_url = base_url
        self._pepper = pepper
        self._clock = clock

    def queue_due(self) -> int:
        """Queue every weekly e-mail that is due and has something to say; return how many.

        A crash between two of them repeats none: each is claimed in the transaction that queues it.
        """
        now = self._clock()
        with self._database.reading() as db:
            due = digests.due(db, now=now)
        queued = sum(self._queue(each, now) for each in due)
        if queued:
            logger.info("weekly e-mails queued", letters=queued)
        return queued

    def _queue(self, each: DueDigest, now: datetime) -> bool:
        # Read first: what waits takes a moment to count, and a write transaction holds others up.
        made = self._letter(each, now)
        with self._database.transaction() as db:
            if not digests.claim(db, digest_id=each.id, now=now) or made is None:
                return False
            subject, text = made
            notifications.queue_mail(db, to_address=each.to_address, subject=subject, text=text, now=now)
        return True

    def _letter(self, each: DueDigest, now: datetime) -> tuple[str, str] | None:
        """Return subject and text; None when nothing waits for them, they hold no role today, or nobody acts there."""
        with self._database.reading(each.organisation_id) as db:
            if not standing_of(db, each.organisation_id).somebody_acts:
                return None
            permissions = permissions_of(people.staff_member(db, each.staff_id).roles_on(local_date(now)))
            waits = to_do(
                db, organisation_id=each.organisation_id, permissions=permissions, staff_id=each.staff_id, now=now
            )
            school = organisations.organisation(db, each.organisation_id).name
        return self._written(each, waits, permissions, school) if waits else None

    def _written(
        self, each: DueDigest, waits: tuple[ToDo, ...], permissions: frozenset[Permission], school: str
    ) -> tuple[str, str]:
        has_first_page = bool(permissions & {Permission.MANAGE_STAFF, Permission.MANAGE_PEOPLE})
        token = digests.token_of(each.id, pepper=self._pepper)
        return letter(
            "email/weekly.txt",
            each.language,
            school=school,
            waits=waits,
            standing=STANDING,
            address=f"{self._base_url}{'/school/' if has_first_page else '/hours'}",
            stop=f"{self._base_url}/weekly-email/stop/{token}",
        )
