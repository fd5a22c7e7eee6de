"""My certificates: what was awarded, the code to check it, and the files to keep. Only their holder reaches them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.awarding import queries as awarding
from accredit.domain.credentials import challenging, hiding, queries, revoking
from accredit.domain.credentials import offline as offline_certificates
from accredit.domain.credentials.challenging import ChallengeFacts
from accredit.domain.credentials.rules import ChallengeGround
from accredit.domain.credentials.views import CredentialView
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.issuing import replacing, statements
from accredit.domain.issuing.replacing import Followed
from accredit.domain.issuing.rules import Status
from accredit.errors import NotFound, RuleBroken
from accredit.rendering.certificate_forms import Form
from accredit.storage import Session
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.files import FileKind, check_address, file_answer, source_of
from accredit.web.learner import bp, words
from accredit.web.learner.badge import chosen
from accredit.web.learner.forms import SecondLookForm
from accredit.web.learner.me import of_age, own_id, own_view
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One certificate with the address at which anybody may check it."""

    view: CredentialView
    address: str
    is_hidden: bool
    """Whether nobody outside finds it."""
    is_hidden_by_school: bool
    is_asked: bool
    """Whether somebody at school asked for it to be revoked."""
    made_again: Followed | None
    """Why and when it took the place of another one."""
    challenge: ChallengeFacts | None
    """The last second look they asked for."""

    may_be_offline: bool
    """Whether its holder is of an age to choose a certificate that is read without us."""

    @property
    def may_ask(self) -> bool:
        """Whether they can ask for a second look now."""
        is_waiting = self.challenge is not None and self.challenge.answer is None
        return not is_waiting and (self.is_asked or self.view.status is not Status.ACTIVE)


@bp.get("/my/certificates")
@young_person
def certificates() -> Response:
    """List their certificates, and the awards that are still being made into one."""
    with reading() as db:
        views = queries.of_young_person(db, own_id())
        places = enrolments.enrolments_of(db, own_id())
        awards = awarding.awards_of(db, [each.id for each in places])
        kept = [_kept(db, view) for view in views]
        removed_since = hiding.own_since(db, own_id())
    signed = {view.award_id for view in views}
    coming = [award for each in awards.values() for award in each if award.id not in signed]
    return page(
        "learner/certificates.html",
        kept=kept,
        coming=coming,
        removed_since=removed_since,
        answers=words.ANSWERS,
        again=words.MADE_AGAIN,
        forms=words.FORMS,
    )


def _kept(db: Session, view: CredentialView) -> Kept:
    looks, hidden = challenging.of_issuance(db, view.issuance_id), hiding.of_award(db, view.award_id)
    return Kept(
        view=view,
        address=check_address(view),
        is_hidden=hidden is not None,
        is_hidden_by_school=hidden is not None and not hidden.by_holder,
        is_asked=revoking.waiting(db, issuance_id=view.issuance_id) is not None,
        made_again=replacing.followed(db, view.issuance_id),
        challenge=looks[-1] if looks else None,
        may_be_offline=view.status is Status.ACTIVE and offline_certificates.may_ask(db, view, now=utc_now()),
    )


@bp.route("/my/certificates/<uuid:credential_id>/second-look", methods=["GET", "POST"])
@young_person
def second_look(credential_id: UUID) -> ResponseReturnValue:
    """Ask an adult to look again at a certificate that was paused or revoked; there is nothing to type."""
    with reading() as db:
        view = own_view(db, credential_id)
        kept = _kept(db, view)
    if not kept.may_ask or current_viewer().closed_on is not None:
        return see_other("learner.certificates")
    form = SecondLookForm()
    if form.validate_on_submit():
        try:
            with transaction() as db:
                ground = ChallengeGround(form.ground.data)
                actor = current_viewer().actor()
                challenging.challenge(db, credential_id=credential_id, ground=ground, actor=actor, now=utc_now())
        except RuleBroken as refusal:
            form.ground.errors = [words.sentence(refusal)]
        else:
            return see_other("learner.certificates", flash=_("Thank you. An adult will look again and answer here."))
    status = 422 if form.errors else 200
    return page("learner/second_look.html", status=status, form=form, view=view)


@bp.get("/my/certificates/<uuid:credential_id>.<any(pdf, png, svg, json, jwt, evidence):kind>")
@young_person
def certificate_file(credential_id: UUID, kind: str) -> Response:
    """Hand out one file; a badge as they want it to look. Raises `NotFound` for everybody but its holder."""
    with reading() as db:
        view = own_view(db, credential_id)
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, replace(source, choice=chosen(view, request.args)), FileKind(kind))


@bp.post("/my/certificates/<uuid:credential_id>.pdf")
@young_person
def certificate_in_form(credential_id: UUID) -> Response:
    """Hand out the certificate in the form they read best.

    Which one is said in the body: it stands in no address, no history, no log and no name of a file (ADR 37).
    """
    wanted = request.form.get("certificate_form", "")
    if wanted not in set(Form):
        raise NotFound("form")
    with reading() as db:
        view = own_view(db, credential_id)
        source = source_of(db, view, FileKind.PDF)
    return file_answer(view, replace(source, form=Form(wanted)), FileKind.PDF)


@bp.route("/my/certificates/<uuid:credential_id>/without-us", methods=["GET", "POST"])
@young_person
def offline(credential_id: UUID) -> ResponseReturnValue:
    """Choose, from 16, a certificate that can be read where nobody answers; or take the choice back."""
    if request.method == "POST":
        return _choose_offline(credential_id, wanted=request.form.get("wanted") == "yes")
    with reading() as db:
        view = of_age(db, credential_id)
        is_asked, digits = statements.digits(db, view.issuance_id)
    return page("learner/offline.html", view=view, is_asked=is_asked, is_ready=digits is not None)


def _choose_offline(credential_id: UUID, *, wanted: bool) -> Response:
    change = offline_certificates.ask if wanted else offline_certificates.give_up
    try:
        with transaction() as db:
            change(db, credential_id=credential_id, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as refusal:
        if refusal.rule == "from-16":
            raise NotFound("credential") from refusal
        said = _("That is not possible for this certificate at the moment. Ask an adult at school.")
        return see_other("learner.certificates", flash=said, flash_kind="careful")
    said = _("It is being made. Look again in a minute.") if wanted else _("It is gone.")
    return see_other("learner.offline", credential_id=credential_id, flash=said)


@bp.get("/my/certificates/<uuid:credential_id>/without-us.pdf")
@young_person
def offline_certificate(credential_id: UUID) -> Response:
    """Hand out the certificate whose QR code says what it says; where there is none yet, the page that tells why."""
    with reading() as db:
        view = of_age(db, credential_id)
        _asked, digits = statements.digits(db, view.issuance_id)
        if digits is None or view.status is not Status.ACTIVE:
            return see_other("learner.offline", credential_id=credential_id)
        source = replace(source_of(db, view, FileKind.PDF), statement=digits)
    return file_answer(view, source, FileKind.PDF)
