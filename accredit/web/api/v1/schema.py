"""The shapes of what programs send and are answered. The description is made from them, and tests hold answers to it.

What is answered to a ``POST`` is kept for a day, so it holds ids, numbers and fixed words only.
"""

from __future__ import annotations

from datetime import date, time
from uuid import UUID

from pydantic import Field

from accredit.domain.awarding.rules import FindingKind
from accredit.domain.clients.rules import Scope
from accredit.domain.credentials.rules import Progress
from accredit.domain.practice.rules import HoursStatus
from accredit.web.api.v1.shapes import Form, Row, Shape, Short, Text, Title


class Key(Shape):
    """What a key opens."""

    label: str | None
    scopes: list[Scope]
    last_day: date


class Person(Shape):
    """A young person."""

    id: UUID
    version: int = Field(description="The same as in the ETag; send it in If-Match to change them.")
    printed_name: str
    name_is_confirmed: bool = Field(description="By the young person, or by a co-ordinator on their word.")
    known_as: str
    school_reference: str | None
    year_group: str | None
    form: str | None
    has_left: bool


class People(Shape):
    """A page of young people."""

    items: list[Person]
    next: UUID | None


class NewPerson(Shape):
    """A young person to add. Their name waits to be confirmed by them."""

    printed_name: Text
    known_as: Text | None = None
    school_reference: Short | None = None
    year_group: Short | None = Field(
        default=None, description="A year group of the organisation's nation, as 12 or S5."
    )
    form: Form | None = None


class ChangedPerson(Shape):
    """What to change about a young person: only the members that are sent. Null empties one."""

    printed_name: Text = Field(default="", description="Another name waits to be confirmed again.")
    known_as: Text | None = None
    school_reference: Short | None = None
    year_group: Short | None = None
    form: Form | None = None


class PersonChanged(Shape):
    """That a young person was changed. What is on record of them is for a key that may read it."""

    id: UUID
    version: int
    name_is_confirmed: bool = Field(description="False where another name waits to be confirmed.")


class Added(Shape):
    """What was added."""

    id: UUID


class ClassListTold(Shape):
    """What a class list did, or would do."""

    done: bool = Field(description="False for a dry run.")
    plan: str = Field(description="Names exactly this plan; send it to have it done only if it is still the same.")
    added: int
    changed: int
    unchanged: int
    left_out: int
    absent: list[UUID] = Field(
        description="Who is here in a year group of the list, and not in it. Nobody is taken out."
    )
    rows: list[Row]


class Module(Shape):
    """A module of training."""

    code: str
    title: str
    minutes: int


class Activity(Shape):
    """What time can be given to."""

    code: str
    title: str
    counts_as_hours: bool


class ProgrammeLevel(Shape):
    """A level that can be awarded."""

    code: str
    title: str


class Programme(Shape):
    """A programme as it is today."""

    id: UUID
    code: str
    name: str
    modules: list[Module]
    activities: list[Activity]
    levels: list[ProgrammeLevel]


class Programmes(Shape):
    """A page of programmes."""

    items: list[Programme]
    next: UUID | None


class Enrolment(Shape):
    """A young person's place in a programme."""

    id: UUID
    young_person_id: UUID
    school_reference: str | None
    started_on: date
    ended_on: date | None
    is_on_break: bool


class Enrolments(Shape):
    """A page of places."""

    items: list[Enrolment]
    next: UUID | None


class NewEnrolments(Shape):
    """Who joins a programme, and from when. Whoever is in it already stays as they are."""

    young_people: list[UUID] = Field(min_length=1, max_length=1000)
    started_on: date


class Place(Shape):
    """A place that somebody has now."""

    young_person_id: UUID
    enrolment_id: UUID


class Places(Shape):
    """The places of those who were named."""

    items: list[Place]


class LastDay(Shape):
    """When a place in a programme ends. Everything earned stays."""

    ended_on: date


class Missing(Shape):
    """What a level still asks for."""

    kind: FindingKind
    needed: int = Field(description="Of hours and training in minutes.")
    got: int
    codes: list[str]
    text: str


class LevelStanding(Shape):
    """How somebody stands towards a level."""

    code: str
    is_met: bool
    awarded_on: date | None
    missing: list[Missing]


class Standing(Shape):
    """How somebody stands in a programme. Whether they are awarded is a person's decision, made on the page."""

    id: UUID = Field(description="Of their place in the programme.")
    young_person_id: UUID
    name_is_confirmed: bool
    minutes: int
    meetings: int
    levels: list[LevelStanding]


class Readiness(Shape):
    """A page of those in a programme."""

    items: list[Standing]
    next: UUID | None


class Adult(Shape):
    """An adult who can lead a session, and whether they supervise today."""

    id: UUID
    name: str
    is_supervisor: bool


class Adults(Shape):
    """A page of adults."""

    items: list[Adult]
    next: UUID | None


class TrainingSession(Shape):
    """A training session."""

    id: UUID
    programme_id: UUID
    title: str
    held_on: date
    starts_at: time | None
    place: str | None
    modules: list[str]
    led_by: UUID
    is_taken: bool = Field(description="Whether its register was taken.")
    people_present: int


class TrainingSessions(Shape):
    """A page of training sessions."""

    items: list[TrainingSession]
    next: UUID | None


class NewTrainingSession(Shape):
    """A training session to plan."""

    programme_id: UUID
    title: Title
    held_on: date
    starts_at: time | None = None
    place: Text | None = None
    modules: list[Short] = Field(min_length=1, max_length=100)
    led_by: UUID


class RegisterLine(Shape):
    """One person in a register."""

    enrolment_id: UUID
    young_person_id: UUID
    is_on_break: bool
    is_recorded: bool
    present: list[str] = Field(description="The modules that they attended.")


class Register(Shape):
    """The register of a session: everybody enrolled on its day."""

    session: TrainingSession
    items: list[RegisterLine]


class Tick(Shape):
    """Whether somebody was there; ``modules`` for which of them, where not for all."""

    enrolment_id: UUID
    present: bool
    modules: list[Short] | None = None


class Ticks(Shape):
    """A register, or a part of it: whoever is not named stays as they are."""

    items: list[Tick] = Field(min_length=1, max_length=1000)


class Taken(Shape):
    """How many ticks a register changed."""

    confirmed: int
    withdrawn: int
    absent: int
    unchanged: int


class Hours(Shape):
    """One entry of supervised hours."""

    id: UUID
    activity: str
    held_on: date
    starts_at: time
    minutes: int
    supervised_by: UUID
    status: HoursStatus


class HoursOfOne(Shape):
    """A page of entries of one person."""

    items: list[Hours]
    next: UUID | None


class NewHours(Shape):
    """An entry on a young person's behalf. It waits for the adult named, who approves it on their own page."""

    activity: Short
    held_on: date
    starts_at: time
    minutes: int = Field(ge=1, le=1440)
    supervised_by: UUID


class Certificate(Shape):
    """An award, and how far its certificate is."""

    id: UUID = Field(description="Of the award.")
    enrolment_id: UUID
    young_person_id: UUID
    level: str
    level_title: str
    awarded_on: date
    progress: Progress
    credential_id: UUID | None = Field(description="Once it is published; then it is at /credentials/ and this id.")


class Certificates(Shape):
    """A page of awards."""

    items: list[Certificate]
    next: UUID | None
