"""Reads of people. Lists of any length take a constant number of statements."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.organisations.rules import Role
from accredit.domain.people import rules
from accredit.domain.people.models import Account, ClaimSlip, Staff, StaffRole, YoungPerson
from accredit.domain.people.rules import Months, NameConfirmedBy, RolePeriod
from accredit.errors import NotFound
from accredit.storage import Session

ACCOUNT_OF_STAFF = func.coalesce(col(Staff.account_id), col(Staff.asked_account_id))
"""The account whose address stands beside a member of staff, whether they said yes already or not."""


@dataclass(frozen=True, kw_only=True)
class StaffFacts:
    """A member of staff, with every role they hold or held.

    Whoever works elsewhere already signs in here once they accepted the invitation: until then ``account_id`` is None,
    and ``asked_account_id`` is theirs.
    """

    id: UUID
    organisation_id: UUID
    account_id: UUID | None
    name: str
    job_title: str | None
    email: str | None
    roles: tuple[RolePeriod, ...]
    left_at: datetime | None = None
    asked_account_id: UUID | None = None

    @property
    def invited_account_id(self) -> UUID | None:
        """The account that an invitation is for."""
        return self.account_id or self.asked_account_id

    def roles_on(self, day: date) -> frozenset[Role]:
        """Return the roles held on a day; from the day of leaving there are none."""
        if self.left_at is not None and day >= local_date(self.left_at):
            return frozenset()
        return rules.roles_held(self.roles, day)


@dataclass(frozen=True, kw_only=True)
class YoungPersonFacts:
    """A young person; ``year_group`` is ``12``, ``R``, ``P7`` or ``S5``, and the page says it in words."""

    id: UUID
    organisation_id: UUID
    school_reference: str | None
    printed_name: str
    name_confirmed_at: datetime | None
    name_confirmed_by: NameConfirmedBy | None
    known_as: str
    year_group: str | None
    form: str | None
    turns_13: str | None
    turns_16: str | None
    turns_18: str | None
    has_upn: bool
    left_at: datetime | None
    name_said: str | None
    is_called_up: bool
    version: int
    opening_asked_by: UUID | None = None
    """Who asks that the page of this leaver is opened again."""

    @property
    def name_is_confirmed(self) -> bool:
        """Whether the printed name was confirmed; nothing is signed before."""
        return self.name_confirmed_at is not None

    @property
    def months(self) -> Months | None:
        """The months of turning 13, 16 and 18, where a date of birth was ever seen."""
        if self.turns_13 and self.turns_16 and self.turns_18:
            return Months(turns_13=self.turns_13, turns_16=self.turns_16, turns_18=self.turns_18)
        return None


@dataclass(frozen=True, kw_only=True)
class SlipFacts:
    """A claim slip that was not used yet; its code cannot be shown again."""

    id: UUID
    young_person_id: UUID
    made_at: datetime
    last_used_at: datetime | None


def account(db: Session, account_id: UUID) -> Account | None:
    """Return an account, or None."""
    found: Account | None = db.get(Account, account_id)
    return found


def account_by_email(db: Session, email: str) -> Account | None:
    """Return the account with this address in any case, or None."""
    return db.exec(select(Account).where(Account.email == email.strip().lower())).first()


def account_by_key(db: Session, fs_uniquifier: str) -> Account | None:
    """Return the account whose sign-ins carry this key, or None."""
    return db.exec(select(Account).where(Account.fs_uniquifier == fs_uniquifier)).first()


def operators(db: Session) -> tuple[Account, ...]:
    """Return the accounts that run this service, by address."""
    return tuple(db.exec(select(Account).where(col(Account.is_operator).is_(True)).order_by(Account.email)).all())


def staff_member(db: Session, staff_id: UUID) -> StaffFacts:
    """Return one member of staff. Raises `NotFound`."""
    found = _staff(db, col(Staff.id) == staff_id)
    if not found:
        raise NotFound("staff")
    return found[0]


def staff(db: Session, *, organisation_id: UUID) -> tuple[StaffFacts, ...]:
    """Return an organisation's staff by name, in two statements."""
    return _staff(db, col(Staff.organisation_id) == organisation_id)


def staff_by_id(db: Session, staff_ids: Sequence[UUID]) -> list[StaffFacts]:
    """Return members of staff in the order of their ids; those who do not exist are left out."""
    found = {facts.id: facts for facts in _staff(db, col(Staff.id).in_(staff_ids))}
    return [found[each] for each in staff_ids if each in found]


def staff_of_account(db: Session, account_id: UUID) -> tuple[StaffFacts, ...]:
    """Return what an account is in each organisation."""
    return _staff(db, col(Staff.account_id) == account_id)


def roles_on(db: Session, staff_id: UUID, day: date) -> frozenset[Role]:
    """Return the roles somebody holds on a day; nobody known holds none."""
    found = _staff(db, col(Staff.id) == staff_id)
    return found[0].roles_on(day) if found else frozenset()


def supervisors(db: Session, *, organisation_id: UUID, on: date) -> tuple[StaffFacts, ...]:
    """Return those who hold the supervisor's role on a day, by name."""
    return tuple(facts for facts in staff(db, organisation_id=organisation_id) if Role.SUPERVISOR in facts.roles_on(on))


def names_of_staff(db: Session, staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return names by id."""
    return dict(db.exec(select(Staff.id, Staff.name).where(col(Staff.id).in_(list(staff_ids)))).all())


def _staff(db: Session, condition: ColumnElement[bool]) -> tuple[StaffFacts, ...]:
    found = db.exec(
        select(Staff, Account.email)
        .join(Account, col(Account.id) == ACCOUNT_OF_STAFF, isouter=True)
        .where(condition)
        .order_by(Staff.name)
    ).all()
    held: dict[UUID, list[RolePeriod]] = {row.id: [] for row, _ in found}
    wanted = select(StaffRole).where(col(StaffRole.staff_id).in_(list(held))).order_by(col(StaffRole.held_from))
    for period in db.exec(wanted):
        held[period.staff_id].append(
            RolePeriod(id=period.id, role=period.role, held_from=period.held_from, held_until=period.held_until)
        )
    return tuple(
        StaffFacts(
            id=row.id,
            organisation_id=row.organisation_id,
            account_id=row.account_id,
            name=row.name,
            job_title=row.job_title,
            email=email,
            roles=tuple(held[row.id]),
            left_at=row.left_at,
            asked_account_id=row.asked_account_id,
        )
        for row, email in found
    )


def young_person(db: Session, young_person_id: UUID) -> YoungPersonFacts:
    """Return one young person. Raises `NotFound`."""
    row = db.get(YoungPerson, young_person_id)
    if row is None:
        raise NotFound("young-person")
    return _young_person(row)


def young_people(db: Session, *, organisation_id: UUID, include_left: bool = False) -> tuple[YoungPersonFacts, ...]:
    """Return an organisation's young people by name, in one statement."""
    wanted = select(YoungPerson).where(YoungPerson.organisation_id == organisation_id)
    if not include_left:
        wanted = wanted.where(col(YoungPerson.left_at).is_(None))
    people = [_young_person(row) for row in db.exec(wanted)]
    return tuple(sorted(people, key=lambda facts: (facts.printed_name.casefold(), facts.id)))


def young_people_after(
    db: Session,
    *,
    organisation_id: UUID,
    after: UUID | None,
    limit: int,
    include_left: bool = False,
    school_reference: str | None = None,
) -> tuple[YoungPersonFacts, ...]:
    """Return so many young people who were added after one, in that order; one pupil number alone if it is given."""
    wanted = select(YoungPerson).where(YoungPerson.organisation_id == organisation_id)
    if after is not None:
        wanted = wanted.where(col(YoungPerson.id) > after)
    if not include_left:
        wanted = wanted.where(col(YoungPerson.left_at).is_(None))
    if school_reference is not None:
        wanted = wanted.where(YoungPerson.school_reference == school_reference)
    return tuple(_young_person(row) for row in db.exec(wanted.order_by(col(YoungPerson.id)).limit(limit)))


def has_young_people(db: Session, *, organisation_id: UUID) -> bool:
    """Say whether an organisation has anybody who has not left."""
    wanted = select(YoungPerson.id).where(
        YoungPerson.organisation_id == organisation_id, col(YoungPerson.left_at).is_(None)
    )
    return db.exec(wanted.limit(1)).first() is not None


def young_people_by_id(db: Session, young_person_ids: Iterable[UUID]) -> dict[UUID, YoungPersonFacts]:
    """Return those who exist, by id."""
    rows = db.exec(select(YoungPerson).where(col(YoungPerson.id).in_(list(young_person_ids))))
    return {row.id: _young_person(row) for row in rows}


def young_people_by_reference(db: Session, *, organisation_id: UUID) -> dict[str, UUID]:
    """Return ids by the school's own pupil number."""
    rows = db.exec(
        select(YoungPerson.school_reference, YoungPerson.id).where(YoungPerson.organisation_id == organisation_id)
    )
    return {reference: young_person_id for reference, young_person_id in rows if reference}


def _young_person(row: YoungPerson) -> YoungPersonFacts:
    return YoungPersonFacts(
        id=row.id,
        organisation_id=row.organisation_id,
        school_reference=row.school_reference,
        printed_name=row.printed_name,
        name_confirmed_at=row.printed_name_confirmed_at,
        name_confirmed_by=row.printed_name_confirmed_by,
        known_as=row.known_as,
        year_group=row.year_group,
        form=row.form,
        turns_13=row.turns_13,
        turns_16=row.turns_16,
        turns_18=row.turns_18,
        has_upn=row.upn_hash is not None,
        left_at=row.left_at,
        name_said=row.name_said,
        is_called_up=row.is_called_up,
        version=row.version,
        opening_asked_by=row.opening_asked_by,
    )


def current_slip(db: Session, young_person_id: UUID) -> SlipFacts | None:
    """Return the unused slip of a young person, or None."""
    return slips_of(db, [young_person_id]).get(young_person_id)


def slips_of(db: Session, young_person_ids: Iterable[UUID]) -> dict[UUID, SlipFacts]:
    """Return unused slips by young person."""
    rows = db.exec(
        select(ClaimSlip)
        .where(col(ClaimSlip.young_person_id).in_(list(young_person_ids)), col(ClaimSlip.withdrawn_at).is_(None))
        .order_by(col(ClaimSlip.made_at))
    )
    return {
        row.young_person_id: SlipFacts(
            id=row.id, young_person_id=row.young_person_id, made_at=row.made_at, last_used_at=row.last_used_at
        )
        for row in rows
    }


def claim_code_hash(code: str, *, pepper: bytes) -> bytes:
    """Return the keyed hash under which a canonical code is kept."""
    return hmac.digest(pepper, b"claim-slip:" + code.encode("ascii"), "sha256")
