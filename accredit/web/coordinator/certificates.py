"""Certificates: the list, one of them with its files, and what a school may do about one later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext

from accredit.clock import utc_now
from accredit.domain.credentials import queries
from accredit.domain.credentials.rules import Progress
from accredit.domain.credentials.views import CohortLine, CredentialView
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.stopping import stops
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.programmes import queries as programmes
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import StatusForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.files import FileKind, file_answer, source_of
from accredit.web.pages import page, see_other

REASONS: Mapping[str, Mapping[str, LazyString]] = {
    "suspend": {
        "looking-into-it": lazy_gettext("We are looking into something"),
        "facts-to-check": lazy_gettext("The name or the facts on it may not be right"),
        "asked-by-holder": lazy_gettext("The young person asked us to"),
    },
    "reinstate": {
        "all-is-well": lazy_gettext("We looked into it, and all is well"),
        "paused-by-mistake": lazy_gettext("It was paused by mistake"),
        "asked-by-holder": lazy_gettext("The young person asked us to"),
    },
    "revoke": {
        "facts-wrong": lazy_gettext("The name or the facts on it are not right"),
        "awarded-by-mistake": lazy_gettext("It was awarded by mistake"),
        "asked-by-holder": lazy_gettext("The young person asked us to"),
        "record-not-reliable": lazy_gettext("The record behind it turned out not to be reliable"),
    },
}
_ACTS: Mapping[str, Callable[..., None]] = {
    "suspend": issuing.suspend,
    "reinstate": issuing.reinstate,
    "revoke": issuing.revoke,
}
_DONE = {
    "suspend": lazy_gettext("The certificate is paused. Whoever checks it sees that from this moment on."),
    "reinstate": lazy_gettext("The certificate holds again."),
    "revoke": lazy_gettext("The certificate is revoked. Whoever checks it sees that from this moment on."),
}


@bp.get("/certificates")
@requires(Permission.AWARD)
def certificates() -> ResponseReturnValue:
    """List awards and how far each has come, of one programme or of all."""
    chosen = request.args.get("programme", type=UUID)
    with reading() as db:
        found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
        lines = queries.cohort(db, organisation_id=own_organisation(), programme_id=chosen)
        stopped = stops(db).of(own_organisation()) is not None
    waiting = [line for line in lines if line.progress in {Progress.WAITING, Progress.SIGNED}]
    return page(
        "coordinator/certificates.html",
        lines=lines,
        programmes=found,
        chosen=chosen,
        waiting=len(waiting),
        stopped=stopped,
    )


@bp.get("/certificates/<uuid:award_id>")
@requires(Permission.AWARD)
def certificate(award_id: UUID) -> ResponseReturnValue:
    """Show one award: its facts, its files once it is signed, and its history."""
    with reading() as db:
        line = _line(db, award_id)
        view = queries.view_of_award(db, award_id)
        history = issuances.status_history(db, view.issuance_id) if view else ()
        names = people.names_of_staff(db, [event.actor_id for event in history if event.actor_id])
    return page(
        "coordinator/certificate.html",
        line=line,
        view=view,
        history=[
            (event, _reason(event.act.value, event.reason), names.get(event.actor_id) if event.actor_id else None)
            for event in history
        ],
    )


def _line(db: Session, award_id: UUID) -> CohortLine:
    for line in queries.cohort(db, organisation_id=own_organisation()):
        if line.award_id == award_id:
            return line
    raise NotFound("award")


def _reason(act: str, code: str | None) -> str:
    # None once the reason was erased.
    return str(REASONS[act].get(code, code)) if code else ""


@bp.get("/certificates/<uuid:award_id>.<any(pdf,png,svg,json,jwt):kind>")
@requires(Permission.AWARD)
def certificate_file(award_id: UUID, kind: str) -> ResponseReturnValue:
    """Answer with one file of a certificate, made on the spot."""
    with reading() as db:
        view = _released(db, award_id)
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, source, FileKind(kind))


def _released(db: Session, award_id: UUID) -> CredentialView:
    view = queries.view_of_award(db, award_id)
    if view is None or view.organisation_id != own_organisation():
        raise NotFound("credential")
    return view


@bp.route("/certificates/<uuid:award_id>/<any(suspend,reinstate,revoke):act>", methods=["GET", "POST"])
@requires(Permission.REVOKE)
def certificate_status(award_id: UUID, act: str) -> ResponseReturnValue:
    """Pause a certificate, take it up again, or revoke it for good: with a reason from a list, after a second look."""
    with reading() as db:
        view = _released(db, award_id)
    form = StatusForm()
    form.reason.choices = choices_of(REASONS[act].items())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                _ACTS[act](db, issuance_id=view.issuance_id, reason=form.reason.data, actor=own_actor(), now=utc_now())
        except RuleBroken as refusal:
            tell(form.reason, refusal)
        else:
            return see_other("coordinator.certificate", award_id=award_id, flash=_DONE[act])
    return page("coordinator/status.html", status=422 if form.errors else 200, form=form, view=view, act=act)
