"""Bringing in a class list: choose the file, look at what it would do, answer what is doubtful, then all or nothing.

The file is not kept: it travels sealed in the form until somebody confirms (`sealed_file`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.class_list import BY_NAME, ClassList, Field, Level, Remark, headings_of, read_class_list
from accredit.domain.people.class_list_columns import remembered
from accredit.domain.people.class_list_paste import as_file
from accredit.domain.people.class_list_table import MOST_BYTES, RETURNED
from accredit.domain.people.importing import (
    ALL_THE_SAME,
    Imported,
    ImportPlan,
    answers,
    import_class_list,
    plan_import,
)
from accredit.domain.programmes import queries as programmes
from accredit.errors import AccreditError, Conflict, RuleBroken
from accredit.rendering.returned_list import returned_list
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.class_list_forms import ClassListForm, given_answers, given_columns
from accredit.web.coordinator.desk import nation_words, own_actor, own_organisation, tell, today
from accredit.web.coordinator.people import year_groups
from accredit.web.coordinator.sealed_file import seal, unseal
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.remarks import FIELDS, LEVELS, ROW_FIELDS, remark_text
from accredit.web.settings import current_pepper

MOST_SHOWN = 100
MOST_QUESTIONS = 50


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One file with everything the reader has said about it so far."""

    data: bytes
    mapping: Mapping[Field, int] | None
    answers: Mapping[str, str]

    def read(self) -> ClassList:
        """Return the file as read with those answers, its columns as somebody here said them last."""
        mapping = self.mapping or self.remembered
        return read_class_list(
            self.data, today=today(), year_groups=year_groups(), mapping=mapping, answers=self.answers
        )

    @cached_property
    def remembered(self) -> Mapping[Field, int] | None:
        """Return which column was which the last time, or None."""
        headings = headings_of(self.data)
        with reading() as db:
            return remembered(db, organisation_id=own_organisation(), headings=headings, pepper=current_pepper())


@bp.route("/people/class-list", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def class_list() -> ResponseReturnValue:
    """Choose a file or paste a list; the answer is the plan, and nothing is written."""
    form = ClassListForm()
    if form.validate_on_submit():
        try:
            return _plan_page(_given(form))
        except RuleBroken as refusal:
            tell(form.file if form.file.data else form.text, refusal)
    return page("coordinator/class_list.html", status=422 if form.errors else 200, form=form, words=nation_words())


def _given(form: ClassListForm) -> Sent:
    if not form.file.data:
        # Whoever pastes names means to go by them; numbers are used all the same where there are any.
        return Sent(data=as_file(form.text.data or ""), mapping=None, answers={BY_NAME: "yes"})
    with closing(form.file.data) as upload:
        # One byte more than is allowed is enough to know that it is too much.
        return Sent(data=upload.read(MOST_BYTES + 1), mapping=None, answers={})


@bp.post("/people/class-list/plan")
@requires(Permission.MANAGE_PEOPLE)
def class_list_plan() -> ResponseReturnValue:
    """Look again with the answers given, hand the file back with what was found, or import what was shown."""
    sent = Sent(
        data=unseal(request.form.get("file", ""), own_organisation()),
        mapping=given_columns(request.form),
        answers=given_answers(request.form),
    )
    if request.form.get("do") == "return":
        return _returned(sent)
    if request.form.get("do") != "import":
        return _plan_page(sent)
    try:
        done = _import(sent)
    except (RuleBroken, Conflict) as refusal:
        return _plan_page(sent, refusal=refusal)
    news = _(
        "%(added)d added, %(changed)d changed, %(unchanged)d as they were.",
        added=len(done.added),
        changed=done.changed,
        unchanged=done.unchanged,
    )
    if (first := _first_programme()) is not None:
        return see_other("coordinator.enrol", programme_id=first, flash=news)
    return see_other("coordinator.people", flash=news)


def _first_programme() -> UUID | None:
    """Return the only programme, while nobody is in any: whoever sets up chooses who joins it next."""
    with reading() as db:
        found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
        return found[0].id if len(found) == 1 and not enrolments.has_any(db) else None


def _import(sent: Sent) -> Imported:
    listed = sent.read()
    with transaction() as db:
        return import_class_list(
            db,
            organisation_id=own_organisation(),
            class_list=listed,
            expected_digest=request.form.get("digest", ""),
            pepper=current_pepper(),
            leave_out_rejected="leave_out" in request.form,
            columns_said=sent.mapping,
            actor=own_actor(),
            now=utc_now(),
        )


def _plan(listed: ClassList) -> ImportPlan:
    with reading() as db:
        return plan_import(db, organisation_id=own_organisation(), class_list=listed, pepper=current_pepper())


def _returned(sent: Sent) -> Response:
    """Answer with the school's own file, and in two more columns what was found in each record."""
    listed = sent.read()
    found = {
        record: (str(LEVELS[level]), " ".join(_told(remark) for remark in remarks))
        for record, (level, remarks) in answers(_plan(listed)).items()
    }
    headings = (RETURNED + " " + _("answer"), RETURNED + " " + _("what to look at"))
    file = returned_list(listed.table, headings=headings, found=found)
    answer = Response(file.data, mimetype=file.mime_type)
    answer.headers.set("Content-Disposition", "attachment", filename=f"class-list-looked-at.{file.suffix}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(remark: Remark) -> str:
    return f"{remark.column}: {remark_text(remark)}" if remark.column else remark_text(remark)


def _plan_page(sent: Sent, *, refusal: AccreditError | None = None) -> ResponseReturnValue:
    listed = sent.read()
    plan = _plan(listed)
    errors = [(sentence(refusal), "#stays-out" if plan.rejected else "")] if refusal else []
    # Which column is which comes first: much that looks doubtful before is not.
    questions, stopped = ([], []) if plan.needs_columns else (_questions(plan), _stopped(plan))
    alike = [remark for _, remark in questions if remark.reason == "same-name"]
    return page(
        "coordinator/class_list_plan.html",
        status=422 if errors else 200,
        plan=plan,
        listed=listed,
        sealed=seal(sent.data, own_organisation()),
        answers=sent.answers,
        mapping_given=sent.mapping is not None,
        as_last_time=sent.mapping is None and sent.remembered is not None,
        questions=questions[:MOST_QUESTIONS],
        more_questions=max(0, len(questions) - MOST_QUESTIONS),
        all_the_same=ALL_THE_SAME if len(alike) > 1 else None,
        stopped=stopped[:MOST_SHOWN],
        more_stopped=max(0, len(stopped) - MOST_SHOWN),
        most_shown=MOST_SHOWN,
        by_name=BY_NAME,
        noted=[
            r for r in plan.remarks if r.level is Level.ACCEPT and r.reason.startswith(("left-out", "no-reference"))
        ],
        column_questions=[r for r in plan.remarks if r.record == 0 and r.level in {Level.ASK, Level.ERROR}],
        fields=FIELDS,
        row_fields=ROW_FIELDS,
        errors=errors,
    )


def _questions(plan: ImportPlan) -> list[tuple[str, Remark]]:
    """Return (name of the record, remark) for each thing that can be answered, once for each key."""
    found: dict[str, tuple[str, Remark]] = {}
    for rejected in plan.rejected:
        if any(remark.level is Level.ERROR for remark in rejected.remarks):
            continue
        for remark in rejected.remarks:
            found.setdefault(remark.key, (rejected.name, remark))
    return list(found.values())


def _stopped(plan: ImportPlan) -> list[tuple[str, Remark]]:
    """Return (name of the record, remark) for what can only be put right in the file itself."""
    return [
        (rejected.name, remark)
        for rejected in plan.rejected
        for remark in rejected.remarks
        if remark.level is Level.ERROR
    ]
