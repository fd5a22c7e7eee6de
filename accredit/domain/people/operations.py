"""Writes of young people and their claim slips. Accounts, staff and roles are in `people.staffing`."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations.rules import Role
from accredit.domain.people import consents, queries, rules, word_cards
from accredit.domain.people.models import ClaimSlip, YoungPerson
from accredit.domain.people.names import check_name
from accredit.domain.people.rules import Months
from accredit.domain.people.staffing import add_account, add_staff, end_role, give_role
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session

__all__ = [
    "PersonEntry",
    "add_account",
    "add_staff",
    "add_young_person",
    "change_young_person",
    "confirm_printed_name",
    "end_role",
    "give_role",
    "make_claim_slip",
    "make_claim_slips",
]


@dataclass(frozen=True, kw_only=True)
class PersonEntry:
    """What is written about a young person; ``months`` and ``upn_hash`` None keep what is there."""

    printed_name: str
    known_as: str | None = None
    school_reference: str | None = None
    year_group: str | None = None
    form: str | None = None
    months: Months | None = None
    upn_hash: bytes | None = None

    def values(self) -> dict[str, Any]:
        """Return the checked columns. Raises `RuleBroken` of `people.names`."""
        name = check_name(self.printed_name)
        columns: dict[str, Any] = {
            "printed_name": name,
            "known_as": check_name(self.known_as) if self.known_as and self.known_as.strip() else name,
            "school_reference": (self.school_reference or "").strip() or None,
            "year_group": (self.year_group or "").strip() or None,
            "form": (self.form or "").strip() or None,
        }
        if self.months:
            columns |= vars(self.months)
        if self.upn_hash:
            columns["upn_hash"] = self.upn_hash
        return columns


def add_young_person(db: Session, *, organisation_id: UUID, entry: PersonEntry, actor: Actor, now: datetime) -> UUID:
    """Add a young person; their printed name waits to be confirmed by them.

    Raises `RuleBroken`: those of a name, and ``reference-in-use``.
    """
    rules.check_same_organisation(actor, organisation_id)
    values = entry.values()
    _check_reference(db, organisation_id, values["school_reference"], but=None)
    row = YoungPerson(organisation_id=organisation_id, created_at=now, **values)
    db.add(row)
    db.flush()
    _tell(db, Tag.YOUNG_PERSON_ADDED, row, actor, now)
    return row.id


def change_young_person(
    db: Session, *, young_person_id: UUID, expected_version: int, entry: PersonEntry, actor: Actor, now: datetime
) -> None:
    """Change what is written about a young person; another printed name waits to be confirmed again.

    Raises `Conflict` ``changed-meanwhile`` when it is no longer the row that was shown; `RuleBroken` as when added.
    """
    row = _for_update(db, young_person_id)
    rules.check_same_organisation(actor, row.organisation_id)
    if row.version != expected_version:
        raise Conflict("changed-meanwhile")
    values = entry.values()
    _check_reference(db, row.organisation_id, values["school_reference"], but=row.id)
    changed = apply(row, values)
    if changed:
        _tell(db, Tag.YOUNG_PERSON_CHANGED, row, actor, now, fields=changed)


def apply(row: YoungPerson, values: dict[str, Any]) -> list[str]:
    """Set columns that differ and return their names; a new printed name is unconfirmed. The caller audits."""
    changed = sorted(name for name, value in values.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, values[name])
    if "printed_name" in changed:
        row.printed_name_confirmed_at = row.printed_name_confirmed_by = None
    if changed:
        row.version += 1
    return changed


def confirm_printed_name(db: Session, *, young_person_id: UUID, name: str, actor: Actor, now: datetime) -> None:
    """Record that the name is right as it was shown, by the young person or by a co-ordinator on their word.

    ``name`` is the text that was shown. Raises `Conflict` ``changed-meanwhile`` when it has changed since, `RuleBroken`
    ``confirm-own-name``. Confirming again changes nothing.
    """
    row = _for_update(db, young_person_id)
    rules.check_same_organisation(actor, row.organisation_id)
    held: frozenset[Role] = frozenset()
    if actor.kind is ActorKind.STAFF and actor.id:
        held = queries.roles_on(db, actor.id, local_date(now))
    confirmer = rules.name_confirmer(actor=actor, young_person_id=row.id, held_by_actor=held)
    if row.printed_name != name:
        raise Conflict("changed-meanwhile")
    if row.printed_name_confirmed_at is not None:
        return
    row.printed_name_confirmed_at, row.printed_name_confirmed_by = now, confirmer
    row.version += 1
    _tell(db, Tag.YOUNG_PERSON_NAME_CONFIRMED, row, actor, now, by=confirmer)


def make_claim_slip(
    db: Session,
    *,
    young_person_id: UUID,
    pepper: bytes,
    actor: Actor,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> str:
    """Make a paper code for one young person and return it, once: only its keyed hash is kept.

    An earlier slip stops working, and so do the words of a card. Raises `NotFound`, `RuleBroken`: ``has-left``,
    ``home-not-agreed``.
    """
    row = db.get(YoungPerson, young_person_id)
    if row is None:
        raise NotFound("young-person")
    return make_claim_slips(
        db,
        organisation_id=row.organisation_id,
        young_person_ids=[young_person_id],
        pepper=pepper,
        actor=actor,
        now=now,
        draw=draw,
    )[young_person_id]


def make_claim_slips(
    db: Session,
    *,
    organisation_id: UUID,
    young_person_ids: Sequence[UUID],
    pepper: bytes,
    actor: Actor,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> dict[UUID, str]:
    """Make codes for several young people of one organisation; return them by young person, in the order asked.

    Raises as `make_claim_slip` does, for any of them.
    """
    rules.check_same_organisation(actor, organisation_id)
    # Locked, so that two slips made at once for somebody do not both stay open.
    db.exec(
        select(YoungPerson.id)
        .where(col(YoungPerson.id).in_(list(young_person_ids)))
        .order_by(col(YoungPerson.id))
        .with_for_update()
    ).all()
    people = queries.young_people_by_id(db, young_person_ids)
    codes: dict[UUID, str] = {}
    if consents.waiting_for_home(db, people.values(), now=now):
        raise RuleBroken("home-not-agreed")
    word_cards.close(db, young_person_ids, now=now)
    for young_person_id in dict.fromkeys(young_person_ids):
        person = people.get(young_person_id)
        if person is None or person.organisation_id != organisation_id:
            raise NotFound("young-person")
        if person.left_at is not None:
            raise RuleBroken("has-left")
        code = codes[young_person_id] = typed_code.make(draw)
        slip = ClaimSlip(
            organisation_id=organisation_id,
            young_person_id=young_person_id,
            code_hash=queries.claim_code_hash(code, pepper=pepper),
            made_at=now,
            made_by=actor.id,
        )
        db.add(slip)
        _tell(db, Tag.CLAIM_SLIP_MADE, slip, actor, now)
    db.flush()
    return codes


def _for_update(db: Session, young_person_id: UUID) -> YoungPerson:
    # populate_existing: the row may be loaded already, from before the lock was held.
    wanted = select(YoungPerson).where(YoungPerson.id == young_person_id).with_for_update()
    row = db.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("young-person")
    return row


def _check_reference(db: Session, organisation_id: UUID, reference: str | None, *, but: UUID | None) -> None:
    if reference is None:
        return
    same = select(YoungPerson.id).where(
        YoungPerson.organisation_id == organisation_id, YoungPerson.school_reference == reference
    )
    if any(found != but for found in db.exec(same)):
        raise RuleBroken("reference-in-use", reference=reference)


def _tell(db: Session, tag: Tag, row: YoungPerson | ClaimSlip, actor: Actor, now: datetime, **details: object) -> None:
    subject = row.young_person_id if isinstance(row, ClaimSlip) else row.id
    audit.record(db, tag=tag, actor=actor, now=now, subject=subject, organisation_id=row.organisation_id, **details)
