"""What waits for an adult today: kinds and counts, and the one thing to begin with. No names, so that it may be posted.

- What is told depends on what the reader may do; what they cannot act on is not told.
- No meeting is due for whoever is on a break.
- The first page shows it with links, the weekly e-mail tells it in words: both from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.awarding import queries as awarding
from accredit.domain.awarding import standing
from accredit.domain.awarding.queries import Progress
from accredit.domain.credentials import challenging, queries, revoking
from accredit.domain.facilitation import queries as facilitation
from accredit.domain.issuing import queries as issuances
from accredit.domain.organisations.rules import Permission, Role
from accredit.domain.people import asking_school, leaving, one_person
from accredit.domain.people import queries as people
from accredit.domain.practice import asking_forward, log_by_two
from accredit.domain.practice import queries as practice
from accredit.domain.practice.supervision import supervision
from accredit.domain.programmes import queries as programmes
from accredit.domain.programmes.queries import ProgrammeFacts
from accredit.domain.training import queries as training
from accredit.storage import Session

Cohorts = Sequence[tuple[ProgrammeFacts, Sequence[Progress]]]


class ToDoKind(StrEnum):
    """What may wait, in the order in which it is told."""

    HOURS = "hours"
    """Entries of time that wait; for whoever only supervises, their own."""
    SECOND_LOOKS = "second-looks"
    RECORD_REQUESTS = "record-requests"
    """Young people who asked about what is kept of them: an answer is due within a month."""
    REVOCATIONS = "revocations"
    ADULTS_RECORDS = "adults-records"
    """Adults who asked for a record of their own training, but for the reader's own."""
    ADULTS_ENDINGS = "adults-endings"
    """Records of adults that somebody else asked to be ended."""
    LARGE_TOTALS = "large-totals"
    """Programmes in which somebody else attested totals so large that two say so."""
    LARGE_LOGS = "large-logs"
    """Logs of hours that hold so much that somebody else brings them in too."""
    READY = "ready"
    """Young people who have reached a level of one programme."""
    NAMES = "names"
    REGISTERS = "registers"
    SIGNING = "signing"
    LEAVERS = "leavers"
    MERGES = "merges"
    """Two records that somebody else takes for one person's."""
    MEETINGS = "meetings"
    REFRESHERS = "refreshers"
    UNPLACED = "unplaced"
    """Young people who came in and joined no programme yet: what an import leaves to be finished."""
    DRAFTS = "drafts"
    ONE_COORDINATOR = "one-co-ordinator"
    NO_SUPERVISOR = "no-supervisor"


STANDING = frozenset({ToDoKind.REFRESHERS, ToDoKind.ONE_COORDINATOR, ToDoKind.NO_SUPERVISOR})
"""What is worth knowing rather than a task of the day."""


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """One thing that waits: how many, in which programme, and the id of what to begin with (the oldest)."""

    kind: ToDoKind
    count: int
    programme_id: UUID | None = None
    programme: str = ""
    subject: UUID | None = None


def cohorts(db: Session, *, organisation_id: UUID, on: date) -> Cohorts:
    """Return every programme of an organisation with where its young people stand."""
    found = programmes.programmes(db, organisation_id=organisation_id, on=on)
    return tuple((each, awarding.cohort_progress(db, each.id, on=on)) for each in found)


def to_do(
    db: Session,
    *,
    organisation_id: UUID,
    permissions: Collection[Permission],
    staff_id: UUID | None,
    now: datetime,
    known: Cohorts | None = None,
) -> tuple[ToDo, ...]:
    """Return what waits for one member of staff, in the order of `ToDoKind`; ``known`` saves reading cohorts twice."""
    found: list[ToDo] = []
    today = local_date(now)
    if Permission.SUSPEND in permissions:
        found += _to_answer(db, organisation_id)
        found.append(_endings(db, organisation_id, staff_id))
    if Permission.AWARD in permissions:
        asked = facilitation.waiting(db, organisation_id=organisation_id)
        found.append(ToDo(kind=ToDoKind.ADULTS_RECORDS, count=sum(each.staff_id != staff_id for each in asked)))
    if Permission.MANAGE_PEOPLE in permissions:
        classes = cohorts(db, organisation_id=organisation_id, on=today) if known is None else known
        found += _of_cohorts(db, classes, today)
        found += _of_people(db, organisation_id, classes)
        found.append(ToDo(kind=ToDoKind.HOURS, count=practice.waiting_count(db)))
        found.append(ToDo(kind=ToDoKind.SIGNING, count=queries.waiting_count(db, organisation_id=organisation_id)))
        found += [_registers(db, today), _drafts(db, organisation_id), _large_totals(db, staff_id)]
        found.append(_merges(db, staff_id))
        logs = log_by_two.waiting_logs(db, organisation_id=organisation_id, now=now)
        found.append(ToDo(kind=ToDoKind.LARGE_LOGS, count=sum(each.brought_by != staff_id for each in logs)))
    elif Permission.APPROVE_HOURS in permissions and staff_id is not None:
        found.append(ToDo(kind=ToDoKind.HOURS, count=practice.waiting_count(db, supervised_by=staff_id)))
    if Permission.MANAGE_STAFF in permissions:
        found += _of_staff(db, organisation_id, today)
    order = list(ToDoKind)
    return tuple(sorted((each for each in found if each.count), key=lambda each: order.index(each.kind)))


def _to_answer(db: Session, organisation_id: UUID) -> Iterator[ToDo]:
    looks = [each.issuance_id for each in challenging.waiting_of(db, organisation_id=organisation_id)]
    asked = revoking.waiting_of(db, organisation_id=organisation_id)
    for kind, waiting in ((ToDoKind.SECOND_LOOKS, looks), (ToDoKind.REVOCATIONS, asked)):
        if waiting:
            # The oldest first; once it is answered, the next one is here.
            first = issuances.issuance(db, waiting[0]).subject_id
            yield ToDo(kind=kind, count=len(waiting), subject=first)


def _endings(db: Session, organisation_id: UUID, staff_id: UUID | None) -> ToDo:
    asked = facilitation.open_endings(db, organisation_id=organisation_id)
    found = [each for each in asked if staff_id not in {each.staff_id, each.ending_asked_by}]
    return ToDo(kind=ToDoKind.ADULTS_ENDINGS, count=len(found), subject=found[0].id if found else None)


def _of_cohorts(db: Session, classes: Cohorts, today: date) -> Iterator[ToDo]:
    def of(kind: ToDoKind, programme: ProgrammeFacts, count: int) -> ToDo:
        return ToDo(kind=kind, count=count, programme_id=programme.id, programme=programme.name)

    for programme, cohort in classes:
        yield of(ToDoKind.READY, programme, _count(cohort, lambda who: bool(standing.due(who))))
        yield of(ToDoKind.REFRESHERS, programme, _count(cohort, lambda who: standing.is_refresher_due(who, today)))
        meetings = supervision(db, programme_id=programme.id, on=today) if cohort else ()
        yield of(ToDoKind.MEETINGS, programme, sum(each.is_due and not each.is_on_break for each in meetings))


def _of_people(db: Session, organisation_id: UUID, classes: Cohorts) -> Iterator[ToDo]:
    members = [who for _programme, cohort in classes for who in cohort]
    inside = {who.young_person_id for who in members}
    unconfirmed = {who.young_person_id for who in members if not who.is_name_confirmed}
    yield ToDo(kind=ToDoKind.NAMES, count=len(unconfirmed))
    asked = asking_school.waiting_of(db, organisation_id=organisation_id)
    first = asked[0].young_person_id if asked else None
    yield ToDo(kind=ToDoKind.RECORD_REQUESTS, count=len(asked), subject=first)
    yield ToDo(kind=ToDoKind.LEAVERS, count=len(leaving.asked_to_open(db, organisation_id=organisation_id)))
    if classes:
        # Before there is a programme nobody can join one; the steps of setting up say what comes first.
        here = people.young_people(db, organisation_id=organisation_id)
        yield ToDo(kind=ToDoKind.UNPLACED, count=sum(each.id not in inside for each in here))


def _registers(db: Session, today: date) -> ToDo:
    untaken = [each for each in training.sessions(db) if not each.is_taken and each.held_on <= today]
    return ToDo(kind=ToDoKind.REGISTERS, count=len(untaken), subject=untaken[-1].id if untaken else None)


def _large_totals(db: Session, staff_id: UUID | None) -> ToDo:
    found = asking_forward.programmes_waiting(db, but=staff_id)
    return ToDo(kind=ToDoKind.LARGE_TOTALS, count=len(found), programme_id=found[0] if found else None)


def _merges(db: Session, staff_id: UUID | None) -> ToDo:
    found = [each for each in one_person.merges_asked(db) if each.asked_by != staff_id]
    return ToDo(kind=ToDoKind.MERGES, count=len(found), subject=found[0].kept_id if found else None)


def _drafts(db: Session, organisation_id: UUID) -> ToDo:
    found = programmes.drafts(db, organisation_id=organisation_id)
    return ToDo(kind=ToDoKind.DRAFTS, count=len(found), subject=found[0].id if found else None)


def _of_staff(db: Session, organisation_id: UUID, today: date) -> Iterator[ToDo]:
    held = [role for who in people.staff(db, organisation_id=organisation_id) for role in who.roles_on(today)]
    yield ToDo(kind=ToDoKind.ONE_COORDINATOR, count=int(held.count(Role.COORDINATOR) == 1))
    yield ToDo(kind=ToDoKind.NO_SUPERVISOR, count=int(Role.SUPERVISOR not in held))


def _count(cohort: Sequence[Progress], is_so: Callable[[Progress], bool]) -> int:
    return sum(is_so(who) for who in cohort)
