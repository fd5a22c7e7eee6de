"""Bringing in a class list: choose the file, look at what it would do, answer what is doubtful, then all or nothing.

The file is not kept: it travels sealed in the form until somebody confirms (`sealed_file`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.class_list import ClassList, Field, Level, Remark, read_class_list
from accredit.domain.people.class_list_table import MOST_BYTES
from accredit.domain.people.importing import Imported, ImportPlan, import_class_list, plan_import
from accredit.errors import AccreditError, Conflict, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import ClassListForm
from accredit.web.coordinator.people import year_groups
from accredit.web.coordinator.remarks import FIELDS, ROW_FIELDS
from accredit.web.coordinator.sealed_file import seal, unseal
from accredit.web.database import reading, transaction
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.settings import current_pepper

ANSWER, TYPED, COLUMN, GUESS = "answer:", "typed:", "column:", "guess:"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One file with everything the reader has said about it so far."""

    data: bytes
    mapping: Mapping[Field, int] | None
    answers: Mapping[str, str]

    def read(self) -> ClassList:
        """Return the file as read with those answers."""
        return read_class_list(
            self.data, today=today(), year_groups=year_groups(), mapping=self.mapping, answers=self.answers
        )


@bp.route("/people/class-list", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def class_list() -> ResponseReturnValue:
    """Choose a file; the answer is the plan, and nothing is written."""
    form = ClassListForm()
    if form.validate_on_submit():
        with closing(form.file.data) as upload:
            # One byte more than is allowed is enough to know that it is too much.
            sent = Sent(data=upload.read(MOST_BYTES + 1), mapping=None, answers={})
        try:
            return _plan_page(sent)
        except RuleBroken as refusal:
            tell(form.file, refusal)
    return page("coordinator/class_list.html", status=422 if form.errors else 200, form=form)


@bp.post("/people/class-list/plan")
@requires(Permission.MANAGE_PEOPLE)
def class_list_plan() -> ResponseReturnValue:
    """Look again with the answers given, or import what was shown."""
    sent = _sent()
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
    return see_other("coordinator.people", flash=news)


def _sent() -> Sent:
    answers = {
        name.removeprefix(ANSWER): text.strip()
        for name, text in request.form.items()
        if name.startswith(ANSWER) and text.strip()
    }
    # What was typed is more than a tick.
    answers |= {
        name.removeprefix(TYPED): text.strip()
        for name, text in request.form.items()
        if name.startswith(TYPED) and text.strip()
    }
    # Our own guess counts as said only when the reader asks for a reading with these columns.
    prefixes = (COLUMN, GUESS) if request.form.get("do") == "columns" else (COLUMN,)
    chosen = {name: text for name, text in request.form.items() if name.startswith(prefixes)}
    mapping: dict[Field, int] | None = {} if chosen else None
    if mapping is not None:
        for name, text in chosen.items():
            index = name.partition(":")[2]
            if text in set(Field) and index.isdecimal() and len(index) <= 4:
                mapping.setdefault(Field(text), int(index))
    return Sent(data=unseal(request.form.get("file", ""), own_organisation()), mapping=mapping, answers=answers)


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
            actor=own_actor(),
            now=utc_now(),
        )


def _plan_page(sent: Sent, *, refusal: AccreditError | None = None) -> ResponseReturnValue:
    listed = sent.read()
    with reading() as db:
        plan = plan_import(db, organisation_id=own_organisation(), class_list=listed, pepper=current_pepper())
    errors = [(sentence(refusal), "#stays-out" if plan.rejected else "")] if refusal else []
    return page(
        "coordinator/class_list_plan.html",
        status=422 if errors else 200,
        plan=plan,
        listed=listed,
        sealed=seal(sent.data, own_organisation()),
        answers=sent.answers,
        mapping_given=sent.mapping is not None,
        questions=_questions(plan),
        stopped=_stopped(plan),
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


def _noted(plan: ImportPlan) -> list[Remark]:
    """Return what was seen in the headings and asks for nothing."""
    told = ("left-out", "no-reference")
    return [remark for remark in plan.remarks if remark.level is Level.ACCEPT and remark.reason.startswith(told)]
