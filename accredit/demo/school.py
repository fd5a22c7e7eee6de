"""Set the invented school up: the organisation, its adults, two programmes, thirty young people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from accredit.clock import LONDON
from accredit.demo import logbook
from accredit.domain.audit.rules import SERVICE, Actor, ActorKind
from accredit.domain.enrolments import operations as enrolments
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.rules import Channel, Details, Kind, Nation, Role
from accredit.domain.people import claiming, consents, importing, staffing
from accredit.domain.people import operations as people
from accredit.domain.people import queries as people_queries
from accredit.domain.people.class_list import read_class_list
from accredit.domain.people.class_list_cells import YEAR_GROUPS
from accredit.domain.people.rules import About, Voice
from accredit.domain.programmes import operations as programmes
from accredit.storage import Database, Session

SCHOOL = Details(
    name="Example Park Academy",
    town="Exampleton",
    urn="199902",
    contact="School office, office@example.org",
    talk_to="Ms T. Exemplar, Wellbeing lead, Room 4\nMr O. Specimen, Pastoral manager, the Hub, every lunch-time",
)
FIRST_DAY = date(2025, 9, 15)
PROGRAMMES = {"Wellbeing Ambassadors": "WA", "Drop-in and Buddying": "DB"}
ADULTS = {
    "Ms T. Exemplar": ("Wellbeing lead", "t.exemplar@example.org"),
    "Mr O. Specimen": ("Pastoral manager", "o.specimen@example.org"),
    "Dr N. Placeholder": ("Youth worker, Example Youth Project", None),
}
COORDINATORS = ("Ms T. Exemplar", "Mr O. Specimen")
PRINTED_IN_FULL = "3117"
"""She asks for her whole legal name on the certificate: 115 letters, the longest there is."""
FULL_NAME = (
    "Maximiliana-Alexandrina Charlotte-Josephine Exampleton-Fitzspecimen-Demonstrandum of Placeholder "
    "Magna-under-Sample"
)
OPERATOR_EMAIL = "operator@example.org"


@dataclass
class School:
    """Ids of everything that the year needs."""

    organisation_id: UUID
    did: str = ""
    staff: dict[str, UUID] = field(default_factory=dict)
    programmes: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, UUID] = field(default_factory=dict)
    enrolments: dict[str, UUID] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    """What opens the page of each, by pupil number."""

    def actor(self, adult: str, role: Role = Role.SUPERVISOR) -> Actor:
        """Return a member of staff as the audit trail names them."""
        return Actor(kind=ActorKind.STAFF, id=self.staff[adult], organisation_id=self.organisation_id, role=role.value)

    def young_person(self, reference: str) -> Actor:
        """Return a young person as the audit trail names them."""
        return Actor(kind=ActorKind.YOUNG_PERSON, id=self.people[reference], organisation_id=self.organisation_id)


def at(day: date, hour: int = 16) -> datetime:
    """Return a moment of that day in the school's time."""
    return datetime.combine(day, time(hour), LONDON)


def found(database: Database, *, did_host: str, password_hash: str) -> School:
    """Add and confirm the organisation, and give its adults their roles."""
    now = at(FIRST_DAY, 9)
    with database.transaction() as db:
        operator = staffing.add_account(
            db, email=OPERATOR_EMAIL, password=password_hash, is_operator=True, actor=SERVICE, now=now
        )
        chair = Actor(kind=ActorKind.OPERATOR, id=operator)
        school = School(
            organisations.add_organisation(
                db, details=SCHOOL, kind=Kind.SCHOOL, nation=Nation.ENGLAND, host=did_host, actor=chair, now=now
            )
        )
        organisations.confirm(
            db,
            organisation_id=school.organisation_id,
            channel=Channel.TELEPHONE,
            confirmed_on=FIRST_DAY,
            actor=chair,
            now=now,
        )
        for name, (job_title, email) in ADULTS.items():
            if email:
                staffing.add_account(db, email=email, password=password_hash, actor=SERVICE, now=now)
            school.staff[name] = staffing.add_staff(
                db,
                organisation_id=school.organisation_id,
                name=name,
                job_title=job_title,
                email=email,
                actor=SERVICE,
                now=now,
            )
        _give_roles(db, school, now)
    return school


def _give_roles(db: Session, school: School, now: datetime) -> None:
    # Nobody gives a role to themselves.
    givers = dict(zip(COORDINATORS, reversed(COORDINATORS), strict=True))
    staffing.give_role(
        db,
        staff_id=school.staff["Mr O. Specimen"],
        role=Role.ADMINISTRATOR,
        held_from=FIRST_DAY,
        actor=SERVICE,
        now=now,
    )
    for name in COORDINATORS:
        staffing.give_role(
            db, staff_id=school.staff[name], role=Role.COORDINATOR, held_from=FIRST_DAY, actor=SERVICE, now=now
        )
    for name in ADULTS:
        staffing.give_role(
            db,
            staff_id=school.staff[name],
            role=Role.SUPERVISOR,
            held_from=FIRST_DAY,
            checks_confirmed=True,
            actor=school.actor(givers.get(name, COORDINATORS[0]), Role.COORDINATOR),
            now=now,
        )


def invite(database: Database, school: School, *, pepper: bytes) -> None:
    """Import the class list, set up both programmes, enrol everyone, and let each confirm the name to be printed."""
    now, lead = at(FIRST_DAY, 11), school.actor("Ms T. Exemplar", Role.COORDINATOR)
    with database.transaction(school.organisation_id) as db:
        listed = read_class_list(
            logbook.class_list(),
            today=FIRST_DAY,
            year_groups=YEAR_GROUPS[Nation.ENGLAND.value],
        )
        plan = importing.plan_import(db, organisation_id=school.organisation_id, class_list=listed, pepper=pepper)
        importing.import_class_list(
            db,
            organisation_id=school.organisation_id,
            class_list=listed,
            expected_digest=plan.digest,
            pepper=pepper,
            actor=lead,
            now=now,
        )
        school.people = people_queries.young_people_by_reference(db, organisation_id=school.organisation_id)
        for name, code in PROGRAMMES.items():
            school.programmes[name] = programmes.add_programme_from_template(
                db,
                organisation_id=school.organisation_id,
                template_code=code,
                effective_from=FIRST_DAY,
                actor=lead,
                now=now,
            )
        for name, programme_id in school.programmes.items():
            members = {
                school.people[ref]: ref for ref, chosen in logbook.programmes_of_people().items() if chosen == name
            }
            enrolled = enrolments.enrol_many(
                db, young_person_ids=list(members), programme_id=programme_id, started_on=FIRST_DAY, actor=lead, now=now
            )
            school.enrolments |= {members[person]: enrolment for person, enrolment in enrolled.items()}
        _hand_out_slips(db, school, lead, pepper=pepper)
    _open_pages(database, school, pepper=pepper)
    _confirm_names(database, school, lead)


def _hand_out_slips(db: Session, school: School, lead: Actor, *, pepper: bytes) -> None:
    """Tick the slips from home, which all came back, and make everybody a slip of their own."""
    now = at(FIRST_DAY, 11)
    everyone = people_queries.young_people_by_id(db, school.people.values()).values()
    for person in everyone:
        for about in (About.TAKING_PART, About.OWN_PAGE):
            if consents.asks_home(db, person, about, now=now):
                consents.say(
                    db,
                    young_person_id=person.id,
                    about=about,
                    is_yes=True,
                    voice=Voice.HOME,
                    actor=lead,
                    now=now,
                )
    people.make_claim_slips(
        db,
        organisation_id=school.organisation_id,
        young_person_ids=list(school.people.values()),
        pepper=pepper,
        actor=lead,
        now=now,
    )


def _open_pages(database: Database, school: School, *, pepper: bytes) -> None:
    """Let everybody use their slip in a lesson, and keep their words for the table."""
    now = at(date(2025, 9, 19), 12)
    with database.transaction(school.organisation_id) as db:
        slips = people_queries.slips_of(db, school.people.values())
        for reference, person in school.people.items():
            mine = claiming.claim(db, slip_id=slips[person].id, language="en", pepper=pepper, now=now)
            school.words[reference] = mine.words


def _confirm_names(database: Database, school: School, lead: Actor) -> None:
    now = at(date(2025, 9, 19), 13)
    with database.transaction(school.organisation_id) as db:
        everyone = people_queries.young_people_by_id(db, school.people.values())
        asked = everyone[school.people[PRINTED_IN_FULL]]
        people.change_young_person(
            db,
            young_person_id=asked.id,
            expected_version=asked.version,
            entry=people.PersonEntry(
                printed_name=FULL_NAME,
                known_as=asked.known_as,
                school_reference=asked.school_reference,
                year_group=asked.year_group,
                form=asked.form,
            ),
            actor=lead,
            now=now,
        )
        for reference, person_id in school.people.items():
            name = FULL_NAME if reference == PRINTED_IN_FULL else everyone[person_id].printed_name
            people.confirm_printed_name(
                db, young_person_id=person_id, name=name, actor=school.young_person(reference), now=now
            )
