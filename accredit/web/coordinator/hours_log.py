"""Bringing in a school's own log of hours: choose the file, look at what it would do, then all of it or nothing.

As with a class list, the file is not kept: it travels sealed in the form until somebody confirms (`sealed_file`). One
that holds very much counts once a second co-ordinator has brought it in too (`log_by_two`).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from accredit.clock import utc_now
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.class_list_table import MOST_BYTES
from accredit.domain.people.second_person import Others
from accredit.domain.practice import log_by_two
from accredit.domain.practice.hours_import import Imported, plan_hours_log
from accredit.domain.practice.hours_log import HEADINGS, Remark, parse
from accredit.domain.practice.log_by_two import Brought
from accredit.errors import AccreditError, Conflict, RuleBroken
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.sealed_file import seal, unseal
from accredit.web.database import reading, transaction
from accredit.web.forms import FileInput, Form
from accredit.web.languages import page_language
from accredit.web.messages import sentence, sentence_of
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer
from accredit.web.words import date_in_words

MOST_SHOWN = 100
OF_A_CELL: Mapping[str, LazyString] = {
    "cell-empty": _l("This is empty."),
    "status-unknown": _l("Write approved, returned or submitted; here stands “%(value)s”."),
    "decision-missing": _l("It is decided, so it needs the adult who decided."),
    "date-unreadable": _l("“%(value)s” is no date. Write it as day/month/year."),
    "time-unreadable": _l("“%(value)s” is no time of day. Write it as 15:30."),
    "minutes-unreadable": _l("“%(value)s” is no number of minutes between 1 and 720."),
    "reason-unknown": _l("“%(value)s” is none of the reasons for which an entry is returned."),
    "line-repeated": _l("The same line stands in line %(first_line)s already, and is taken once."),
    "reference-used-twice": _l("Line %(first_line)s has the same number of an entry, and says something else."),
}


class HoursLogForm(Form):
    """A log of hours."""

    file = FileField(_l("The file"), [FileRequired(_l("Choose the file of the log."))], widget=FileInput())


@bp.route("/hours/log", methods=["GET", "POST"])
@requires(Permission.AWARD)
def hours_log() -> ResponseReturnValue:
    """Choose a file; the answer is what it would do, and nothing is written."""
    form = HoursLogForm()
    if form.validate_on_submit():
        with closing(form.file.data) as upload:
            # One byte more than is allowed is enough to know that it is too much.
            data = upload.read(MOST_BYTES + 1)
        try:
            if len(data) > MOST_BYTES:
                # More than travels with a form; 5,000 lines have a quarter of it.
                raise RuleBroken("file-too-large", bytes=len(data))  # noqa: TRY301
            return _plan_page(data)
        except RuleBroken as refusal:
            tell(form.file, refusal)
    with reading() as db:
        waiting = log_by_two.waiting_logs(db, organisation_id=own_organisation(), now=utc_now())
    return page(
        "coordinator/hours_log.html",
        status=422 if form.errors else 200,
        form=form,
        waiting=waiting,
        reader=current_viewer().staff_id,
        headings=[names[0] for names in HEADINGS.values()],
    )


@bp.post("/hours/log/plan")
@requires(Permission.AWARD)
def hours_log_plan() -> ResponseReturnValue:
    """Bring in what was shown, or show what has changed since."""
    data = unseal(request.form.get("file", ""), own_organisation())
    try:
        brought = _bring_in(data)
    except (RuleBroken, Conflict) as refusal:
        return _plan_page(data, refusal=refusal)
    if brought.done is None:
        return see_other("coordinator.hours_log", flash=_waits_text(brought.others))
    return see_other("coordinator.programmes", flash=_done_text(brought.done, is_alone=brought.is_alone))


@bp.post("/hours/log/<uuid:log_id>/forget")
@requires(Permission.AWARD)
def forget_hours_log(log_id: UUID) -> ResponseReturnValue:
    """Say of a long log that it is not to count, be it one's own."""
    with transaction() as db:
        log_by_two.forget(db, organisation_id=own_organisation(), log_id=log_id, actor=own_actor(), now=utc_now())
    return see_other("coordinator.hours_log", flash=_("The log does not count, and is forgotten."))


def _bring_in(data: bytes) -> Brought:
    log = parse(data)
    with transaction() as db:
        return log_by_two.bring_in(db, organisation_id=own_organisation(), log=log, actor=own_actor(), now=utc_now())


def _done_text(done: Imported, *, is_alone: bool) -> str:
    news: str = _(
        "%(approved)d approved, %(returned)d returned, %(waiting)d waiting, %(unchanged)d as they were.",
        approved=done.approved,
        returned=done.returned,
        waiting=done.waiting,
        unchanged=done.unchanged,
    )
    alone: str = _("You are the only one who could agree to so many hours, so the record says that you decided alone.")
    return f"{news} {alone}" if is_alone else news


def _waits_text(others: Others) -> Any:
    if others.alone_from is not None:
        day = date_in_words(others.alone_from, page_language())
        return _(
            "So many hours wait for a new colleague to bring in the same log; without one, bring it in again from "
            "%(day)s on.",
            day=day,
        )
    return _(
        "Nothing is written yet: so many hours count once somebody else has brought in the same log. Please give the "
        "file to %(names)s.",
        names=_(" or ").join(others.names),
    )


def _plan_page(data: bytes, *, refusal: AccreditError | None = None) -> ResponseReturnValue:
    log = parse(data)
    with reading() as db:
        plan = plan_hours_log(db, organisation_id=own_organisation(), log=log, now=utc_now())
    remarks = [(remark, remark_text(remark)) for remark in plan.remarks]
    return page(
        "coordinator/hours_log_plan.html",
        status=422 if refusal else 200,
        plan=plan,
        sealed=seal(data, own_organisation()),
        errors=[(sentence(refusal), "")] if refusal else [],
        remarks=remarks[:MOST_SHOWN],
        more_remarks=max(0, len(remarks) - MOST_SHOWN),
        headings={column: names[0] for column, names in HEADINGS.items()},
    )


def remark_text(remark: Remark) -> str:
    """Return what to say about a line: of its cells here, of what a rule refuses with the rule's own sentence."""
    known = OF_A_CELL.get(remark.reason)
    return sentence_of(remark.reason, **remark.facts) if known is None else str(known) % remark.facts
