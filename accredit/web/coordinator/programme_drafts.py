"""Programmes of the school's own: a draft is edited part by part, checked, and published with its first day.

Nothing counts by a draft. What fits together, which words can be printed and for whom a version holds is the domain's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, gettext, lazy_gettext, ngettext

from accredit.clock import utc_now
from accredit.domain.credentials.document import criteria_narrative
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments import versions
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import queries as people
from accredit.domain.programmes import drafting, editing, queries
from accredit.domain.programmes.queries import DraftFacts
from accredit.domain.programmes.rules import Definition
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.coordinator.programme_forms import (
    AboutForm,
    ActivityForm,
    LevelForm,
    ModuleForm,
    OwnProgrammeForm,
    PartForm,
    PublishForm,
    SkillForm,
    publish_form,
)
from accredit.web.coordinator.programme_words import Word, advice_on, faults_of, words_of
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.words import paragraphs


@dataclass(frozen=True)
class Kind:
    """A kind of part: its form, what its pages are called, and how one is taken out."""

    form: type[PartForm]
    add: LazyString
    change: LazyString
    drop: Callable[[Definition, str], Definition] | None = None


KINDS = {
    "about": Kind(AboutForm, lazy_gettext("About the programme"), lazy_gettext("About the programme")),
    "module": Kind(ModuleForm, lazy_gettext("Add a module"), lazy_gettext("Change a module"), editing.without_module),
    "activity": Kind(
        ActivityForm, lazy_gettext("Add an activity"), lazy_gettext("Change an activity"), editing.without_activity
    ),
    "skill": Kind(SkillForm, lazy_gettext("Add a skill"), lazy_gettext("Change a skill"), editing.without_skill),
    "level": Kind(LevelForm, lazy_gettext("Add a level"), lazy_gettext("Change a level"), editing.without_level),
}
_PARTS = "any(module, activity, skill, level)"


@bp.route("/programmes/own", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMMES)
def own_programme() -> ResponseReturnValue:
    """Begin a programme of one's own, like one of ours or empty."""
    with reading() as db:
        have = queries.programmes(db, organisation_id=own_organisation(), on=today())
    form = OwnProgrammeForm()
    form.offer(have)
    if form.validate_on_submit():
        try:
            with transaction() as db:
                draft_id = drafting.begin_programme(
                    db,
                    organisation_id=own_organisation(),
                    name=form.name.data,
                    like=form.source,
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(form.name, refusal)
        else:
            return see_other("coordinator.programme_draft", draft_id=draft_id)
    return page("coordinator/programme_own.html", status=422 if form.errors else 200, form=form)


@bp.post("/programmes/<uuid:programme_id>/change")
@requires(Permission.MANAGE_PROGRAMMES)
def change_programme(programme_id: UUID) -> ResponseReturnValue:
    """Begin the next version of a programme, or go on with the one that was begun."""
    with transaction() as db:
        draft_id = drafting.begin_change(db, programme_id=programme_id, actor=own_actor(), now=utc_now())
    return see_other("coordinator.programme_draft", draft_id=draft_id)


@bp.post("/programmes/<uuid:programme_id>/bring-along")
@requires(Permission.MANAGE_PROGRAMMES)
def bring_along(programme_id: UUID) -> ResponseReturnValue:
    """Measure everybody in a programme by the version in force today."""
    with transaction() as db:
        version = queries.current_version(db, programme_id, today())
        moved = versions.move_everybody(db, version_id=version.id, actor=own_actor(), now=utc_now())
    return see_other("coordinator.programme", programme_id=programme_id, flash=_moved(moved))


@bp.get("/programmes/drafts/<uuid:draft_id>")
@requires(Permission.MANAGE_PROGRAMMES)
def programme_draft(draft_id: UUID) -> ResponseReturnValue:
    """Show a draft with everything in it, what does not fit yet, and what the language list says."""
    with reading() as db:
        found = queries.draft(db, draft_id)
        by = people.names_of_staff(db, {found.changed_by}) if found.changed_by else {}
    return page(
        "coordinator/programme_draft.html",
        draft=found,
        definition=found.definition,
        changed_by=by.get(found.changed_by) if found.changed_by else None,
        faults=faults_of(found.definition),
        advice=advice_on(found.definition),
        words=words_of(found.definition),
    )


@bp.route("/programmes/drafts/<uuid:draft_id>/about", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMMES)
def draft_about(draft_id: UUID) -> ResponseReturnValue:
    """Change a draft's name, summary and limits."""
    return _edit(draft_id, "about", "")


@bp.route(f"/programmes/drafts/<uuid:draft_id>/<{_PARTS}:kind>/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMMES)
def add_draft_part(draft_id: UUID, kind: str) -> ResponseReturnValue:
    """Add a module, an activity, a skill or a level."""
    return _edit(draft_id, kind, None)


@bp.route(f"/programmes/drafts/<uuid:draft_id>/<{_PARTS}:kind>/<part_code>", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMMES)
def draft_part(draft_id: UUID, kind: str, part_code: str) -> ResponseReturnValue:
    """Change a module, an activity, a skill or a level."""
    return _edit(draft_id, kind, part_code)


def _edit(draft_id: UUID, kind: str, code: str | None) -> ResponseReturnValue:
    with reading() as db:
        found = queries.draft(db, draft_id)
    form = KINDS[kind].form()
    form.offer(found.definition)
    # What was typed stays on the page; only a page opened anew shows the draft.
    if not form.is_submitted():
        form.version.data = str(found.version)
        _show(form, found.definition, code)
    elif form.validate() and _changed(form, found, code):
        return see_other("coordinator.programme_draft", draft_id=draft_id, flash=gettext("Saved."))
    return page(
        "coordinator/programme_part.html",
        status=422 if form.errors else 200,
        form=form,
        draft=found,
        kind=kind,
        code=code,
        heading=KINDS[kind].add if code is None else KINDS[kind].change,
        can_be_dropped=bool(code) and KINDS[kind].drop is not None,
    )


def _show(form: PartForm, definition: Definition, code: str | None) -> None:
    if code is None:
        return
    try:
        form.show(definition, code)
    except RuleBroken:
        raise NotFound("programme-part") from None


def _changed(form: PartForm, found: DraftFacts, code: str | None) -> bool:
    """Write what was typed; a refusal is told beside the first field and answers False."""
    try:
        with transaction() as db:
            drafting.change_draft(
                db,
                draft_id=found.id,
                expected_version=_version(form.version.data),
                change=form.change(code),
                actor=own_actor(),
                now=utc_now(),
            )
    except (RuleBroken, Conflict) as refusal:
        if isinstance(refusal, RuleBroken) and refusal.rule.startswith("unknown-"):
            raise NotFound("programme-part") from None
        tell(next(iter(form)), refusal)
        # Sent again, it is measured against what stands there now, which the page has told of.
        form.version.data = str(found.version)
        return False
    return True


@bp.post(f"/programmes/drafts/<uuid:draft_id>/<{_PARTS}:kind>/<part_code>/drop")
@requires(Permission.MANAGE_PROGRAMMES)
def drop_draft_part(draft_id: UUID, kind: str, part_code: str) -> ResponseReturnValue:
    """Take a part out of a draft; earlier versions keep it."""
    drop = KINDS[kind].drop
    if drop is None:
        raise NotFound("programme-part")
    try:
        with transaction() as db:
            drafting.change_draft(
                db,
                draft_id=draft_id,
                expected_version=_version(request.form.get("version")),
                change=lambda definition, _taken: drop(definition, part_code),
                actor=own_actor(),
                now=utc_now(),
            )
    except Conflict as refusal:
        return see_other(
            "coordinator.programme_draft", draft_id=draft_id, flash=sentence(refusal), flash_kind="careful"
        )
    except RuleBroken:
        raise NotFound("programme-part") from None
    return see_other("coordinator.programme_draft", draft_id=draft_id, flash=gettext("It is taken out of the draft."))


@bp.post("/programmes/drafts/<uuid:draft_id>/throw-away")
@requires(Permission.MANAGE_PROGRAMMES)
def throw_draft_away(draft_id: UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    with transaction() as db:
        drafting.throw_away(db, draft_id=draft_id, actor=own_actor(), now=utc_now())
    return see_other("coordinator.programmes", flash=gettext("The draft is thrown away. What is in force stays."))


@bp.route("/programmes/drafts/<uuid:draft_id>/publish", methods=["GET", "POST"])
@requires(Permission.MANAGE_PROGRAMMES)
def publish_draft(draft_id: UUID) -> ResponseReturnValue:
    """Publish a draft: from when it holds, for whom, and why a remarked word stays."""
    with reading() as db:
        found = queries.draft(db, draft_id)
        members = 0
        if found.programme_id is not None:
            members = len(enrolments.cohort(db, programme_id=found.programme_id, on=today()))
    words = words_of(found.definition)
    asked = [each for each in words if not each.is_refused]
    form = publish_form(len(asked))(effective_from=today())
    if not form.is_submitted():
        form.version.data = str(found.version)
    if not members:
        del form.who
    if form.validate_on_submit():
        published = _publish(form, found, asked)
        if published is not None:
            news = gettext("The programme is published.")
            if published.moved:
                news = f"{news} {_moved(published.moved)}"
            return see_other("coordinator.programme", programme_id=published.programme_id, flash=news)
    faults = faults_of(found.definition)
    return page(
        "coordinator/programme_publish.html",
        status=422 if form.errors else 200,
        form=form,
        draft=found,
        faults=faults,
        criteria=() if faults else _criteria(found.definition),
        refused=[each for each in words if each.is_refused],
        asked=[(each, form[f"keep_{number}"]) for number, each in enumerate(asked)],
        members=members,
    )


def _criteria(definition: Definition) -> list[tuple[str, list[list[str] | str]]]:
    """Return what strangers will read of each level: its title, and paragraphs and lists."""
    return [(each.title, paragraphs(criteria_narrative(definition, each))) for each in definition.levels]


def _publish(form: PublishForm, found: DraftFacts, asked: list[Word]) -> versions.Published | None:
    kept = {each.key: form[f"keep_{number}"].data for number, each in enumerate(asked)}
    try:
        with transaction() as db:
            return versions.publish(
                db,
                draft_id=found.id,
                expected_version=_version(form.version.data),
                effective_from=day_of(form.effective_from),
                kept={key: reason for key, reason in kept.items() if reason},
                bring_along="who" in form and form.who.data == "along",
                actor=own_actor(),
                now=utc_now(),
            )
    except (RuleBroken, Conflict) as refusal:
        undecided = next((number for number, each in enumerate(asked) if not kept[each.key]), None)
        is_about_words = isinstance(refusal, RuleBroken) and refusal.rule == "words-not-decided"
        at = f"keep_{undecided}" if is_about_words and undecided is not None else "effective_from"
        tell(form[at], refusal)
        form.version.data = str(found.version)
        return None


def _version(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 9 else -1


def _moved(people_moved: int) -> str:
    return str(
        ngettext(
            "%(num)d young person is measured by it from now on.",
            "%(num)d young people are measured by it from now on.",
            people_moved,
        )
    )
