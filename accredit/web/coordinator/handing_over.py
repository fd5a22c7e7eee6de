"""Somebody leaves: what is open, who takes over, and one act after which they can do nothing and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import handing_over, queries
from accredit.domain.people.queries import StaffFacts
from accredit.domain.practice import queries as practice
from accredit.domain.training import changing
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import ROLE_NAMES, HandOverForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@dataclass(frozen=True, kw_only=True)
class OpenWork:
    """What waits for somebody who leaves."""

    sessions: int
    """Training they are to lead; it is passed on."""
    hours: int
    """Entries of time that name them; only who supervised on that day can approve them."""


@bp.route("/staff/<uuid:staff_id>/hand-over", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def hand_over(staff_id: UUID) -> ResponseReturnValue:
    """Show what is open, and pass everything on to a successor."""
    now = utc_now()
    with reading() as db:
        who = _one(db, staff_id)
        others = _who_can(db, staff_id)
        work = _open_work(db, staff_id, now)
    form = HandOverForm(successor=str(others[0].id) if len(others) == 1 else None)
    form.successor.choices = choices_of((each.id, _described(each)) for each in others)
    if others and form.validate_on_submit():
        try:
            _pass_on(staff_id, form, now)
        except RuleBroken as refusal:
            tell(form.successor, refusal)
        else:
            return _after(who)
    return page(
        "coordinator/hand_over.html",
        status=422 if form.errors else 200,
        form=form,
        who=who,
        is_self=who.id == current_viewer().staff_id,
        roles=[ROLE_NAMES[role] for role in sorted(who.roles_on(today()))],
        others=others,
        work=work,
        needs_checks=Role.SUPERVISOR in who.roles_on(today()),
    )


def _one(db: Session, staff_id: UUID) -> StaffFacts:
    who = queries.staff_member(db, staff_id)
    if who.organisation_id != own_organisation() or who.left_at is not None:
        raise NotFound("staff")
    return who


def _who_can(db: Session, staff_id: UUID) -> list[StaffFacts]:
    staff = queries.staff(db, organisation_id=own_organisation())
    return [each for each in staff if each.id != staff_id and each.left_at is None and each.account_id is not None]


def _described(who: StaffFacts) -> str:
    return f"{who.name}, {who.job_title}" if who.job_title else who.name


def _open_work(db: Session, staff_id: UUID, now: datetime) -> OpenWork:
    return OpenWork(
        sessions=len(changing.planned_by(db, staff_id, now=now)),
        hours=practice.waiting_count(db, supervised_by=staff_id),
    )


def _pass_on(staff_id: UUID, form: HandOverForm, now: datetime) -> None:
    successor_id = UUID(form.successor.data)
    with reading(everywhere=True) as db:
        works_elsewhere = handing_over.works_elsewhere(db, staff_id, on=today())
    with transaction() as db:
        handing_over.hand_over(
            db,
            staff_id=staff_id,
            successor_id=successor_id,
            checks_confirmed=form.checks_confirmed.data,
            stays_signed_in=works_elsewhere,
            actor=own_actor(),
            now=now,
        )
        changing.pass_on(db, staff_id=staff_id, successor_id=successor_id, now=now)


def _after(who: StaffFacts) -> ResponseReturnValue:
    if who.id != current_viewer().staff_id:
        said = _("%(name)s has handed over, and can do nothing here any more.", name=who.name)
        return see_other("coordinator.staff", flash=said)
    # The sign-in is over already; what is left of it in this browser goes too.
    session.clear()
    return see_other(
        "auth.sign_in", flash=_("Everything is handed over, and you are signed out. Thank you for all you did.")
    )
