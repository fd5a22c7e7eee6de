"""A school as it stands before a morning's work on its pages, the acts of that morning, and what each must leave.

Everything before the morning is done through the domain, to be quick; the acts themselves are forms, filled in on the
pages of a service that runs.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
import sqlmodel
from sqlmodel import col

from accredit.clock import local_date, utc_now
from accredit.domain.audit.rules import Actor
from accredit.domain.awarding.models import Award
from accredit.domain.organisations.rules import Role
from accredit.domain.people import queries as people_queries
from accredit.domain.people import signing_in, word_cards
from accredit.domain.practice import operations as practice
from accredit.domain.practice.models import HoursEntry
from accredit.domain.practice.rules import HoursStatus
from accredit.domain.training import operations as training
from accredit.storage import Database, Session
from accredit.storage.promises import SCHEMA, Promise
from tests import factories
from tests.integration.visitor import FilledForm, Visitor

PEOPLE = 30
EMAIL, PASSWORD = "nia@example.org", "a long walk along the river"
SIGN_INS = 2
"""How many transactions it takes until a member of staff and a young person are signed in."""
FIRST_TRAINING = ("M1", "M2", "M3", "M4", "M5", "M6", "M8")
LEVEL = "WA-TRN"
# Tables that grow by themselves: a row of the tree for every 256 leaves.
UNCOUNTED = frozenset({"ledger_node"})


@dataclass(frozen=True, kw_only=True)
class ServedSchool:
    """Ids of what the morning needs, and the words of one young person."""

    programme_id: UUID
    staff_id: UUID
    enrolments: tuple[UUID, ...]
    training_id: UUID
    waiting: tuple[UUID, ...]
    words: str
    today: date


@dataclass(frozen=True)
class Act:
    """One form, who sends it, and how many rows it must leave by table, whether it is sent once or many times."""

    name: str
    visitor: Visitor
    form: FilledForm
    leaves: Counter[str]
    commits_again: bool = True
    """Whether sending it again commits a transaction, in which nothing is new; else a rule refuses it before that."""


def open_school(database: Database, *, pepper: bytes) -> ServedSchool:
    """Add a school with thirty young people who are trained, and a day's work that waits."""
    now = utc_now()
    today = local_date(now)
    begun = today - timedelta(days=200)
    with database.transaction() as db:
        school = factories.add_organisation(db, urn="199902", now=now)
        programme_id = factories.add_programme(db, school, since=begun, now=now)
        nia = _nia(db, school, begun, now)
        assert nia.id is not None
        enrolments = []
        for number in range(PEOPLE):
            person = factories.add_young_person(
                db, school, name=f"Ama Sample-{number}", reference=str(3000 + number), now=now
            )
            enrolments.append(factories.enrol(db, person, programme_id, started_on=begun, now=now))
        # `person` is the last of them; anybody's words will do.
        owner = factories.young_actor(person, school)
        _, words = word_cards.make(
            db,
            organisation_id=school,
            young_person_id=person,
            language="en",
            pepper=pepper,
            actor=owner,
            now=now,
        )
    with database.transaction(school) as db:
        first = _plan(db, programme_id, nia, today - timedelta(days=100), FIRST_TRAINING, now)
        everybody = dict.fromkeys(enrolments, True)
        training.record_attendance(db, session_id=first, present=everybody, actor=nia, now=now)
        return ServedSchool(
            programme_id=programme_id,
            staff_id=nia.id,
            enrolments=tuple(enrolments),
            training_id=_plan(db, programme_id, nia, today - timedelta(days=1), ("M7",), now),
            waiting=tuple(_submit(db, each, nia.id, today - timedelta(days=2), now) for each in enrolments),
            words=words,
            today=today,
        )


def _nia(db: Session, school: UUID, begun: date, now: datetime) -> Actor:
    staff_id = factories.add_staff(db, school, name="Nia Enghraifft", email=EMAIL, now=now)
    factories.give_role(db, staff_id, Role.COORDINATOR, held_from=begun, now=now)
    nia = factories.staff_actor(staff_id, school, Role.COORDINATOR)
    factories.give_role(db, staff_id, Role.SUPERVISOR, actor=nia, held_from=begun, now=now)
    account = people_queries.account_by_email(db, EMAIL)
    assert account is not None
    signing_in.set_password(db, account_id=account.id, text=PASSWORD)
    return nia


def _plan(db: Session, programme_id: UUID, nia: Actor, day: date, modules: tuple[str, ...], now: datetime) -> UUID:
    assert nia.id is not None
    return training.plan_session(
        db,
        programme_id=programme_id,
        title="Training",
        held_on=day,
        module_codes=modules,
        led_by=nia.id,
        actor=nia,
        now=now,
    )


def _submit(db: Session, enrolment_id: UUID, adult: UUID, day: date, now: datetime) -> UUID:
    actor = factories.staff_actor(adult, db.tenant or UUID(int=0), Role.COORDINATOR)
    return practice.submit_hours(
        db,
        enrolment_id=enrolment_id,
        activity_type="drop-in",
        held_on=day,
        starts_at=time(12, 30),
        minutes=45,
        supervised_by=adult,
        actor=actor,
        now=now,
    )


def sign_in(port: int, school: ServedSchool) -> tuple[Visitor, Visitor]:
    """Sign the member of staff and one young person in."""
    nia, ama = Visitor(port), Visitor(port)
    for visitor, path, values in (
        (nia, "/sign-in", {"email": EMAIL, "password": PASSWORD}),
        (ama, "/start", {"code": school.words}),
    ):
        answer = visitor.send(visitor.fill(path, values))
        assert answer.status == 303, answer.text
    return nia, ama


def acts_of(school: ServedSchool, nia: Visitor, ama: Visitor) -> dict[str, Act]:
    """Fill every form of the morning in, in the order in which they are sent."""
    count, everybody = PEOPLE, list(school.enrolments)
    register, own = f"/school/training/{school.training_id}/register", f"/my/add-time/{school.enrolments[-1]}"
    logged = Counter(ledger_leaf=count, ledger_record=count)
    time_of_hers = {
        "activity": "buddying",
        "day": _parts(school.today - timedelta(days=3)),
        "starts_at": "15:10",
        "minutes": 30,
        "adult": school.staff_id,
    }
    return {
        "register": Act(
            "register",
            nia,
            nia.fill(register, {"present": everybody}),
            logged + Counter(attendance=count, audit_event=1),
        ),
        "submit": Act(
            "submit", ama, ama.fill(own, time_of_hers), Counter(hours_entry=1, audit_event=1), commits_again=False
        ),
        "approve": Act(
            "approve",
            nia,
            nia.fill("/hours", {"entry": list(school.waiting)}),
            logged + Counter(approved=count, audit_event=count),
        ),
        "drop-in": Act(
            "drop-in",
            nia,
            _drop_in(school, nia),
            logged + Counter(practice_session=1, hours_entry=count, approved=count, audit_event=1),
        ),
        # What is awarded together is promised together: one promise, in the same transaction.
        "award": Act("award", nia, _award(school, nia), logged + Counter(award=count, audit_event=count, promise=1)),
    }


def _parts(day: date) -> list[int]:
    return [day.day, day.month, day.year]


def _drop_in(school: ServedSchool, nia: Visitor) -> FilledForm:
    day = school.today - timedelta(days=4)
    address = (
        f"/practice/register?kind=drop-in&programme={school.programme_id}&activity=drop-in"
        f"&day={day.day}&day={day.month}&day={day.year}&starts_at=12:30&minutes=45"
    )
    return nia.fill(address, {"present": list(school.enrolments)})


def _award(school: ServedSchool, nia: Visitor) -> FilledForm:
    address = f"/school/programmes/{school.programme_id}/award/{LEVEL}"
    values = {"enrolments": list(school.enrolments), "awarded_on": _parts(school.today)}
    looked = nia.send(nia.fill(address, values, to=f"{address}/look"))
    assert looked.status == 200, looked.text
    return nia.filled(looked.text, f"{address}/give", values)


def counted(database: Database) -> Counter[str]:
    """Count the rows of every table, the hours approved, and the credentials promised."""
    promised = sa.table("workflow_status", sa.column("name"), schema=SCHEMA if database.is_postgresql else None)
    with database.reading() as db:
        rows = {
            table.name: sa.select(sa.func.count()).select_from(table)
            for table in sqlmodel.SQLModel.metadata.sorted_tables
            if table.name not in UNCOUNTED
        }
        rows["approved"] = (
            sa.select(sa.func.count()).select_from(HoursEntry).where(col(HoursEntry.status) == HoursStatus.APPROVED)
        )
        rows["promise"] = (
            sa.select(sa.func.count()).select_from(promised).where(promised.c.name == Promise.ISSUE_AWARD.value)
        )
        return Counter({name: db.execute(statement).scalar_one() for name, statement in rows.items()})


def awards(database: Database) -> frozenset[UUID]:
    """Return the ids of all awards."""
    with database.reading() as db:
        return frozenset(db.execute(sa.select(col(Award.id))).scalars())
