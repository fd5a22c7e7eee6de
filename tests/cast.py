"""A small cast, always the same.

Ama (16, has confirmed her name) · Ben (on a break since 1 June 2026) · Cai (16, has not confirmed his name) ·
Sam (supervisor) · Nia (co-ordinator) · Lee (safeguarding lead, administrator) · Oz (co-ordinator of another school, who
must see nothing) · Olu (a young person there) · an operator. The programme is Wellbeing Ambassadors, since 1 September
2025; today is 30 June 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from accredit.domain.audit.rules import SERVICE, Actor
from accredit.domain.organisations.rules import Role
from accredit.domain.people import operations as people
from accredit.storage import Session
from tests import factories
from tests.factories import NOW


@dataclass(frozen=True, kw_only=True)
class Player:
    """Somebody in the cast; ``enrolment_id`` only for young people of Wellbeing Ambassadors."""

    id: UUID
    name: str
    actor: Actor
    enrolment_id: UUID | None = None

    @property
    def enrolled(self) -> UUID:
        """The enrolment of a young person who has one."""
        assert self.enrolment_id is not None
        return self.enrolment_id


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Two schools and their people."""

    organisation_id: UUID
    programme_id: UUID
    ama: Player
    ben: Player
    cai: Player
    sam: Player
    nia: Player
    lee: Player
    operator: Player
    other_organisation_id: UUID
    oz: Player
    olu: Player


def make_cast(db: Session) -> Cast:
    """Add the whole cast through an unconfined handle."""
    school = factories.add_organisation(db, urn="199902", town="Exampleton", contact="Office: 01632 960001")
    other = factories.add_organisation(db, name="Example Valley School", urn="499901")
    programme = factories.add_programme(db, school)
    lee = _staff(db, school, "Lee Muster", Role.ADMINISTRATOR, "Safeguarding lead")
    nia = _staff(db, school, "Nia Enghraifft", Role.COORDINATOR, "Head of Year 12")
    sam = _staff(db, school, "Sam Specimen", Role.SUPERVISOR, "Learning mentor", given_by=nia.actor)
    operator = people.add_account(db, email="operator@example.org", is_operator=True, actor=SERVICE, now=NOW)
    ben = _young(db, school, programme, "Ben Beispiel", "3102")
    factories.take_break(db, ben.enrolled, starts_on=date(2026, 6, 1))
    return Cast(
        organisation_id=school,
        programme_id=programme,
        ama=_young(db, school, programme, "Ama Sample", "3101"),
        ben=ben,
        cai=_young(db, school, programme, "Cai Sampl", "3103", confirmed=False),
        sam=sam,
        nia=nia,
        lee=lee,
        operator=Player(id=operator, name="operator", actor=factories.operator(operator)),
        other_organisation_id=other,
        oz=_staff(db, other, "Oz Muestra", Role.COORDINATOR, "Co-ordinator"),
        olu=_young(db, other, None, "Olu Àpẹẹrẹ", "3101"),
    )


def _staff(
    db: Session, organisation_id: UUID, name: str, role: Role, job_title: str, given_by: Actor = SERVICE
) -> Player:
    email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
    staff_id = factories.add_staff(db, organisation_id, name=name, job_title=job_title, email=email)
    factories.give_role(db, staff_id, role, actor=given_by)
    return Player(id=staff_id, name=name, actor=factories.staff_actor(staff_id, organisation_id, role))


def _young(
    db: Session, organisation_id: UUID, programme_id: UUID | None, name: str, reference: str, *, confirmed: bool = True
) -> Player:
    young_person_id = factories.add_young_person(
        db, organisation_id, name=name, reference=reference, confirmed=confirmed
    )
    enrolment_id = factories.enrol(db, young_person_id, programme_id) if programme_id else None
    actor = factories.young_actor(young_person_id, organisation_id)
    return Player(id=young_person_id, name=name, actor=actor, enrolment_id=enrolment_id)
