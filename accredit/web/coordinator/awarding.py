"""Awarding a level to a cohort: who is ready and what the others still need, then a look, then the decision.

Looking writes nothing. What is shown before the decision is assessed again when it is made.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from accredit.clock import LONDON, local_date, utc_now
from accredit.domain.awarding import operations, queries, rules, standing
from accredit.domain.awarding.queries import Progress
from accredit.domain.awarding.rules import Assessment, FindingKind
from accredit.domain.credentials.queries import totals_of
from accredit.domain.credentials.rules import honest_sentence
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.names import share_a_surname
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.programmes.rules import Level
from accredit.errors import AccreditError, NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, today
from accredit.web.coordinator.forms import AwardForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.languages import page_language
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer
from accredit.web.words import moment_in_words

NEARLY = 2
"""So few things still to come, and at most a quarter of the hours, read as "nearly there"."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One young person measured against the level in view."""

    who: Progress
    assessment: Assessment

    @property
    def may_be_awarded(self) -> bool:
        """Whether nothing stands between them and the award but the decision."""
        return self.assessment.met and self.who.is_name_confirmed


@dataclass(frozen=True, kw_only=True)
class Groups:
    """A cohort before an award: ready, nearly there, on the way, and those who hold the level or a higher one."""

    ready: Sequence[Standing]
    nearly: Sequence[Standing]
    on_the_way: Sequence[Standing]
    holding: Sequence[Standing]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What will stand on a certificate."""

    enrolment_id: UUID
    name: str
    sentence: str
    skills: tuple[str, ...]
    has_your_surname: bool = False


@bp.get("/programmes/<uuid:programme_id>/award")
@bp.get("/programmes/<uuid:programme_id>/award/<level_code>")
@requires(Permission.AWARD)
def award(programme_id: UUID, level_code: str | None = None) -> ResponseReturnValue:
    """Show who is ready for a level; without one, for the highest that somebody is ready for."""
    programme, cohort = _cohort(programme_id)
    level = _level(cohort, level_code)
    form = AwardForm(awarded_on=today())
    return _award_page(programme, cohort, level, form)


def _cohort(programme_id: UUID) -> tuple[ProgrammeFacts, tuple[Progress, ...]]:
    with reading() as db:
        return programmes.programme(db, programme_id, today()), queries.cohort_progress(db, programme_id, on=today())


def _level(cohort: Sequence[Progress], level_code: str | None) -> Level | None:
    if not cohort:
        return None
    levels = _levels(cohort)
    if level_code is not None:
        found = next((each for each in levels if each.code == level_code), None)
        if found is None:
            raise NotFound("level")
        return found
    ready = {each.level_code for who in cohort for each in standing.due(who)}
    return next((each for each in reversed(levels) if each.code in ready), levels[0])


def _levels(cohort: Sequence[Progress]) -> tuple[Level, ...]:
    """Return the levels of every version that somebody here is measured by."""
    found: dict[str, Level] = {}
    for who in cohort:
        found |= {each.code: each for each in who.definition.levels if each.code not in found}
    return tuple(found.values())


def _award_page(
    programme: ProgrammeFacts, cohort: Sequence[Progress], level: Level | None, form: AwardForm
) -> ResponseReturnValue:
    groups = _grouped(cohort, level) if level else None
    if level is not None and groups is not None:
        form.enrolments.choices = choices_of(
            (each.who.enrolment_id, _label(each.who, level)) for each in groups.ready if each.may_be_awarded
        )
        if request.args.get("tick") == "all":
            form.enrolments.data = [choice.value for choice in form.enrolments.choices]
    return page(
        "coordinator/award.html",
        status=422 if form.errors else 200,
        programme=programme,
        levels=_levels(cohort),
        level=level,
        groups=groups,
        form=form,
    )


def _grouped(cohort: Sequence[Progress], level: Level) -> Groups:
    ready: list[Standing] = []
    nearly: list[Standing] = []
    on_the_way: list[Standing] = []
    holding: list[Standing] = []
    for who in cohort:
        if level.code not in who.definition.level_codes:
            # Their version of the programme has no such level.
            continue
        assessment = rules.assess(who.portfolio, who.definition, level.code, today())
        measured = Standing(who=who, assessment=assessment)
        if standing.holds(who, level.code):
            holding.append(measured)
        elif assessment.met:
            ready.append(measured)
        else:
            (nearly if _is_near(assessment) else on_the_way).append(measured)
    return Groups(ready=ready, nearly=nearly, on_the_way=on_the_way, holding=holding)


def _is_near(assessment: Assessment) -> bool:
    far = any(each.kind is FindingKind.HOURS and each.missing * 4 > each.needed for each in assessment.missing)
    return len(assessment.missing) <= NEARLY and not far


def _label(who: Progress, level: Level) -> str:
    """Return a name, with the higher level somebody is ready for: one look keeps them from getting less."""
    highest = standing.due(who)[-1]
    if highest.level_code == level.code:
        return who.printed_name
    return str(_("%(name)s (also ready for %(level)s)", name=who.printed_name, level=highest.level_title))


@bp.post("/programmes/<uuid:programme_id>/award/<level_code>/look")
@requires(Permission.AWARD)
def award_look(programme_id: UUID, level_code: str) -> ResponseReturnValue:
    """Show what will stand on each certificate, before the decision; nothing is written."""
    programme, cohort = _cohort(programme_id)
    level = _level(cohort, level_code)
    form = AwardForm()
    form.enrolments.choices = choices_of((each.enrolment_id, each.printed_name) for each in cohort)
    if level is None or not form.validate_on_submit():
        return _award_page(programme, cohort, level, form)
    with reading() as db:
        chosen = queries.progress_of(db, _ids(form), on=day_of(form.awarded_on))
    previews, refused = _looked_at(chosen, level, form)
    if not previews:
        form.enrolments.errors = [text for _name, text in refused]
        return _award_page(programme, cohort, level, form)
    return page(
        "coordinator/award_look.html",
        programme=programme,
        level=level,
        previews=previews,
        refused=refused,
        awarded_on=day_of(form.awarded_on),
        is_ahead=day_of(form.awarded_on) > today(),
        form=AwardForm(when="later"),
    )


def _ids(form: AwardForm) -> list[UUID]:
    return [UUID(each) for each in form.enrolments.data]


def _looked_at(
    chosen: Sequence[Progress], level: Level, form: AwardForm
) -> tuple[list[Preview], list[tuple[str, str]]]:
    previews, refused, reader = [], [], current_viewer().display_name
    for who in chosen:
        try:
            rules.check_not_own(reader, who.printed_name)
            rules.check_award(
                rules.assess(who.portfolio, who.definition, level.code, day_of(form.awarded_on)),
                started_on=who.started_on,
                today=today(),
                is_name_confirmed=who.is_name_confirmed,
                awarded={award.level_code for award in who.awarded},
                issue_on=day_of(form.awarded_on),
            )
        except RuleBroken as refusal:
            refused.append((who.printed_name, sentence(refusal)))
        else:
            previews.append(
                Preview(
                    enrolment_id=who.enrolment_id,
                    name=who.printed_name,
                    sentence=honest_sentence(totals_of(who.portfolio)),
                    skills=tuple(skill.title for skill in who.portfolio.skills),
                    has_your_surname=share_a_surname(reader, who.printed_name),
                )
            )
    return previews, refused


@bp.post("/programmes/<uuid:programme_id>/award/<level_code>/give")
@requires(Permission.AWARD)
def award_give(programme_id: UUID, level_code: str) -> ResponseReturnValue:
    """Award the level: the decision. Signing follows by itself."""
    programme, cohort = _cohort(programme_id)
    level = _level(cohort, level_code)
    form = AwardForm()
    form.enrolments.choices = choices_of((each.enrolment_id, each.printed_name) for each in cohort)
    if level is None or not form.validate_on_submit():
        return _award_page(programme, cohort, level, form)
    now = utc_now()
    issue_from = _issue_from(form, now)
    with transaction() as db:
        result = operations.award_cohort(
            db,
            programme_id=programme_id,
            level_code=level.code,
            awarded_on=day_of(form.awarded_on),
            enrolment_ids=_ids(form),
            actor=own_actor(),
            now=now,
            issue_from=issue_from,
        )
    _tell_refused(result.refused, {each.enrolment_id: each.printed_name for each in cohort})
    flash = _awarded(result.awarded, issue_from)
    return see_other("coordinator.certificates", programme=programme.id, flash=flash, flash_kind="success")


def _issue_from(form: AwardForm, now: datetime) -> datetime | None:
    """Return from when on certificates may be signed: the first moment of a day to come, or ten minutes from now."""
    day = day_of(form.awarded_on)
    if day > local_date(now):
        return datetime.combine(day, time.min, LONDON)
    return now + rules.COOLING_OFF if form.when.data == "later" else None


def _awarded(awarded: Collection[UUID], issue_from: datetime | None) -> str | None:
    if not awarded:
        return None
    if issue_from is not None:
        kept: str = ngettext(
            "%(num)d award decided. Until %(moment)s you can undo it; then it is signed by itself.",
            "%(num)d awards decided. Until %(moment)s you can undo them; then they are signed by themselves.",
            len(awarded),
            moment=moment_in_words(issue_from, page_language()),
        )
        return kept
    news: str = ngettext(
        "%(num)d award decided. The certificate is signed in a moment.",
        "%(num)d awards decided. The certificates are signed in a moment.",
        len(awarded),
    )
    return news


def _tell_refused(refused: Mapping[UUID, AccreditError], names: Mapping[UUID, str]) -> None:
    for enrolment_id, refusal in refused.items():
        flash(_("%(name)s: %(why)s", name=names[enrolment_id], why=sentence(refusal)), "careful")
