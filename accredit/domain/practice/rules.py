"""When supervised hours count.

An entry, when it is submitted and again when it is approved:

- ``own-hours``: nobody approves their own hours.
- ``not-submitted``: only submitted hours can be approved or returned.
- ``in-the-future``: its date is not in the future.
- ``not-one-day``: it begins and ends on one day.
- ``entry-too-long``: it is no longer than twelve hours.
- ``wrong-activity-type``: the programme has its type of activity.
- ``before-enrolment``, ``after-enrolment``: its date lies within the enrolment.
- ``on-a-break``: its date lies outside every break.
- ``before-training``: its date lies after the day on which the last of the required modules was attended.
- ``counted-twice``: its date lies after the time that hours brought forward cover (`bringing_forward`).
- ``not-a-supervisor``: the supervising adult holds the supervisor's role on that date; so does whoever approves it,
  and on the day of the decision too.
- ``overlap``: it overlaps no other entry of the same person.
- ``too-late``: it was logged within the programme's number of days. After them only staff add it, with a reason
  (`late_hours`), and within a year of its date (``too-late-for-anybody``).

And when it is approved only:

- ``second-adult-needed``: what staff added late is approved by another adult than the one who added it, unless nobody
  else could.
- ``over-day-limit``: a day has no more than the programme's minutes unless the approving adult confirms more.
- ``one-to-one-needs-meeting``: one-to-one time beyond the programme's limit waits for the next supervision meeting.

Meetings with the supervising adult are entries too; they count as meetings, not as hours, and toward no limit of
hours. They need no training first: a talk with the adult may come before it.

- ``not-to-be-corrected``, ``not-your-entry``: a correction names the latest entry; a young person corrects only
  their own, and nothing that was approved.
- ``not-to-be-taken-back``, ``not-your-entry``: a young person takes back what waits and is their own; what an adult
  has written or decided, and what stands in its place, stays.
- ``skill-not-in-programme``, ``not-observable``: a skill is observed only where the programme has it as one to observe.

Nothing here knows a person supported: there is no field that could hold one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from uuid import UUID

from accredit.domain.programmes.rules import Definition, Evidence
from accredit.domain.training.rules import Enrolled
from accredit.errors import RuleBroken

ONE_TO_ONE = "one-to-one"
MINUTES_OF_A_DAY = 24 * 60
MOST_MINUTES = 12 * 60
MOST_DAYS_LATE = 366


class HoursStatus(StrEnum):
    """How far an entry has come."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    CORRECTED = "corrected"


class ReturnReason(StrEnum):
    """Why an entry was returned: a fixed list, so that nothing personal is ever typed."""

    BEFORE_TRAINING = "before-training"
    ON_A_BREAK = "on-a-break"
    OVERLAP = "overlap"
    OVER_DAY_LIMIT = "over-day-limit"
    TOO_LATE = "too-late"
    NOT_SUPERVISED = "not-supervised"
    WRONG_ACTIVITY_TYPE = "wrong-activity-type"
    NOT_A_SCHOOL_DAY = "not-a-school-day"


class LateReason(StrEnum):
    """Why time was added long after its day: a fixed list, so that nothing personal is ever typed."""

    KEPT_ON_PAPER = "kept-on-paper"
    THEY_WERE_AWAY = "they-were-away"
    ADULT_WAS_AWAY = "adult-was-away"
    COULD_NOT_SIGN_IN = "could-not-sign-in"


@dataclass(frozen=True, kw_only=True)
class Late:
    """That an entry was added after the programme's days: by which member of staff, and why."""

    added_by: UUID
    reason: LateReason


class Source(StrEnum):
    """How an entry came in."""

    YOUNG_PERSON = "young-person"
    REGISTER = "register"
    IMPORT = "import"


class Milestone(StrEnum):
    """Things some levels ask for that are neither hours nor modules. An adult records that it was done, never what."""

    REFLECTION = "reflection"
    LED_ACTIVITY = "led-activity"
    HELPED_NEWCOMERS = "helped-newcomers"
    HELPED_TRAIN_OTHERS = "helped-train-others"
    SPOKE_AT_ASSEMBLY = "spoke-at-assembly"
    TALK_WITH_ADULT = "talk-with-adult"
    PAIRING_ENDED_WELL = "pairing-ended-well"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as the rules see it. ``logged_on`` is the day it reached a record, here or (imported) at the school."""

    id: UUID
    enrolment_id: UUID
    activity_type: str
    held_on: date
    starts_at: time
    minutes: int
    supervised_by: UUID
    logged_on: date
    status: HoursStatus = HoursStatus.SUBMITTED
    late: Late | None = None

    @property
    def begins(self) -> int:
        """Minutes from midnight to its start."""
        return self.starts_at.hour * 60 + self.starts_at.minute

    @property
    def ends(self) -> int:
        """Minutes from midnight to its end."""
        return self.begins + self.minutes

    @property
    def is_waiting(self) -> bool:
        """Whether no adult has decided it yet."""
        return self.status is HoursStatus.SUBMITTED

    def overlaps(self, other: Entry) -> bool:
        """Say whether both take up the same minute of the same day."""
        return self.held_on == other.held_on and self.begins < other.ends and other.begins < self.ends


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What an enrolment's hours are measured by: the enrolment, the training done, the programme on that day."""

    enrolled: Enrolled
    trained_on: date | None
    """The day the last required module was first attended; None while one is missing."""
    definition: Definition
    brought_forward_until: date | None = None
    """The last day that hours brought forward cover; None where there are none."""

    def is_meeting(self, activity_type: str) -> bool:
        """Say whether the type counts as a supervision meeting rather than as hours."""
        return any(each.code == activity_type and not each.counts_as_hours for each in self.definition.activity_types)


@dataclass(frozen=True)
class SupervisorDays:
    """Who holds the supervisor's role, and when: staff id → first and last day (None: still)."""

    periods: dict[UUID, tuple[tuple[date, date | None], ...]]

    def holds_role(self, staff_id: UUID, day: date) -> bool:
        """Say whether ``staff_id`` holds the role on ``day``."""
        return any(first <= day and (last is None or day <= last) for first, last in self.periods.get(staff_id, ()))

    def has_another(self, but: UUID, days: Collection[date]) -> bool:
        """Say whether somebody else than ``but`` holds the role on each of ``days``."""
        return any(who != but and all(self.holds_role(who, day) for day in days) for who in self.periods)


def check_submission(
    entry: Entry, *, terms: Terms, others: Iterable[Entry], supervisors: SupervisorDays, today: date
) -> None:
    """Refuse an entry that could never be approved; ``others`` are the same person's, submitted and approved.

    Raises `RuleBroken` with one of the ids of the first list above.
    """
    day = entry.held_on
    if day > today:
        raise RuleBroken("in-the-future", held_on=day)
    if entry.ends > MINUTES_OF_A_DAY or entry.minutes < 1:
        raise RuleBroken("not-one-day", minutes=entry.minutes)
    if entry.minutes > MOST_MINUTES:
        raise RuleBroken("entry-too-long", minutes=entry.minutes)
    if all(each.code != entry.activity_type for each in terms.definition.activity_types):
        raise RuleBroken("wrong-activity-type", activity_type=entry.activity_type)
    check_day(terms, day, is_meeting=terms.is_meeting(entry.activity_type))
    if not supervisors.holds_role(entry.supervised_by, day):
        raise RuleBroken("not-a-supervisor", staff_id=entry.supervised_by, on=day)
    same = next((other for other in others if entry.overlaps(other) and other.id != entry.id), None)
    if same is not None:
        raise RuleBroken("overlap", held_on=day, entry_id=same.id)
    check_lateness(entry, within_days=terms.definition.log_within_days)


def check_lateness(entry: Entry, *, within_days: int) -> None:
    """Refuse what was logged too long after its day. Raises ``too-late``, ``too-late-for-anybody``."""
    days = (entry.logged_on - entry.held_on).days
    if entry.late is not None and days > MOST_DAYS_LATE:
        raise RuleBroken("too-late-for-anybody")
    if entry.late is None and days > within_days:
        raise RuleBroken("too-late", days=within_days)


def check_day(terms: Terms, day: date, *, is_meeting: bool) -> None:
    """Refuse a day on which the person could not practise, whatever they did.

    Raises `RuleBroken`: ``before-enrolment``, ``after-enrolment``, ``on-a-break``, ``before-training``,
    ``counted-twice``.
    """
    _check_enrolled(terms.enrolled, day)
    if terms.enrolled.is_on_break(day):
        raise RuleBroken("on-a-break", held_on=day)
    if not is_meeting and (terms.trained_on is None or day <= terms.trained_on):
        raise RuleBroken("before-training", trained_on=terms.trained_on)
    if not is_meeting and terms.brought_forward_until is not None and day <= terms.brought_forward_until:
        raise RuleBroken("counted-twice", until=terms.brought_forward_until)


def check_approval(
    entry: Entry,
    *,
    approver: UUID | None,
    terms: Terms,
    others: Sequence[Entry],
    supervisors: SupervisorDays,
    decided_on: date,
    confirm_over_day_limit: bool = False,
) -> None:
    """Refuse an approval that breaks a rule.

    ``approver`` is a member of staff, or None for a young person; ``others`` are the same person's approved entries,
    in every programme. Raises `RuleBroken` with one of the ids above.
    """
    if approver is None:
        raise RuleBroken("own-hours")
    if entry.status is not HoursStatus.SUBMITTED:
        raise RuleBroken("not-submitted", status=entry.status.value)
    check_submission(entry, terms=terms, others=others, supervisors=supervisors, today=decided_on)
    days = (entry.held_on, decided_on)
    for day in days:
        if not supervisors.holds_role(approver, day):
            raise RuleBroken("not-a-supervisor", staff_id=approver, on=day)
    if entry.late is not None and entry.late.added_by == approver and supervisors.has_another(approver, days):
        raise RuleBroken("second-adult-needed")
    if terms.is_meeting(entry.activity_type):
        return
    check_day_limit(entry, terms=terms, others=others, confirmed=confirm_over_day_limit)
    check_one_to_one(entry, terms=terms, others=others)


def check_day_limit(entry: Entry, *, terms: Terms, others: Iterable[Entry], confirmed: bool) -> None:
    """Refuse more minutes on one day than the programme allows, unless the adult confirms them."""
    if not confirmed and is_over_day_limit(entry, terms=terms, others=others):
        raise RuleBroken("over-day-limit", limit=terms.definition.day_limit_minutes)


def is_over_day_limit(entry: Entry, *, terms: Terms, others: Iterable[Entry]) -> bool:
    """Say whether an entry takes its day over the programme's minutes; meetings are not hours and do not."""
    if terms.is_meeting(entry.activity_type):
        return False
    same_day = sum(
        other.minutes
        for other in others
        if other.held_on == entry.held_on and other.id != entry.id and not terms.is_meeting(other.activity_type)
    )
    return same_day + entry.minutes > terms.definition.day_limit_minutes


def check_one_to_one(entry: Entry, *, terms: Terms, others: Sequence[Entry]) -> None:
    """Let one-to-one time beyond the limit wait until the next supervision meeting of the same enrolment."""
    limit = terms.definition.one_to_one_minutes_between_meetings
    if limit is None or entry.activity_type != ONE_TO_ONE:
        return
    own = [other for other in others if other.enrolment_id == entry.enrolment_id and other.id != entry.id]
    last_meeting = max((other.held_on for other in own if terms.is_meeting(other.activity_type)), default=date.min)
    if entry.held_on <= last_meeting:
        return
    since = sum(other.minutes for other in own if other.activity_type == ONE_TO_ONE and other.held_on > last_meeting)
    if since + entry.minutes > limit:
        raise RuleBroken("one-to-one-needs-meeting", minutes=since + entry.minutes, limit=limit)


def check_return(*, status: HoursStatus, returner: UUID | None) -> None:
    """Refuse returning one's own entry, or one that does not wait. Raises ``own-hours``, ``not-submitted``."""
    if returner is None:
        raise RuleBroken("own-hours")
    if status is not HoursStatus.SUBMITTED:
        raise RuleBroken("not-submitted", status=status.value)


def check_correction(*, status: HoursStatus, is_own: bool, is_staff: bool) -> None:
    """Refuse correcting what was corrected already, somebody else's entry, or (for a young person) approved hours."""
    if not (is_own or is_staff):
        raise RuleBroken("not-your-entry")
    if status is HoursStatus.CORRECTED or (status is HoursStatus.APPROVED and not is_staff):
        raise RuleBroken("not-to-be-corrected", status=status.value)


def check_taking_back(*, statuses: Sequence[HoursStatus], is_own: bool, is_written_by_adult: bool) -> None:
    """Refuse taking back somebody else's entry, or one that an adult has written or decided.

    ``statuses`` are those of the entry and of each that it stands in the place of, newest first; one that was decided
    and put right since counts as approved. Raises ``not-your-entry``, ``not-to-be-taken-back``.
    """
    if not is_own:
        raise RuleBroken("not-your-entry")
    newest, *before = statuses
    waits = newest is HoursStatus.SUBMITTED and all(each is HoursStatus.CORRECTED for each in before)
    if not waits or is_written_by_adult:
        raise RuleBroken("not-to-be-taken-back")


def check_observation(
    *,
    skill_code: str,
    activity_type: str,
    observed_on: date,
    terms: Terms,
    observer: UUID,
    supervisors: SupervisorDays,
    today: date,
) -> None:
    """Refuse an observation of something the programme does not observe, or at a time when nothing was practised."""
    enrolled = terms.enrolled
    if observed_on > today:
        raise RuleBroken("in-the-future", held_on=observed_on)
    _check_enrolled(enrolled, observed_on)
    if enrolled.is_on_break(observed_on):
        raise RuleBroken("on-a-break", held_on=observed_on)
    skill = next((each for each in terms.definition.skills if each.code == skill_code), None)
    if skill is None:
        raise RuleBroken("skill-not-in-programme", skill=skill_code)
    if Evidence.OBSERVED not in skill.evidence:
        raise RuleBroken("not-observable", skill=skill_code)
    if all(each.code != activity_type for each in terms.definition.activity_types):
        raise RuleBroken("wrong-activity-type", activity_type=activity_type)
    if not supervisors.holds_role(observer, observed_on):
        raise RuleBroken("not-a-supervisor", staff_id=observer, on=observed_on)


def check_milestone(*, reached_on: date, enrolled: Enrolled, today: date) -> None:
    """Refuse a milestone in the future or outside the enrolment."""
    if reached_on > today:
        raise RuleBroken("in-the-future", held_on=reached_on)
    _check_enrolled(enrolled, reached_on)


def _check_enrolled(enrolled: Enrolled, day: date) -> None:
    if day < enrolled.started_on:
        raise RuleBroken("before-enrolment", started_on=enrolled.started_on)
    if not enrolled.is_active_on(day):
        raise RuleBroken("after-enrolment", ended_on=enrolled.ended_on)
