"""What a verification answers: one verdict, its axes and checks, and the claims apart from them.

There is no lone boolean in it, so that nobody can read a part for the whole.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from accredit.domain.verification import words
from accredit.domain.verification.checks import CLOCK_SKEW, printed_names
from accredit.domain.verification.endorsements import EndorsementReport, judge
from accredit.domain.verification.examination import Examination, Read
from accredit.domain.verification.plain import PlainCredential
from accredit.domain.verification.rules import (
    Axis,
    Check,
    CheckId,
    Outcome,
    Reason,
    Verdict,
    axis_outcomes,
    colour,
    decide,
)
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.endorsement import Profile

_NO_CLAIMS = frozenset({Verdict.NOT_GENUINE, Verdict.UNREADABLE, Verdict.INTEGRITY_ONLY})
# What was replaced may bear a former name, and what we have no record of may be a thief's: whoever has the file can
# read it there, and is not told it by us.
WITHHELD = frozenset({Reason.REPLACED, Reason.NO_CURRENT_RECORD})


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What the issuer says in the credential. Given only when the document is intact and bound to that issuer."""

    credential_id: str
    issuer_id: str
    issuer_name: str | None
    award_name: str | None
    achievement_name: str
    description: str
    narrative: str | None
    printed_name: str | None
    awarded_on: str | None
    valid_from: str
    skills: tuple[Mapping[str, str | None], ...]
    results: tuple[Mapping[str, str | None], ...]
    defined_by: str | None = None
    """Who defined the award, where that is somebody else than its issuer."""


@dataclass(frozen=True, kw_only=True)
class VerificationReport:
    """The answer. ``credential_id`` is set only for a credential of this service that stands in its record."""

    verdict: Verdict
    reason: Reason | None
    axes: Mapping[Axis, Outcome | None]
    checks: tuple[Check, ...]
    claims: Claims | None
    checked_at: datetime
    own: bool
    credential_id: UUID | None
    endorsements: tuple[EndorsementReport, ...] = ()
    """What others say in it, each judged on its own."""
    changes_at: datetime | None = None
    """When time alone will next change this answer; None where nothing in the document says so."""

    named_issuer: str | None = None
    """The organisation of this service that it names as its issuer, truly or not: only to look up how to ask it."""

    texts: dict[Hashable, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """What was written of this answer, but for the moment; kept by whoever wrote it (`web.api.writing`)."""

    @property
    def exit_code(self) -> int:
        """What the command line ends with."""
        return self.verdict.exit_code

    @property
    def colour(self) -> str:
        """Green, red, amber or grey."""
        return colour(self.verdict, self.reason)

    @property
    def is_of_a_stranger(self) -> bool:
        """Whether nobody confirmed the issuer, so that its name is only what it calls itself."""
        recognised = self.check(CheckId.RECOGNISED)
        return recognised is not None and recognised.outcome is Outcome.FAILED

    @property
    def is_from_someone_known(self) -> bool:
        """Whether somebody confirmed the issuer, and the signature is its own."""
        needed = (CheckId.SIGNATURE, CheckId.KEY, CheckId.RECOGNISED)
        made = [self.check(each) for each in needed]
        return all(each is not None and each.outcome is Outcome.PASSED for each in made)

    @property
    def next_step(self) -> str:
        """What to do now, in English; see `words`."""
        is_open = self.verdict is Verdict.CANNOT_CONFIRM and self.reason not in words.ANSWERED_ELSEWHERE
        if is_open and self.is_of_a_stranger:
            return words.NEXT_STEPS[Verdict.GENUINE_ISSUER_NOT_RECOGNISED]
        if self.reason is not None:
            return words.NEXT_STEPS_FOR.get(self.reason, words.NEXT_STEPS[self.verdict])
        return words.NEXT_STEPS[self.verdict]

    @property
    def heading(self) -> str:
        """The first thing to read, in English; see `words`."""
        if self.reason is None:
            return words.HEADINGS[self.verdict]
        if self.reason is Reason.STATUS_NOT_FRESH and not self.is_from_someone_known:
            return words.UNCHANGED_STATUS_UNKNOWN
        return words.TITLES.get(self.reason, words.HEADINGS[self.verdict])

    @property
    def checked_at_text(self) -> str:
        """When it was checked, to the second, for machines."""
        return self.checked_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

    @property
    def may_be_remembered(self) -> bool:
        """Whether nothing but our own record, and the time, decided this answer."""
        return (
            self.credential_id is not None
            and not self.endorsements
            and all(check.reason is not Reason.OUR_FAULT for check in self.checks)
        )

    def at(self, now: datetime) -> VerificationReport:
        """Return the same answer as it would be given at another moment, when nothing else has changed."""
        moment = now.isoformat()
        checks = tuple(
            replace(check, facts={**check.facts, "as_of": moment}) if "as_of" in check.facts else check
            for check in self.checks
        )
        return replace(self, checked_at=now, checks=checks)

    def check(self, check: CheckId) -> Check | None:
        """Return one check, or None where it was not made."""
        return next((made for made in self.checks if made.id is check), None)

    def to_json(self) -> dict[str, Any]:
        """Write the report for machines.

        ``claims`` are what a confirmed organisation says; what anybody else says of itself stands apart, under
        ``unconfirmed_claims``, so that no program shows one for the other. The words are English, as on the page.
        """
        claims = None if self.claims is None else _claims_json(self.claims)
        return {
            "verdict": self.verdict.value,
            "reason": self.reason.value if self.reason else None,
            "heading": self.heading,
            "sentence": words.REASONS[self.reason] if self.reason else words.GENUINE_LINE,
            "next_step": self.next_step,
            "axes": {axis.value: found.value if found else "not-asked" for axis, found in self.axes.items()},
            "checks": [_check_json(check) for check in self.checks],
            "claims": None if self.is_of_a_stranger else claims,
            "unconfirmed_claims": claims if self.is_of_a_stranger else None,
            "endorsements": [each.to_json() for each in self.endorsements],
            "checked_at": self.checked_at_text,
        }


def report_of(examination: Examination) -> VerificationReport:
    """Sum up an examination."""
    verdict, reason = decide(examination.checks, own=examination.own)
    is_ours = examination.own and examination.has_passed(CheckId.RECORDED)
    credential = examination.credential
    claims = None
    is_bound = examination.has_passed(CheckId.SIGNATURE, CheckId.KEY)
    is_withheld = any(check.reason in WITHHELD for check in examination.checks)
    if credential is not None and is_bound and verdict not in _NO_CLAIMS and not is_withheld:
        claims = _claims_of(credential)
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        axes=axis_outcomes(examination.checks),
        checks=tuple(sorted(examination.checks, key=lambda check: check.number)),
        claims=claims,
        checked_at=examination.now,
        own=examination.own,
        named_issuer=credential.issuer_id if examination.own and credential is not None else None,
        credential_id=UUID(credential.id) if is_ours and credential is not None else None,
        endorsements=judge(examination),
        changes_at=_changes_at(examination),
    )


def _changes_at(examination: Examination) -> datetime | None:
    found, presented = examination.credential, examination.presented
    if found is None or presented is None:
        return None
    begins = (found.valid_from, presented.not_before)
    # Only what lies ahead: from the first minute of the calendar nothing can be taken away.
    ahead = examination.now + CLOCK_SKEW
    turns = [moment - CLOCK_SKEW for moment in begins if moment is not None and moment >= ahead]
    turns += [moment for moment in (found.valid_until, presented.expires) if moment is not None]
    return min((moment for moment in turns if moment >= examination.now), default=None)


def refused(reason: Reason, *, check: CheckId, now: datetime) -> VerificationReport:
    """Answer for something that was not examined at all, such as an address that is not fetched."""
    made = Check(id=check, outcome=Outcome.COULD_NOT_TELL, reason=reason)
    verdict, decided = decide([made], own=False)
    return VerificationReport(
        verdict=verdict,
        reason=decided,
        axes=axis_outcomes([made]),
        checks=(made,),
        claims=None,
        checked_at=now,
        own=False,
        credential_id=None,
    )


def _check_json(check: Check) -> dict[str, Any]:
    return {
        "number": check.number,
        "id": check.id.value,
        "axis": check.axis.value,
        "outcome": check.outcome.value,
        "reason": check.reason.value if check.reason else None,
        "text": words.REASONS[check.reason] if check.reason else words.CHECKS[check.id],
        "facts": dict(check.facts),
    }


def _claims_json(claims: Claims) -> dict[str, Any]:
    found = {name: getattr(claims, name) for name in Claims.__dataclass_fields__}
    found |= {"skills": [dict(each) for each in claims.skills]}
    return found | {"results": [dict(each) for each in claims.results]}


def _claims_of(credential: Read) -> Claims:
    if isinstance(credential, OpenBadgeCredential):
        return _claims(credential)
    if isinstance(credential, PlainCredential):
        issuer_name, kinds = credential.issuer_name, credential.kinds
    else:
        issuer_name = credential.issuer.name if isinstance(credential.issuer, Profile) else None
        kinds = credential.type
    return Claims(
        credential_id=credential.id or "",
        issuer_id=credential.issuer_id,
        issuer_name=issuer_name,
        award_name=credential.name,
        achievement_name=credential.name or ", ".join(kinds),
        description="",
        narrative=None,
        printed_name=None,
        awarded_on=None,
        valid_from="" if credential.valid_from is None else credential.valid_from.isoformat().replace("+00:00", "Z"),
        skills=(),
        results=(),
    )


def _claims(credential: OpenBadgeCredential) -> Claims:
    subject = credential.subject
    achievement = subject.achievement
    described = {each.id: each.name for each in achievement.result_description}
    alignments = dict.fromkeys(
        (each.target_name, each.target_framework, each.target_url)
        for each in (*achievement.alignment, *(each for result in subject.result for each in result.alignment))
    )
    names = printed_names(credential)
    return Claims(
        credential_id=credential.id,
        issuer_id=credential.issuer_id,
        issuer_name=credential.issuer.name if isinstance(credential.issuer, Profile) else None,
        award_name=credential.name,
        achievement_name=achievement.name,
        description=achievement.description,
        narrative=subject.narrative,
        printed_name=names[0] if names else None,
        awarded_on=credential.awarded_date.date().isoformat() if credential.awarded_date else None,
        valid_from=credential.valid_from.isoformat().replace("+00:00", "Z"),
        skills=tuple({"name": name, "framework": framework, "url": url} for name, framework, url in alignments),
        results=tuple(
            {
                "name": described.get(each.result_description or ""),
                "value": each.value,
                "status": each.status.value if each.status else None,
            }
            for each in subject.result
        ),
        defined_by=_definer(credential),
    )


def _definer(credential: OpenBadgeCredential) -> str | None:
    creator = credential.subject.achievement.creator
    return None if creator is None or creator.id == credential.issuer_id else creator.name or creator.id
