"""Young people: listed, added, changed. A whole class list is in `class_list`."""

from __future__ import annotations

from uuid import UUID

from flask import request

from accredit.clock import utc_now
from accredit.domain.clients.rules import Scope
from accredit.domain.organisations import queries as organisations
from accredit.domain.people import operations, queries
from accredit.domain.people.class_list import YEAR_GROUPS
from accredit.domain.people.operations import PersonEntry
from accredit.domain.people.queries import YoungPersonFacts
from accredit.errors import Conflict
from accredit.storage import Session
from accredit.web.api.v1.contract import (
    PAGED,
    Query,
    changed_meanwhile,
    expected_version,
    fault,
    flag,
    given_id,
    given_limit,
    reads,
    writes,
)
from accredit.web.api.v1.desk import actor, organisation_of
from accredit.web.api.v1.schema import Added, ChangedPerson, NewPerson, People, Person, PersonChanged

LEFT = Query(name="left", text="Whether to list leavers too.", schema={"type": "boolean", "default": False})
REFERENCE = Query(name="school_reference", text="Only whoever has this pupil number.", schema={"type": "string"})


@reads("/people", Scope.PEOPLE_READ, told=People, query=(*PAGED, LEFT, REFERENCE))
def people(db: Session) -> People:
    """List young people, in the order in which they were added."""
    limit = given_limit()
    found = queries.young_people_after(
        db,
        organisation_id=organisation_of(db),
        after=given_id("after"),
        limit=limit + 1,
        include_left=flag("left"),
        school_reference=request.args.get("school_reference"),
    )
    more = found[limit - 1].id if len(found) > limit else None
    return People(items=[_person(each) for each in found[:limit]], next=more)


@reads("/people/<uuid:young_person_id>", Scope.PEOPLE_READ, told=Person)
def person(db: Session, young_person_id: UUID) -> Person:
    """Return one young person."""
    return _person(queries.young_person(db, young_person_id))


@writes("POST", "/people", Scope.PEOPLE_WRITE, sent=NewPerson, told=Added, status=201)
def add_person(db: Session, sent: NewPerson) -> Added:
    """Add a young person."""
    _check_year_group(db, sent.year_group)
    entry = PersonEntry(
        printed_name=sent.printed_name,
        known_as=sent.known_as,
        school_reference=sent.school_reference,
        year_group=sent.year_group,
        form=sent.form,
    )
    added = operations.add_young_person(
        db, organisation_id=organisation_of(db), entry=entry, actor=actor(), now=utc_now()
    )
    return Added(id=added)


@writes(
    "PATCH",
    "/people/<uuid:young_person_id>",
    Scope.PEOPLE_WRITE,
    sent=ChangedPerson,
    told=PersonChanged,
    is_versioned=True,
)
def change_person(db: Session, sent: ChangedPerson, young_person_id: UUID) -> PersonChanged:
    """Change what is written about a young person; only the members that are sent."""
    version = expected_version()
    before = queries.young_person(db, young_person_id)
    said = sent.model_dump(include=sent.model_fields_set)
    if said.get("year_group") != before.year_group:
        _check_year_group(db, said.get("year_group"))
    if said.get("printed_name") == "":
        raise fault("printed_name", "A name is needed; one word is a complete name.")
    kept = {
        name: getattr(before, name) for name in ("printed_name", "known_as", "school_reference", "year_group", "form")
    }
    if "printed_name" in said and "known_as" not in said and before.known_as == before.printed_name:
        # Nobody chose what to call them: it was the name, and stays that.
        kept["known_as"] = None
    try:
        operations.change_young_person(
            db,
            young_person_id=young_person_id,
            expected_version=version,
            entry=PersonEntry(**kept | said),
            actor=actor(),
            now=utc_now(),
        )
    except Conflict:
        raise changed_meanwhile() from None
    after = queries.young_person(db, young_person_id)
    return PersonChanged(id=after.id, version=after.version, name_is_confirmed=after.name_is_confirmed)


def _check_year_group(db: Session, year_group: str | None) -> None:
    known = YEAR_GROUPS[organisations.organisation(db, organisation_of(db)).nation.value]
    if year_group is not None and year_group not in known:
        raise fault("year_group", f"One of: {', '.join(known)}.")


def _person(facts: YoungPersonFacts) -> Person:
    return Person(
        id=facts.id,
        version=facts.version,
        printed_name=facts.printed_name,
        name_is_confirmed=facts.name_is_confirmed,
        known_as=facts.known_as,
        school_reference=facts.school_reference,
        year_group=facts.year_group,
        form=facts.form,
        has_left=facts.left_at is not None,
    )
