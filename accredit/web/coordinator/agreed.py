"""What was agreed to: the co-ordinator ticks the signed slip from home, and below which age home is asked at all.

Three things, each by itself: taking part, their own page, sharing from it. What the young person wants they say on
their own page; here it can only be noted that they do not want something any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import consents, queries
from accredit.domain.people.consents import Said
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.people.rules import HOME_AGES, About, Voice
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation
from accredit.web.database import reading, transaction
from accredit.web.forms import Form, RadioInput, SelectChoice
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other

TITLES: dict[About, LazyString] = {
    About.TAKING_PART: lazy_gettext("Taking part"),
    About.OWN_PAGE: lazy_gettext("Their own page"),
    About.SHARING: lazy_gettext("Sharing from it"),
}


@dataclass(frozen=True, kw_only=True)
class AgreedLine:
    """One question to one young person, and how the answers stand."""

    about: About
    title: LazyString
    asks_home: bool
    home: Said | None
    own: Said | None
    is_from_before: bool
    """Whether they had a page before answers were written down, and nobody has said anything since."""


def agreed_lines(db: Session, person: YoungPersonFacts) -> list[AgreedLine]:
    """Return how each question stands for a young person."""
    said, now = consents.said_by(db, person.id), utc_now()
    return [
        AgreedLine(
            about=about,
            title=title,
            asks_home=consents.asks_home(db, person, about, now=now),
            home=said.get((about, Voice.HOME)),
            own=said.get((about, Voice.YOUNG_PERSON)),
            is_from_before=(about, Voice.BEFORE) in said,
        )
        for about, title in TITLES.items()
    ]


@bp.post("/people/<uuid:young_person_id>/agreed")
@requires(Permission.MANAGE_PEOPLE)
def note_answer(young_person_id: UUID) -> Response:
    """Tick what the slip from home says, or note that somebody does not want something any more."""
    try:
        about, voice = About(request.form.get("about", "")), Voice(request.form.get("voice", ""))
    except ValueError as error:
        raise NotFound("consent") from error
    try:
        with transaction() as db:
            consents.say(
                db,
                young_person_id=young_person_id,
                about=about,
                is_yes=request.form.get("answer") == "yes",
                voice=voice,
                actor=own_actor(),
                now=utc_now(),
            )
    except RuleBroken as refusal:
        return see_other(
            "coordinator.person", young_person_id=young_person_id, flash=sentence(refusal), flash_kind="careful"
        )
    return see_other("coordinator.person", young_person_id=young_person_id, flash=_("Noted."))


class HomeAgeForm(Form):
    """Below which age somebody at home is asked."""

    below = RadioField(
        lazy_gettext("Ask at home below the age of"),
        [InputRequired(lazy_gettext("Choose an age."))],
        choices=[SelectChoice(str(age), str(age)) for age in HOME_AGES],
        widget=RadioInput(),
    )


@bp.route("/organisation/home-slips", methods=["GET", "POST"])
@requires(Permission.MANAGE_ORGANISATION)
def home_age() -> ResponseReturnValue:
    """Say below which age somebody at home agrees to a page, and to sharing from it."""
    with reading() as db:
        below = consents.asked_below(db, own_organisation())
    form = HomeAgeForm(below=str(below))
    if form.validate_on_submit():
        with transaction() as db:
            consents.ask_below(
                db, organisation_id=own_organisation(), below=int(form.below.data), actor=own_actor(), now=utc_now()
            )
        return see_other("coordinator.organisation", flash=_("Saved."))
    return page("coordinator/home_age.html", status=422 if form.errors else 200, form=form)


def without_page(db: Session, young_person_id: UUID) -> bool:
    """Say whether a slip cannot be made yet, since home has not agreed."""
    person = queries.young_person(db, young_person_id)
    return bool(consents.waiting_for_home(db, [person], now=utc_now()))
