"""Who of the staff looked at what is kept about me, and on which days. It is written down for this (ADR 31)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import Response

from accredit.domain.people import looking
from accredit.domain.people.looking import Look
from accredit.web.access import young_person
from accredit.web.database import reading
from accredit.web.learner import bp
from accredit.web.learner.me import own_id
from accredit.web.pages import page

MOST_DAYS = 10
"""How many days are named of each adult; the others are counted."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One adult, and the days on which they looked, newest first. ``name`` is None for one who is known no more."""

    name: str | None
    days: tuple[date, ...]

    @property
    def earlier(self) -> int:
        """How many days there are beyond those that are named."""
        return max(0, len(self.days) - MOST_DAYS)


@bp.get("/my/looked")
@young_person
def looked() -> Response:
    """Say who looked."""
    with reading() as db:
        looks = looking.looks(db, own_id())
    return page("learner/looked.html", adults=_by_adult(looks), most=MOST_DAYS)


def _by_adult(looks: tuple[Look, ...]) -> list[Looked]:
    # A dict keeps the order: whoever looked last comes first.
    days: dict[UUID, dict[date, None]] = {}
    for look in looks:
        days.setdefault(look.staff_id, {})[look.day] = None
    names = {look.staff_id: look.name for look in looks}
    return [Looked(name=names[who], days=tuple(each)) for who, each in days.items()]
