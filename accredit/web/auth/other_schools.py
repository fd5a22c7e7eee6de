"""My other schools: a page at another school is one press away, once both were brought together.

It stands beside signing in, not among the pages of one school: it looks across schools, and it signs in.
"""

from __future__ import annotations

from uuid import UUID

from flask import Response, session
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from accredit.clock import utc_now
from accredit.domain.people import pages_together, word_cards
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.kit.word_code import WordCodeError
from accredit.web.access import young_person
from accredit.web.auth import bp, cookie
from accredit.web.auth.cookie import YoungSignIn
from accredit.web.auth.young import BY_ADDRESS, not_a_word
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, TextInput
from accredit.web.limits import address, check_allowance, count_try
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper
from accredit.web.viewer import current_viewer


class OtherPageForm(Form):
    """The five words of one's page at another school."""

    words = StringField(
        _l("The five words of your other page"),
        [
            InputRequired(_l("Type the five words of your other page")),
            Length(max=200, message=_l("That is too long. Type five words.")),
        ],
        widget=TextInput(),
    )


@bp.get("/my/schools")
@young_person
def other_schools() -> Response:
    """Show the pages at other schools, and ask for the words of one more."""
    return _page(OtherPageForm())


@bp.post("/my/schools")
@young_person
def bring_together() -> Response:
    """Bring the page that the words open together with this one."""
    form, now = OtherPageForm(), utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    if not form.validate():
        return _page(form, status=422)
    try:
        with transaction(everywhere=True) as db:
            is_done = pages_together.bring_together(
                db, young_person_id=_own_id(), words=form.words.data, pepper=current_pepper(), now=now
            )
    except WordCodeError as error:
        return _again(form, not_a_word(error))
    except RuleBroken as broken:
        form.words.errors = [sentence(broken)]
        return _page(form, status=422)
    if not is_done:
        return _again(form, _("These words do not open a page. Look at each of them again."))
    return see_other("auth.other_schools", flash=_("Done. Now you can go from one page to the other."))


@bp.post("/my/schools/<uuid:young_person_id>/go")
@young_person
def go_there(young_person_id: UUID) -> Response:
    """Go to one's page at another school. Raises `NotFound` for every page that is not together with this one."""
    with transaction(everywhere=True) as db:
        found = {each.young_person_id: each for each in pages_together.others(db, _own_id())}
        if young_person_id not in found:
            raise NotFound("young-person")
        there = found[young_person_id]
        word_cards.mark_used(db, card_id=there.card_id, now=utc_now())
    cookie.go_to(session, YoungSignIn(young_person_id=young_person_id, card_id=there.card_id))
    return see_other("learner.home")


@bp.post("/my/schools/part")
@young_person
def part() -> Response:
    """Let this page stand by itself again."""
    with transaction(everywhere=True) as db:
        pages_together.part(db, young_person_id=_own_id(), now=utc_now())
    return see_other("auth.other_schools", flash=_("Done. This page stands by itself again."))


def _again(form: OtherPageForm, said: str) -> Response:
    count_try(BY_ADDRESS, address())
    form.words.errors = [said]
    return _page(form, status=422)


def _page(form: OtherPageForm, *, status: int = 200) -> Response:
    with reading(everywhere=True) as db:
        found = pages_together.others(db, _own_id())
    return page("auth/other_schools.html", status=status, form=form, others=found)


def _own_id() -> UUID:
    young_person_id = current_viewer().young_person_id
    if young_person_id is None:
        raise Forbidden("wrong-audience")
    return young_person_id
