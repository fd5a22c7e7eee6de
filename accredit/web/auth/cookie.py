"""What the browser's signed cookie remembers of a sign-in: ids and a time, nothing about anybody.

- A member of staff or operator: the sign-in library's account key, the secret of this one sign-in, which the service
  keeps the hash of (`accredit.domain.people.sign_ins`), and the organisation chosen.
- A young person: their id and the card of words that let them in; stopping the card ends the sign-in, and so does
  "Done", in every copy of the cookie.
- Whether a young person said, since they came, that nobody else uses this device: until then it counts as shared.
- For ten minutes, whoever typed a slip's code: which slip, until they say that it is theirs.
- Everybody: when they came and when they were last here. Staff stay for 30 minutes of quiet and 12 hours in all, young
  people (shared devices) for 10 minutes and 2 hours: nobody keeps a borrowed cookie awake for ever.
- Staff who were quiet for longer are asleep: nothing is shown to them, and what they send waits until they have shown
  again who they are, so that nothing typed is lost.

Who that is today, and what they may do, is looked up with every request (`accredit.web.auth.viewer`).
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

STAFF_QUIET = timedelta(minutes=30)
YOUNG_QUIET = timedelta(minutes=10)
STAFF_LONGEST = timedelta(hours=12)
YOUNG_LONGEST = timedelta(hours=2)
# A cookie that is rewritten with every picture costs more than half a minute of exactness is worth.
_REWRITE_AFTER = timedelta(seconds=30)

ACCOUNT = "_user_id"  # The name is Flask-Login's.
_CAME, _SEEN, _ORGANISATION, _YOUNG_PERSON, _CARD = "came", "seen", "organisation", "young_person", "card"
_HELD = "sign_in"
_OWN_DEVICE = "own_device"
# The page that was opened, where its owner went on from it to another of theirs.
_OPENED = "opened"
_CLAIMED, _CLAIMED_AT = "slip", "slip_at"

Cookie = MutableMapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class YoungSignIn:
    """A young person's sign-in as the cookie tells it."""

    young_person_id: UUID
    card_id: UUID


def remember_young_person(cookie: Cookie, who: YoungSignIn, *, now: datetime) -> None:
    """Sign a young person in; whatever the cookie held of somebody else is gone."""
    cookie.clear()
    cookie[_YOUNG_PERSON], cookie[_CARD] = str(who.young_person_id), str(who.card_id)
    cookie[_CAME] = cookie[_SEEN] = int(now.timestamp())


def go_to(cookie: Cookie, who: YoungSignIn) -> None:
    """Let a young person be on another page of theirs, for no longer than they would have been on this one."""
    cookie.setdefault(_OPENED, cookie[_YOUNG_PERSON])
    cookie[_YOUNG_PERSON], cookie[_CARD] = str(who.young_person_id), str(who.card_id)


def remember_account(cookie: Cookie, *, secret: str, now: datetime) -> None:
    """Note when an account, which the library has just signed in, came, and the secret of its sign-in."""
    cookie[_HELD] = secret
    cookie[_CAME] = cookie[_SEEN] = int(now.timestamp())


def secret_of(cookie: Cookie) -> str:
    """Return the secret of an account's sign-in; empty where there is none."""
    return str(cookie.get(_HELD, ""))


def exchange_secret(cookie: Cookie, secret: str, *, now: datetime) -> None:
    """Remember the new secret of a sign-in whose reader is here."""
    cookie[_HELD], cookie[_SEEN] = secret, int(now.timestamp())


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
    if _YOUNG_PERSON not in cookie or _CARD not in cookie:
        return None
    return YoungSignIn(young_person_id=UUID(cookie[_YOUNG_PERSON]), card_id=UUID(cookie[_CARD]))


def remember_slip(cookie: Cookie, slip_id: UUID, *, now: datetime) -> None:
    """Note whose code was typed until they say that it is theirs; whoever is signed in here stays so until then."""
    cookie[_CLAIMED], cookie[_CLAIMED_AT] = str(slip_id), int(now.timestamp())


def slip_typed(cookie: Cookie, *, now: datetime) -> UUID | None:
    """Return the slip whose code was typed here in the last ten minutes, or None."""
    if _CLAIMED not in cookie or _is_past(cookie, _CLAIMED_AT, YOUNG_QUIET, now):
        return None
    return UUID(cookie[_CLAIMED])


def forget_slip(cookie: Cookie) -> None:
    """Forget it."""
    cookie.pop(_CLAIMED, None)
    cookie.pop(_CLAIMED_AT, None)


def say_own_device(cookie: Cookie) -> None:
    """Note that nobody else uses this device, until this sign-in is over."""
    cookie[_OWN_DEVICE] = True


def is_own_device(cookie: Cookie) -> bool:
    """Say whether whoever is here said so."""
    return bool(cookie.get(_OWN_DEVICE, False))


def came_lately(cookie: Cookie, *, now: datetime) -> bool:
    """Say whether a young person opened this page a moment ago: nobody who found it open, or came over from another."""
    is_the_one = cookie.get(_OPENED, cookie.get(_YOUNG_PERSON)) == cookie.get(_YOUNG_PERSON)
    return is_the_one and not _is_past(cookie, _CAME, YOUNG_QUIET, now)


def began_before(cookie: Cookie, moment: datetime | None) -> bool:
    """Say whether the sign-in began before a moment; before None nothing did."""
    return moment is not None and bool(cookie.get(_CAME, 0) < int(moment.timestamp()))


def is_over(cookie: Cookie, *, now: datetime) -> bool:
    """Say whether the reader has been here, or a young person was away, longer than their kind of sign-in lasts."""
    if _YOUNG_PERSON in cookie:
        return _is_past(cookie, _SEEN, YOUNG_QUIET, now) or _is_past(cookie, _CAME, YOUNG_LONGEST, now)
    return _is_past(cookie, _CAME, STAFF_LONGEST, now)


def is_asleep(cookie: Cookie, *, now: datetime) -> bool:
    """Say whether a member of staff or an operator was away for longer than may be; a missing time is."""
    return _YOUNG_PERSON not in cookie and _is_past(cookie, _SEEN, STAFF_QUIET, now)


def _is_past(cookie: Cookie, name: str, allowed: timedelta, now: datetime) -> bool:
    # A time that lies ahead comes from a clock that was put back; it must not keep a sign-in for ever.
    return bool(abs(now.timestamp() - cookie.get(name, 0)) > allowed.total_seconds())


def keep_awake(cookie: Cookie, *, now: datetime) -> None:
    """Note that the reader is here."""
    if now.timestamp() - cookie.get(_SEEN, 0) >= _REWRITE_AFTER.total_seconds():
        cookie[_SEEN] = int(now.timestamp())
