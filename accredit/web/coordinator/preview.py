"""The certificate as it will look, before anything is decided: the real page, with PREVIEW across it and no code."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue

from accredit.domain.awarding import queries
from accredit.domain.credentials.queries import totals_of
from accredit.domain.organisations import paper
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.errors import NotFound, RuleBroken
from accredit.rendering.of_credential import preview_of
from accredit.storage import identity
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, today
from accredit.web.database import reading
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.settings import current_settings


@bp.get("/programmes/<uuid:programme_id>/award/<level_code>/preview/<uuid:enrolment_id>.pdf")
@requires(Permission.AWARD)
def award_preview(programme_id: UUID, level_code: str, enrolment_id: UUID) -> ResponseReturnValue:
    """Answer with the certificate of one young person as it would look; nothing is decided and nothing is kept."""
    on = _day(request.args.get("on"))
    count_for_school(PAPERS)
    with reading() as db:
        who = queries.progress(db, enrolment_id, on=on)
        if who.programme_id != programme_id:
            raise NotFound("enrolment")
        school = organisations.organisation(db, own_organisation())
        look = paper.look(db, own_organisation())
        signatory = people.staff_member(db, own_actor().id or UUID(int=0))
        service = identity.read(db)
    try:
        level = who.definition.level(level_code)
    except RuleBroken:
        raise NotFound("level") from None
    made = preview_of(
        organisation=school.name,
        name=who.printed_name,
        award=level.title,
        level=level.badge,
        totals=totals_of(who.portfolio),
        skills=tuple(skill.title for skill in who.portfolio.skills),
        signatory_name=signatory.name,
        signatory_role=signatory.job_title,
        awarded_on=on,
        tariff_line=who.definition.tariff_line,
        base_url=current_settings().base_url,
        demonstration=service is not None and service.demonstration,
        look=look,
    )
    answer = Response(made, content_type="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"preview-{level_code.lower()}.pdf")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text) if text else today()
    except ValueError:
        return today()
