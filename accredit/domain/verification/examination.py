"""One credential under examination: what is known of it so far, and the checks that were made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accredit.domain.verification.outside import NOTHING, Outside
from accredit.domain.verification.plain import PlainCredential
from accredit.domain.verification.reading import Presented
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason
from accredit.domain.verification.sources import OwnRecord, Sources
from accredit.kit.linkeddata import ContextRefused, LinkedDataError, TooComplex
from accredit.kit.linkeddata.dataset import Dataset
from accredit.kit.openbadges.credential import OpenBadgeCredential, read
from accredit.kit.openbadges.endorsement import EndorsementCredential

Read = OpenBadgeCredential | EndorsementCredential | PlainCredential
"""A document whose form is in order: a badge, an endorsement, or another credential of the data model."""


@dataclass
class Examination:
    """One credential under examination: what is known so far, and the checks made."""

    now: datetime
    sources: Sources
    offline: bool
    expected_name: str | None
    known_as: str | None = None
    checks: list[Check] = field(default_factory=list)
    document: dict[str, Any] = field(default_factory=dict)
    presented: Presented | None = None
    dataset: Dataset | None = None
    """What it states, once that is known to be all that it says."""
    credential: Read | None = None
    record: OwnRecord | None = None
    own: bool = False
    shown_in_part: bool = False
    outside: Outside = NOTHING
    read_badge: Callable[[Mapping[str, Any]], OpenBadgeCredential] = read
    expected_endorsed: frozenset[str] | None = None
    """Set for an endorsement inside another credential: what it may be about."""

    @property
    def badge(self) -> OpenBadgeCredential | None:
        """The credential, where it is a badge."""
        return self.credential if isinstance(self.credential, OpenBadgeCredential) else None

    def passed(self, check: CheckId, **facts: str | int) -> None:
        """Note a check that passed."""
        self.checks.append(Check(id=check, outcome=Outcome.PASSED, facts=facts))

    def failed(self, check: CheckId, reason: Reason, **facts: str | int) -> None:
        """Note a check that failed."""
        self.checks.append(Check(id=check, outcome=Outcome.FAILED, reason=reason, facts=facts))

    def untold(self, check: CheckId, reason: Reason, **facts: str | int) -> None:
        """Note a check that nobody could answer now."""
        self.checks.append(Check(id=check, outcome=Outcome.COULD_NOT_TELL, reason=reason, facts=facts))

    def has_passed(self, *checks: CheckId) -> bool:
        """Say whether each of these checks was made and passed."""
        good = {check.id for check in self.checks if check.outcome is Outcome.PASSED}
        return good >= set(checks)


def linked_data_reason(error: LinkedDataError) -> Reason:
    """Say what is wrong with a document that does not mean what it says."""
    if isinstance(error, TooComplex):
        return Reason.TOO_COMPLEX
    if isinstance(error, ContextRefused) and error.code == "context_not_pinned":
        return Reason.CONTEXT_NOT_PINNED
    return Reason.UNSIGNED_DATA
