"""Endorsements inside a credential, each judged on its own: it never lends its verdict, and never takes one.

Judged are those of the credential, of its issuer and of its achievement, once the credential itself is intact and tied
to its issuer. One inside another is not looked into. All of them share the look-ups of the one verification.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from accredit.domain.verification.checks import examine_document
from accredit.domain.verification.examination import Examination
from accredit.domain.verification.reading import Presented
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason, Verdict, decide
from accredit.kit.openbadges.detect import Kind
from accredit.kit.openbadges.endorsement import EndorsementCredential, Profile
from accredit.kit.vc import vc_jwt
from accredit.kit.vc.errors import VcError

MOST: Final = 8
_NO_CLAIMS: Final = frozenset({Verdict.NOT_GENUINE, Verdict.UNREADABLE, Verdict.INTEGRITY_ONLY})


@dataclass(frozen=True, kw_only=True)
class EndorsementReport:
    """One endorsement. What it says is given only where it is intact and bound to whoever says it."""

    verdict: Verdict
    reason: Reason | None
    checks: tuple[Check, ...]
    about: str
    endorser_id: str | None
    endorser_name: str | None
    comment: str | None

    def to_json(self) -> dict[str, Any]:
        """Write the report for machines."""
        return {
            "verdict": self.verdict.value,
            "reason": self.reason.value if self.reason else None,
            "about": self.about,
            "endorser_id": self.endorser_id,
            "endorser_name": self.endorser_name,
            "comment": self.comment,
        }


def judge(parent: Examination) -> tuple[EndorsementReport, ...]:
    """Judge every endorsement of a credential that was examined; nothing where its own signature does not hold."""
    if parent.badge is None or not parent.has_passed(CheckId.SIGNATURE, CheckId.KEY):
        return ()
    found = list(_endorsements(parent))
    reports = [_judged(parent, about, expected, each) for about, expected, each in found[:MOST]]
    if len(found) > MOST:
        reports.append(_unread(found[MOST][0], Reason.TOO_COMPLEX))
    return tuple(reports)


def _endorsements(parent: Examination) -> Iterator[tuple[str, frozenset[str], object]]:
    """Give each endorsement, what it stands on, and the id it must speak of."""
    badge = parent.badge
    assert badge is not None
    document = parent.document
    subject = document.get("credentialSubject")
    subject = subject[0] if isinstance(subject, list) and len(subject) == 1 else subject
    achievement = subject.get("achievement") if isinstance(subject, dict) else None
    for about, expected, node in (
        ("credential", badge.id, document),
        ("issuer", badge.issuer_id, document.get("issuer")),
        ("achievement", badge.subject.achievement.id, achievement),
    ):
        if not isinstance(node, Mapping):
            continue
        for member in ("endorsement", "endorsementJwt"):
            value = node.get(member, [])
            for each in value if isinstance(value, list) else [value]:
                yield about, frozenset({expected}), each


def _judged(parent: Examination, about: str, expected: frozenset[str], given: object) -> EndorsementReport:
    presented = _presented(given)
    if presented is None:
        return _unread(about, Reason.MALFORMED)
    examination = Examination(
        now=parent.now,
        sources=parent.sources,
        offline=parent.offline,
        expected_name=None,
        outside=parent.outside,
        presented=presented,
        document=presented.document,
        expected_endorsed=expected,
    )
    examination.passed(CheckId.READABLE, kind=presented.kind.value)
    examine_document(examination)
    verdict, reason = decide(examination.checks, own=examination.own)
    credential = examination.credential
    said = (
        credential
        if isinstance(credential, EndorsementCredential)
        and verdict not in _NO_CLAIMS
        and examination.has_passed(CheckId.SIGNATURE, CheckId.KEY)
        else None
    )
    return EndorsementReport(
        verdict=verdict,
        reason=reason,
        checks=tuple(sorted(examination.checks, key=lambda check: check.number)),
        about=about,
        endorser_id=None if said is None else said.issuer_id,
        endorser_name=said.issuer.name if said is not None and isinstance(said.issuer, Profile) else None,
        comment=None if said is None else said.credential_subject.endorsement_comment,
    )


def _presented(given: object) -> Presented | None:
    if isinstance(given, dict):
        return Presented(document=given, kind=Kind.JSON)
    if not isinstance(given, str):
        return None
    try:
        content = vc_jwt.unverified(given)
    except VcError:
        return None
    return Presented(
        document=content.document,
        kind=Kind.JWT,
        token=given,
        not_before=content.not_before,
        expires=content.expires,
    )


def _unread(about: str, reason: Reason) -> EndorsementReport:
    check = Check(id=CheckId.READABLE, outcome=Outcome.FAILED, reason=reason)
    verdict, decided = decide([check], own=False)
    return EndorsementReport(
        verdict=verdict,
        reason=decided,
        checks=(check,),
        about=about,
        endorser_id=None,
        endorser_name=None,
        comment=None,
    )
