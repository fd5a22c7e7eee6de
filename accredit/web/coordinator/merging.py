"""Two records of one young person become one: find the other, look at both side by side, say so; another may agree."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.merging import operations, queries
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import one_person
from accredit.domain.people import queries as people
from accredit.domain.people.second_person import others_who_may
from accredit.errors import RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, today
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer


@bp.get("/people/<uuid:young_person_id>/same")
@requires(Permission.MANAGE_PEOPLE)
def find_same(young_person_id: UUID) -> ResponseReturnValue:
    """Find the other record of a young person by name; those of a like name are offered first."""
    text = request.args.get("q", "").strip()[:150]
    with reading() as db:
        person = people.young_person(db, young_person_id)
        found = queries.candidates(db, person=person, text=text)
    return page("coordinator/same_person.html", person=person, found=found, text=text)


@bp.get("/people/<uuid:young_person_id>/same/<uuid:other_id>")
@requires(Permission.MANAGE_PEOPLE)
def preview_merge(young_person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Show both records side by side, and what is in the way of making one of them."""
    return _preview(young_person_id, other_id)


@bp.post("/people/<uuid:young_person_id>/same/<uuid:other_id>")
@requires(Permission.MANAGE_PEOPLE, proof=True)
def merge_people(young_person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Make one record of both, or ask another co-ordinator to agree."""
    if request.form.get("sure") != "yes":
        return _preview(young_person_id, other_id, status=422, is_unsure=True)
    try:
        with transaction() as db:
            asked = operations.merge(db, kept_id=young_person_id, other_id=other_id, actor=own_actor(), now=utc_now())
    except RuleBroken as refusal:
        return _preview(young_person_id, other_id, status=422, refusal=sentence(refusal))
    said = _("There is one record now.") if asked.is_done else _("Asked. Another co-ordinator is to agree.")
    return see_other("coordinator.person", young_person_id=young_person_id, flash=said)


@bp.post("/people/<uuid:young_person_id>/same/<uuid:other_id>/answer")
@requires(Permission.MANAGE_PEOPLE, proof=True)
def answer_merge(young_person_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Agree that both are one person, or leave them two."""
    agreed = request.form.get("answer") == "yes"
    try:
        with transaction() as db:
            operations.answer(
                db, kept_id=young_person_id, other_id=other_id, agreed=agreed, actor=own_actor(), now=utc_now()
            )
    except RuleBroken as refusal:
        return _preview(young_person_id, other_id, status=422, refusal=sentence(refusal))
    said = _("There is one record now.") if agreed else _("They stay two records.")
    return see_other("coordinator.person", young_person_id=young_person_id, flash=said)


def _preview(
    kept_id: UUID, other_id: UUID, *, status: int = 200, refusal: str = "", is_unsure: bool = False
) -> ResponseReturnValue:
    staff_id = current_viewer().staff_id
    with reading() as db:
        shown = queries.preview(db, kept_id=kept_id, other_id=other_id, on=today())
        asked = next((each for each in one_person.merges_asked(db, of=kept_id) if each.other_id == other_id), None)
        others = (
            others_who_may(
                db,
                organisation_id=own_organisation(),
                but=staff_id,
                permission=Permission.MANAGE_PEOPLE,
                now=utc_now(),
            )
            if staff_id
            else ()
        )
    return page(
        "coordinator/same_person_plan.html",
        status=status,
        shown=shown,
        asked=asked,
        others=others,
        staff_id=staff_id,
        in_the_way=[sentence(each) for each in shown.in_the_way],
        refusal=refusal if not shown.in_the_way else "",
        is_unsure=is_unsure,
    )
