"""What the browser's signed cookie remembers of a sign-in: ids and a time, nothing about anybody.

- A member of staff or operator: the sign-in library's account key, and the organisation chosen.
- A young person: their id and the slip that let them in; withdrawing the slip ends the sign-in.
- Everybody: when they were last here. Staff stay for 8 hours of quiet, young people (shared devices) for 10 minutes.

Who that is today, and what they may do, is looked up with every request (`accredit.web.auth.viewer`).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

STAFF_QUIET = timedelta(hours=8)
YOUNG_QUIET = timedelta(minutes=10)
# A cookie that is rewritten with every picture costs more than half a minute of exactness is worth.
_REWRITE_AFTER = timedelta(seconds=30)

ACCOUNT = "_user_id"  # The name is Flask-Login's.
_SEEN, _ORGANISATION, _YOUNG_PERSON, _SLIP = "seen", "organisation", "young_person", "slip"

Cookie = MutableMapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class YoungSignIn:
    """A young person's sign-in as the cookie tells it."""

    young_person_id: UUID
    slip_id: UUID


def remember_young_person(cookie: Cookie, who: YoungSignIn, *, now: datetime) -> None:
    """Sign a young person in; whatever the cookie held of somebody else is gone."""
    cookie.clear()
    cookie[_YOUNG_PERSON], cookie[_SLIP] = str(who.young_person_id), str(who.slip_id)
    _mark(cookie, now)


def remember_account(cookie: Cookie, *, now: datetime) -> None:
    """Note when an account, which the library has just signed in, was here."""
    _mark(cookie, now)


def choose_organisation(cookie: Cookie, organisation_id: UUID | None) -> None:
    """Remember which of their organisations a member of staff works in; None for an operator who runs the service."""
    cookie.pop(_ORGANISATION, None)
    if organisation_id is not None:
        cookie[_ORGANISATION] = str(organisation_id)


def chosen_organisation(cookie: Cookie) -> UUID | None:
    """Return the organisation chosen, or None."""
    return UUID(cookie[_ORGANISATION]) if _ORGANISATION in cookie else None


def young_sign_in(cookie: Cookie) -> YoungSignIn | None:
    """Return the young person's sign-in, or None."""
    if _YOUNG_PERSON not in cookie:
        return None
    return YoungSignIn(young_person_id=UUID(cookie[_YOUNG_PERSON]), slip_id=UUID(cookie[_SLIP]))


def is_quiet_too_long(cookie: Cookie, *, now: datetime) -> bool:
    """Say whether the reader was away longer than their kind of sign-in lasts; a missing time is too long."""
    allowed = YOUNG_QUIET if _YOUNG_PERSON in cookie else STAFF_QUIET
    quiet = now.timestamp() - cookie.get(_SEEN, 0)
    # A time that lies ahead comes from a clock that was put back; it must not keep a sign-in for ever.
    return bool(abs(quiet) > allowed.total_seconds())


def keep_awake(cookie: Cookie, *, now: datetime) -> None:
    """Note that the reader is here."""
    if now.timestamp() - cookie.get(_SEEN, 0) >= _REWRITE_AFTER.total_seconds():
        _mark(cookie, now)


def _mark(cookie: Cookie, now: datetime) -> None:
    cookie[_SEEN] = int(now.timestamp())
