"""The school's holidays, if it wants to tell them: in them no e-mail comes that can wait."""

from __future__ import annotations

from uuid import UUID

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import holidays as school_holidays
from accredit.domain.organisations.rules import Permission
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import HolidayForm
from accredit.web.database import reading, transaction
from accredit.web.pages import page, see_other


@bp.route("/organisation/holidays", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION, Permission.MANAGE_PEOPLE)
def holidays() -> ResponseReturnValue:
    """Show the holidays that are not over, and note another one."""
    form = HolidayForm()
    if form.validate_on_submit():
        try:
            with transaction() as db:
                school_holidays.add(
                    db,
                    organisation_id=own_organisation(),
                    first_on=day_of(form.first_on),
                    last_on=day_of(form.last_on),
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(form.first_on, refusal)
        else:
            return see_other("coordinator.holidays", flash=_("Noted."))
    with reading() as db:
        found = school_holidays.holidays(db, own_organisation(), since=today())
    return page("coordinator/holidays.html", status=422 if form.errors else 200, form=form, holidays=found)


@bp.post("/organisation/holidays/<uuid:holiday_id>/remove")
@requires(Permission.MANAGE_ORGANISATION, Permission.MANAGE_PEOPLE)
def remove_holiday(holiday_id: UUID) -> ResponseReturnValue:
    """Forget a holiday."""
    with transaction() as db:
        school_holidays.remove(
            db, organisation_id=own_organisation(), holiday_id=holiday_id, actor=own_actor(), now=utc_now()
        )
    return see_other("coordinator.holidays", flash=_("Removed."))
