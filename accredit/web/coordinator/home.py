"""What needs doing today, in one look: numbers with links, and the next step of a school that has just begun.

What waits is found by `accredit.domain.credentials.to_do`; here each of it gets the address where it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials import to_do
from accredit.domain.credentials.to_do import STANDING, ToDo, ToDoKind
from accredit.domain.enrolments.listing import NOWHERE
from accredit.domain.organisations.rules import Permission
from accredit.web.access import requires
from accredit.web.coordinator import bp, setting_up
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.database import reading
from accredit.web.pages import address_of, page
from accredit.web.viewer import current_viewer


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that waits, with the address of where it is done and the words of the way there."""

    waits: ToDo
    href: str
    link: str = ""


@bp.get("/")
@requires(Permission.MANAGE_STAFF, Permission.MANAGE_PEOPLE)
def home() -> ResponseReturnValue:
    """Show what needs doing today."""
    viewer = current_viewer()
    with reading() as db:
        steps = setting_up.steps(db)
        cohorts = to_do.cohorts(db, organisation_id=own_organisation(), on=today())
        found = to_do.to_do(
            db,
            organisation_id=own_organisation(),
            permissions=viewer.permissions,
            staff_id=viewer.staff_id,
            now=utc_now(),
            known=cohorts,
        )
    is_set_up = all(step.done for step in steps)
    # While a school is being set up, its steps say that a supervisor is still to come.
    told = [each for each in found if is_set_up or each.kind is not ToDoKind.NO_SUPERVISOR]
    lines = [Line(waits=each, href=_address(each), link=_link(each)) for each in told]
    return page(
        "coordinator/home.html",
        tasks=[line for line in lines if line.waits.kind not in STANDING],
        notices=[line for line in lines if line.waits.kind in STANDING],
        steps=[] if is_set_up else steps,
        cohorts=cohorts,
        today=today(),
    )


def _link(each: ToDo) -> str:
    return str(_("See who") if each.kind is ToDoKind.REFRESHERS else _("Add a member of staff"))


def _address(each: ToDo) -> str:
    """Return the address where something is done: of the very thing where there is one to begin with."""
    if each.kind is ToDoKind.HOURS:
        return address_of("supervisor.home", whose="all") or url_for("coordinator.programmes")
    if each.kind is ToDoKind.MEETINGS:
        place = address_of("supervisor.supervision", programme=each.programme_id)
        return place or url_for("coordinator.progress", programme_id=each.programme_id)
    endpoint, name = PLACES[each.kind]
    values: dict[str, Any] = {"programme_id": each.programme_id, "programme": NOWHERE}
    return url_for(endpoint, **({name: values.get(name, each.subject)} if name else {}))


PLACES: Mapping[ToDoKind, tuple[str, str]] = {
    ToDoKind.READY: ("coordinator.award", "programme_id"),
    ToDoKind.NAMES: ("coordinator.printed_names", ""),
    ToDoKind.REGISTERS: ("coordinator.register", "session_id"),
    ToDoKind.SIGNING: ("coordinator.certificates", ""),
    ToDoKind.SECOND_LOOKS: ("coordinator.certificate", "award_id"),
    ToDoKind.REVOCATIONS: ("coordinator.certificate", "award_id"),
    ToDoKind.RECORD_REQUESTS: ("coordinator.person", "young_person_id"),
    ToDoKind.LARGE_TOTALS: ("coordinator.bring_hours_forward", "programme_id"),
    ToDoKind.LARGE_LOGS: ("coordinator.hours_log", ""),
    ToDoKind.ADULTS_RECORDS: ("coordinator.facilitators", ""),
    ToDoKind.ADULTS_ENDINGS: ("coordinator.facilitator_record", "record_id"),
    ToDoKind.LEAVERS: ("coordinator.leavers", ""),
    ToDoKind.MERGES: ("coordinator.person", "young_person_id"),
    ToDoKind.DRAFTS: ("coordinator.programme_draft", "draft_id"),
    ToDoKind.REFRESHERS: ("coordinator.up_to_date", ""),
    ToDoKind.UNPLACED: ("coordinator.people", "programme"),
    ToDoKind.ONE_COORDINATOR: ("coordinator.add_staff", ""),
    ToDoKind.NO_SUPERVISOR: ("coordinator.add_staff", ""),
}
"""The page of each kind, and which value of its address the thing itself fills."""
