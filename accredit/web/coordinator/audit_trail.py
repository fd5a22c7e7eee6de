"""What was done here, by whom and when, each act in a sentence: to look things up in. It holds no reasons, no texts.

The words are in `audit_words`, what the ids stand for in `accredit.domain.credentials.subjects`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length, Optional

from accredit.clock import LONDON
from accredit.domain.audit import queries
from accredit.domain.audit.queries import EventFacts, Wanted
from accredit.domain.audit.rules import ActorKind
from accredit.domain.clients import queries as clients
from accredit.domain.credentials.subjects import Subject, all_about, people_called, subjects
from accredit.domain.organisations.rules import Permission
from accredit.storage import Session
from accredit.web.access import requires
from accredit.web.coordinator import bp
from accredit.web.coordinator.audit_words import NAMES, NAMES_OF, PARTS, SENTENCES, Part
from accredit.web.coordinator.desk import own_organisation
from accredit.web.coordinator.forms import ROLE_NAMES, choices_of
from accredit.web.database import reading
from accredit.web.forms import DateField, Form, Select, TextInput
from accredit.web.languages import page_language
from accredit.web.pages import page
from accredit.web.words import date_in_words, hours_in_words

PAGE = 50
FILTERS = ("who", "part", "since", "until")


class RecordFilter(Form):
    """What is looked for; everything may be left open."""

    who = StringField(_l("Name of somebody"), [Length(max=100)], widget=TextInput())
    part = SelectField(_l("What it was about"), widget=Select(), validate_choice=False)
    since = DateField(_l("From this day on"), [Optional()])
    until = DateField(_l("Up to this day"), [Optional()])


@bp.get("/record")
@requires(Permission.SEE_AUDIT)
def record() -> ResponseReturnValue:
    """List what was done, newest first; by a name, a part and days."""
    form = RecordFilter(formdata=request.args, meta={"csrf": False})
    form.part.choices = [("", _("Everything")), *choices_of(PARTS.items())]
    fits = form.validate()
    with reading() as db:
        wanted = _wanted(db, form)
        total = queries.count(db, organisation_id=own_organisation(), wanted=wanted)
        pages = max(1, -(-total // PAGE))
        number = min(max(request.args.get("page", 1, type=int), 1), pages)
        events = queries.events(
            db, organisation_id=own_organisation(), wanted=wanted, limit=PAGE, offset=(number - 1) * PAGE
        )
        known = _known(db, events)
    return page(
        "coordinator/record.html",
        status=200 if fits else 422,
        lines=[(event, sentence_of(event, known)) for event in events],
        form=form,
        total=total,
        number=number,
        pages=pages,
        chosen={name: request.args.getlist(name) for name in FILTERS if any(request.args.getlist(name))},
    )


def _known(db: Session, events: Sequence[EventFacts]) -> dict[UUID, Subject]:
    """Return what the ids of some events stand for; a key of a program is known by its label."""
    ids = {each for event in events for each in (event.actor_id, event.subject_id) if each}
    labels = clients.labels(db, ids | {key for event in events if (key := _key(event))})
    return subjects(db, ids) | {key: Subject(title=label) for key, label in labels.items()}


def _key(event: EventFacts) -> UUID | None:
    """Return the id of the key with which a program did this for somebody."""
    return UUID(event.details["through"]) if event.details.get("through") else None


def _wanted(db: Session, form: RecordFilter) -> Wanted:
    """Return what the form asks for; a field that does not fit asks for nothing."""
    part = form.part.data if form.part.data in set(Part) else None
    found: dict[str, Any] = {"tags": NAMES_OF[Part(part)] if part else None}
    if (form.who.data or "").strip():
        found["by"] = people_called(db, form.who.data, organisation_id=own_organisation())
        found["about"] = all_about(found["by"])
    if form.since.data is not None:
        found["since"] = _midnight(form.since.data)
    if form.until.data is not None and form.until.data < date.max:
        found["before"] = _midnight(form.until.data + timedelta(days=1))
    return Wanted(**found)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


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
