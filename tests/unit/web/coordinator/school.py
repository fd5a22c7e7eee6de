"""A trained and practised Ama for tests of pages, made through the same operations as the pages use."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from accredit.domain.training import operations as training
from accredit.storage import Database
from tests.cast import Cast
from tests.factories import NOW

FIRST_TRAINING = ("M1", "M2", "M3", "M4", "M5", "M6", "M8")


def plan_training(database: Database, cast: Cast, *, held_on: date = date(2025, 9, 12)) -> UUID:
    """Plan the first training of Wellbeing Ambassadors."""
    with database.transaction(cast.organisation_id) as db:
        return training.plan_session(
            db,
            programme_id=cast.programme_id,
            title="First training",
            held_on=held_on,
            module_codes=FIRST_TRAINING,
            led_by=cast.nia.id,
            actor=cast.nia.actor,
            now=NOW,
        )


def train(database: Database, cast: Cast) -> UUID:
    """Train Ama and Cai, so that both are ready for the first level (Cai's name is still to be confirmed)."""
    session_id = plan_training(database, cast)
    with database.transaction(cast.organisation_id) as db:
        training.record_attendance(
            db,
            session_id=session_id,
            present={cast.ama.enrolled: True, cast.cai.enrolled: True},
            actor=cast.nia.actor,
            now=NOW,
        )
    return session_id
