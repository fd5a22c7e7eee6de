"""The list of training sessions as a database puts it into order."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.people.models import Staff
from accredit.domain.programmes.models import Programme
from accredit.domain.training.models import Attendance, TrainingSession
from accredit.domain.training.queries import SessionSummary, summaries, summary
from accredit.storage.listing import Listing
from accredit.storage.plain_text import Plain, holds_every_word


class RegisterState(StrEnum):
    """How far the register of a session is."""

    TAKEN = "taken"
    TO_TAKE = "to-take"
    PLANNED = "planned"


def sessions(*, organisation_id: UUID, on: date) -> Listing[SessionSummary]:
    """Return the sessions that were not called off.

    Orders: ``title``, ``held``, ``programme``, ``led-by``. Filters: ``q``, ``programme`` and ``led-by`` (ids),
    ``state`` (a `RegisterState`), ``from`` and ``until`` (days, included).
    """
    held_on = col(TrainingSession.held_on)
    is_taken = sa.exists().where(col(Attendance.training_session_id) == col(TrainingSession.id))
    states = {
        RegisterState.TAKEN: is_taken,
        RegisterState.TO_TAKE: sa.and_(~is_taken, held_on <= on),
        RegisterState.PLANNED: sa.and_(~is_taken, held_on > on),
    }
    return Listing(
        statement=summaries().where(col(TrainingSession.organisation_id) == organisation_id),
        key=col(TrainingSession.id),
        orders={
            "title": (Plain(col(TrainingSession.title)),),
            "held": (held_on, col(TrainingSession.starts_at)),
            "programme": (Plain(col(Programme.name)), held_on),
            "led-by": (Plain(col(Staff.name)), held_on),
        },
        filters={
            "q": lambda text: holds_every_word(text, col(TrainingSession.title), col(TrainingSession.place)),
            "programme": lambda value: col(TrainingSession.programme_id) == UUID(value),
            "led-by": lambda value: col(TrainingSession.led_by) == UUID(value),
            "state": lambda value: states[RegisterState(value)],
            "from": lambda value: held_on >= date.fromisoformat(value),
            "until": lambda value: held_on <= date.fromisoformat(value),
        },
        read=lambda _db, rows: [summary(row) for row in rows],
    )
