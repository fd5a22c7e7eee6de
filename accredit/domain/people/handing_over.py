"""A member of staff hands over to another and leaves: one act, after which they can do nothing and nothing is lost.

- The successor is somebody else of the same staff (``successor-other``) who has not left and can sign in
  (``successor-signs-in``).
- They take over every role that the leaver holds, or is to hold, and they do not: from today or from that day, and only
  such as whoever acts may give (``role-beyond-yours``, ``not-a-coordinator``). A supervisor's only with the tick that
  the checks were done; without it that role is not passed on. Nobody passes a role on to themselves that somebody else
  could give them (``own-role``).
- Whoever has left cannot leave again (``has-left-already``).
- Somebody who can sign in stays administrator, and somebody co-ordinator (``last-administrator``,
  ``last-coordinator``).
- The leaver's roles end, those too that were to begin later, and their name stays beside what they approved. They are
  signed out everywhere; but who works elsewhere too, or runs the service, stays signed in there: only here they are
  nobody any more.

What they planned or were to answer is passed on by those who keep it; the caller does both in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag, check_fresh
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries, rules, sign_ins
from accredit.domain.people.models import Staff, StaffRole
from accredit.domain.people.queries import StaffFacts
from accredit.domain.people.staffing import check_somebody_stays, give_role
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """What was passed on: the roles that the successor holds since."""

    roles: frozenset[Role]


def hand_over(
    db: Session,
    *,
    staff_id: UUID,
    successor_id: UUID,
    checks_confirmed: bool = False,
    stays_signed_in: bool = False,
    actor: Actor,
    now: datetime,
) -> HandedOver:
    """Pass a member of staff's roles on and end everything they can do here.

    ``stays_signed_in`` is what `works_elsewhere` said of them, which a confined handle cannot see. Raises `RuleBroken`
    with one of the ids above, `NotFound`, `Forbidden` for staff of another organisation.
    """
    check_fresh(actor)
    leaver = _locked(db, staff_id, successor_id)
    before, successor = queries.staff_member(db, staff_id), queries.staff_member(db, successor_id)
    rules.check_same_organisation(actor, leaver.organisation_id)
    _check_successor(before, successor)
    today = local_date(now)
    held_by_actor = queries.roles_on(db, actor.id, today) if actor.id else frozenset()
    held = _held_from(before, today)
    passed = _passed_on(held, successor, today, checks_confirmed=checks_confirmed)
    for role, held_from in sorted(passed.items()):
        _take_back_a_later_start(db, successor_id, role, held_from)
        give_role(
            db,
            staff_id=successor_id,
            role=role,
            held_from=held_from,
            checks_confirmed=checks_confirmed,
            leaver_id=staff_id,
            actor=actor,
            now=now,
        )
    for role in sorted(held):
        rules.check_role_giver(role=role, actor=actor, held_by_actor=held_by_actor, checks_confirmed=True)
    ended = _end_roles(db, leaver, now)
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
        if role in ended:
            check_somebody_stays(db, organisation_id=leaver.organisation_id, role=role, but=staff_id, held_until=today)
    leaver.left_at = now
    if leaver.account_id is not None and not stays_signed_in:
        sign_ins.end_every_one(db, account_id=leaver.account_id)
    db.flush()
    audit.record(
        db,
        tag=Tag.STAFF_HANDED_OVER,
        actor=actor,
        now=now,
        subject=staff_id,
        organisation_id=leaver.organisation_id,
        successor=successor_id,
        roles=sorted(role.value for role in ended),
    )
    return HandedOver(roles=frozenset(passed))


def works_elsewhere(db: Session, staff_id: UUID, *, on: date) -> bool:
    """Say whether somebody works in another organisation too, or runs the service; asked through an unconfined handle.

    Their sign-ins are not one school's to end. Raises `NotFound`.
    """
    who = queries.staff_member(db, staff_id)
    account = queries.account(db, who.account_id) if who.account_id is not None else None
    return account is not None and (
        account.is_operator
        or any(
            each.roles_on(on) and each.organisation_id != who.organisation_id
            for each in queries.staff_of_account(db, account.id)
        )
    )


def _locked(db: Session, staff_id: UUID, successor_id: UUID) -> Staff:
    # In one order, so that two who hand over to each other wait and do not block each other.
    wanted = select(Staff).where(col(Staff.id).in_([staff_id, successor_id])).order_by(col(Staff.id)).with_for_update()
    rows = {row.id: row for row in db.exec(wanted.execution_options(populate_existing=True))}
    if staff_id not in rows or successor_id not in rows:
        raise NotFound("staff")
    if rows[staff_id].organisation_id != rows[successor_id].organisation_id:
        raise NotFound("staff")
    return rows[staff_id]


def _check_successor(leaver: StaffFacts, successor: StaffFacts) -> None:
    if leaver.left_at is not None:
        raise RuleBroken("has-left-already")
    if successor.id == leaver.id or successor.left_at is not None:
        raise RuleBroken("successor-other")
    if successor.account_id is None:
        raise RuleBroken("successor-signs-in")


def _held_from(who: StaffFacts, today: date) -> dict[Role, date]:
    """Return each role that somebody holds or is to hold, with today or the day on which it was to begin."""
    found: dict[Role, date] = {}
    for period in who.roles:
        if period.held_until is None or period.held_until >= today:
            begins = max(today, period.held_from)
            found[period.role] = min(begins, found.get(period.role, begins))
    return found


def _passed_on(
    held: Mapping[Role, date], successor: StaffFacts, today: date, *, checks_confirmed: bool
) -> dict[Role, date]:
    has = _held_from(successor, today)
    return {
        role: held_from
        for role, held_from in held.items()
        if (checks_confirmed or role is not Role.SUPERVISOR) and not (role in has and has[role] <= held_from)
    }


def _take_back_a_later_start(db: Session, successor_id: UUID, role: Role, held_from: date) -> None:
    """Let a role that the successor was to hold later begin with the leaver's instead."""
    wanted = select(StaffRole).where(StaffRole.staff_id == successor_id, StaffRole.role == role)
    for row in db.exec(wanted):
        if row.held_from > held_from:
            db.delete(row)
    db.flush()


def _end_roles(db: Session, leaver: Staff, now: datetime) -> frozenset[Role]:
    today, ended = local_date(now), set()
    for row in db.exec(select(StaffRole).where(StaffRole.staff_id == leaver.id)):
        if row.held_from > today:
            # It never began, and was given to the successor from that day on.
            ended.add(row.role)
            db.delete(row)
        elif row.held_until is None or row.held_until > today:
            row.held_until = today
            ended.add(row.role)
    db.flush()
    return frozenset(ended)
