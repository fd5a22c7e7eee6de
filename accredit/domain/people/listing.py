"""The lists of people as a database puts them into order: leavers and staff; those who are here are with enrolments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries
from accredit.domain.people.class_list_cells import YEAR_GROUPS
from accredit.domain.people.models import Account, Staff, StaffRole, YoungPerson
from accredit.domain.people.queries import StaffFacts, YoungPersonFacts
from accredit.storage import Session
from accredit.storage.listing import Listing
from accredit.storage.plain_text import Plain, holds_every_word

BY_NAME = Plain(col(YoungPerson.printed_name))
_RANKS = {group: place for groups in YEAR_GROUPS.values() for place, group in enumerate(groups)}
BY_YEAR = (
    sa.case(_RANKS, value=col(YoungPerson.year_group), else_=None),
    Plain(col(YoungPerson.form)),
    BY_NAME,
)
"""Year groups as they follow each other, and in them the forms."""


def is_about(text: str) -> sa.ColumnElement[bool]:
    """Return the condition that each word of a text is in a young person's names, form or pupil number."""
    looked_at = (YoungPerson.printed_name, YoungPerson.known_as, YoungPerson.school_reference, YoungPerson.form)
    return holds_every_word(text, *(col(each) for each in looked_at))


def leavers(*, organisation_id: UUID) -> Listing[YoungPersonFacts]:
    """Return those who have left: orders ``name`` and ``left``, filters ``q`` and ``waiting`` (``yes``, ``no``)."""
    left, asked = col(YoungPerson.left_at), col(YoungPerson.opening_asked_at)
    return Listing(
        statement=sa.select(col(YoungPerson.id)).where(
            col(YoungPerson.organisation_id) == organisation_id, left.is_not(None)
        ),
        key=col(YoungPerson.id),
        orders={"name": (BY_NAME,), "left": (left,)},
        filters={"q": is_about, "waiting": lambda value: asked.is_not(None) if value == "yes" else asked.is_(None)},
        read=_people,
    )


def _people(db: Session, rows: Sequence[Any]) -> list[YoungPersonFacts]:
    found = queries.young_people_by_id(db, [row.id for row in rows])
    return [found[row.id] for row in rows if row.id in found]


def staff(*, organisation_id: UUID, on: date) -> Listing[StaffFacts]:
    """Return an organisation's staff: orders ``name``, ``job`` and ``email``, filters ``q`` and ``role``.

    A role is one held on a day; the value ``none`` stands for those who hold none, be it that they have left.
    """
    held = sa.exists().where(
        col(StaffRole.staff_id) == col(Staff.id),
        col(StaffRole.held_from) <= on,
        sa.or_(col(StaffRole.held_until).is_(None), col(StaffRole.held_until) >= on),
        col(Staff.left_at).is_(None),
    )

    def of_role(value: str) -> sa.ColumnElement[bool]:
        return ~held if value == "none" else held.where(col(StaffRole.role) == Role(value))

    return Listing(
        statement=sa.select(col(Staff.id))
        .join(Account, col(Account.id) == queries.ACCOUNT_OF_STAFF, isouter=True)
        .where(col(Staff.organisation_id) == organisation_id),
        key=col(Staff.id),
        orders={
            "name": (Plain(col(Staff.name)),),
            "job": (Plain(col(Staff.job_title)), Plain(col(Staff.name))),
            "email": (col(Account.email),),
        },
        filters={
            "q": lambda text: holds_every_word(text, col(Staff.name), col(Staff.job_title), col(Account.email)),
            "role": of_role,
        },
        read=lambda db, rows: queries.staff_by_id(db, [row.id for row in rows]),
    )
