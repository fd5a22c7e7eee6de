"""The five steps with which a school begins: left and taken up again at any time, and in sight until they are done.

What is done is read from the records themselves, so nobody ticks anything, and a step taken elsewhere counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from flask import current_app, request, url_for
from flask_babel import gettext as _

from accredit.domain.enrolments import queries as enrolments
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import queries as people
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training import queries as training
from accredit.storage import Session
from accredit.web.coordinator.desk import own_organisation, today
from accredit.web.database import reading
from accredit.web.viewer import current_viewer

_DONE = "accredit.set_up"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of setting up; ``done`` as the step list draws it, ``href`` None where it is somebody else's."""

    done: bool
    text: str
    href: str | None
    detail: str | None = None


def steps(db: Session) -> list[Step]:
    """Return the five steps as they stand for the reader."""
    may, staff = current_viewer().may, people.staff(db, organisation_id=own_organisation())
    held = [role for who in staff for role in who.roles_on(today())]
    found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
    facts = organisations.organisation(db, own_organisation())
    manages = may(Permission.MANAGE_PEOPLE)
    anybody = people.has_young_people(db, organisation_id=own_organisation())
    elsewhere = None if manages else _("A co-ordinator does this.")
    return [
        Step(
            done=bool(facts.talk_to and facts.contact),
            text=_("Say who you are, and whom young people can talk to"),
            href=url_for("coordinator.organisation") if may(Permission.MANAGE_ORGANISATION) else None,
            detail=None if may(Permission.MANAGE_ORGANISATION) else _("An administrator does this."),
        ),
        Step(
            done=Role.SUPERVISOR in held,
            text=_("Add the adults who supervise"),
            href=url_for("coordinator.staff"),
            detail=_("Or choose your own name there, if you supervise yourself."),
        ),
        Step(
            done=bool(found),
            text=_("Choose a programme"),
            href=url_for("coordinator.add_programme") if manages else None,
            detail=elsewhere,
        ),
        Step(
            done=enrolments.has_any(db),
            text=_("Choose who joins") if anybody and found else _("Bring in your young people, and choose who joins"),
            href=_who_joins(found, anybody=anybody) if manages else None,
            detail=elsewhere,
        ),
        Step(
            done=training.has_any(db),
            text=_("Add the first training session"),
            href=_first_session(found) if manages else None,
            detail=elsewhere,
        ),
    ]


def _who_joins(found: tuple[ProgrammeFacts, ...], *, anybody: bool) -> str:
    if found and anybody:
        return url_for("coordinator.enrol", programme_id=found[0].id)
    return url_for("coordinator.class_list")


def _first_session(found: tuple[ProgrammeFacts, ...]) -> str:
    # Before there is a programme, the page of training says that one comes first.
    return url_for("coordinator.add_session", programme_id=found[0].id) if found else url_for("coordinator.training")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far setting up has come, for the line on every page."""

    done: int
    of: int
    next: Step


def standing() -> Standing | None:
    """Return how far the reader's organisation has come; None once it is done, and for whoever has no part in it."""
    viewer = current_viewer()
    if viewer.organisation_id is None or not viewer.may(Permission.MANAGE_STAFF):
        return None
    # The first page shows every step; other people's pages are about something else.
    if request.blueprint != "coordinator" or request.endpoint == "coordinator.home":
        return None
    if viewer.organisation_id in _set_up():
        return None
    with reading() as db:
        found = steps(db)
    return standing_in(found)


def standing_in(found: list[Step]) -> Standing | None:
    """Return how far these steps have come; None when nothing is left for the reader."""
    if all(step.done for step in found):
        remember_done(own_organisation())
        return None
    mine = next((step for step in found if not step.done and step.href), None)
    if mine is None:
        return None
    return Standing(done=sum(step.done for step in found), of=len(found), next=mine)


def remember_done(organisation_id: UUID) -> None:
    """Remember, in this process, that an organisation is set up: what was once done is not looked for again."""
    _set_up().add(organisation_id)


def _set_up() -> set[UUID]:
    return cast("set[UUID]", current_app.extensions.setdefault(_DONE, set()))
