"""Writes of accounts, staff and their roles; reached through `people.operations`."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries, rules
from accredit.domain.people.models import Account, Staff, StaffRole
from accredit.domain.people.names import check_name
from accredit.domain.people.rules import RolePeriod
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.storage import Session


def add_account(
    db: Session, *, email: str, password: str | None = None, is_operator: bool = False, actor: Actor, now: datetime
) -> UUID:
    """Add an account that can sign in; ``password`` is an Argon2 hash, None for e-mailed codes alone.

    Raises `RuleBroken` ``email-format``, `Conflict` ``email-in-use``.
    """
    address = rules.check_email(email)
    if queries.account_by_email(db, address):
        raise Conflict("email-in-use")
    row = _new_account(address, now, password=password, is_operator=is_operator)
    db.add(row)
    db.flush()
    audit.record(db, tag=Tag.ACCOUNT_ADDED, actor=actor, now=now, subject=row.id, is_operator=is_operator)
    return row.id


def _new_account(address: str, now: datetime, *, password: str | None = None, is_operator: bool = False) -> Account:
    return Account(
        email=address, password=password, is_operator=is_operator, fs_uniquifier=uuid.uuid4().hex, created_at=now
    )


def add_staff(
    db: Session,
    *,
    organisation_id: UUID,
    name: str,
    job_title: str | None = None,
    email: str | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Add a member of staff; with ``email`` they can sign in, with the account they may have elsewhere already.

    An account that is there already works here only once its owner has accepted the invitation (`invitations`): no
    school takes another one's teacher on by typing an address. What an operator adds was agreed before.

    Raises `RuleBroken`: those of a name, ``email-format``, ``staff-already-added``.
    """
    rules.check_same_organisation(actor, organisation_id)
    account_id = asked_id = None
    if email:
        address = rules.check_email(email)
        account = queries.account_by_email(db, address)
        # Whose it is otherwise is not this organisation's to know, so nobody looks there.
        is_asked = account is not None and actor.kind is ActorKind.STAFF
        if account is None:
            account = _new_account(address, now)
            db.add(account)
            db.flush()
        here = select(Staff.id).where(
            Staff.organisation_id == organisation_id,
            sa.or_(col(Staff.account_id) == account.id, col(Staff.asked_account_id) == account.id),
        )
        if db.exec(here).first() is not None:
            raise RuleBroken("staff-already-added")
        account_id, asked_id = (None, account.id) if is_asked else (account.id, None)
    title = (job_title or "").strip() or None
    row = Staff(
        organisation_id=organisation_id,
        account_id=account_id,
        asked_account_id=asked_id,
        name=check_name(name),
        job_title=title,
        created_at=now,
    )
    db.add(row)
    db.flush()
    audit.record(db, tag=Tag.STAFF_ADDED, actor=actor, now=now, subject=row.id, organisation_id=organisation_id)
    return row.id


def give_role(
    db: Session,
    *,
    staff_id: UUID,
    role: Role,
    held_from: date,
    checks_confirmed: bool = False,
    leaver_id: UUID | None = None,
    actor: Actor,
    now: datetime,
) -> UUID:
    """Give a role from a day on; return the id of the period.

    For a supervisor ``checks_confirmed`` is the co-ordinator's tick; ``leaver_id`` is whose role it was, who could give
    it no more. Raises `RuleBroken`: ``not-a-coordinator``, ``checks-not-confirmed``, ``role-beyond-yours``,
    ``own-role``, ``role-held-already``, ``back-from-today``; `Forbidden` for another organisation.
    """
    check_fresh(actor)
    person = _locked(db, staff_id)
    rules.check_same_organisation(actor, person.organisation_id)
    is_own = actor.kind is ActorKind.STAFF and actor.id == staff_id
    rules.check_role_giver(
        role=role,
        actor=actor,
        held_by_actor=queries.roles_on(db, actor.id, local_date(now)) if actor.id else frozenset(),
        checks_confirmed=checks_confirmed,
    )
    if is_own:
        rules.check_own_role(is_own=True, others=_others_who_give(db, person, role, but=leaver_id, now=now))
    if person.left_at is not None:
        rules.check_coming_back(held_from=held_from, today=local_date(now))
        _forget_last_day(db, staff_id, today=local_date(now))
    else:
        rules.check_new_role(role=role, held_from=held_from, others=queries.staff_member(db, staff_id).roles)
    row = StaffRole(
        organisation_id=person.organisation_id,
        staff_id=staff_id,
        role=role,
        held_from=held_from,
        checks_confirmed_by=actor.id if role is Role.SUPERVISOR else None,
        given_at=now,
    )
    db.add(row)
    person.left_at = None
    db.flush()
    # Whoever gave themselves a role was the only one who could: the event says that nobody else looked.
    _tell(db, Tag.STAFF_ROLE_GIVEN, row, actor, now, **({"is_alone": True} if is_own else {}))
    return row.id


def _others_who_give(db: Session, person: Staff, role: Role, *, but: UUID | None, now: datetime) -> int:
    today = local_date(now)
    others = (
        each
        for each in queries.staff(db, organisation_id=person.organisation_id)
        if each.id not in {person.id, but} and each.account_id is not None
    )
    return sum(rules.may_give(role, each.roles_on(today)) for each in others)


def end_role(db: Session, *, role_id: UUID, held_until: date, actor: Actor, now: datetime) -> None:
    """Say which day is the last of a role; what was approved under it stays.

    Raises `RuleBroken`: ``role-ended``, ``role-dates``, ``last-administrator``, ``last-coordinator``,
    ``role-beyond-yours``.
    """
    check_fresh(actor)
    row = db.get(StaffRole, role_id)
    if row is None:
        raise NotFound("staff-role")
    rules.check_same_organisation(actor, row.organisation_id)
    rules.check_role_giver(
        role=row.role,
        actor=actor,
        held_by_actor=queries.roles_on(db, actor.id, local_date(now)) if actor.id else frozenset(),
        checks_confirmed=True,
    )
    period = RolePeriod(id=row.id, role=row.role, held_from=row.held_from, held_until=row.held_until)
    rules.check_role_end(period=period, held_until=held_until)
    check_somebody_stays(
        db, organisation_id=row.organisation_id, role=row.role, but=row.staff_id, held_until=held_until
    )
    row.held_until = held_until
    _tell(db, Tag.STAFF_ROLE_ENDED, row, actor, now)


def _forget_last_day(db: Session, staff_id: UUID, *, today: date) -> None:
    """Let what somebody held on the day they left end the day before, so that it does not come back with them."""
    for row in db.exec(select(StaffRole).where(StaffRole.staff_id == staff_id)):
        if row.held_from >= today:
            db.delete(row)
        elif row.held_until is not None and row.held_until >= today:
            row.held_until = today - timedelta(days=1)
    db.flush()


def check_somebody_stays(db: Session, *, organisation_id: UUID, role: Role, but: UUID, held_until: date) -> None:
    """Refuse that a role ends on a day whose last holder is ``but``; raises what `rules.check_somebody_stays` does."""
    # Every holder is locked, in one order: of two who leave at once the second finds that the first has gone.
    holders = db.exec(
        select(StaffRole, Staff.account_id)
        .join(Staff, col(Staff.id) == col(StaffRole.staff_id))
        .where(
            StaffRole.organisation_id == organisation_id, StaffRole.role == role, col(StaffRole.held_until).is_(None)
        )
        .order_by(col(StaffRole.id))
        .with_for_update(of=StaffRole)
        .execution_options(populate_existing=True)
    ).all()
    others = [
        held
        for held, account_id in holders
        # Whoever begins after a day without anybody does not count.
        if held.staff_id != but and account_id is not None and held.held_from <= held_until + timedelta(days=1)
    ]
    rules.check_somebody_stays(role, others=len(others))


def _locked(db: Session, staff_id: UUID) -> Staff:
    row = db.exec(select(Staff).where(Staff.id == staff_id).with_for_update()).first()
    if row is None:
        raise NotFound("staff")
    return row


def _tell(db: Session, tag: Tag, row: StaffRole, actor: Actor, now: datetime, **details: object) -> None:
    audit.record(
        db,
        tag=tag,
        actor=actor,
        now=now,
        subject=row.staff_id,
        organisation_id=row.organisation_id,
        role=row.role,
        **details,
    )
