"""The name as it will be printed: a look at it, and a yes; and whether it is read out at a ceremony.

A change is asked for in person; nothing is typed.
"""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Role
from accredit.domain.people import ceremony as ceremonies
from accredit.domain.people import operations
from accredit.domain.people import queries as people
from accredit.errors import Conflict
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_id, own_organisation, today
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/my/name")
@young_person
def name() -> Response:
    """Show the name large, as it will stand on paper."""
    with reading() as db:
        me = people.young_person(db, own_id())
        staff = people.staff(db, organisation_id=own_organisation())
    who = [each for each in staff if Role.COORDINATOR in each.roles_on(today())]
    return page("learner/name.html", me=me, who=who)


@bp.post("/my/name")
@young_person
def confirm_name() -> Response:
    """Say yes to the name that was shown."""
    try:
        with transaction() as db:
            operations.confirm_printed_name(
                db,
                young_person_id=own_id(),
                name=request.form.get("name", ""),
                actor=current_viewer().actor(),
                now=utc_now(),
            )
    except Conflict as conflict:
        return see_other("learner.name", flash=words.sentence(conflict), flash_kind="careful")
    return see_other("learner.home", flash=_("Thank you. Your name will be printed like that."))


@bp.post("/my/name/ceremony")
@young_person
def ceremony() -> Response:
    """Keep whether they want to be called up at a ceremony."""
    is_called_up = request.form.get("called") == "yes"
    with transaction() as db:
        ceremonies.choose(
            db,
            young_person_id=own_id(),
            name_said=people.young_person(db, own_id()).name_said,
            is_called_up=is_called_up,
            actor=current_viewer().actor(),
            now=utc_now(),
        )
    said = _("You are called up again.") if is_called_up else _("You will not be called up. Nobody asks why.")
    return see_other("learner.name", flash=said)
