"""Staff and their roles. A supervisor is added only with the tick that the school's own checks were done."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import listing, operations, queries
from accredit.domain.people.queries import StaffFacts
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, nation_words, own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import ROLE_NAMES, ROLES, DayForm, RoleForm, StaffForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.invitations import send_invitation
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, ListOf, show
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings

_OF_FIELD = {
    "email-format": "email",
    "staff-already-added": "email",
    "checks-not-confirmed": "checks_confirmed",
    "not-a-coordinator": "role",
    "role-beyond-yours": "role",
    "role-held-already": "role",
    "own-role": "role",
    "back-from-today": "held_from",
}


@bp.get("/staff")
@requires(Permission.MANAGE_STAFF)
def staff() -> ResponseReturnValue:
    """List staff with the roles they hold today."""
    with reading() as db:
        shown = show(db, _staff(db))
    return page("coordinator/staff.html", shown=shown, today=today(), role_names=ROLE_NAMES)


@bp.route("/staff/export", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF, proof=True)
def export_staff() -> Response:
    """Hand out the list of staff as a file."""
    return exported(_staff)


def _staff(_db: Session) -> ListOf[StaffFacts]:
    roles = {role.value: str(name) for role, name in ROLE_NAMES.items()}
    return ListOf(
        name="staff",
        title=_("Staff"),
        endpoint="coordinator.staff",
        export="coordinator.export_staff",
        source=listing.staff(organisation_id=own_organisation(), on=today()),
        order="name",
        columns=(
            Column(name="name", label=_("Name"), cell=lambda who: who.name),
            Column(name="job", label=_("What they do"), cell=lambda who: who.job_title),
            Column(
                name="roles",
                label=_("Roles today"),
                cell=lambda who: ", ".join(roles[role] for role in sorted(who.roles_on(today()))) or _("No role today"),
                is_sorted=False,
            ),
            Column(name="email", label=_("E-mail"), cell=lambda who: who.email or _("No sign-in")),
        ),
        filters=(
            Filter(name="q", label=_("Find by name, work or e-mail address")),
            Filter(name="role", label=_("Role"), choices={**roles, "none": _("No role today")}),
        ),
    )


@bp.route("/staff/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def add_staff() -> ResponseReturnValue:
    """Add a member of staff with their first role, from today."""
    form = StaffForm()
    form.role.choices = choices_of(ROLES.items())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                added = _added(db, form)
        except RuleBroken as refusal:
            _tell(form, refusal, "name")
        else:
            if request.form.get("then") == "another":
                said = _("%(name)s is added. Here is room for the next one.", name=form.name.data)
                return see_other("coordinator.add_staff", flash=said)
            return see_other("coordinator.staff_member", staff_id=added, flash=_("Added."))
    return page("coordinator/staff_form.html", status=422 if form.errors else 200, form=form, words=nation_words())


def _added(db: Session, form: StaffForm) -> UUID:
    staff_id = operations.add_staff(
        db,
        organisation_id=own_organisation(),
        name=form.name.data,
        job_title=form.job_title.data,
        email=form.email.data or None,
        actor=own_actor(),
        now=utc_now(),
    )
    operations.give_role(
        db,
        staff_id=staff_id,
        role=Role(form.role.data),
        held_from=today(),
        checks_confirmed=form.checks_confirmed.data,
        actor=own_actor(),
        now=utc_now(),
    )
    send_invitation(db, staff_id=staff_id, now=utc_now())
    return staff_id


def _tell(form: StaffForm | RoleForm, refusal: AccreditError, default: str) -> None:
    name = _OF_FIELD.get(refusal.code, default)
    tell(form[name if name in form else default], refusal)


@bp.route("/staff/<uuid:staff_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def staff_member(staff_id: UUID) -> ResponseReturnValue:
    """Show one member of staff; give them another role."""
    who = _one(staff_id)
    form = RoleForm(held_from=today())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.give_role(
                    db,
                    staff_id=staff_id,
                    role=Role(form.role.data),
                    held_from=day_of(form.held_from),
                    checks_confirmed=form.checks_confirmed.data,
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            _tell(form, refusal, "role")
        else:
            return see_other("coordinator.staff_member", staff_id=staff_id, flash=_("The role is given."))
    status = 422 if form.errors else 200
    return page(
        "coordinator/staff_member.html",
        status=status,
        form=form,
        who=who,
        today=today(),
        role_names=ROLE_NAMES,
        address=f"{current_settings().host}{url_for('auth.sign_in')}",
    )


def _one(staff_id: UUID) -> StaffFacts:
    with reading() as db:
        who = queries.staff_member(db, staff_id)
    if who.organisation_id != own_organisation():
        raise NotFound("staff")
    return who


@bp.post("/staff/<uuid:staff_id>/invite")
@requires(Permission.MANAGE_STAFF)
def invite_staff(staff_id: UUID) -> ResponseReturnValue:
    """Send an invitation, in place of any before it."""
    _one(staff_id)
    with transaction() as db:
        sent = send_invitation(db, staff_id=staff_id, now=utc_now())
    said = _("The invitation is on its way.") if sent else _("This person has no e-mail address here.")
    return see_other("coordinator.staff_member", staff_id=staff_id, flash=said)


@bp.route("/staff/<uuid:staff_id>/roles/<uuid:role_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_STAFF)
def end_role(staff_id: UUID, role_id: UUID) -> ResponseReturnValue:
    """Say which day is the last of a role; what was approved under it stays."""
    who = _one(staff_id)
    period = next((each for each in who.roles if each.id == role_id), None)
    if period is None:
        raise NotFound("staff-role")
    form = DayForm(day=today())
    form.day.label.text = _("Last day")
    if form.validate_on_submit():
        try:
            with transaction() as db:
                operations.end_role(db, role_id=role_id, held_until=day_of(form.day), actor=own_actor(), now=utc_now())
        except RuleBroken as refusal:
            tell(form.day, refusal)
        else:
            return see_other("coordinator.staff_member", staff_id=staff_id, flash=_("Saved."))
    status = 422 if form.errors else 200
    return page("coordinator/role_end.html", status=status, form=form, who=who, role=ROLE_NAMES[period.role])
