"""My choices: three different things, each by itself, and each taken back with one press.

What the school writes down is said, and is no question. Taking part ends with an adult, or for a while with a break.
The own page and sharing from it are theirs: a yes counts at once, and so does a no. Nobody is asked why.
"""

from __future__ import annotations

from flask import Response, request, session
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials import sharing as shares
from accredit.domain.people import consents
from accredit.domain.people.rules import About, Answer, Voice
from accredit.errors import NotFound
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.learner import bp
from accredit.web.learner.me import own_id
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer

THEIRS = frozenset({About.OWN_PAGE, About.SHARING})
WAITS_FOR_HOME = frozenset({Answer.ASK_HOME, Answer.HOME_SAID_NO})


@bp.get("/my/choices")
@young_person
def choices() -> Response:
    """Say what is whose to decide, and offer to decide it."""
    with reading() as db:
        sharing = consents.answer(db, own_id(), About.SHARING, now=utc_now())
        said = consents.said_by(db, own_id())
    return page(
        "learner/choices.html",
        is_shared=sharing is Answer.YES,
        waits_for_home=sharing in WAITS_FOR_HOME,
        home_said=said.get((About.TAKING_PART, Voice.HOME)),
    )


@bp.post("/my/choices")
@young_person
def choose() -> Response:
    """Take one answer; whoever does not want their page any more is signed out with it."""
    try:
        about = About(request.form.get("about", ""))
    except ValueError as error:
        raise NotFound("consent") from error
    if about not in THEIRS:
        raise NotFound("consent")
    is_yes = request.form.get("answer") == "yes"
    with transaction() as db:
        consents.say(
            db,
            young_person_id=own_id(),
            about=about,
            is_yes=is_yes,
            voice=Voice.YOUNG_PERSON,
            actor=current_viewer().actor(),
            now=utc_now(),
        )
        if not is_yes:
            # Without a page of theirs nobody could end what they share.
            shares.end_all(db, young_person_id=own_id(), actor=current_viewer().actor(), now=utc_now())
    if about is About.OWN_PAGE and not is_yes:
        # The words do not open anything any more; what this browser knew of them goes with them.
        is_for_good = current_viewer().closed_on is not None
        session.clear()
        said = _("Your page is closed. Your certificates stay yours. Want it back? Ask at school for a new slip.")
        if is_for_good:
            said = _("Your page is closed. Your certificates stay yours.")
        return see_other("auth.claim", flash=said)
    said = _("Thank you. You can change your mind whenever you like.") if is_yes else _("Done. Nobody asks why.")
    return see_other("learner.choices", flash=said)
