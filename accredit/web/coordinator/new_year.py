"""A new school year on one page: who moves up, who leaves, and slips for those who leave before it is done."""

from __future__ import annotations

from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from accredit.clock import utc_now
from accredit.domain.enrolments import operations as enrolments
from accredit.domain.enrolments import queries as places
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries, word_cards
from accredit.domain.people.new_year import NewYear, Started, plan_new_year, start_new_year
from accredit.errors import AccreditError, Conflict, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, today
from accredit.web.coordinator.people import year_groups
from accredit.web.coordinator.person import slips_page
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other


@bp.route("/people/new-year", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def new_year() -> ResponseReturnValue:
    """Show what a new school year would do, and do it."""
    if request.method != "POST":
        return _page()
    leaving = _ticked()
    try:
        done = _start(leaving)
    except (RuleBroken, Conflict) as refusal:
        return _page(refusal=refusal, kept=leaving)
    moved = ngettext("%(num)d young person moved up.", "%(num)d young people moved up.", done.moved)
    left = ngettext("%(num)d has left.", "%(num)d have left.", len(done.left)) if done.left else ""
    return see_other("coordinator.people", flash=f"{moved} {left}".strip())


@bp.post("/people/new-year/slips")
@requires(Permission.MANAGE_PEOPLE)
def leavers_slips() -> ResponseReturnValue:
    """Make slips for those of the last year group who have none, so that they can fetch what is theirs."""
    plan = _plan()
    with reading() as db:
        have = word_cards.with_way_in(db, [each.young_person_id for each in plan.leavers])
    wanted = [each.young_person_id for each in plan.leavers if each.young_person_id not in have]
    return slips_page(wanted) if wanted else see_other("coordinator.new_year")


def _ticked() -> set[UUID]:
    ticked: set[UUID] = set()
    for text in request.form.getlist("leaving"):
        try:
            ticked.add(UUID(text))
        except ValueError:
            continue
    return ticked


def _plan() -> NewYear:
    groups = year_groups()
    with reading() as db:
        return plan_new_year(db, organisation_id=own_organisation(), year_groups=groups, now=utc_now())


def _start(leaving: set[UUID]) -> Started:
    groups, now = year_groups(), utc_now()
    with transaction() as db:
        done = start_new_year(
            db,
            organisation_id=own_organisation(),
            year_groups=groups,
            leaving=leaving,
            expected_digest=request.form.get("digest", ""),
            again="again" in request.form,
            actor=own_actor(),
            now=now,
        )
        for enrolment_id in places.open_places(db, done.left, on=today()):
            enrolments.end_enrolment(db, enrolment_id=enrolment_id, ended_on=today(), actor=own_actor(), now=now)
    return done


def _page(*, refusal: AccreditError | None = None, kept: set[UUID] | None = None) -> ResponseReturnValue:
    plan = _plan()
    with reading() as db:
        leavers = [each.young_person_id for each in plan.leavers]
        slips, have = queries.slips_of(db, leavers), word_cards.with_way_in(db, leavers)
    return page(
        "coordinator/new_year.html",
        status=422 if refusal else 200,
        plan=plan,
        slips=slips,
        without_slip=len(plan.leavers) - len(have),
        # Everybody of the last year is ticked at first: that they leave is what a new year mostly means.
        ticked={each.young_person_id for each in plan.leavers} if kept is None else kept,
        errors=[(sentence(refusal), "#again" if plan.last_at else "")] if refusal else [],
    )
