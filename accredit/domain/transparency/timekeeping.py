"""Nothing is signed by a clock that cannot be right.

- It is not behind the checkpoint signed last by more than five minutes: clocks do not go back.
- It is not ahead of it by more than 400 days: what is signed then would not be valid yet when the clock is set right.
- Whoever runs the service may say that the clock is right all the same: it was wrong when that checkpoint was signed,
  or the service has rested so long.

Checkpoints never decrease in time: after one that a wrong clock signed they all state its time until that has come.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accredit.domain.audit import operations as audit
from accredit.domain.audit import queries as trail
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.transparency import queries
from accredit.errors import NotReady
from accredit.storage import Session

MOST_BEHIND = timedelta(minutes=5)
MOST_AHEAD = timedelta(days=400)


def check_clock(db: Session, *, now: datetime) -> None:
    """Refuse a clock that cannot be right. Raises `NotReady`: ``clock-behind``, ``clock-ahead``."""
    last = queries.latest_checkpoint(db)
    if last is None or -MOST_AHEAD <= last.signed_at - now <= MOST_BEHIND:
        return
    if any(told.get("signed_at") == last.signed_at.isoformat() for told in trail.details_of(db, Tag.CLOCK_TRUSTED)):
        return
    told = (
        f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC, and the log was signed last at "
        f"{last.signed_at:%Y-%m-%d %H:%M} UTC. Nothing is signed; what was issued can still be verified. Set the "
        "clock, and issuing goes on by itself; if it is right, run: accredit issuing trust-clock"
    )
    raise NotReady("clock-behind" if last.signed_at > now else "clock-ahead", told)


def trust_clock(db: Session, *, actor: Actor, now: datetime) -> None:
    """Write down that the clock is right, whatever the time of the checkpoint signed last."""
    last = queries.latest_checkpoint(db)
    if last is not None:
        audit.record(db, tag=Tag.CLOCK_TRUSTED, actor=actor, now=now, signed_at=last.signed_at.isoformat())
        db.flush()
