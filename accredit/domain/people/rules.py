"""The least data that works, and who may do what for whom.

- A name is any text of 1 to 150 characters, kept exactly as typed (`people.names`); one word is a complete name.
- The young person confirms the name as it is to be printed, or a co-ordinator does on their word; a changed name
  waits to be confirmed again (``confirm-own-name``).
- From a date of birth only the months of turning 13, 16 and 18 are kept; an age counts once its month is over.
- A UPN is kept only as a keyed hash (`people.pupil_numbers`), a ULN not at all.
- A supervisor is added by a co-ordinator of the same organisation (``not-a-coordinator``), who ticks that its own
  safer-recruitment checks were done (``checks-not-confirmed``).
- An administrator makes administrators; administrators and co-ordinators make co-ordinators (``role-beyond-yours``).
- Nobody gives themselves a role that somebody else could give them (``own-role``).
- Whoever has left is back with a role from today (``back-from-today``).
- Their own page, and sharing from it, rest on the young person's own yes; below an age that their organisation says (13
  unless it asks for more) on the yes from home as well (`decide`). Each is taken back as easily as it was given.
- An unused slip opens a page for a year; once its owner has left, for seven more (`slip_holds`).
- Nobody holds the same role twice at once (``role-held-already``); a role ends on or after its first day
  (``role-dates``); somebody who can sign in stays administrator, and somebody co-ordinator (``last-administrator``,
  ``last-coordinator``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.organisations.rules import Nation, Role
from accredit.errors import Forbidden, RuleBroken

# RFC 5322 §3.2.3 (dot-atom) and RFC 1123 §2.1: what every mail server takes, and nothing that a header could trip over.
_ATOM, _LABEL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+", r"[a-z0-9]([a-z0-9-]*[a-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+")


class DeclineReason(StrEnum):
    """Why an organisation that asked does not join; each has a kind sentence of its own."""

    COULD_NOT_CHECK = "could-not-check"
    HERE_ALREADY = "here-already"
    NOT_FOR_US = "not-for-us"


class NameConfirmedBy(StrEnum):
    """Who said that the name is right as it is to be printed."""

    YOUNG_PERSON = "young-person"
    COORDINATOR = "co-ordinator"


class About(StrEnum):
    """What somebody is asked, each by itself. What the school writes down is told to them, and is no question."""

    TAKING_PART = "taking-part"
    OWN_PAGE = "own-page"
    SHARING = "sharing"


class Voice(StrEnum):
    """Whose answer it is."""

    YOUNG_PERSON = "young-person"
    HOME = "home"
    """Somebody with parental responsibility, on a signed slip that a co-ordinator has seen."""
    BEFORE = "before"
    """They had a page before answers were written down; it stands for both until one of them says otherwise."""


class Answer(StrEnum):
    """How somebody's answers stand today."""

    YES = "yes"
    NO = "no"
    """The young person does not want it, or not any more."""
    ASK_HOME = "ask-home"
    """They are below the age, and nothing from home was ticked."""
    HOME_SAID_NO = "home-said-no"
    NOT_ASKED = "not-asked"
    """Only their own yes is missing."""


class RecordWish(StrEnum):
    """What a young person asks their school about its record of them; nothing is typed."""

    PUT_RIGHT = "put-right"
    TAKE_AWAY = "take-away"


class RecordAnswer(StrEnum):
    """What the school said, once somebody there had talked with them."""

    DONE = "done"
    STAYS = "stays"
    """It stays as it is, and they were told why and where else they can ask."""
    NOT_WANTED = "not-wanted"
    """They do not want it any more."""


ANSWER_WITHIN = timedelta(days=28)
"""One month at most (UK GDPR, article 12(3)): the shortest one."""
HOME_ASKED_BELOW = 13
"""UK GDPR, article 8(1), as the Data Protection Act 2018, section 9, sets the age."""
HOME_AGES = (13, 16, 18)
SLIP_AT_SCHOOL = timedelta(days=366)
SLIP_OF_LEAVER = timedelta(days=7 * 366)


class SignInWay(StrEnum):
    """By what an account showed who it is."""

    PASSPHRASE = "passphrase"  # noqa: S105  # a word, not a secret
    MAILED_CODE = "mailed-code"
    PASSKEY = "passkey"
    SCHOOL = "school"


GIVERS: Final[Mapping[Role, frozenset[Role]]] = {
    Role.SUPERVISOR: frozenset({Role.COORDINATOR}),
    Role.COORDINATOR: frozenset({Role.ADMINISTRATOR, Role.COORDINATOR}),
    Role.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}
"""Who of the staff gives and ends a role."""


@dataclass(frozen=True, kw_only=True)
class Months:
    """All that is kept of a date of birth: the months (``YYYY-MM``) of turning 13, 16 and 18."""

    turns_13: str
    turns_16: str
    turns_18: str


def months_from_birth_date(born: date) -> Months:
    """Return the three months; someone born on 29 February turns in March of a year without that day."""
    return Months(turns_13=_month(born, 13), turns_16=_month(born, 16), turns_18=_month(born, 18))


def _month(born: date, years: int) -> str:
    year = born.year + years
    try:
        turning = born.replace(year=year)
    except ValueError:
        turning = date(year, 3, 1)
    return f"{turning:%Y-%m}"


def age_reached(turns: str | None, on: date) -> bool:
    """Say whether an age is surely reached: the month of turning is over. An unknown month is never over."""
    return turns is not None and f"{on:%Y-%m}" > turns


def youngest_age(year_group: str | None, nation: Nation) -> int | None:
    """Return the age that the youngest of a year group has reached by its first day; None where it is not known.

    In England and Wales somebody of year 9 is 13 or more; in Northern Ireland of year 10; in Scotland of S3.
    """
    if year_group is None:
        return None
    if nation is Nation.SCOTLAND:
        stage, number = year_group[:1], year_group[1:]
        # Scottish years take in who is four and a half: the youngest of S1 are eleven and a half.
        return {"P": 3, "S": 10}[stage] + int(number) if stage in {"P", "S"} and number.isdecimal() else None
    if not year_group.isdecimal():
        return None
    return int(year_group) + (3 if nation is Nation.NORTHERN_IRELAND else 4)


def is_below(age: int, *, months: Months | None, youngest: int | None, on: date) -> bool:
    """Say whether somebody may be younger than ``age`` (13, 16 or 18); where nobody knows, they may."""
    if months is not None:
        turns = {13: months.turns_13, 16: months.turns_16, 18: months.turns_18}[age]
        return not age_reached(turns, on)
    return youngest is None or youngest < age


def decide(*, own: bool | None, home: bool | None, asks_home: bool) -> Answer:
    """Return how two answers stand together; None is one that was never given."""
    if own is False:
        return Answer.NO
    if asks_home and home is not True:
        return Answer.ASK_HOME if home is None else Answer.HOME_SAID_NO
    return Answer.YES if own else Answer.NOT_ASKED


def slip_holds(*, made_at: datetime, left_at: datetime | None, now: datetime) -> bool:
    """Say whether an unused slip still opens a page: a year after it was made, or seven after its owner left."""
    if left_at is None:
        return now <= made_at + SLIP_AT_SCHOOL
    return left_at <= made_at + SLIP_AT_SCHOOL and now <= left_at + SLIP_OF_LEAVER


@dataclass(frozen=True, kw_only=True)
class RolePeriod:
    """A role held from a day to a day, both included; ``held_until`` None goes on."""

    id: UUID
    role: Role
    held_from: date
    held_until: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether the role is held on ``day``."""
        return self.held_from <= day and (self.held_until is None or day <= self.held_until)


def roles_held(periods: Iterable[RolePeriod], on: date) -> frozenset[Role]:
    """Return the roles held on a day."""
    return frozenset(period.role for period in periods if period.covers(on))


def check_role_giver(*, role: Role, actor: Actor, held_by_actor: Collection[Role], checks_confirmed: bool) -> None:
    """Refuse a role that this actor may not give, or a supervisor without the tick.

    ``held_by_actor`` are the actor's roles today in the same organisation. Raises `RuleBroken`: ``not-a-coordinator``,
    ``checks-not-confirmed``, ``role-beyond-yours``.
    """
    if role is Role.SUPERVISOR:
        if actor.kind is not ActorKind.STAFF or not may_give(role, held_by_actor):
            raise RuleBroken("not-a-coordinator")
        if not checks_confirmed:
            raise RuleBroken("checks-not-confirmed")
    elif actor.kind not in {ActorKind.OPERATOR, ActorKind.SERVICE} and (
        actor.kind is not ActorKind.STAFF or not may_give(role, held_by_actor)
    ):
        raise RuleBroken("role-beyond-yours")


def may_give(role: Role, held: Collection[Role]) -> bool:
    """Say whether a member of staff who holds some roles gives and ends another."""
    return bool(GIVERS[role] & frozenset(held))


def check_own_role(*, is_own: bool, others: int) -> None:
    """Refuse that somebody gives themselves a role while ``others`` could (``own-role``)."""
    if is_own and others:
        raise RuleBroken("own-role")


def check_new_role(*, role: Role, held_from: date, others: Iterable[RolePeriod]) -> None:
    """Refuse a role that is held on or after that day already (``role-held-already``)."""
    for other in others:
        if other.role is role and (other.held_until is None or other.held_until >= held_from):
            raise RuleBroken("role-held-already", held_from=other.held_from)


def check_coming_back(*, held_from: date, today: date) -> None:
    """Refuse a role from another day than today for somebody who has left (``back-from-today``).

    With a later day they would hold until then what they held on their last day.
    """
    if held_from != today:
        raise RuleBroken("back-from-today")


def check_role_end(*, period: RolePeriod, held_until: date) -> None:
    """Refuse a wrong end (``role-dates``) or a second one (``role-ended``)."""
    if period.held_until is not None:
        raise RuleBroken("role-ended", held_until=period.held_until)
    if held_until < period.held_from:
        raise RuleBroken("role-dates", held_from=period.held_from)


def check_somebody_stays(role: Role, *, others: int) -> None:
    """Refuse that nobody is left with a role the organisation cannot do without.

    ``others`` are those who hold it without an end and can sign in. Raises `RuleBroken`: ``last-administrator``,
    ``last-coordinator``.
    """
    if role is Role.ADMINISTRATOR and not others:
        raise RuleBroken("last-administrator")
    if role is Role.COORDINATOR and not others:
        raise RuleBroken("last-coordinator")


def check_email(text: str) -> str:
    """Return an address for signing in, in small letters. Raises `RuleBroken` ``email-format``."""
    address = text.strip().lower()
    # What begins an encoded word (RFC 2047 §2) would be decoded on the way, whatever it hides.
    if len(address) > 254 or "=?" in address or not _ADDRESS.fullmatch(address):
        raise RuleBroken("email-format")
    return address


def name_confirmer(*, actor: Actor, young_person_id: UUID, held_by_actor: Collection[Role]) -> NameConfirmedBy:
    """Return who confirms a printed name.

    Raises `RuleBroken` ``confirm-own-name`` for a young person who is somebody else, or staff who do not co-ordinate.
    """
    if actor.kind is ActorKind.YOUNG_PERSON and actor.id == young_person_id:
        return NameConfirmedBy.YOUNG_PERSON
    if actor.kind is ActorKind.STAFF and Role.COORDINATOR in held_by_actor:
        return NameConfirmedBy.COORDINATOR
    raise RuleBroken("confirm-own-name")


def check_same_organisation(actor: Actor, organisation_id: UUID) -> None:
    """Refuse staff of another organisation (`Forbidden`)."""
    if actor.kind in {ActorKind.STAFF, ActorKind.YOUNG_PERSON} and actor.organisation_id != organisation_id:
        raise Forbidden("other-organisation")
