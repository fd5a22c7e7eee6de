"""Which name is seen behind the code on paper: initials, until a young person who is old enough chooses otherwise.

- Only they choose, from the age that the service is set to (``not-old-enough``; 16 or 18), once the month of turning
  it is over, and only while they agree to sharing (`people.consents`).
- They take it back whenever they like, at any age; and it is taken back with the agreement (`sharing.end_all`).
- It is for every code of theirs, since whoever holds one paper may hold the other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.credentials.sharing_models import CodeName
from accredit.domain.credentials.sharing_rules import NameShown
from accredit.domain.people import consents
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.rules import age_reached
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

FromAge = Literal[16, 18]


def shown_of(db: Session, young_person_id: UUID) -> NameShown:
    """Return which name somebody lets be seen."""
    wanted = sa.select(col(CodeName.shown)).where(col(CodeName.young_person_id) == young_person_id)
    found: NameShown | None = db.execute(wanted).scalar_one_or_none()
    return found or NameShown.INITIALS


def may_widen(db: Session, young_person_id: UUID, *, from_age: FromAge, now: datetime) -> bool:
    """Say whether somebody is old enough to let more be seen than initials."""
    person = db.get(YoungPerson, young_person_id)
    if person is None:
        return False
    return age_reached(person.turns_16 if from_age == 16 else person.turns_18, local_date(now))


def choose(db: Session, *, shown: NameShown, from_age: FromAge, actor: Actor, now: datetime) -> None:
    """Choose the name that is seen behind one's own codes; again, nothing changes.

    Raises `NotFound` for everybody but a young person, and `RuleBroken`: ``not-old-enough``, and as
    `consents.check_sharing` does.
    """
    person = db.get(YoungPerson, actor.id) if actor.kind is ActorKind.YOUNG_PERSON else None
    if person is None:
        raise NotFound("young-person")
    if shown is shown_of(db, person.id):
        return
    if shown is not NameShown.INITIALS:
        if not may_widen(db, person.id, from_age=from_age, now=now):
            raise RuleBroken("not-old-enough")
        consents.check_sharing(db, person.id, now=now)
    forget(db, person.id)
    if shown is not NameShown.INITIALS:
        organisation_id = person.organisation_id
        db.add(CodeName(organisation_id=organisation_id, young_person_id=person.id, shown=shown, chosen_at=now))
    audit.record(
        db,
        tag=Tag.CODE_NAME_CHOSEN,
        actor=actor,
        now=now,
        subject=person.id,
        organisation_id=person.organisation_id,
        shown=shown.value,
    )
    db.flush()


def forget(db: Session, young_person_id: UUID) -> None:
    """Let initials be seen again; what is told of it, the caller tells."""
    db.execute(sa.delete(CodeName).where(col(CodeName.young_person_id) == young_person_id))
