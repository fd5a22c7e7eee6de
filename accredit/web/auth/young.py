"""Young people open their page with the code on a paper slip, once, and then with five words. Nothing else is asked.

1. `claim`, `use_claim`: one box takes either. Words sign in; a slip's code is looked up and remembered for ten minutes.
2. `yours`, `take`: whose page is it? Only "yes" uses the slip up, and shows the five words, this once. Whoever goes
   back to them, or loads that page again, is told so (`_shown_once`): nobody keeps the words, not even for a moment.
"""

from __future__ import annotations

from datetime import datetime

from flask import Response, request, session
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations import suspending
from accredit.domain.people import claiming, queries, word_cards
from accredit.errors import NotFound, RuleBroken
from accredit.kit import typed_code, word_code
from accredit.kit.typed_code import TypedCodeError
from accredit.kit.word_code import WordCodeError
from accredit.web.access import public
from accredit.web.auth import bp, cookie
from accredit.web.auth.cookie import YoungSignIn
from accredit.web.auth.forms import ClaimForm
from accredit.web.auth.ways import go_on
from accredit.web.database import reading, transaction
from accredit.web.languages import page_language
from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.pages import page, safe_next, see_other
from accredit.web.settings import current_pepper
from accredit.web.viewer import Viewer, ViewerKind, current_viewer

# A class of thirty may mistype twice each in ten minutes, all from one address.
BY_ADDRESS = Allowance(name="claim-address", times=90, seconds=600)
LOOKALIKES = frozenset("0Oo1IiLl")
OVER: dict[str, tuple[LazyString, LazyString]] = {
    "slip-used": (
        lazy_gettext("This slip was used already"),
        lazy_gettext(
            "A slip works once. Since then five words open the page. Type them instead. Lost your words? Ask at school "
            "for a new slip. Never used your slip? Tell an adult at school today."
        ),
    ),
    "slip-stopped": (
        lazy_gettext("This slip does not work any more"),
        lazy_gettext("Your school made a newer one, or stopped it because it was lost. Ask at school for a new one."),
    ),
    "slip-too-old": (
        lazy_gettext("This slip is too old"),
        lazy_gettext("Slips stop working after a while. Nothing is lost. Ask at school for a new one."),
    ),
    "home-not-agreed": (
        lazy_gettext("Your page cannot open yet"),
        lazy_gettext(
            "At your age somebody at home says yes to your page first, on a paper slip. Ask at school if it has come "
            "back. Keep your own slip: it works then. School prints your certificate either way."
        ),
    ),
}
"""What is said of a slip that opens nothing: what happened, and what to do."""


@bp.get("/start")
@public
def claim() -> Response:
    """Ask for the words or the code."""
    viewer = current_viewer()
    if viewer.kind == ViewerKind.YOUNG_PERSON:
        return go_on(viewer, request.args.get("next"))
    form = ClaimForm(next=safe_next(request.args.get("next")))
    return page("auth/claim.html", form=form, has_closed="closed" in request.args)


@bp.post("/start")
@public
def use_claim() -> Response:
    """Sign in whom the words belong to, or go on with a slip."""
    form, now = ClaimForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return page("auth/claim.html", status=422, form=form)
    return _with_slip(form, now) if _is_code(form.code.data) else _with_words(form, now)


def _is_code(text: str) -> bool:
    try:
        typed_code.read(text)
    except TypedCodeError:
        return not word_code.is_meant(text)
    return True


def _with_words(form: ClaimForm, now: datetime) -> Response:
    is_suspended, card = False, None
    try:
        with transaction(everywhere=True) as db:
            card = word_cards.find(db, form.code.data, pepper=current_pepper())
            is_suspended = card is not None and suspending.suspended_since(db, card.organisation_id) is not None
            if card is not None and not is_suspended:
                word_cards.mark_used(db, card_id=card.id, now=now)
        said = _("These words do not open a page. Look at each of them again. Lost them? Ask at school for a new slip.")
    except WordCodeError as error:
        said = not_a_word(error)
    if card is None:
        return _again(form, said)
    if is_suspended:
        return _closed(form)
    who = YoungSignIn(young_person_id=card.young_person_id, card_id=card.id)
    cookie.remember_young_person(session, who, now=now)
    return go_on(Viewer(kind=ViewerKind.YOUNG_PERSON), form.next.data)


def _with_slip(form: ClaimForm, now: datetime) -> Response:
    with reading(everywhere=True) as db:
        found = claiming.look_up(db, form.code.data, pepper=current_pepper(), now=now)
        is_suspended = found is not None and suspending.suspended_since(db, found.organisation_id) is not None
    if found is None:
        return _again(form, slip_of_the_finger(form.code.data))
    if is_suspended:
        return _closed(form)
    if found.refusal is not None:
        return _over(found.refusal)
    cookie.remember_slip(session, found.slip_id, now=now)
    return see_other("auth.yours")


def _again(form: ClaimForm, said: str) -> Response:
    count_try(BY_ADDRESS, address())
    form.code.errors = [said]
    return page("auth/claim.html", status=422, form=form)


def _closed(form: ClaimForm) -> Response:
    form.code.errors = [_("Your school’s pages are closed for now. Your certificates stay yours. Ask at school.")]
    return page("auth/claim.html", status=422, form=form)


def _over(rule: str) -> Response:
    heading, what_to_do = OVER[rule]
    # Whoever used their slip up has words: they type them here. What was typed just now was the code.
    form = ClaimForm(formdata=None) if rule == "slip-used" else None
    return page("auth/slip_over.html", status=422, heading=heading, what_to_do=what_to_do, form=form)


@bp.get("/start/yours")
@public
def yours() -> Response:
    """Ask whether the page that a slip opens is theirs, and say what a page is."""
    now = utc_now()
    slip_id = cookie.slip_typed(session, now=now)
    if slip_id is None:
        return _shown_once()
    with reading(everywhere=True) as db:
        found = claiming.slip(db, slip_id, now=now)
        if found is None:
            return see_other("auth.claim")
        if found.refusal is not None:
            return _over(found.refusal)
        person = queries.young_person(db, found.young_person_id)
        school = organisations.organisation(db, found.organisation_id).name
    return page("auth/yours.html", name=person.known_as, school=school)


@bp.post("/start/yours")
@public
def take() -> Response:
    """Use the slip up for whoever says that it is theirs, and show their words; whoever says no gives it back."""
    now = utc_now()
    slip_id = cookie.slip_typed(session, now=now)
    cookie.forget_slip(session)
    if slip_id is None:
        # The page of the words, loaded again, sends its form once more.
        return see_other("auth.yours" if current_viewer().kind == ViewerKind.YOUNG_PERSON else "auth.claim")
    if request.form.get("answer") != "yes":
        said = _("Nothing was used up. If that slip is not yours, give it to an adult at school: it is somebody’s key.")
        return see_other("auth.claim", flash=said, flash_kind="information")
    try:
        with transaction(everywhere=True) as db:
            mine = claiming.claim(db, slip_id=slip_id, language=page_language(), pepper=current_pepper(), now=now)
    except RuleBroken as refusal:
        return _over(refusal.rule)
    except NotFound:
        return see_other("auth.claim")
    who = YoungSignIn(young_person_id=mine.young_person_id, card_id=mine.card_id)
    cookie.remember_young_person(session, who, now=now)
    return page("auth/words.html", words=mine.words)


def _shown_once() -> Response:
    """Say to whoever goes back to their words that they were shown once; ask anybody else for a slip."""
    if current_viewer().kind != ViewerKind.YOUNG_PERSON:
        return see_other("auth.claim")
    return page("auth/words_shown.html")


def not_a_word(error: WordCodeError) -> str:
    """Say in kind words why what was typed are not five words."""
    if error.fault == "count":
        return str(_("You need five words. You have typed %(count)d so far.", count=error.count))
    if error.alike:
        return str(_("We do not know the word “%(word)s”. Is it “%(meant)s”?", word=error.word, meant=error.alike[0]))
    return str(_("We do not know the word “%(word)s”. Look at that one again.", word=error.word))


def slip_of_the_finger(text: str) -> str:
    """Say in kind words why a code did not work."""
    said: str = _("This code does not work any more. Ask at school for a new slip.")
    try:
        typed_code.read(text)
    except TypedCodeError as error:
        if error.fault == "symbol" and error.symbol in LOOKALIKES:
            said = _("A code never has “%(symbol)s” in it. Look at that one again.", symbol=error.symbol)
        elif error.fault == "symbol":
            said = _("A code has only letters and numbers. Take out “%(symbol)s”.", symbol=error.symbol)
        elif error.fault == "length":
            count = sum(symbol.isalnum() for symbol in text)
            said = _("A code has 14 letters and numbers. You have typed %(count)d so far.", count=count)
        else:
            said = _("Nearly! One letter or number is not the same as on your slip. Look at it again.")
    return said
