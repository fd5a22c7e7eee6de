"""Pause a certificate and take it up again; ask for it to be revoked, confirm that, or say no; answer a second look.

Each with a reason from a list, after a look at what it means. Who may do what is `credentials.second_person`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.domain.credentials import challenging, renewing, revoking
from accredit.domain.credentials.rules import ChallengeAnswer, RevokeReason
from accredit.domain.credentials.second_person import others_who_may
from accredit.domain.issuing import operations as issuing
from accredit.domain.organisations.rules import Permission
from accredit.errors import Conflict, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.certificates import line_of, released
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.forms import RevokeForm, StatusForm, choices_of
from accredit.web.coordinator.reasons import ANSWERS, GROUNDS, REINSTATE_REASONS, REVOKE_REASONS, SUSPEND_REASONS
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other

_REASONS: Mapping[str, Mapping[str, LazyString]] = {"suspend": SUSPEND_REASONS, "reinstate": REINSTATE_REASONS}
_ACTS: Mapping[str, Callable[..., None]] = {"suspend": issuing.suspend, "reinstate": issuing.reinstate}
_DONE = {
    "suspend": _l("The certificate is paused. Whoever checks it sees that from this moment on."),
    "reinstate": _l("The certificate holds again."),
}
_REVOKED = _l("The certificate is revoked. Whoever checks it sees that from this moment on.")
_ANSWERED = _l("Answered. They see it on their page.")
_ASKED = _l("Asked. The young person sees it on their page, and somebody else is to confirm it.")


@bp.route("/certificates/<uuid:award_id>/<any(suspend,reinstate):act>", methods=["GET", "POST"])
@requires(Permission.SUSPEND)
def certificate_status(award_id: UUID, act: str) -> ResponseReturnValue:
    """Pause a certificate or take it up again."""
    with reading() as db:
        view = released(db, award_id)
    form = StatusForm()
    form.reason.choices = choices_of(_REASONS[act].items())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                _ACTS[act](db, issuance_id=view.issuance_id, reason=form.reason.data, actor=own_actor(), now=utc_now())
        except RuleBroken as refusal:
            tell(form.reason, refusal)
        else:
            return see_other("coordinator.certificate", award_id=award_id, flash=_DONE[act])
    return page("coordinator/status.html", status=422 if form.errors else 200, form=form, view=view, act=act)


@bp.route("/certificates/<uuid:award_id>/revoke", methods=["GET", "POST"])
@requires(Permission.REVOKE)
def certificate_revoke(award_id: UUID) -> ResponseReturnValue:
    """Ask for a certificate to be revoked for good, once the young person was told."""
    now, actor = utc_now(), own_actor()
    with reading() as db:
        view = released(db, award_id)
        organisation_id = own_organisation()
        others = others_who_may(
            db, organisation_id=organisation_id, but=actor.id or award_id, permission=Permission.SUSPEND, now=now
        )
    form = RevokeForm()
    form.reason.choices = choices_of(REVOKE_REASONS.items())
    if form.validate_on_submit():
        reason = RevokeReason(form.reason.data)
        try:
            with transaction() as db:
                done = revoking.ask(db, award_id=award_id, reason=reason, is_told=form.told.data, actor=actor, now=now)
        except RuleBroken as refusal:
            tell(form.told if refusal.rule == "not-told-yet" else form.reason, refusal)
        else:
            return see_other("coordinator.certificate", award_id=award_id, flash=_REVOKED if done else _ASKED)
    status = 422 if form.errors else 200
    return page("coordinator/revoke.html", status=status, form=form, view=view, others=others)


@bp.route("/certificates/<uuid:award_id>/answer", methods=["GET", "POST"])
@requires(Permission.SUSPEND)
def certificate_answer(award_id: UUID) -> ResponseReturnValue:
    """Answer a young person who asked for a second look."""
    with reading() as db:
        view = released(db, award_id)
        challenge = challenging.waiting(db, issuance_id=view.issuance_id)
    if challenge is None:
        # Somebody else has answered meanwhile; their answer stands there.
        return see_other("coordinator.certificate", award_id=award_id)
    form = StatusForm()
    form.reason.label.text = _l("What do you answer?")
    form.reason.choices = choices_of(ANSWERS.items())
    if form.validate_on_submit():
        answer = ChallengeAnswer(form.reason.data)
        try:
            with transaction() as db:
                challenging.answer(db, issuance_id=view.issuance_id, answer=answer, actor=own_actor(), now=utc_now())
        except RuleBroken as refusal:
            tell(form.reason, refusal)
        else:
            return see_other(
                "coordinator.certificate", award_id=award_id, flash=_l("Answered. It stands on their page.")
            )
    status, ground = 422 if form.errors else 200, GROUNDS[challenge.ground]
    return page("coordinator/answer.html", status=status, form=form, view=view, ground=ground, challenge=challenge)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a page says before one button is pressed, and what is said once it is done."""

    act: Callable[..., Any]
    title: LazyString
    text: LazyString
    done: LazyString
    is_warning: bool = False


_REVOCATION = {
    "confirm": Look(
        act=revoking.confirm,
        title=_l("Revoke this certificate for good"),
        text=_l(
            "This cannot be undone. Whoever checks it from now on, with the code, the paper or the file, is told that "
            "it does not hold any more. Nobody outside is told why. A new award can be made at any time."
        ),
        done=_REVOKED,
        is_warning=True,
    ),
    "decline": Look(
        act=revoking.decline,
        title=_l("Leave this certificate as it is"),
        text=_l("The request is closed, and the certificate goes on as before."),
        done=_l("The certificate stays as it is."),
    ),
}
_RENEWAL = {
    "new-name": Look(
        act=renewing.print_new_name,
        title=_l("Make the certificate again with the new name"),
        text=_l(
            "A new certificate is signed with the name that is in the record now. The moment it is ready it takes the "
            "place of this one: links and QR codes that were given out lead to it, and the former name is not shown "
            "again. Paper and files that were handed out before should be swapped."
        ),
        done=_l("Asked for. It usually takes a few seconds."),
    ),
    "again": Look(
        act=renewing.prepare_again,
        title=_l("Prepare again from the corrected record"),
        text=_l(
            "Something in the record behind this award was corrected after it was decided. You decide it again, for "
            "the same day, from the record as it is now. If a certificate is out, the new one takes its place."
        ),
        done=_l("Decided again. The certificate is being signed."),
    ),
    "take-back": Look(
        act=renewing.take_back,
        title=_l("Take this award back"),
        text=_l(
            "The record does not carry this award any more, or its certificate was revoked in a time that was lost, "
            "and no certificate of it holds. The award is taken back; as soon as the record carries it again, it can "
            "be decided anew. Talk to the young person first."
        ),
        done=_l("The award is taken back. It can be decided again at any time."),
    ),
    "issue-after-all": Look(
        act=renewing.issue_after_all,
        title=_l("Issue the certificate"),
        text=_l(
            "An older copy of our records was put back. The certificate of this award may have been signed in the time "
            "that was lost; that one cannot be confirmed any more, and a new one is signed. Do this only if you know "
            "that it had not been revoked."
        ),
        done=_l("Asked for. It usually takes a few seconds."),
    ),
    "allow-again": Look(
        act=renewing.allow_again,
        title=_l("Let this level be awarded again"),
        text=_l("The revoked certificate stays revoked. The level can be awarded anew, with a new certificate."),
        done=_l("The level can be awarded again."),
    ),
}


@bp.route("/certificates/<uuid:award_id>/revoke/<any(confirm,decline):step>", methods=["GET", "POST"])
@requires(Permission.SUSPEND, proof=True)
def certificate_revocation(award_id: UUID, step: str) -> ResponseReturnValue:
    """Confirm what somebody else asked for, or say no."""
    return look(award_id, _REVOCATION[step])


@bp.route(
    "/certificates/<uuid:award_id>/<any('new-name',again,'take-back','allow-again','issue-after-all'):step>",
    methods=["GET", "POST"],
)
@requires(Permission.AWARD)
def certificate_renewal(award_id: UUID, step: str) -> ResponseReturnValue:
    """Put a name or a record right, or let a level be awarded again."""
    return look(award_id, _RENEWAL[step])


def look(award_id: UUID, step: Look) -> ResponseReturnValue:
    """Show what a step means, and take it when the button is pressed."""
    with reading() as db:
        line = line_of(db, award_id)
    problem = None
    if request.form.get("name", line.printed_name) != line.printed_name:
        # Somebody wrote another name while this one was being looked at; it is not what was agreed to (WZ14).
        problem = sentence(Conflict("changed-meanwhile"))
    elif request.method == "POST":
        try:
            with transaction() as db:
                step.act(db, award_id=award_id, actor=own_actor(), now=utc_now())
        except RuleBroken as refusal:
            problem = sentence(refusal)
        else:
            return see_other("coordinator.certificates", flash=step.done)
    status = 422 if problem else 200
    return page("coordinator/certificate_step.html", status=status, line=line, step=step, problem=problem)
