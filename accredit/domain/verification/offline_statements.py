"""What the digits in a QR code are worth where nobody answers: real when they were signed, and never green.

- They are read only where the service cannot answer: its answer to the code before the ``#`` always wins.
- They are never compared with a list somebody kept: whether the award still holds is `STATUS_NOT_FRESH`, always.
- The key is one for statements, of an organisation that the trust anchors name; no other key will do.
- The code in them is the code in the address, or the two were put together by somebody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from accredit.domain.issuing.rules import Purpose
from accredit.domain.verification.report import Claims, VerificationReport
from accredit.domain.verification.rules import Check, CheckId, Outcome, Reason, Verdict, axis_outcomes, decide
from accredit.domain.verification.trust import Trust, TrustedIssuer, TrustedKey
from accredit.kit import typed_code
from accredit.kit.vc import offline_statement
from accredit.kit.vc.errors import StatementInvalid
from accredit.kit.vc.multikey import PublicKey
from accredit.kit.vc.offline_statement import Claimed, Statement

CLOCK_SKEW: Final = timedelta(seconds=60)
KIND: Final = "statement"


def digits_of(address: str) -> str | None:
    """Return the digits behind the ``#`` of an address, or None."""
    digits = address.partition("#")[2]
    return digits if digits.isascii() and digits.isdigit() else None


def verify(address: str, *, trust: Trust, now: datetime) -> VerificationReport:
    """Examine the statement in an address as a QR code holds it (``…/V/<code>#<digits>``).

    The verdict is `CANNOT_CONFIRM` with reason `STATUS_NOT_FRESH` at best. Never raises because of ``address``.
    """
    checks, statement = _examined(address, trust, now)
    verdict, reason = decide(checks, own=False)
    holds = {check.id for check in checks if check.outcome is Outcome.PASSED} >= {CheckId.SIGNATURE, CheckId.KEY}
    return VerificationReport(
        verdict=verdict,
        reason=reason,
        axes=axis_outcomes(checks),
        checks=tuple(checks),
        claims=_claims(statement) if statement is not None and holds and verdict is Verdict.CANNOT_CONFIRM else None,
        checked_at=now,
        own=True,
        credential_id=None,
    )


def _examined(address: str, trust: Trust, now: datetime) -> tuple[list[Check], Statement | None]:
    try:
        claimed = offline_statement.read(digits_of(address) or "")
    except StatementInvalid:
        return [_failed(CheckId.READABLE, Reason.MALFORMED)], None
    readable = _passed(CheckId.READABLE, kind=KIND)
    if _code_of(address) != claimed.statement.code:
        return [readable, _failed(CheckId.SIGNATURE, Reason.CLAIMS_DIFFER)], None
    issuer = trust.issuer(claimed.statement.issuer)
    if issuer is None:
        return [readable, *_key_unknown()], None
    checks = [readable, *_signature_and_key(claimed, issuer)]
    if any(check.outcome is not Outcome.PASSED for check in checks):
        return checks, None
    statement = claimed.statement
    if issuer.recognition is None:
        checks.append(_failed(CheckId.RECOGNISED, Reason.ISSUER_NOT_RECOGNISED))
    else:
        on = issuer.recognition.confirmed_on.isoformat()
        checks.append(_passed(CheckId.RECOGNISED, channel=issuer.recognition.channel.value, confirmed_on=on))
    stated = statement.stated_at
    checks.append(replace(_untold(CheckId.STATUS, Reason.STATUS_NOT_FRESH), facts={"known_at": stated.isoformat()}))
    if stated > now + CLOCK_SKEW:
        checks.append(_failed(CheckId.DATES, Reason.NOT_YET_VALID))
    else:
        checks.append(_passed(CheckId.DATES, valid_from=statement.awarded_on.isoformat()))
    return checks, statement


def _signature_and_key(claimed: Claimed, issuer: TrustedIssuer) -> list[Check]:
    key = next((each for each in issuer.keys if _is_named(each, claimed)), None)
    if key is None:
        # The anchors may be older than the key, so that nobody can tell.
        return _key_unknown()
    assert isinstance(key.public_key, PublicKey)
    try:
        statement = offline_statement.verify(claimed, public_key=key.public_key)
    except StatementInvalid:
        return [_failed(CheckId.SIGNATURE, Reason.SIGNATURE_INVALID)]
    signed = _passed(CheckId.SIGNATURE, algorithm="EdDSA")
    if key.compromised is not None:
        # No log says when a statement was made, and a thief writes any date.
        return [signed, _failed(CheckId.KEY, Reason.KEY_COMPROMISED)]
    if statement.stated_at < key.created or (key.retired is not None and statement.stated_at > key.retired):
        return [signed, _failed(CheckId.KEY, Reason.KEY_NOT_VALID_THEN)]
    return [signed, _passed(CheckId.KEY, key=key.id)]


def _key_unknown() -> list[Check]:
    return [_untold(each, Reason.ISSUER_KEY_UNREACHABLE) for each in (CheckId.SIGNATURE, CheckId.KEY)]


def _is_named(key: TrustedKey, claimed: Claimed) -> bool:
    public = key.public_key
    is_one = key.purpose is Purpose.OFFLINE and isinstance(public, PublicKey)
    return is_one and isinstance(public, PublicKey) and offline_statement.key_id(public) == claimed.key_id


def _code_of(address: str) -> str | None:
    try:
        return typed_code.read(address.partition("#")[0].rstrip("/").rpartition("/")[2])
    except typed_code.TypedCodeError:
        return None


def _claims(statement: Statement) -> Claims:
    modules, adults = _counted(statement.modules, "module"), _counted(statement.adults, "adult")
    hours = _counted(statement.minutes / 60, "supervised hour")
    narrative = f"Trained in {modules}, {hours}, approved by {adults}."
    return Claims(
        credential_id=f"urn:uuid:{statement.credential_id}",
        issuer_id=statement.issuer,
        issuer_name=statement.organisation,
        award_name=statement.award,
        achievement_name=statement.award,
        description="",
        narrative=narrative,
        printed_name=statement.name,
        awarded_on=statement.awarded_on.isoformat(),
        valid_from=statement.awarded_on.isoformat(),
        skills=(),
        results=(),
    )


def _passed(check: CheckId, **facts: str | int) -> Check:
    return Check(id=check, outcome=Outcome.PASSED, facts=facts)


def _failed(check: CheckId, reason: Reason) -> Check:
    return Check(id=check, outcome=Outcome.FAILED, reason=reason)


def _untold(check: CheckId, reason: Reason) -> Check:
    return Check(id=check, outcome=Outcome.COULD_NOT_TELL, reason=reason)


def _counted(number: float, word: str) -> str:
    return f"{number:g} {word}" if number == 1 else f"{number:g} {word}s"
