"""The list of young people, and adding one by hand. A whole class comes in through `class_list`."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.clock import utc_now
from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission
from accredit.domain.people import ceremony, operations, queries
from accredit.domain.people.class_list import YEAR_GROUPS
from accredit.domain.people.operations import PersonEntry
from accredit.domain.people.queries import YoungPersonFacts
from accredit.domain.programmes import queries as programmes_queries
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import AccreditError, RuleBroken
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.desk import own_actor, own_organisation, tell, today
from accredit.web.coordinator.forms import PersonForm
from accredit.web.database import reading, transaction
from accredit.web.pages import page, see_other

PAGE = 50
SORTS: dict[str, Callable[[YoungPersonFacts], tuple[object, ...]]] = {
    "name": lambda person: (person.printed_name.casefold(),),
    "year": lambda person: (_year(person), person.form or "", person.printed_name.casefold()),
    "waiting": lambda person: (person.name_is_confirmed, person.printed_name.casefold()),
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One young person in the list."""

    person: YoungPersonFacts
    programmes: tuple[str, ...]
    has_slip: bool


@bp.get("/people")
@requires(Permission.MANAGE_PEOPLE)
def people() -> ResponseReturnValue:
    """List young people: searched, sorted, fifty to a page."""
    q, sort = request.args.get("q", "").strip(), request.args.get("sort", "name")
    with reading() as db:
        everybody = queries.young_people(db, organisation_id=own_organisation())
        found = sorted((each for each in everybody if _fits(each, q)), key=SORTS.get(sort, SORTS["name"]))
        pages = max(1, -(-len(found) // PAGE))
        number = min(max(request.args.get("page", 1, type=int), 1), pages)
        inside, places = memberships(db), _places(db)
        lines = _lines(db, found[(number - 1) * PAGE : number * PAGE], inside)
    return page(
        "coordinator/people.html",
        lines=lines,
        total=len(everybody),
        found=len(found),
        unplaced=sum(each.id not in inside for each in everybody),
        places=places,
        q=q,
        sort=sort if sort in SORTS else "name",
        number=number,
        pages=pages,
    )


def _places(db: Session) -> tuple[ProgrammeFacts, ...]:
    return programmes_queries.programmes(db, organisation_id=own_organisation(), on=today())


def memberships(db: Session) -> dict[UUID, list[str]]:
    """Return the names of the programmes each young person is in today; who is in none is left out."""
    names: dict[UUID, list[str]] = {}
    for programme in _places(db):
        for facts in enrolments.enrolments_in(db, programme.id).values():
            if facts.is_enrolled(today()):
                names.setdefault(facts.young_person_id, []).append(programme.name)
    return names


def _lines(db: Session, people: Sequence[YoungPersonFacts], inside: Mapping[UUID, Sequence[str]]) -> list[Line]:
    slips = queries.slips_of(db, [person.id for person in people])
    return [
        Line(person=person, programmes=tuple(inside.get(person.id, ())), has_slip=person.id in slips)
        for person in people
    ]


def _fits(person: YoungPersonFacts, q: str) -> bool:
    texts = (person.printed_name, person.known_as, person.school_reference, person.form)
    return all(any(word in text for text in _plain(texts)) for word in next(iter(_plain([q]))).split())


def _plain(texts: Iterable[str | None]) -> list[str]:
    # Who looks for "Sian" finds Siân: nobody should have to know where the marks are on a British keyboard.
    letters = (unicodedata.normalize("NFKD", text or "").casefold() for text in texts)
    return ["".join(symbol for symbol in text if not unicodedata.combining(symbol)) for text in letters]


def _year(person: YoungPersonFacts) -> tuple[int, str]:
    digits = "".join(symbol for symbol in person.year_group or "" if symbol.isdigit())
    return (int(digits) if digits else 0, person.year_group or "")


@bp.route("/people/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add_person() -> ResponseReturnValue:
    """Add one young person."""
    form = PersonForm()
    form.offer(year_groups())
    if form.validate_on_submit():
        try:
            with transaction() as db:
                added = operations.add_young_person(
                    db, organisation_id=own_organisation(), entry=entry_of(form), actor=own_actor(), now=utc_now()
                )
                ceremony.choose(
                    db,
                    young_person_id=added,
                    name_said=form.name_said.data,
                    is_called_up=not form.is_quiet.data,
                    actor=own_actor(),
                    now=utc_now(),
                )
        except RuleBroken as refusal:
            tell(field_of(form, refusal), refusal)
        else:
            return see_other(
                "coordinator.person", young_person_id=added, flash=_("Added. They confirm their name next.")
            )
    return page("coordinator/person_form.html", status=422 if form.errors else 200, form=form, person=None)


def year_groups() -> tuple[str, ...]:
    """Return the year groups of the organisation's nation."""
    with reading() as db:
        nation = organisations.organisation(db, own_organisation()).nation
    return YEAR_GROUPS[nation.value]


def entry_of(form: PersonForm) -> PersonEntry:
    """Return what the form says."""
    return PersonEntry(
        printed_name=form.printed_name.data or "",
        known_as=form.known_as.data,
        school_reference=form.school_reference.data,
        year_group=form.year_group.data,
        form=form.form.data,
    )


def field_of(form: PersonForm, refusal: AccreditError) -> object:
    """Return the field that a refusal is about."""
    return form.school_reference if refusal.code == "reference-in-use" else form.printed_name
