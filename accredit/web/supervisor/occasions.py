"""What took place and when: the first of the two screens of a register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import RadioField
from wtforms.validators import InputRequired

from accredit.domain.practice.queries import PracticeSessionSummary
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.errors import NotFound
from accredit.web.forms import DateField, Form, RadioInput, SelectChoice
from accredit.web.messages import sentence_of
from accredit.web.supervisor.desk import chosen, today
from accredit.web.time_fields import ClockField, MinutesField

SHORTEST, LONGEST = 5, 480


class OccasionForm(Form):
    """What took place and when. It is sent with GET: nothing is written before somebody is ticked."""

    class Meta(Form.Meta):
        """No token: the form only asks for the next screen."""

        csrf = False

    programme = RadioField(_("Which programme?"), [InputRequired(_("Choose the programme"))], widget=RadioInput())
    activity = RadioField(_("What was it?"), [InputRequired(_("Choose what it was"))], widget=RadioInput())
    day = DateField(_("Which day?"), [InputRequired(_("Give the day"))])
    starts_at = ClockField(_("When did it start?"), [InputRequired(_("Give the time it started"))])
    minutes = MinutesField(_("How many minutes was it?"), [InputRequired(_("Give the minutes, like 45"))])


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One drop-in or meeting whose register is about to be taken."""

    programme: ProgrammeFacts
    activity: str
    title: str
    day: date
    starts_at: time
    minutes: int


def titles(place: ProgrammeFacts, *, is_meeting: bool) -> dict[str, str]:
    """Return the activity types of a programme that are meetings, or those that are not: code → title."""
    kinds = place.current.definition.activity_types if place.current else ()
    return {kind.code: kind.title for kind in kinds if kind.counts_as_hours is not is_meeting}


def is_a_meeting(places: tuple[ProgrammeFacts, ...], session: PracticeSessionSummary) -> bool:
    """Say whether something recorded before was a supervision meeting."""
    return any(
        session.activity_type in titles(each, is_meeting=True) for each in places if each.id == session.programme_id
    )


def again(session: PracticeSessionSummary, *, is_meeting: bool) -> dict[str, Any]:
    """Return the address values of the register of something recorded before, so that people can be added to it."""
    return _values(
        is_meeting, session.programme_id, session.activity_type, session.held_on, session.starts_at, session.minutes
    )


def values(occasion: Occasion, *, is_meeting: bool) -> dict[str, Any]:
    """Return the address values of the register of an occasion."""
    place = occasion.programme.id
    return _values(is_meeting, place, occasion.activity, occasion.day, occasion.starts_at, occasion.minutes)


def _values(
    is_meeting: bool,
    programme_id: UUID,
    activity: str,
    day: date,
    starts_at: time,
    minutes: int,
) -> dict[str, Any]:
    return {
        "kind": "meeting" if is_meeting else "drop-in",
        "programme": programme_id,
        "activity": activity,
        "day": [day.day, day.month, day.year],
        "starts_at": f"{starts_at:%H:%M}",
        "minutes": minutes,
    }


def new_form(
    places: tuple[ProgrammeFacts, ...], last: PracticeSessionSummary | None, *, is_meeting: bool
) -> OccasionForm:
    """Return the form for today, filled in with what was right the last time."""
    usual: dict[str, object] = {"day": today(), **_only_answers(places, is_meeting=is_meeting)}
    if last is not None:
        usual |= {"programme": str(last.programme_id), "activity": last.activity_type}
        usual |= {"starts_at": last.starts_at, "minutes": last.minutes}
    return _with_choices(OccasionForm(formdata=None, data=usual), places, is_meeting=is_meeting)


def sent_form(places: tuple[ProgrammeFacts, ...], *, is_meeting: bool) -> OccasionForm:
    """Return the form as the address tells it. Raises `NotFound` for a programme of another organisation."""
    sent = request.args.copy()
    wanted = sent.get("programme")
    if wanted and wanted not in {str(each.id) for each in places}:
        raise NotFound("programme")
    for name, only in _only_answers(places, is_meeting=is_meeting).items():
        sent[name] = only
    return _with_choices(OccasionForm(formdata=sent), places, is_meeting=is_meeting)


def _only_answers(places: tuple[ProgrammeFacts, ...], *, is_meeting: bool) -> dict[str, str]:
    """Return the answers of which there is only one: nobody is asked for them."""
    kinds = _kinds(places, is_meeting=is_meeting)
    programme = {"programme": str(places[0].id)} if len(places) == 1 else {}
    return programme | ({"activity": next(iter(kinds))} if len(kinds) == 1 else {})


def _kinds(places: tuple[ProgrammeFacts, ...], *, is_meeting: bool) -> dict[str, str]:
    return {code: title for each in places for code, title in titles(each, is_meeting=is_meeting).items()}


def _with_choices(form: OccasionForm, places: tuple[ProgrammeFacts, ...], *, is_meeting: bool) -> OccasionForm:
    kinds = _kinds(places, is_meeting=is_meeting)
    form.programme.choices = [SelectChoice(str(each.id), each.name) for each in places]
    form.activity.choices = [SelectChoice(code, title) for code, title in kinds.items()]
    return form


def _other_kinds(place: ProgrammeFacts | None, kinds: Mapping[str, str]) -> str:
    if place is None or not kinds:
        return sentence_of("wrong-activity-type")
    # The list above holds the activities of every programme, so the answer says which ones this programme has.
    return str(gettext("%(programme)s has only: %(kinds)s.", programme=place.name, kinds="; ".join(kinds.values())))


def occasion_of(form: OccasionForm, places: tuple[ProgrammeFacts, ...], *, is_meeting: bool) -> Occasion | None:
    """Return what took place, or None with what to put right beside the fields."""
    is_filled = form.validate()
    day, starts_at, minutes = form.day.data, form.starts_at.data, form.minutes.data
    if not is_filled or day is None or starts_at is None or minutes is None:
        return None
    place = chosen(places, UUID(form.programme.data))
    kinds = titles(place, is_meeting=is_meeting) if place else {}
    title = kinds.get(form.activity.data)
    faults: list[tuple[Any, str]] = []
    if title is None:
        form.activity.errors = [*form.activity.errors, _other_kinds(place, kinds)]
    if day > today():
        faults.append((form.day, "in-the-future"))
    if not SHORTEST <= minutes <= LONGEST:
        faults.append((form.minutes, "session-length"))
    for field, rule in faults:
        field.errors = [*field.errors, sentence_of(rule)]
    if faults or place is None or title is None:
        return None
    return Occasion(
        programme=place, activity=form.activity.data, title=title, day=day, starts_at=starts_at, minutes=minutes
    )
