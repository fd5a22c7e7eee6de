"""A member of staff hands over to another and leaves: one act, after which they can do nothing and nothing is lost.

- The successor is somebody else of the same staff (``successor-other``) who has not left and can sign in
  (``successor-signs-in``).
- They take over every role that the leaver holds and they do not: from today, and only such as whoever acts may give
  (``role-beyond-yours``, ``not-a-coordinator``). A supervisor's only with the tick that the checks were done; without
  it that role is not passed on.
- Whoever has left cannot leave again (``has-left-already``).
- Somebody who can sign in stays administrator, and somebody co-ordinator (``last-administrator``,
  ``last-coordinator``).
- The leaver's roles end, they are signed out everywhere, and their name stays beside what they approved.

What they planned or were to answer is passed on by those who keep it; the caller does both in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    db: Session, *, staff_id: UUID, successor_id: UUID, checks_confirmed: bool = False, actor: Actor, now: datetime
) -> HandedOver:
    """Pass a member of staff's roles on and end everything they can do here.

    Raises `RuleBroken` with one of the ids above, `NotFound`, `Forbidden` for staff of another organisation.
    """
    check_fresh(actor)
    leaver = _locked(db, staff_id, successor_id)
    before, successor = queries.staff_member(db, staff_id), queries.staff_member(db, successor_id)
    rules.check_same_organisation(actor, leaver.organisation_id)
    _check_successor(before, successor)
    today = local_date(now)
    held_by_actor = queries.roles_on(db, actor.id, today) if actor.id else frozenset()
    passed = _passed_on(before.roles_on(today) - successor.roles_on(today), checks_confirmed=checks_confirmed)
    for role in sorted(passed):
        _take_back_a_later_start(db, successor_id, role, now)
        give_role(
            db,
            staff_id=successor_id,
            role=role,
            held_from=today,
            checks_confirmed=checks_confirmed,
            actor=actor,
            now=now,
        )
    for role in sorted(before.roles_on(today)):
        rules.check_role_giver(role=role, actor=actor, held_by_actor=held_by_actor, checks_confirmed=True)
    ended = _end_roles(db, leaver, now)
    for role in (Role.ADMINISTRATOR, Role.COORDINATOR):
        if role in ended:
            check_somebody_stays(db, organisation_id=leaver.organisation_id, role=role, but=staff_id, held_until=today)
    leaver.left_at = now
    if leaver.account_id is not None:
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


def _passed_on(roles: frozenset[Role], *, checks_confirmed: bool) -> frozenset[Role]:
    return roles if checks_confirmed else roles - {Role.SUPERVISOR}


def _take_back_a_later_start(db: Session, successor_id: UUID, role: Role, now: datetime) -> None:
    """Let a role that the successor was to hold later begin today instead."""
    today = local_date(now)
    wanted = select(StaffRole).where(StaffRole.staff_id == successor_id, StaffRole.role == role)
    for row in db.exec(wanted):
        if row.held_from > today:
            db.delete(row)
    db.flush()


def _end_roles(db: Session, leaver: Staff, now: datetime) -> frozenset[Role]:
    today, ended = local_date(now), set()
    for row in db.exec(select(StaffRole).where(StaffRole.staff_id == leaver.id)):
        if row.held_until is None or row.held_until > today:
            row.held_until = max(today, row.held_from)
            ended.add(row.role)
    return frozenset(ended)
