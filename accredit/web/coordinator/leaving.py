"""A young person leaves, and comes back only where two co-ordinators agree."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import local_date, utc_now
from accredit.domain.enrolments import operations as enrolments_write
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import leaving, listing, queries, word_cards
from accredit.domain.people.queries import YoungPersonFacts
from accredit.errors import RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, today
from accredit.web.database import reading, transaction
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Kind, ListOf, show
from accredit.web.messages import sentence
from accredit.web.pages import FlashKind, page, see_other


@bp.get("/people/left")
@requires(Permission.MANAGE_PEOPLE)
def leavers() -> ResponseReturnValue:
    """List those who have left."""
    with reading() as db:
        shown = show(db, _leavers(db))
    return page("coordinator/leavers.html", shown=shown)


@bp.route("/people/left/export", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE, proof=True)
def export_leavers() -> Response:
    """Hand out the list of those who have left as a file."""
    return exported(_leavers)


def _leavers(_db: Session) -> ListOf[YoungPersonFacts]:
    return ListOf(
        name="leavers",
        title=_("Those who have left"),
        endpoint="coordinator.leavers",
        export="coordinator.export_leavers",
        source=listing.leavers(organisation_id=own_organisation()),
        order="-left",
        columns=(
            Column(name="name", label=_("Name"), cell=lambda one: one.printed_name),
            Column(
                name="left", label=_("Left"), cell=lambda one: one.left_at and local_date(one.left_at), kind=Kind.DAY
            ),
            Column(
                name="waiting",
                label=_("Waiting"),
                cell=lambda one: _("To be opened again?") if one.opening_asked_by else "",
                is_sorted=False,
            ),
        ),
        filters=(
            Filter(name="q", label=_("Find by name, form or pupil number")),
            Filter(name="waiting", label=_("Waiting"), choices={"yes": _("To be opened again?"), "no": _("Nothing")}),
        ),
    )


@bp.get("/people/<uuid:young_person_id>/leave")
@requires(Permission.MANAGE_PEOPLE)
def ask_leave(young_person_id: UUID) -> ResponseReturnValue:
    """Ask whether somebody has left."""
    with reading() as db:
        person = queries.young_person(db, young_person_id)
        card = word_cards.current(db, young_person_id)
        others = leaving.others_who_can_agree(db, own_organisation(), but=own_actor().id, now=utc_now())
    return page("coordinator/leave.html", person=person, card=card, others=others)


@bp.post("/people/<uuid:young_person_id>/leave")
@requires(Permission.MANAGE_PEOPLE)
def leave(young_person_id: UUID) -> ResponseReturnValue:
    """Record that somebody has left, and end their places in programmes with today."""
    actor, now = own_actor(), utc_now()
    try:
        with transaction() as db:
            leaving.mark_left(db, young_person_id=young_person_id, actor=actor, now=now)
            for place in enrolments.enrolments_of(db, young_person_id):
                if place.ended_on is None:
                    # A place that was to begin later ends before it counts.
                    last = max(today(), place.started_on)
                    enrolments_write.end_enrolment(db, enrolment_id=place.id, ended_on=last, actor=actor, now=now)
    except RuleBroken as refusal:
        return _back(young_person_id, sentence(refusal), careful=True)
    return _back(young_person_id, _("They have left. What they earned stays on record and genuine."))


@bp.post("/people/<uuid:young_person_id>/open")
@requires(Permission.MANAGE_PEOPLE)
def ask_to_open(young_person_id: UUID) -> ResponseReturnValue:
    """Ask that the page of somebody who has left is opened again."""
    try:
        with transaction() as db:
            is_open = leaving.ask_to_open(db, young_person_id=young_person_id, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return _back(young_person_id, sentence(refusal), careful=True)
    asked = _("Asked. Another co-ordinator is to agree.")
    return _back(young_person_id, _("They are on the list again. Make them a new slip.") if is_open else asked)


@bp.post("/people/<uuid:young_person_id>/open/answer")
@requires(Permission.MANAGE_PEOPLE)
def answer_opening(young_person_id: UUID) -> ResponseReturnValue:
    """Agree that it is opened, or decline."""
    agreed = request.form.get("answer") == "yes"
    try:
        with transaction() as db:
            leaving.answer(db, young_person_id=young_person_id, agreed=agreed, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return _back(young_person_id, sentence(refusal), careful=True)
    said = _("They are on the list again. Make them a new slip.") if agreed else _("It stays closed.")
    return _back(young_person_id, said)


def _back(young_person_id: UUID, said: str, *, careful: bool = False) -> ResponseReturnValue:
    kind: FlashKind = "careful" if careful else "success"
    return see_other("coordinator.person", young_person_id=young_person_id, flash=said, flash_kind=kind)
