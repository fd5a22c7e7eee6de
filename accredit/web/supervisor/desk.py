"""What every view here begins with: who acts, for which organisation, on what day, and its programmes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from accredit.clock import local_date, utc_now
from accredit.domain.audit.rules import Actor
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training import queries as training
from accredit.errors import Forbidden, NotFound
from accredit.storage import Session
from accredit.web.viewer import current_viewer


def own_organisation() -> UUID:
    """Return the organisation of the reader. Raises `Forbidden` for somebody who has none."""
    organisation_id = current_viewer().organisation_id
    if organisation_id is None:
        raise Forbidden("no-organisation")
    return organisation_id


def own_staff_id() -> UUID:
    """Return the reader as a member of staff. Raises `Forbidden` for anybody else."""
    staff_id = current_viewer().staff_id
    if staff_id is None:
        raise Forbidden("staff-only")
    return staff_id


def own_actor() -> Actor:
    """Return the reader as the one who acts."""
    return current_viewer().actor()


def today() -> date:
    """Return today's date in the United Kingdom."""
    return local_date(utc_now())


def is_supervisor(db: Session) -> bool:
    """Say whether the reader holds the supervisor's role today: a co-ordinator may look on without it."""
    return Role.SUPERVISOR in people.roles_on(db, own_staff_id(), today())


def own_programmes(db: Session) -> tuple[ProgrammeFacts, ...]:
    """Return the organisation's programmes that run today, by name."""
    found = programmes.programmes(db, organisation_id=own_organisation(), on=today())
    return tuple(
        # With what those on an earlier version still do: one drop-in is for everybody.
        replace(each, current=replace(each.current, definition=training.offered(db, each.id, today())))
        for each in found
        if each.current is not None
    )


def chosen(places: tuple[ProgrammeFacts, ...], wanted: UUID | None) -> ProgrammeFacts | None:
    """Return the programme asked for, or the first one. Raises `NotFound` for one of another organisation."""
    if wanted is None:
        return places[0] if places else None
    for each in places:
        if each.id == wanted:
            return each
    raise NotFound("programme")
