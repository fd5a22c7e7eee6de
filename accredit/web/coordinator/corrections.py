"""The names of a ceremony, looked over outside and brought back: what would change, row by row, then what is ticked.

The file is not kept: it travels sealed in the form until somebody confirms (`sealed_file`).
"""

from __future__ import annotations

from contextlib import closing
from datetime import date

from flask import Response, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, force_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from accredit.clock import utc_now
from accredit.domain.credentials.rules import date_in_words
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import corrections
from accredit.domain.people.class_list_table import MOST_BYTES
from accredit.domain.people.corrections import Column, Corrections
from accredit.errors import AccreditError, Conflict, RuleBroken
from accredit.rendering.name_list import MIME_TYPE, name_list
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.ceremony import ceremony_day, places_on
from accredit.web.coordinator.desk import own_actor, own_organisation, tell
from accredit.web.coordinator.forms import CorrectionsForm
from accredit.web.coordinator.sealed_file import seal, unseal
from accredit.web.database import reading, transaction
from accredit.web.languages import LANGUAGES
from accredit.web.limits import PAPERS, count_for_school
from accredit.web.list_files import mark_of, tell_taken
from accredit.web.messages import sentence
from accredit.web.pages import page, see_other

_HEADINGS: dict[Column, LazyString] = {
    Column.KEY: _l("Leave as it is"),
    Column.NAME: _l("Name on the certificate"),
    Column.SAID: _l("How to say it"),
    Column.CALLED: _l("Called up"),
}
# Beside these, for whoever looks the list over; what is in them is not read.
_FOR_READERS = (_l("Form"), _l("Award"))


@bp.route("/ceremony/<day>/names", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def ceremony_names(day: str) -> ResponseReturnValue:
    """Hand out the list of names, and take it back; the answer shows what would change, and nothing is written."""
    on = ceremony_day(day)
    form = CorrectionsForm()
    if form.validate_on_submit():
        with closing(form.file.data) as upload:
            # One byte more than is allowed is enough to know that it is too much.
            data = upload.read(MOST_BYTES + 1)
        try:
            return _plan_page(on, data)
        except RuleBroken as refusal:
            tell(form.file, refusal)
    with reading() as db:
        count = len(places_on(db, on, None))
    return page("coordinator/ceremony_names.html", status=422 if form.errors else 200, on=on, count=count, form=form)


@bp.post("/ceremony/<day>/names.xlsx")
@requires(Permission.MANAGE_PEOPLE, proof=True)
def ceremony_names_list(day: str) -> ResponseReturnValue:
    """Answer with the list of names, in the running order, and write down who took it, as with every list (IN16)."""
    on = ceremony_day(day)
    with reading() as db:
        places = places_on(db, on, None)
    yes, no = _("yes"), _("no")
    headings = [*map(str, _HEADINGS.values()), *map(str, _FOR_READERS)]
    rows = {
        place.person.id: [
            corrections.key_of(place.person.id),
            place.person.printed_name,
            place.person.name_said or "",
            yes if place.person.is_called_up else no,
            place.group,
            place.line.level_title,
        ]
        for place in places
    }
    now = utc_now()
    count_for_school(PAPERS)
    data = name_list(headings, list(rows.values()), choices={3: (yes, no)}, mark=mark_of(now))
    with transaction() as db:
        title = _("Names of the ceremony of %(day)s", day=date_in_words(on))
        tell_taken(db, name="ceremony-names", title=title, taken_as="xlsx", lines=len(rows), now=now)
    answer = Response(data, content_type=MIME_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=f"names-{on}.xlsx")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/ceremony/<day>/names/put-right")
@requires(Permission.MANAGE_PEOPLE)
def put_names_right(day: str) -> ResponseReturnValue:
    """Write what was ticked, all of it or nothing."""
    on = ceremony_day(day)
    data = unseal(request.form.get("file", ""), own_organisation())
    ticked = set(request.form.getlist("row"))
    if "on_their_word" not in request.form:
        return _plan_page(on, data, refusal=RuleBroken("not-on-their-word"), ticked=ticked)
    try:
        with transaction() as db:
            done = corrections.apply_corrections(
                db, planned=_planned(db, on, data), ticked=ticked, actor=own_actor(), now=utc_now()
            )
    except (RuleBroken, Conflict) as refusal:
        return _plan_page(on, data, refusal=refusal, ticked=ticked)
    news = ngettext("%(num)d person put right.", "%(num)d people put right.", len(done))
    return see_other("coordinator.ceremony", day=day, flash=news)


def _planned(db: Session, on: date, data: bytes) -> Corrections:
    written = corrections.read_list(data, headings=_known_headings())
    people = {place.person.id for place in places_on(db, on, None)}
    return corrections.corrections(db, young_person_ids=people, written=written)


def _known_headings() -> dict[Column, set[str]]:
    # A list may have been handed out to somebody who reads the other language.
    found: dict[Column, set[str]] = {column: set() for column in Column}
    for language in LANGUAGES:
        with force_locale(language):
            for column, text in _HEADINGS.items():
                found[column].add(str(text))
    return found


def _plan_page(
    on: date, data: bytes, *, refusal: AccreditError | None = None, ticked: set[str] | None = None
) -> ResponseReturnValue:
    with reading() as db:
        plan = _planned(db, on, data)
        signed = {place.person.id for place in places_on(db, on, None) if place.is_signed}
    return page(
        "coordinator/ceremony_names_plan.html",
        status=422 if refusal else 200,
        on=on,
        day=date_in_words(on),
        plan=plan,
        problems={each.person.id: sentence(each.problem) for each in plan.found if each.problem is not None},
        ready=[each for each in plan.found if each.problem is None],
        headings=_HEADINGS,
        signed=signed,
        ticked=ticked,
        sealed=seal(data, own_organisation()),
        errors=[(sentence(refusal), "#on-their-word")] if refusal else [],
    )
