"""Until when everybody's training is up to date, those first whose refresher comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from accredit.domain.programmes.rules import Definition
from accredit.domain.training import queries
from accredit.domain.training.rules import ModuleAttendance, lapses_on, up_to_date_until
from accredit.storage import Session

SOON = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class UpToDate:
    """One young person's training; ``until`` None when nothing they attended ever lapses.

    ``refreshed_by`` are the modules that would renew what lapses by then or within a month of the day asked about.
    """

    enrolment_id: UUID
    young_person_id: UUID
    printed_name: str
    form: str | None
    is_on_break: bool
    has_trained: bool
    until: date | None
    is_due: bool
    """Now, or within a month."""
    is_past: bool
    refreshed_by: tuple[str, ...]


def up_to_date(db: Session, *, programme_id: UUID, on: date) -> tuple[UpToDate, ...]:
    """Return everybody enrolled on a day, the earliest date first, then by name, in a constant number of statements."""
    people = list(queries.people_enrolled(db, programme_id=programme_id, on=on))
    ids = [enrolment_id for enrolment_id, _ in people]
    places, attended = queries.enrolled(db, ids), queries.modules_attended(db, ids, until=on)
    versions = queries.definitions(db, [programme_id]).get(programme_id, ())
    found = []
    for enrolment_id, person in people:
        definition = queries.version_of(versions, places[enrolment_id]).definition
        until = up_to_date_until(definition, attended[enrolment_id])
        found.append(
            UpToDate(
                enrolment_id=enrolment_id,
                young_person_id=person.id,
                printed_name=person.printed_name,
                form=person.form,
                is_on_break=places[enrolment_id].is_on_break(on),
                has_trained=bool(attended[enrolment_id]),
                until=until,
                is_due=until is not None and until <= on + SOON,
                is_past=until is not None and until < on,
                refreshed_by=_refreshed_by(definition, attended[enrolment_id], by=on + SOON),
            )
        )
    return tuple(sorted(found, key=lambda each: (each.until or date.max, each.printed_name.casefold())))


def falling_due(db: Session, *, programme_id: UUID, on: date) -> tuple[date, ...]:
    """Return the days on which the training of young people lapses or lapsed, up to a month ahead, earliest first.

    Whoever is on a break is left out: nobody expects them.
    """
    everybody = up_to_date(db, programme_id=programme_id, on=on)
    return tuple(who.until for who in everybody if who.is_due and who.until is not None and not who.is_on_break)


def _refreshed_by(definition: Definition, attended: Mapping[str, ModuleAttendance], *, by: date) -> tuple[str, ...]:
    """Return the refreshers that renew what lapses by a day, or the modules themselves where none does."""
    lapsing = [
        module.code
        for module in definition.modules
        if module.code in attended and (day := lapses_on(module, definition, attended)) is not None and day <= by
    ]
    wanted: dict[str, None] = {}
    for code in lapsing:
        refreshers = [module.code for module in definition.modules if code in module.refreshes]
        wanted[refreshers[0] if refreshers else code] = None
    return tuple(wanted)
