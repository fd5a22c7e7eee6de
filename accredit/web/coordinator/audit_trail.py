"""What was done here, by whom and when, each act in a sentence: to look things up in. It holds no reasons, no texts.

The words are in `audit_words`, what the ids stand for in `accredit.domain.credentials.subjects`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from accredit.domain.audit.queries import EventFacts
from accredit.domain.audit.rules import ActorKind
from accredit.domain.clients import queries as clients
from accredit.domain.credentials.acts import acts
from accredit.domain.credentials.subjects import Subject, subjects
from accredit.domain.organisations.rules import Permission
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.audit_words import NAMES, NAMES_OF, PARTS, SENTENCES
from accredit.web.coordinator.desk import own_organisation
from accredit.web.coordinator.forms import ROLE_NAMES
from accredit.web.database import reading
from accredit.web.languages import page_language
from accredit.web.list_files import exported
from accredit.web.lists import Column, Filter, Kind, ListOf, show
from accredit.web.pages import page
from accredit.web.words import date_in_words, hours_in_words


@dataclass(frozen=True, kw_only=True)
class Told:
    """One act, as its sentence."""

    at: datetime
    what: str


@bp.get("/record")
@requires(Permission.SEE_AUDIT)
def record() -> ResponseReturnValue:
    """List what was done, newest first; by a name, a part and days."""
    with reading() as db:
        shown = show(db, _record(db))
    return page("coordinator/record.html", shown=shown)


@bp.route("/record/export", methods=["GET", "POST"])
@requires(Permission.SEE_AUDIT, proof=True)
def export_record() -> Response:
    """Hand out the record as a file."""
    return exported(_record)


def _record(db: Session) -> ListOf[Told]:
    return ListOf(
        name="record",
        title=_("What was done here"),
        endpoint="coordinator.record",
        export="coordinator.export_record",
        source=acts(
            db, organisation_id=own_organisation(), parts={part.value: tags for part, tags in NAMES_OF.items()}
        ).then(_told),
        order="-at",
        columns=(
            Column(name="at", label=_("When"), cell=lambda act: act.at, kind=Kind.DAY),
            Column(name="what", label=_("What"), cell=lambda act: act.what, is_sorted=False),
        ),
        filters=(
            Filter(
                name="who",
                label=_("Name of somebody"),
                hint=_("Staff or young person: what they did, and what was done about them."),
            ),
            Filter(
                name="part",
                label=_("What it was about"),
                choices={part.value: str(name) for part, name in PARTS.items()},
            ),
            Filter(name="since", label=_("From this day on"), is_day=True),
            Filter(name="until", label=_("Up to this day"), is_day=True),
        ),
    )


def _told(db: Session, events: Sequence[EventFacts]) -> list[Told]:
    known = _known(db, events)
    return [Told(at=event.at, what=sentence_of(event, known)) for event in events]


def _known(db: Session, events: Sequence[EventFacts]) -> dict[UUID, Subject]:
    """Return what the ids of some events stand for; a key of a program is known by its label."""
    ids = {each for event in events for each in (event.actor_id, event.subject_id) if each}
    labels = clients.labels(db, ids | {key for event in events if (key := _key(event))})
    return subjects(db, ids) | {key: Subject(title=label) for key, label in labels.items()}


def _key(event: EventFacts) -> UUID | None:
    """Return the id of the key with which a program did this for somebody."""
    return UUID(event.details["through"]) if event.details.get("through") else None


def sentence_of(event: EventFacts, known: Mapping[UUID, Subject]) -> str:
    """Return the sentence that tells one act; of what was erased since, the name of the act and who did it."""
    who = _who(event, known)
    told: dict[str, object] = {**event.details, "who": who}
    about = known.get(event.subject_id) if event.subject_id else None
    if about is not None:
        told |= {name: text for name, text in (("person", about.person), ("title", about.title)) if text}
        told |= {"day": date_in_words(about.day, page_language())} if about.day else {}
        told |= {"time": hours_in_words(about.minutes, page_language())} if about.minutes is not None else {}
    if "role" in event.details:
        told["role"] = str({role.value: name for role, name in ROLE_NAMES.items()}.get(event.details["role"], ""))
    try:
        return str(SENTENCES[event.tag]) % told
    except KeyError:
        return f"{NAMES[event.tag]}: {who}"


def _who(event: EventFacts, known: Mapping[UUID, Subject]) -> str:
    if event.actor_id is not None and event.actor_id in known:
        who, key = known[event.actor_id].person, _key(event)
        if key is not None and key in known:
            return str(_("%(name)s, with the key “%(key)s”,", name=who, key=known[key].title))
        return who
    return str(
        {
            ActorKind.STAFF: _("A member of staff"),
            ActorKind.YOUNG_PERSON: _("A young person"),
            ActorKind.OPERATOR: _("Those who run this service"),
            ActorKind.SERVICE: _("The service itself"),
        }[event.actor_kind]
    )
