"""What pages are told about credentials: frozen facts, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from accredit.clock import local_date
from accredit.domain.credentials.attendance_contents import ATTENDANCE_TITLE, attendance_sentence, minutes_of
from accredit.domain.credentials.record_contents import RECORD_TITLE, Contents, record_sentence
from accredit.domain.credentials.rules import ModuleDone, Progress, SkillShown, Totals, honest_sentence
from accredit.domain.credentials.sharing_rules import Said
from accredit.domain.facilitation.rules import Attended
from accredit.domain.issuing.rules import Status
from accredit.domain.organisations.queries import Recognition


@dataclass(frozen=True, kw_only=True)
class IssuedView:
    """One released credential of any kind.

    ``code`` has no hyphens; ``printed_name`` was signed. What a kind says beyond that, and whose it is, is in a class
    of its own, with what every page needs: ``title``, ``dated_on``, ``sentence``.
    """

    kind: ClassVar[str]
    """Its kind (`kinds.Kind.name`), and the name of the templates that tell of it."""
    has_badge: ClassVar[bool] = False
    """Whether there are pictures of it to keep."""
    has_address: ClassVar[bool] = True
    """Whether it is answered at the address of its id, for its holder and their school."""

    credential_id: UUID
    code: str
    shown_code: str
    issuance_id: UUID
    organisation_id: UUID
    organisation_name: str
    organisation_slug: str
    organisation_did: str
    organisation_town: str | None
    organisation_contact: str | None
    recognition: Recognition | None
    printed_name: str
    known_as: str | None
    """What a young person is called today; None for an adult."""
    initials: str
    seen_as: str
    """The name that strangers see behind its code: initials, unless its holder chose otherwise (`code_names`)."""
    programme_name: str
    issued_at: datetime
    released_at: datetime | None
    progress: Progress
    status: Status
    status_since: datetime | None
    ledger_index: int | None
    ledger_origin: str | None
    tariff_line: bool
    demonstration: bool
    achievement_public_id: str
    has_jwt: bool
    """Whether there is a JWT form: what was issued before there were tokens has none."""

    @property
    def title(self) -> str:
        """What it is called."""
        raise NotImplementedError

    @property
    def dated_on(self) -> date:
        """The day that it bears."""
        raise NotImplementedError

    @property
    def sentence(self) -> str:
        """What was done, in English, without a name or a pronoun."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class YoungPersonsView(IssuedView):
    """One released credential of a young person."""

    young_person_id: UUID
    known_as: str


@dataclass(frozen=True, kw_only=True)
class CredentialView(YoungPersonsView):
    """The credential of an award.

    The signatory is the adult who made the award: for the certificate, not for public pages.
    """

    kind: ClassVar[str] = "award"
    has_badge: ClassVar[bool] = True

    award_id: UUID
    level_code: str
    award_title: str
    badge: str
    totals: Totals
    modules: tuple[ModuleDone, ...]
    skills: tuple[SkillShown, ...]
    awarded_on: date
    signatory_name: str
    signatory_role: str | None

    @property
    def title(self) -> str:
        """The award."""
        return self.award_title

    @property
    def dated_on(self) -> date:
        """The day of the award."""
        return self.awarded_on

    @property
    def sentence(self) -> str:
        """What was done up to that day."""
        return honest_sentence(self.totals)


@dataclass(frozen=True, kw_only=True)
class RecordView(YoungPersonsView):
    """A record of peer support."""

    kind: ClassVar[str] = "record"

    record_id: UUID
    contents: Contents
    made_on: date

    @property
    def title(self) -> str:
        """What it is, in the language in which it was signed."""
        return RECORD_TITLE

    @property
    def dated_on(self) -> date:
        """The day on which it was asked for."""
        return self.made_on

    @property
    def sentence(self) -> str:
        """What was done up to that day."""
        return record_sentence(self.contents, self.made_on)

    @property
    def skills(self) -> tuple[SkillShown, ...]:
        """The skills that an adult has seen."""
        return self.contents.skills


@dataclass(frozen=True, kw_only=True)
class ShareView(YoungPersonsView):
    """What a share says. It has no typed code; ``printed_name`` is the name that was chosen."""

    kind: ClassVar[str] = "share"
    has_address: ClassVar[bool] = False

    said: Said
    ends_at: datetime

    @property
    def title(self) -> str:
        """The award."""
        return self.said.award_title

    @property
    def dated_on(self) -> date:
        """The day of the award where that was chosen, else the day on which the share was made."""
        return self.said.awarded_on or local_date(self.issued_at)

    @property
    def sentence(self) -> str:
        """What was done, as far as it was chosen."""
        return self.said.sentence

    @property
    def skills(self) -> tuple[SkillShown, ...]:
        """The skills, where they were chosen."""
        return self.said.skills

    @property
    def last_day(self) -> date:
        """The last day on which it is open: it ends when that day does."""
        return local_date(self.ends_at - timedelta(seconds=1))


@dataclass(frozen=True, kw_only=True)
class AttendanceView(IssuedView):
    """A record of an adult's training. It has no level."""

    kind: ClassVar[str] = "attendance"

    record_id: UUID
    staff_id: UUID
    parts: tuple[Attended, ...]
    given_on: date

    @property
    def title(self) -> str:
        """What it is, in the language in which it was signed."""
        return ATTENDANCE_TITLE

    @property
    def dated_on(self) -> date:
        """The day on which somebody gave it."""
        return self.given_on

    @property
    def sentence(self) -> str:
        """What was attended up to that day."""
        return attendance_sentence(self.parts)

    @property
    def minutes(self) -> int:
        """The time of every part together."""
        return minutes_of(self.parts)


@dataclass(frozen=True, kw_only=True)
class CohortLine:
    """One award on the co-ordinator's list, whatever its progress."""

    award_id: UUID
    enrolment_id: UUID
    young_person_id: UUID
    printed_name: str
    programme_name: str
    level_code: str
    level_title: str
    badge: str
    awarded_on: date
    decided_at: datetime
    """Awards that were decided together have the same moment, and are one batch for the signer."""
    progress: Progress
    code: str | None
    credential_id: UUID | None
    issue_from: datetime | None = None
    """Until then it can be undone; None for one that is signed as soon as may be."""
    is_being_renewed: bool = False
    """Whether another certificate is on its way, to take the place of this one."""
