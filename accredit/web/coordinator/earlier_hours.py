"""Hours from the time before the school kept its records here: one total for each person of a programme, attested.

Large totals wait on the same page until another co-ordinator agrees.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.validators import InputRequired

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations.rules import Permission
from accredit.domain.people.second_person import others_who_may
from accredit.domain.practice import asking_forward
from accredit.domain.practice.asking_forward import Asked, WaitingTotal
from accredit.domain.practice.earlier_hours import EarlierHours, earlier_hours
from accredit.domain.programmes import queries as programmes
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import day_of, own_actor, own_organisation, tell, today
from accredit.web.database import reading, transaction
from accredit.web.forms import DateField, Form
from accredit.web.languages import page_language
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other
from accredit.web.viewer import current_viewer
from accredit.web.words import date_in_words

HOURS = "hours:"
_WRITTEN = re.compile(r"(\d{1,3})(?:[:h](\d{2})|[.,](\d{1,2}))?")


class EarlierHoursForm(Form):
    """Up to which day the totals go; the totals themselves stand in a table."""

    until = DateField(_l("Up to which day do these totals go?"), [InputRequired(_l("Give the day."))])


@bp.route("/programmes/<uuid:programme_id>/earlier-hours", methods=["GET", "POST"])
@requires(Permission.AWARD)
def bring_hours_forward(programme_id: UUID) -> ResponseReturnValue:
    """Attest one total for each person, from the school's earlier records."""
    with reading() as db:
        programme = programmes.programme(db, programme_id, today())
        members = enrolments.cohort(db, programme_id=programme_id, on=today())
        before = earlier_hours(db, [member.enrolment_id for member in members])
        waiting = asking_forward.waiting_totals(db, [member.enrolment_id for member in members])
        may_agree = _may_agree(db, waiting)
    # Whoever adds somebody later has the day of the others before them.
    form = EarlierHoursForm(until=max((each.until for each in before.values()), default=None))
    typed = {member.enrolment_id: _typed(member.enrolment_id, before) for member in members}
    faults: dict[UUID, str] = {}
    if request.method == "POST":
        totals = {enrolment_id: _minutes(text) for enrolment_id, text in typed.items()}
        faults = {who: _("Write hours as 12, 12.5 or 12:30.") for who, minutes in totals.items() if minutes is None}
        if form.validate() and not faults:
            try:
                return _attested(programme_id, form, {who: minutes or 0 for who, minutes in totals.items()})
            except RuleBroken as refusal:
                if isinstance(who := refusal.facts.get("enrolment_id"), UUID):
                    faults[who] = sentence(refusal)
                else:
                    tell(form.until, refusal)
    return page(
        "coordinator/earlier_hours.html",
        status=422 if form.errors or faults else 200,
        form=form,
        programme=programme,
        members=members,
        before=before,
        typed=typed,
        faults=faults,
        waiting={each.enrolment_id: each for each in waiting},
        may_agree=may_agree,
        errors=[(text, f"#hours-{who}") for who, text in faults.items()],
    )


def _attested(programme_id: UUID, form: EarlierHoursForm, totals: Mapping[UUID, int]) -> ResponseReturnValue:
    with transaction() as db:
        done = asking_forward.ask_to_bring_forward(
            db,
            organisation_id=own_organisation(),
            totals=totals,
            until=day_of(form.until),
            actor=own_actor(),
            now=utc_now(),
        )
    if done.waiting:
        news = _waiting_text(done)
        return see_other("coordinator.bring_hours_forward", programme_id=programme_id, flash=news)
    news = ngettext("%(num)d total is on record.", "%(num)d totals are on record.", done.attested)
    if done.is_alone:
        alone = _("You are the only one who could agree to totals so large, so the record says that you decided alone.")
        news = f"{news} {alone}"
    return see_other("coordinator.progress", programme_id=programme_id, flash=news)


def _waiting_text(done: Asked) -> Any:
    if done.others.alone_from is not None:
        return ngettext(
            "%(num)d large total waits for a new colleague; without one, you decide alone from %(day)s on.",
            "%(num)d large totals wait for a new colleague; without one, you decide alone from %(day)s on.",
            done.waiting,
            day=date_in_words(done.others.alone_from, page_language()),
        )
    return ngettext(
        "%(num)d large total waits until somebody else agrees: %(names)s.",
        "%(num)d large totals wait until somebody else agrees: %(names)s.",
        done.waiting,
        names=_(" or ").join(done.others.names),
    )


@bp.post("/programmes/<uuid:programme_id>/earlier-hours/answer")
@requires(Permission.AWARD)
def answer_earlier_hours(programme_id: UUID) -> ResponseReturnValue:
    """Agree to the large totals that wait, or let them be forgotten."""
    act = asking_forward.agree if request.form.get("answer") == "yes" else asking_forward.decline
    try:
        shown = [UUID(text) for text in request.form.get("shown", "").split()]
    except ValueError:
        raise NotFound("earlier-hours") from None
    try:
        with transaction() as db:
            programmes.programme(db, programme_id, today())
            count = act(
                db,
                organisation_id=own_organisation(),
                programme_id=programme_id,
                shown=shown,
                actor=own_actor(),
                now=utc_now(),
            )
    except (RuleBroken, Conflict) as refusal:
        here, said = "coordinator.bring_hours_forward", sentence(refusal)
        return see_other(here, programme_id=programme_id, flash=said, flash_kind="careful")
    news = (
        ngettext("%(num)d total is on record.", "%(num)d totals are on record.", count)
        if act is asking_forward.agree
        else ngettext("%(num)d total was not brought forward.", "%(num)d totals were not brought forward.", count)
    )
    return see_other("coordinator.bring_hours_forward", programme_id=programme_id, flash=news)


def _may_agree(db: Session, waiting: Collection[WaitingTotal]) -> bool:
    """Say whether the reader may agree to what waits: not to their own, unless they have become the only one."""
    reader = current_viewer().staff_id
    if reader is None or all(each.asked_by != reader for each in waiting):
        return True
    return not others_who_may(
        db, organisation_id=own_organisation(), but=reader, permission=Permission.AWARD, now=utc_now()
    )


def _typed(enrolment_id: UUID, before: Mapping[UUID, EarlierHours]) -> str:
    if request.method == "POST":
        return request.form.get(f"{HOURS}{enrolment_id}", "").strip()
    if enrolment_id not in before:
        return ""
    hours, rest = divmod(before[enrolment_id].minutes, 60)
    return f"{hours}:{rest:02d}" if rest else str(hours)


def _minutes(text: str) -> int | None:
    """Return minutes for ``12``, ``12.5``, ``12:30``; none at all for an empty box; None for anything else."""
    if not text:
        return 0
    found = _WRITTEN.fullmatch(text)
    if found is None or int(found[2] or 0) > 59:
        return None
    part = int(found[2] or 0) if found[2] else round(int((found[3] or "0").ljust(2, "0")) * 60 / 100)
    return int(found[1]) * 60 + part
