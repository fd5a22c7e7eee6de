"""A class list by night: the export that the school's own system makes, taken in as the page takes it.

- The body is the file, as CSV, XLSX or ODS. Which column is which is known from its headings, or as somebody said on
  the page the last time.
- A dry run says what would be done and writes nothing. ``plan`` has it done only if it would still be the same.
- All or nothing: a record that needs a look stops the whole, unless ``leave_out`` is asked for. The questions it raises
  are answered by a person, on the page.
- Nobody is taken out by a list. Who is absent from it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Response, request

from accredit.clock import utc_now
from accredit.domain.clients.rules import Scope
from accredit.domain.organisations import queries as organisations
from accredit.domain.people.class_list import YEAR_GROUPS, ClassList, Remark, headings_of, read_class_list
from accredit.domain.people.class_list_columns import remembered
from accredit.domain.people.class_list_table import MOST_BYTES
from accredit.domain.people.importing import ImportPlan, answers, import_class_list, plan_import
from accredit.storage import Session
from accredit.web.api.v1.contract import Query, Refused, as_answer, flag, told_of
from accredit.web.api.v1.desk import actor, organisation_of, today
from accredit.web.api.v1.schema import ClassListTold
from accredit.web.api.v1.shapes import Row
from accredit.web.database import reading, transaction
from accredit.web.remarks import remark_text
from accredit.web.settings import current_pepper
from accredit.web.viewer import current_viewer

MEDIA = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/octet-stream",
)
MOST_ROWS_TOLD = 500
NOT_TOLD = "…"
"""In the place of a name or number on record, for a key without the scope to read them."""
DRY_RUN = Query(name="dry_run", text="Only say what would be done.", schema={"type": "boolean", "default": False})
LEAVE_OUT = Query(
    name="leave_out",
    text="Take the others in although some records need a look.",
    schema={"type": "boolean", "default": False},
)
PLAN = Query(name="plan", text="Do it only if it is still this plan, of a dry run.", schema={"type": "string"})


def class_list() -> ClassListTold:
    """Take in a class list, or say what it would do."""
    is_dry, leaves_out, expected = flag("dry_run"), flag("leave_out"), request.args.get("plan")
    # Read before the database is held for writing: a large workbook takes a while.
    listed = _read()
    if is_dry:
        with reading() as db:
            plan = _plan(db, listed)
        return _told(plan, listed, done=False)
    with transaction() as db:
        plan = _plan(db, listed)
        if plan.needs_columns:
            raise _stopped(
                "columns-need-attention", "Say on the page which column is which; it is then known.", plan, listed
            )
        if plan.rejected and not leaves_out:
            raise _stopped("rows-need-attention", "Some records need a look first; nothing was written.", plan, listed)
        import_class_list(
            db,
            organisation_id=organisation_of(db),
            class_list=listed,
            expected_digest=expected or plan.digest,
            pepper=current_pepper(),
            leave_out_rejected=leaves_out,
            actor=actor(),
            now=utc_now(),
        )
    return _told(plan, listed, done=True)


def _answer() -> Response:
    return as_answer(class_list())


told_of(
    class_list,
    _answer,
    method="PUT",
    path="/class-list",
    scopes=(Scope.PEOPLE_WRITE,),
    told=ClassListTold,
    media=MEDIA,
    query=(DRY_RUN, LEAVE_OUT, PLAN),
)


def _read() -> ClassList:
    if request.mimetype not in {*MEDIA, ""}:
        raise Refused(415, "not-a-list", f"Send the file, with Content-Type: {', '.join(MEDIA[:3])}.")
    data = request.get_data()
    if len(data) > MOST_BYTES:
        raise Refused(413, "file-too-large", f"At most {MOST_BYTES} bytes can be read at once.")
    headings = headings_of(data)
    with reading() as db:
        own, pepper = organisation_of(db), current_pepper()
        nation = organisations.organisation(db, own).nation
        mapping = remembered(db, organisation_id=own, headings=headings, pepper=pepper)
    return read_class_list(data, today=today(), year_groups=YEAR_GROUPS[nation.value], mapping=mapping)


def _plan(db: Session, listed: ClassList) -> ImportPlan:
    return plan_import(db, organisation_id=organisation_of(db), class_list=listed, pepper=current_pepper())


def _told(plan: ImportPlan, listed: ClassList, *, done: bool) -> ClassListTold:
    return ClassListTold(
        done=done,
        plan=plan.digest,
        added=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        left_out=len(plan.rejected),
        absent=[each.young_person_id for each in plan.absent],
        rows=list(_rows(plan, listed))[:MOST_ROWS_TOLD],
    )


def _stopped(code: str, detail: str, plan: ImportPlan, listed: ClassList) -> Refused:
    rows = [each.model_dump(mode="json") for each in _rows(plan, listed)]
    return Refused(422, code, detail, rows=rows[:MOST_ROWS_TOLD])


def _rows(plan: ImportPlan, listed: ClassList) -> Iterator[Row]:
    yield from (_row(each, listed) for each in plan.remarks if each.record == 0)
    for record, (level, remarks) in sorted(answers(plan).items()):
        yield from (_row(each, listed) for each in remarks if record and each.level is level)


def _row(remark: Remark, listed: ClassList) -> Row:
    if "stored" in remark.facts and Scope.PEOPLE_READ not in current_viewer().scopes:
        # Of what is on record a key learns only what it may read: a list of guesses must not be a way to ask.
        remark = replace(remark, facts={**remark.facts, "stored": NOT_TOLD})
    return Row(
        record=remark.record,
        line=remark.line,
        column=remark.column,
        answer=remark.level,
        code=remark.reason,
        text=remark_text(remark),
        person=listed.names.get(remark.record, ""),
    )
