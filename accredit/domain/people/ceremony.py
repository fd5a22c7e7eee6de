"""What a young person wants at a ceremony: how their name is said, and whether they are called up at all.

- Both are theirs: they say so themselves, or a co-ordinator writes it down on their word (``confirm-own-name``).
- How a name is said is written as a name is (`people.names`).
- Nobody has to say why they would rather not be called up; there is nowhere to write it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries, rules
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.names import check_name
from accredit.errors import NotFound
from accredit.storage import Session


def choose(
    db: Session, *, young_person_id: UUID, name_said: str | None, is_called_up: bool, actor: Actor, now: datetime
) -> None:
    """Keep what a young person wants at a ceremony. Saying the same again changes nothing.

    Raises `NotFound`, `Forbidden` (another organisation), `RuleBroken`: ``confirm-own-name`` and those of a name.
    """
    row = db.get(YoungPerson, young_person_id)
    if row is None:
        raise NotFound("young-person")
    rules.check_same_organisation(actor, row.organisation_id)
    said = check_name(name_said) if name_said and name_said.strip() else None
    wanted: dict[str, Any] = {"is_called_up": is_called_up, "name_said": said}
    changed = sorted(column for column, value in wanted.items() if getattr(row, column) != value)
    if not changed:
        return
    held: frozenset[Role] = frozenset()
    if actor.kind is ActorKind.STAFF and actor.id:
        held = queries.roles_on(db, actor.id, local_date(now))
    rules.name_confirmer(actor=actor, young_person_id=row.id, held_by_actor=held)
    for column in changed:
        setattr(row, column, wanted[column])
    audit.record(
        db,
        tag=Tag.YOUNG_PERSON_CHANGED,
        actor=actor,
        now=now,
        subject=row.id,
        organisation_id=row.organisation_id,
        fields=changed,
    )
