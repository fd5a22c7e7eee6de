"""Finish what a crash, a lost promise or a restored backup left: the recovery is the normal path, walked again.

Swept: shares whose certificate does not hold any more, what waits without an issuance, intents without a record,
recorded credentials without a checkpoint, leaves that no checkpoint covers, status lists that are old, mail that was
not sent, checkpoints that no witness cosigned; and the weekly e-mails and those about refreshers are made here when
their day has come.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from accredit.domain.credentials import share_keeping
from accredit.domain.credentials.kinds import KINDS
from accredit.domain.issuing import queries
from accredit.domain.issuing.status_operations import SIGN_AGAIN_AFTER
from accredit.domain.issuing.stopping import stops
from accredit.domain.notifications import operations as notifications
from accredit.domain.transparency import queries as log
from accredit.jobs.handlers import Desk
from accredit.jobs.issuing import Issued, Issuer
from accredit.jobs.mail import Post
from accredit.storage import Database

logger = structlog.get_logger()

MAIL_IS_LATE_AFTER = timedelta(minutes=5)
MAIL_IS_TRIED_FOR = timedelta(days=1)


class Reconciler:
    """Sweeps one database."""

    def __init__(self, database: Database, desk: Desk, clock: Callable[[], datetime]) -> None:
        """Join the database with what this worker can do."""
        self._database = database
        self._desk = desk
        self._clock = clock

    def sweep(self) -> Issued:
        """Do everything that is due and was not done; return what was issued. A failing part does not stop another."""
        try:
            return Issued() if self._desk.issuer is None else self._sign(self._desk.issuer)
        finally:
            self._talk()

    def _talk(self) -> None:
        try:
            if self._desk.digests is not None:
                self._desk.digests.queue_due()
        finally:
            self._remind()

    def _remind(self) -> None:
        try:
            if self._desk.reminders is not None:
                self._desk.reminders.queue_due()
        finally:
            self._post_and_witness()

    def _post_and_witness(self) -> None:
        try:
            if self._desk.post is not None:
                self._deliver(self._desk.post)
        finally:
            if self._desk.witnesses is not None:
                self._desk.witnesses.collect()

    def _sign(self, issuer: Issuer) -> Issued:
        try:
            self._keep_shares()
        finally:
            done = self._issue(issuer)
        return done

    def _issue(self, issuer: Issuer) -> Issued:
        try:
            return issuer.issue_waiting() if self._work_waits() else Issued()
        finally:
            # Even when nothing new can be issued: a list that grows old makes every older credential doubtful.
            issuer.sign_lists(signed_before=self._clock() - SIGN_AGAIN_AFTER)
            issuer.sign_statements()

    def _keep_shares(self) -> None:
        now = self._clock()
        with self._database.reading() as db:
            is_out_of_step = share_keeping.is_out_of_step(db, now=now)
        if is_out_of_step:
            with self._database.transaction() as db:
                share_keeping.keep_in_step(db, now=now)

    def _work_waits(self) -> bool:
        with self._database.reading() as db:
            latest = log.latest_checkpoint(db)
            covered = latest.size if latest else 0
            if log.size(db) > covered:
                return True
            stopped = stops(db)
            others = stopped.organisations
            return not stopped.everybody and (
                any(queries.waiting(db, kind=kind.name, limit=1, not_of=others) for kind in KINDS)
                or any(kind.waiting(db, limit=1, due_by=self._clock(), not_of=others) for kind in KINDS)
                or queries.unreleased(db) > 0
            )

    def _deliver(self, post: Post) -> None:
        now = self._clock()
        with self._database.transaction() as db:
            notifications.give_up(db, queued_before=now - MAIL_IS_TRIED_FOR)
        with self._database.reading() as db:
            late = notifications.waiting_since(db, before=now - MAIL_IS_LATE_AFTER)
        for mail_id in late:
            try:
                post.send(mail_id)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError, ValueError):
                # This message, not the server: the others must not wait for it.
                logger.warning("mail refused", mail=str(mail_id))
            except OSError:
                # The mail server is away: the rest of the queue would fail alike, so the next sweep tries again.
                logger.warning("mail server unreachable", waiting=len(late))
                return
