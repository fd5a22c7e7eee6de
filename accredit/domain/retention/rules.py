"""How long each kind of record is kept, and when nothing may go.

- A record on hold stays, whatever is asked or due (``on-hold``); a hold has one of a few reasons, and an end.
- A person has at most one hold at a time (``on-hold-already``); only an open one can be ended (``not-on-hold``).
- What only served to sign in or to send a message goes within weeks.
- Somebody without an award goes two years after the last thing that was recorded about them; a record of peer support
  that they asked for counts as one.
- Somebody with an award goes at 25, as pupil files do, and never within those two years; without a known month of
  birth ten years after the last thing recorded. It is listed, and goes only where that is asked for expressly.
- What was erased cannot come back: the ledger keeps a leaf that means nothing, and status indexes stay used.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from accredit.errors import RuleBroken

QUIET = timedelta(days=2 * 365)
LONG = timedelta(days=10 * 365)
YEARS_FROM_18_TO_25 = 7


class ErasureReason(StrEnum):
    """Why a record was erased."""

    ASKED = "asked"
    """The young person, or a parent for them, asked (UK GDPR art. 17)."""
    MISTAKE = "mistake"
    """It should never have been entered."""
    RETENTION = "retention"
    """Its time was over."""


class HoldReason(StrEnum):
    """Why a record must stay for now."""

    COMPLAINT = "complaint"
    SAFEGUARDING = "safeguarding"
    CLAIM = "claim"
    """A legal claim, or one to be expected."""


class RecordKind(StrEnum):
    """The kinds of the schedule."""

    SIGN_IN_CODES = "sign-in-codes"
    SENT_MESSAGES = "sent-messages"
    OLD_SLIPS = "old-slips"
    OLD_WORDS = "old-words"
    OLD_APPROVAL_LINKS = "old-approval-links"
    JOINING_REQUESTS = "joining-requests"
    ANSWERED_REQUESTS = "answered-requests"
    UNUSED_PICTURES = "unused-pictures"
    DIGESTS_OF_NOBODY = "weekly-emails-of-leavers"
    REMINDERS_OF_NOBODY = "refresher-emails-of-leavers"
    WITHOUT_AWARD = "people-without-award"
    WITH_AWARD = "people-with-award"


@dataclass(frozen=True, kw_only=True)
class Period:
    """How long one kind is kept: ``after`` the moment that ``counted_from`` names; ``why`` is for the documentation."""

    kind: RecordKind
    counted_from: str
    after: timedelta
    why: str


SCHEDULE: tuple[Period, ...] = (
    Period(
        kind=RecordKind.SIGN_IN_CODES,
        counted_from="the code was made",
        after=timedelta(days=1),
        why="a code works for minutes; it is of no use to anybody afterwards",
    ),
    Period(
        kind=RecordKind.SENT_MESSAGES,
        counted_from="the message was sent (its text went then)",
        after=timedelta(days=30),
        why="long enough to find out why somebody got no message",
    ),
    Period(
        kind=RecordKind.OLD_SLIPS,
        counted_from="the slip was used, replaced or withdrawn",
        after=timedelta(days=90),
        why="long enough to look into a slip that fell into other hands",
    ),
    Period(
        kind=RecordKind.OLD_WORDS,
        counted_from="the words were replaced or stopped",
        after=timedelta(days=90),
        why="long enough to look into words that somebody else came to know",
    ),
    Period(
        kind=RecordKind.OLD_APPROVAL_LINKS,
        counted_from="the link was made",
        after=timedelta(days=90),
        why="a link lives for a week; long enough to look into one that fell into other hands",
    ),
    Period(
        kind=RecordKind.JOINING_REQUESTS,
        counted_from="the organisation asked (it goes at once when it is answered)",
        after=timedelta(days=183),
        why="who asked half a year ago and heard nothing asks again; it names the person who asked",
    ),
    Period(
        kind=RecordKind.ANSWERED_REQUESTS,
        counted_from="a school's program asked",
        after=timedelta(days=1),
        why="what is sent twice is done once; nobody sends the same again after a day",
    ),
    Period(
        kind=RecordKind.UNUSED_PICTURES,
        counted_from="the picture was added",
        after=timedelta(days=30),
        why="long enough to ask whether it may be printed; it may be of somebody's signature",
    ),
    Period(
        kind=RecordKind.DIGESTS_OF_NOBODY,
        counted_from="the last day of their last role",
        after=timedelta(0),
        why="nobody without a role is told what waits",
    ),
    Period(
        kind=RecordKind.REMINDERS_OF_NOBODY,
        counted_from="the last day of their last role",
        after=timedelta(0),
        why="nobody without a role is told when refreshers fall due",
    ),
    Period(
        kind=RecordKind.WITHOUT_AWARD,
        counted_from="the last thing recorded about the person",
        after=QUIET,
        why="somebody who comes back after a year finds their record; later it serves nobody",
    ),
    Period(
        kind=RecordKind.WITH_AWARD,
        counted_from="the person turns 25 (not known: the last thing recorded, ten years on)",
        after=timedelta(0),
        why="schools keep pupil files to 25; a certificate that is still used should be kept to be confirmed",
    ),
)


def period(kind: RecordKind) -> Period:
    """Return the schedule's line for a kind."""
    return next(each for each in SCHEDULE if each.kind is kind)


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something whose time is over: a person, or rows that are counted only."""

    kind: RecordKind
    ids: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What an erasure took out: rows, the ledger records emptied, the credentials that nobody can confirm any more."""

    erasure_id: UUID
    rows: int
    leaves: int
    credentials: int


def check_erasure(holds: Collection[HoldReason]) -> None:
    """Raise `RuleBroken` (``on-hold``) while anybody holds the record."""
    if holds:
        raise RuleBroken("on-hold")


def check_hold(holds: Collection[HoldReason]) -> None:
    """Raise `RuleBroken` (``on-hold-already``)."""
    if holds:
        raise RuleBroken("on-hold-already")


def is_due(*, has_award: bool, last_act: datetime, turns_18: str | None, now: datetime) -> bool:
    """Say whether the time of a person's record is over; ``turns_18`` is a month, ``YYYY-MM``."""
    if now < last_act + QUIET:
        return False
    if not has_award:
        return True
    if turns_18 is None:
        return now >= last_act + LONG
    year, month = (int(part) for part in turns_18.split("-"))
    # The month is over before its age counts, as everywhere: nobody is taken for older than they are.
    return (now.year, now.month) > (year + YEARS_FROM_18_TO_25, month)
