"""The examples in the OpenAPI document: questions that are really sent by a test, and the answers they get.

The answers are reports of the engine, written as it writes them, so that no example can fall behind its words.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from accredit.domain.verification.report import Claims, VerificationReport
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason, Verdict, axis_outcomes
from accredit.kit import typed_code

_BODY: Final = "7K3MD9RTWX4HQ"
BY_CODE: Final = {"code": typed_code.show(_BODY + typed_code.check_symbol(_BODY))}
NO_CREDENTIAL: Final = "hello"
EMPTY: Final = {
    "type": "about:blank",
    "status": 400,
    "title": "empty",
    "code": "empty",
    "detail": 'Send a credential (JSON, JWT, PNG, SVG or PDF), or {"code": "…"}.',
}
UNKNOWN_CODE: Final = {
    "type": "about:blank",
    "status": 404,
    "title": "unknown code",
    "code": "unknown-code",
    "detail": "There is no certificate with this code.",
}
_NOW: Final = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_ISSUER: Final = "did:web:accredit.example:o:example-park-academy"
_FACTS: Final[dict[CheckId, dict[str, str | int]]] = {
    CheckId.READABLE: {"kind": "pdf"},
    CheckId.SIGNATURE: {"cryptosuite": "eddsa-rdfc-2022"},
    CheckId.KEY: {"key": f"{_ISSUER}#assertion-1"},
    CheckId.RECOGNISED: {"channel": "telephone", "confirmed_on": "2026-03-02"},
    CheckId.STATUS: {"as_of": _NOW.isoformat()},
    CheckId.DATES: {"valid_from": "2026-07-21T10:00:00+00:00"},
    CheckId.LOGGED: {
        "origin": "accredit.example/ledger",
        "index": 1353,
        "size": 1383,
        "signed_at": "2026-07-21T10:00:05+00:00",
    },
}
_CLAIMS: Final = Claims(
    credential_id="urn:uuid:4a1f1f0e-6f5c-4d0a-9a55-0d5b9f2f6a11",
    issuer_id=_ISSUER,
    issuer_name="Example Park Academy",
    award_name="Peer Supporter, Wellbeing Ambassadors",
    achievement_name="Peer Supporter",
    description="Wellbeing Ambassadors: Peer Supporter. Has given supervised time.",
    narrative="Trained in 7 modules (6 hours). Gave 13 hours of supervised peer support between October 2025 and June "
    "2026, and met with supervising adults 3 times. Approved by 1 adult.",
    printed_name="Alex Sample",
    awarded_on="2026-07-21",
    valid_from="2026-07-21T10:00:00Z",
    skills=(
        {
            "name": "Listening",
            "framework": "Skills Builder Universal Framework 2.0",
            "url": "https://www.skillsbuilder.org/universal-framework",
        },
    ),
    results=({"name": "Hours of supervised peer support", "value": "13", "status": None},),
)


def _report(verdict: Verdict, reason: Reason | None, *checks: Check) -> VerificationReport:
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        axes=axis_outcomes(checks),
        checks=checks,
        claims=None,
        checked_at=_NOW,
        own=True,
        credential_id=None,
    )


_PASSED: Final = tuple(
    Check(id=check, outcome=Outcome.PASSED, facts=_FACTS.get(check, {}))
    for check in CheckId
    if check is not CheckId.HOLDER
)
_NOT_READ: Final = Check(
    id=CheckId.READABLE, outcome=Outcome.FAILED, reason=Reason.NO_CREDENTIAL, facts={"kind": "unknown"}
)
GENUINE: Final[dict[str, Any]] = replace(_report(Verdict.GENUINE, None, *_PASSED), claims=_CLAIMS).to_json()
UNREADABLE: Final[dict[str, Any]] = _report(Verdict.UNREADABLE, Reason.NO_CREDENTIAL, _NOT_READ).to_json()
