"""An organisation asks to join; whoever runs the service checks it by an outside channel, and answers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Response, render_template, url_for
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.notifications import operations as notifications
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import joining, queries
from accredit.domain.people.joining import Asked
from accredit.domain.people.rules import DeclineReason
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import operator_only, public
from accredit.web.admin import begin_bp, bp
from accredit.web.admin.forms import ChannelForm, DeclineForm, JoinForm
from accredit.web.admin.words import KINDS
from accredit.web.database import reading, transaction
from accredit.web.invitations import send_invitation
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.nation_words import NATIONS
from accredit.web.pages import page, see_other
from accredit.web.settings import current_settings
from accredit.web.viewer import current_viewer

ASK, ANSWER, DECLINE = "admin/join.html", "admin/asked.html", "admin/decline.html"
BY_ADDRESS = Allowance(name="joining-address", times=5, seconds=24 * 3600)


@begin_bp.get("/join")
@public
def join() -> Response:
    """Ask an organisation about itself."""
    return page(ASK, form=JoinForm())


@begin_bp.post("/join")
@public
def ask_to_join() -> Response:
    """Keep what it says until it is answered; nothing tells whether anybody here is known."""
    form, now = JoinForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return page(ASK, status=422, form=form)
    try:
        with transaction(everywhere=True) as db:
            _tell_operators(db, now)
            joining.ask(
                db,
                details=form.details(),
                kind=form.chosen_kind(),
                nation=form.chosen_nation(),
                asker=form.asker(),
                now=now,
            )
    except RuleBroken as broken:
        form.show_broken(broken)
        return page(ASK, status=422, form=form)
    count_try(BY_ADDRESS, address())
    return see_other("begin.asked")


@begin_bp.get("/join/asked")
@public
def asked() -> Response:
    """Say what happens next."""
    return page("admin/join_asked.html")


def _tell_operators(db: Session, now: datetime) -> None:
    if joining.waiting_count(db, now=now):
        # One letter until they have looked: a stranger's form must not fill anybody's mailbox.
        return
    text = render_template("email/joining_asked.txt", address=f"{current_settings().base_url}{url_for('admin.home')}")
    for operator in queries.operators(db):
        if operator.active:
            subject = _("An organisation asks to join accredit")
            notifications.queue_mail(db, to_address=operator.email, subject=subject, text=text, now=now)


@bp.get("/joining/<uuid:request_id>")
@operator_only
def request_to_join(request_id: UUID) -> Response:
    """Show what an organisation says of itself, and ask how it was checked."""
    return _look(ANSWER, request_id, ChannelForm(on=local_date(utc_now())))


@bp.post("/joining/<uuid:request_id>")
@operator_only
def let_in(request_id: UUID) -> Response:
    """Let the organisation in."""
    form, now = ChannelForm(), utc_now()
    if not form.validate():
        return _look(ANSWER, request_id, form, status=422)
    try:
        with transaction(everywhere=True) as db:
            found = joining.asked(db, request_id)
            added = joining.let_in(
                db,
                request_id=request_id,
                host=current_settings().did_host,
                channel=form.chosen(),
                confirmed_on=form.day(),
                actor=current_viewer().actor(),
                now=now,
            )
            (first,) = queries.staff(db, organisation_id=added)
            send_invitation(db, staff_id=first.id, now=now)
    except RuleBroken as broken:
        form.show_broken(broken)
        return _look(ANSWER, request_id, form, status=422)
    said = _(
        "%(name)s is in, and confirmed. An invitation goes to %(person)s.",
        name=found.details.name,
        person=found.asker.name,
    )
    return see_other("admin.organisation", organisation_id=added, flash=said)


@bp.get("/joining/<uuid:request_id>/decline")
@operator_only
def ask_why_not(request_id: UUID) -> Response:
    """Ask why the organisation cannot join."""
    return _look(DECLINE, request_id, DeclineForm())


@bp.post("/joining/<uuid:request_id>/decline")
@operator_only
def decline(request_id: UUID) -> Response:
    """Answer that it cannot join, and forget what it asked."""
    form = DeclineForm()
    if not form.validate():
        return _look(DECLINE, request_id, form, status=422)
    reason = form.chosen()
    with transaction(everywhere=True) as db:
        found = joining.decline(db, request_id=request_id, reason=reason, actor=current_viewer().actor(), now=utc_now())
        _tell_why(db, found, reason)
    said = _("Answered. What they wrote is not kept any longer.")
    return see_other("admin.home", flash=said)


def _tell_why(db: Session, found: Asked, reason: DeclineReason) -> None:
    text = render_template(
        "email/declined.txt", organisation=found.details.name, person=found.asker.name, reason=reason.value
    )
    subject = _("About your request to join accredit")
    notifications.queue_mail(db, to_address=found.asker.email, subject=subject, text=text, now=utc_now())


def _look(template: str, request_id: UUID, form: ChannelForm | DeclineForm, *, status: int = 200) -> Response:
    with reading(everywhere=True) as db:
        found = joining.asked(db, request_id)
        here = [each for each in organisations.organisations(db) if _is_like(each, found)]
    return page(template, status=status, asked=found, here=here, form=form, kinds=KINDS, nations=NATIONS)


def _is_like(here: organisations.OrganisationFacts, found: Asked) -> bool:
    """Say whether an organisation that is here has the same name or a number of the one that asks."""
    ours, theirs = here.details, found.details
    numbers = ((ours.urn, theirs.urn), (ours.ukprn, theirs.ukprn), (ours.charity_number, theirs.charity_number))
    return ours.name.casefold() == theirs.name.casefold() or any(one and one == other for one, other in numbers)
