"""What I show to others: links that say as much as I chose, for as long as I chose, and end when I say so.

Nothing is typed. The link and the days on which it was opened are on these pages alone; the PIN is shown once.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.credentials import queries, share_links, sharing, sharing_basis, support_records
from accredit.domain.credentials.share_links import ShareFacts
from accredit.domain.credentials.sharing_basis import Basis
from accredit.domain.credentials.sharing_rules import Chosen, Lasts, MadeFor, NameShown, ShareState
from accredit.domain.people import consents
from accredit.domain.people.names import initials
from accredit.domain.people.rules import About, Answer, Voice
from accredit.domain.verification import shares as verified
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.files import FileKind, source_of
from accredit.web.forms import CheckboxesInput, Form, RadioInput, SelectChoice
from accredit.web.learner import bp, share_words, words
from accredit.web.learner.me import own_id
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper
from accredit.web.share_files import share_address
from accredit.web.share_files import share_file as file_answer
from accredit.web.viewer import current_viewer

HOURS, SKILLS, MONTHS = "hours", "skills", "months"


class ShareForm(Form):
    """What is said and to whom; the least is chosen already."""

    name = RadioField(
        _("Which name do they see?"), [InputRequired(_("Choose which name they see"))], widget=RadioInput()
    )
    said = SelectMultipleField(
        _("What else do they see?"),
        choices=[
            SelectChoice(HOURS, _("How much I did: hours, training and meetings")),
            SelectChoice(SKILLS, _("The skills I have shown")),
        ],
        description=_("They always see the name of the award, the programme and your school."),
        widget=CheckboxesInput(),
    )
    made_for = RadioField(
        _("What is it for?"),
        [InputRequired(_("Choose what it is for"))],
        description=_("Only you see this. It helps you to tell your links apart."),
        choices=[SelectChoice(each.value, text) for each, text in share_words.MADE_FOR.items()],
        widget=RadioInput(),
    )
    lasts = RadioField(
        _("How long can they open it?"),
        [InputRequired(_("Choose how long"))],
        description=_("You can end it on any day before."),
        choices=[SelectChoice(each.value, text) for each, text in share_words.LASTS.items()],
        widget=RadioInput(),
    )


@bp.get("/my/shares")
@young_person
def shares() -> Response:
    """List what they share now, and what they shared."""
    with reading() as db:
        found = share_links.shares_of(db, own_id(), now=utc_now())
        can_share = bool(queries.of_young_person(db, own_id()) or support_records.of_young_person(db, own_id()))
    running = [each for each in found if each.state is not ShareState.ENDED]
    ended = [each for each in found if each.state is ShareState.ENDED]
    return page("learner/shares.html", running=running, ended=ended, words=share_words, can_share=can_share)


@bp.route("/my/certificates/<uuid:credential_id>/share", methods=["GET", "POST"])
@young_person
def make_share(credential_id: UUID) -> ResponseReturnValue:
    """Choose what is said of one certificate or record, and make a link that says it."""
    with reading() as db:
        view = _own_view(db, credential_id)
        agreed = consents.answer(db, own_id(), About.SHARING, now=utc_now())
        form = _form(view)
    if agreed in {Answer.ASK_HOME, Answer.HOME_SAID_NO, Answer.NO}:
        return page("learner/not_shared.html", view=view, answer=agreed)
    if form.validate_on_submit():
        try:
            with transaction() as db:
                share_id = _make(db, view, form, has_to_agree=agreed is Answer.NOT_ASKED)
        except RuleBroken as broken:
            return see_other("learner.shares", flash=words.sentence(broken), flash_kind="careful")
        return see_other("learner.share", share_id=share_id, flash=gettext("Done. Here is your link."))
    is_asked = agreed is Answer.NOT_ASKED
    return page("learner/make_share.html", status=422 if form.errors else 200, form=form, view=view, is_asked=is_asked)


@bp.get("/my/shares/<uuid:share_id>")
@young_person
def share(share_id: UUID) -> Response:
    """Show one share: its link, what it says, on which days it was opened, and how to end it."""
    return _share_page(share_id)


@bp.get("/my/shares/<uuid:share_id>.<any(pdf, json, jwt, evidence):kind>")
@young_person
def own_share_file(share_id: UUID, kind: str) -> Response:
    """Hand out one file of one's own share, to give to somebody instead of the link."""
    with reading() as db:
        found = _own_share(db, share_id)
        secret = share_links.own_link(db, share_id, young_person_id=own_id(), pepper=current_pepper())
    with reading(everywhere=True) as db:
        view = verified.view_of(db, found)
        if found.state is not ShareState.OPEN or secret is None or view is None:
            # Its page says why there is none.
            return see_other("learner.share", share_id=share_id)
        source = source_of(db, view, FileKind(kind))
    return file_answer(view, source, FileKind(kind), secret=secret)


@bp.post("/my/shares/<uuid:share_id>/pin")
@young_person
def share_pin(share_id: UUID) -> ResponseReturnValue:
    """Give the link a PIN and show it, once; or take the PIN away."""
    wanted = request.form.get("wanted") == "yes"
    with transaction() as db:
        pin = sharing.change_pin(
            db,
            share_id=share_id,
            with_pin=wanted,
            actor=current_viewer().actor(),
            pepper=current_pepper(),
            now=utc_now(),
        )
    if pin is None:
        return see_other("learner.share", share_id=share_id, flash=gettext("The link opens without a PIN now."))
    return _share_page(share_id, pin=pin)


@bp.post("/my/shares/<uuid:share_id>/end")
@young_person
def end_share(share_id: UUID) -> Response:
    """End a share at once."""
    with transaction() as db:
        sharing.withdraw(db, share_id=share_id, actor=current_viewer().actor(), now=utc_now())
    return see_other("learner.shares", flash=gettext("Ended. The link shows nothing any more."))


def _make(db: Session, view: Basis, form: ShareForm, *, has_to_agree: bool) -> UUID:
    actor, now = current_viewer().actor(), utc_now()
    if has_to_agree:
        consents.say(
            db,
            young_person_id=own_id(),
            about=About.SHARING,
            is_yes=True,
            voice=Voice.YOUNG_PERSON,
            actor=actor,
            now=now,
        )
    said = form.said.data
    chosen = Chosen(name=NameShown(form.name.data), hours=HOURS in said, skills=SKILLS in said, months=MONTHS in said)
    return sharing.make(
        db,
        credential_id=view.credential_id,
        chosen=chosen,
        made_for=MadeFor(form.made_for.data),
        lasts=Lasts(form.lasts.data),
        actor=actor,
        pepper=current_pepper(),
        now=now,
    )


def _form(view: Basis) -> ShareForm:
    form = ShareForm(data={"name": NameShown.INITIALS.value, "lasts": Lasts.FOUR_WEEKS.value})
    examples = {
        NameShown.INITIALS: initials(view.printed_name),
        NameShown.KNOWN_AS: view.known_as,
        NameShown.FULL: view.printed_name,
    }
    form.name.choices = [
        SelectChoice(each.value, f"{text}: {examples[each]}") for each, text in share_words.NAMES.items()
    ]
    if sharing_basis.tells_months(view):
        form.said.choices = [*form.said.choices, SelectChoice(MONTHS, share_words.MONTHS[view.kind])]
    return form


def _own_view(db: Session, credential_id: UUID) -> Basis:
    view = sharing_basis.find(db, credential_id)
    if view is None or view.young_person_id != own_id() or not sharing_basis.is_shareable(db, view):
        raise NotFound("credential")
    return view


def _share_page(share_id: UUID, *, pin: str | None = None) -> Response:
    with reading() as db:
        found = _own_share(db, share_id)
        secret = share_links.own_link(db, share_id, young_person_id=own_id(), pepper=current_pepper())
    address = None
    if secret is not None and found.state is not ShareState.ENDED:
        address = share_address(secret)
    return page(
        "learner/share.html",
        share=found,
        address=address,
        pin=pin,
        words=share_words,
    )


def _own_share(db: Session, share_id: UUID) -> ShareFacts:
    found = share_links.own_share(db, share_id, young_person_id=own_id(), now=utc_now())
    if found is None:
        raise NotFound("share")
    return found
