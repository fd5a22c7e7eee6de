"""Remove my account and public pages, or ask the school about its record: two choices, told apart before anything goes.

Each is one press and nothing is typed. Nothing is erased here: a new slip brings the page back.
"""

from __future__ import annotations

from flask import Response, request, session
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.credentials import hiding, queries, removing, share_links
from accredit.domain.credentials.sharing_rules import ShareState
from accredit.domain.people import asking_school
from accredit.domain.people.rules import RecordWish
from accredit.errors import NotFound, RuleBroken
from accredit.web.access import young_person
from accredit.web.database import reading, transaction
from accredit.web.learner import bp, words
from accredit.web.learner.me import own_id
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/my/remove")
@young_person
def remove() -> Response:
    """Say what goes, what stays and how to come back; then offer both choices."""
    now = utc_now()
    with reading() as db:
        running = [each for each in share_links.shares_of(db, own_id(), now=now) if each.state is not ShareState.ENDED]
        has_certificates = bool(queries.of_young_person(db, own_id()))
        asked = asking_school.latest(db, own_id())
    return page(
        "learner/remove.html",
        shares=len(running),
        has_certificates=has_certificates,
        asked=asked,
        wishes=words.RECORD_WISHES,
        answers=words.RECORD_ANSWERS,
    )


@bp.post("/my/remove")
@young_person
def removed() -> Response:
    """Remove the page and the public pages, and sign its owner out everywhere."""
    with transaction() as db:
        removing.remove(db, young_person_id=own_id(), actor=current_viewer().actor(), now=utc_now())
    is_for_good = current_viewer().closed_on is not None
    session.clear()
    said = _(
        "Your page and your public pages are gone. Your certificates stay yours. "
        "Want it all back? Ask at school for a new slip."
    )
    if is_for_good:
        said = _("Your page and your public pages are gone. Your certificates stay yours.")
    return see_other("auth.claim", flash=said)


@bp.post("/my/ask-school")
@young_person
def ask_school() -> Response:
    """Ask the school to put something right in its record, or to take the record away."""
    try:
        wish = RecordWish(request.form.get("wish", ""))
    except ValueError as error:
        raise NotFound("record-wish") from error
    try:
        with transaction() as db:
            asking_school.ask(db, wish=wish, actor=current_viewer().actor(), now=utc_now())
    except RuleBroken as broken:
        return see_other("learner.remove", flash=words.sentence(broken), flash_kind="careful")
    said = _("Your school knows that you asked. An adult will talk with you.")
    if current_viewer().closed_on is not None:
        said = _("Those who run this website see that you asked.")
    return see_other("learner.remove", flash=said)


@bp.post("/my/found-again")
@young_person
def found_again() -> Response:
    """Let the codes of one's certificates be found again, after one's public pages were removed."""
    with transaction() as db:
        hiding.show_own(db, actor=current_viewer().actor(), now=utc_now())
    return see_other("learner.certificates", flash=_("Done. Your codes can be looked up again."))
