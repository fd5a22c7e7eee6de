"""One handler for each promise. A handler may run twice, at the same time, or long after its promise was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from accredit.jobs.digests import Digests
from accredit.jobs.issuing import Issuer
from accredit.jobs.mail import Post
from accredit.jobs.refresher_reminders import RefresherReminders
from accredit.jobs.witnesses import Witnesses
from accredit.storage.promises import Promise

Handler = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What handlers work with; a worker without keys has no issuer, and one that only signs talks to nobody outside."""

    issuer: Issuer | None
    post: Post | None
    witnesses: Witnesses | None = None
    digests: Digests | None = None
    reminders: RefresherReminders | None = None


def handlers_of(desk: Desk) -> Mapping[Promise, Handler]:
    """Return what this worker can do, by promise."""
    found: dict[Promise, Handler] = {}
    if desk.issuer is not None:
        found |= _signing(desk.issuer)
    if desk.post is not None:
        found |= _delivering(desk.post)
    if desk.witnesses is not None:
        found |= _asking(desk.witnesses)
    return found


def _signing(issuer: Issuer) -> dict[Promise, Handler]:
    def issue_award(_award_id: str) -> None:
        # All that waits, not this one alone: thirty awards decided together share one checkpoint.
        issuer.issue_waiting()

    def publish_checkpoint(_log: str) -> None:
        issuer.publish()

    def publish_status_list(list_id: str) -> None:
        issuer.publish_status_list(UUID(list_id))

    def sign_statement(_issuance_id: str) -> None:
        issuer.sign_statements()

    return {
        Promise.SIGN_STATEMENT: sign_statement,
        Promise.ISSUE_AWARD: issue_award,
        Promise.PUBLISH_CHECKPOINT: publish_checkpoint,
        Promise.PUBLISH_STATUS_LIST: publish_status_list,
    }


def _delivering(post: Post) -> dict[Promise, Handler]:
    def send_mail(mail_id: str) -> None:
        post.send(UUID(mail_id))

    return {Promise.SEND_MAIL: send_mail}


def _asking(witnesses: Witnesses) -> dict[Promise, Handler]:
    def ask_witnesses(_size: str) -> None:
        # The latest checkpoint, not the one that was promised: it covers all that came before.
        witnesses.collect()

    return {Promise.ASK_WITNESSES: ask_witnesses}
