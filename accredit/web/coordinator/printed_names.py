"""The names to be printed, of many at once: whoever has asked them all in one room ticks them in one list.

Not here: one person's name, which is confirmed on their own page (`accredit.web.coordinator.person`) or by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.enrolments.queries import CohortMember
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import operations
from accredit.domain.programmes import queries as programmes
from accredit.errors import Conflict, NotFound
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.enrolments import described
from accredit.web.coordinator.forms import NamesForm, choices_of
from accredit.web.database import reading, transaction
from accredit.web.forms import SelectChoice
from accredit.web.pages import page, see_other


@bp.route("/people/names", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def printed_names() -> ResponseReturnValue:
    """Confirm the names to be printed of those in a programme, or in any, each on the young person's word."""
    with reading() as db:
        programme_id = _programme_id(db)
        everybody = _members(db, programme_id)
    waiting = {key: each for key, each in everybody.items() if not each.name_is_confirmed}
    form = NamesForm()
    # A name that they confirmed themselves a moment ago is no mistake of whoever ticked it here.
    form.people.choices = _choices(everybody if request.method == "POST" else waiting)
    if request.args.get("tick") == "all" and request.method == "GET":
        form.people.data = list(waiting)
    if form.validate_on_submit():
        try:
            _confirm(form)
        except Conflict as refusal:
            tell(form.people, refusal)
        else:
            count = len(form.people.data)
            news = ngettext("%(num)d name is confirmed.", "%(num)d names are confirmed.", count)
            if programme_id is not None:
                return see_other("coordinator.award", programme_id=programme_id, flash=news)
            return see_other("coordinator.home", flash=news)
    form.people.choices = _choices(waiting)
    return page(
        "coordinator/printed_names.html",
        status=422 if form.errors else 200,
        form=form,
        waiting=waiting,
        programme_id=programme_id,
    )


def _programme_id(db: Session) -> UUID | None:
    text = request.args.get("programme")
    if text is None:
        return None
    try:
        wanted = UUID(text)
    except ValueError:
        raise NotFound("programme") from None
    return programmes.programme(db, wanted, today()).id  # Another school's is not there.


def _members(db: Session, programme_id: UUID | None) -> dict[str, CohortMember]:
    """Return who is in the programme, or in any, by name and each once; nothing is printed for others."""
    ids = [programme_id] if programme_id is not None else _all_programmes(db)
    found = [member for each in ids for member in enrolments.cohort(db, programme_id=each, on=today())]
    found.sort(key=lambda member: member.printed_name.casefold())
    return {str(member.young_person_id): member for member in found}


def _all_programmes(db: Session) -> list[UUID]:
    return [each.id for each in programmes.programmes(db, organisation_id=own_organisation(), on=today())]


def _choices(members: Mapping[str, CohortMember]) -> list[SelectChoice]:
    return choices_of((key, described(who.printed_name, who.year_group, who.form)) for key, who in members.items())


def _confirm(form: NamesForm) -> None:
    """Confirm what was ticked, all of it or nothing. Raises `Conflict` where a name is not the one that was shown."""
    now = utc_now()
    with transaction() as db:
        for each in form.people.data:
            operations.confirm_printed_name(
                db,
                young_person_id=UUID(each),
                name=request.form.get(f"shown:{each}", ""),
                actor=own_actor(),
                now=now,
            )
