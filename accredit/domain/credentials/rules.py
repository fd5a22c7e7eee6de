"""What a credential says, in facts and in one honest sentence.

- One award is one credential: totals to its date, never added across levels.
- A skill stands on it only where its evidence exists.
- The sentence says what was done, not what it is worth; it uses no pronoun and names nobody who was supported.
- Every address inside signed bytes hangs on the issuer's own host, never on the address the service listens at.
- A demonstration says so in the name and in the description.

The documents themselves are built in `document`; wording for pages, in the reader's language, is `web.words`' work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from accredit.domain.issuing.rules import Stage, Status

SCOPE_LINE = (
    "Peer supporters listen and help people find the right adult. They are trained and supervised, and they are not "
    "counsellors."
)
TARIFF_LINE = "This award does not carry UCAS Tariff points."
DEMONSTRATION = "DEMONSTRATION"
DEMONSTRATION_LINE = "DEMONSTRATION: made to show how accredit works. It says nothing about any real person."

# Not the machine's locale: what is signed must read the same wherever it is signed.
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_QUARTERS = {0: "", 15: "¼", 30: "½", 45: "¾"}


class Progress(StrEnum):
    """How far an award has come on its way to the holder."""

    WAITING = "waiting-to-be-signed"
    SIGNED = "signed"
    RELEASED = "released"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    VOID = "void"


class RevokeReason(StrEnum):
    """Why a credential is to be revoked; for the school only."""

    FACTS_WRONG = "facts-wrong"
    AWARDED_BY_MISTAKE = "awarded-by-mistake"
    ASKED_BY_HOLDER = "asked-by-holder"
    RECORD_NOT_RELIABLE = "record-not-reliable"


class RevocationAnswer(StrEnum):
    """What the second person said."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


class ChallengeGround(StrEnum):
    """Why a young person asks for a second look; nothing is typed, so nobody else can be named."""

    FACTS_ARE_RIGHT = "facts-are-right"
    NOBODY_ASKED_ME = "nobody-asked-me"
    NAME_IS_MINE = "name-is-mine"
    WANT_TO_TALK = "want-to-talk"


class ChallengeAnswer(StrEnum):
    """What the school says after a second look."""

    HOLDS = "holds"
    """It holds, or holds again."""
    STAYS = "stays"
    """What was done stays."""
    TALK = "talk"
    """An adult talks with them first."""


class Reserved(Protocol):
    """What the issuing cycle reserved for a credential before it is built."""

    @property
    def credential_id(self) -> UUID:
        """Random; the credential's id is ``urn:uuid:`` and this."""

    @property
    def status_list_url(self) -> str:
        """Where the status list is published."""

    @property
    def status_index(self) -> int:
        """The credential's place in that list."""


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What was done up to the date of the award.

    ``minutes`` are supervised minutes that count as hours: those approved in ``entries`` entries, and
    ``earlier_minutes`` that are one total from the school's earlier records. ``meetings`` are supervision meetings;
    ``adults`` the distinct adults who approved hours or held a meeting; the dates are those of the entries.
    """

    modules: int
    training_minutes: int
    minutes: int
    meetings: int
    entries: int
    adults: int
    first_on: date | None
    last_on: date | None
    earlier_minutes: int = 0

    @property
    def own_minutes(self) -> int:
        """Minutes of single entries that an adult approved here."""
        return self.minutes - self.earlier_minutes


@dataclass(frozen=True, kw_only=True)
class Framework:
    """A published description that a skill is aligned with."""

    framework: str
    name: str
    url: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class SkillShown:
    """A skill whose evidence exists; ``evidence`` holds words of observed, reflection, module and hours."""

    code: str
    title: str
    evidence: tuple[str, ...]
    observations: int = 0
    frameworks: tuple[Framework, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ModuleDone:
    """A module of training, with the date on which it was first attended."""

    code: str
    title: str
    on: date


@dataclass(frozen=True, kw_only=True)
class LedgerSpan:
    """Where in the public log the approvals lie that an award rests on."""

    origin: str
    first: int
    last: int
    count: int


def progress_of(stage: Stage | None, status: Status | None) -> Progress:
    """Say how far an award is; ``stage`` is None where nothing has been prepared yet."""
    if stage is None or stage is Stage.INTENT:
        return Progress.WAITING
    if stage is Stage.VOID:
        return Progress.VOID
    if stage is Stage.RECORDED:
        return Progress.SIGNED
    return {Status.SUSPENDED: Progress.SUSPENDED, Status.REVOKED: Progress.REVOKED}.get(
        status or Status.ACTIVE, Progress.RELEASED
    )


def identity_base(did: str) -> str:
    """Return the origin behind a ``did:web`` (``did:web:host%3Aport:o:slug`` → ``https://host:port``)."""
    host = did.removeprefix("did:web:").split(":", 1)[0]
    return "https://" + host.replace("%3A", ":").replace("%3a", ":")


def honest_sentence(totals: Totals, *, with_months: bool = True) -> str:
    """Say in English what was done, without a name or a pronoun; ``with_months`` also between which months."""
    sentences = []
    if totals.modules:
        trained = f"Trained in {totals.modules} {_one('module', totals.modules)}"
        sentences.append(f"{trained} ({hours_in_words(totals.training_minutes)}).")
    met = ""
    if totals.meetings:
        met = "met with supervising adults " + ("once" if totals.meetings == 1 else f"{totals.meetings} times")
    if totals.own_minutes and totals.first_on and totals.last_on:
        when = f" {between(totals.first_on, totals.last_on)}" if with_months else ""
        gave = f"Gave {hours_in_words(totals.own_minutes)} of supervised peer support{when}"
        sentences.append(f"{gave}, and {met}." if met else f"{gave}.")
    elif met:
        sentences.append(f"{met[0].upper()}{met[1:]}.")
    if totals.adults:
        sentences.append(f"Approved by {totals.adults} {_one('adult', totals.adults)}.")
    if totals.earlier_minutes:
        more = "A further " if totals.own_minutes else ""
        hours = f"{more}{hours_in_words(totals.earlier_minutes)} of supervised peer support"
        sentences.append(
            f"{hours} {'is' if totals.earlier_minutes == 60 else 'are'} from the school’s earlier records."
        )
    return " ".join(sentences)


def hours_in_words(minutes: int) -> str:
    """Write minutes as hours, exactly: ``26½ hours``, ``1 hour``, ``2 hours 20 minutes``, ``45 minutes``."""
    hours, rest = divmod(minutes, 60)
    if hours and rest in _QUARTERS:
        return f"{hours}{_QUARTERS[rest]} {'hour' if minutes == 60 else 'hours'}"
    whole = f"{hours} {_one('hour', hours)}" if hours else ""
    part = f"{rest} {_one('minute', rest)}" if rest or not hours else ""
    return " ".join(filter(None, (whole, part)))


def decimal_hours(minutes: int) -> str:
    """Write minutes as decimal hours for machines: ``26.5``, ``20``, at most two places, never rounded up."""
    hundredths = minutes * 100 // 60
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")


def between(first: date, last: date) -> str:
    """Write ``between October 2025 and June 2026``, or ``in October 2025``."""
    one, other = month_in_words(first), month_in_words(last)
    return f"in {one}" if one == other else f"between {one} and {other}"


def month_in_words(day: date) -> str:
    """Write ``October 2025``."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def date_in_words(day: date) -> str:
    """Write ``2 July 2026``."""
    return f"{day.day} {month_in_words(day)}"


def _one(word: str, number: int) -> str:
    return word if number == 1 else f"{word}s"
