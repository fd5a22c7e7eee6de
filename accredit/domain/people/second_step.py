"""The second step of signing in: six digits of an authenticator app, and ten codes on paper for when it is lost.

- It begins to count once its owner has typed one code of it; until then it can be begun anew.
- Six digits work once, and none before them afterwards (`accredit.kit.rfc6238`).
- Each code on paper works once; making new ones ends the old. Both are kept sealed or hashed, never as they are.
- Whoever has one is asked for it after a password, an e-mailed code, and before what weighs: nothing goes round it.
- Its owner takes it away while signed in and freshly proved; for a lost one, those who run the service do.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, Tag
from accredit.domain.people import signing_in
from accredit.domain.people.models import RecoveryCode, SecondStep
from accredit.errors import NotFound
from accredit.kit import rfc6238, sealed, typed_code
from accredit.storage import Session

CODES = 10
_PURPOSE = "second-step"


@dataclass(frozen=True, kw_only=True)
class SecondStepFacts:
    """What an account has: since when, and how many codes on paper are left."""

    since: datetime
    codes_left: int


def of_account(db: Session, account_id: UUID) -> SecondStepFacts | None:
    """Return the second step of an account; None where it has none that counts."""
    row = db.exec(select(SecondStep).where(SecondStep.account_id == account_id)).first()
    if row is None or row.confirmed_at is None:
        return None
    left = db.exec(select(RecoveryCode).where(RecoveryCode.account_id == account_id)).all()
    return SecondStepFacts(since=row.confirmed_at, codes_left=sum(code.used_at is None for code in left))


def begin(db: Session, *, account_id: UUID, pepper: bytes, now: datetime) -> None:
    """Draw a secret for an account that has no second step yet. Raises `NotFound` where it has one."""
    row = _locked(db, account_id)
    if row is not None and row.confirmed_at is not None:
        raise NotFound("second-step")
    if row is not None:
        db.delete(row)
        db.flush()
    kept = sealed.seal(rfc6238.new_secret(), key=pepper, purpose=_PURPOSE, about=account_id.bytes)
    db.add(SecondStep(account_id=account_id, secret=kept, used_step=0, made_at=now))
    db.flush()


def waiting_secret(db: Session, *, account_id: UUID, pepper: bytes) -> bytes | None:
    """Return the secret that was drawn and waits for its first code; None where nothing waits."""
    row = db.exec(select(SecondStep).where(SecondStep.account_id == account_id)).first()
    return _secret(row, pepper) if row is not None and row.confirmed_at is None else None


def confirm(db: Session, *, account_id: UUID, typed: str, pepper: bytes, actor: Actor, now: datetime) -> bool:
    """Let the second step count once its first code was typed; say whether it was the right one."""
    row = _locked(db, account_id)
    if row is None or row.confirmed_at is not None or not _is_right(row, typed, pepper, now):
        return False
    row.confirmed_at = now
    _tell(db, Tag.STAFF_SECOND_STEP_ADDED, actor, now)
    return True


def check(db: Session, *, account_id: UUID, typed: str, pepper: bytes, actor: Actor, now: datetime) -> bool:
    """Say whether six digits, or a code on paper, are right; and use them up."""
    row = _locked(db, account_id)
    if row is None or row.confirmed_at is None:
        return False
    if _is_right(row, typed, pepper, now):
        return True
    wanted = _code_hash(typed_code.bare(typed).upper(), account_id, pepper)
    for code in db.exec(select(RecoveryCode).where(RecoveryCode.account_id == account_id).with_for_update()):
        if code.used_at is None and hmac.compare_digest(code.code_hash, wanted):
            code.used_at = now
            _tell(db, Tag.STAFF_RECOVERY_CODE_USED, actor, now)
            return True
    signing_in.mark_refused(db, account_id=account_id, why="second-step", now=now)
    return False


def make_codes(
    db: Session,
    *,
    account_id: UUID,
    pepper: bytes,
    actor: Actor,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> tuple[str, ...]:
    """Make ten codes for paper in place of those there are; return them, this once, as they are printed."""
    _forget_codes(db, account_id)
    codes = tuple(typed_code.make(draw) for _ in range(CODES))
    for code in codes:
        db.add(RecoveryCode(account_id=account_id, code_hash=_code_hash(code, account_id, pepper), made_at=now))
    _tell(db, Tag.STAFF_RECOVERY_CODES_MADE, actor, now)
    return tuple(typed_code.show(code) for code in codes)


def take_away(db: Session, *, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Let an account sign in without a second step. Raises `NotFound` where it has none."""
    row = _locked(db, account_id)
    if row is None:
        raise NotFound("second-step")
    db.delete(row)
    _forget_codes(db, account_id)
    _tell(db, Tag.STAFF_SECOND_STEP_ENDED, actor, now)


def _locked(db: Session, account_id: UUID) -> SecondStep | None:
    # Two who type the same digits at once stand in a row here, and the second finds them used.
    return db.exec(select(SecondStep).where(SecondStep.account_id == account_id).with_for_update()).first()


def _is_right(row: SecondStep, typed: str, pepper: bytes, now: datetime) -> bool:
    step = rfc6238.matching_step(_secret(row, pepper), typed, now=now, used=row.used_step)
    if step is None:
        return False
    row.used_step = step
    return True


def _secret(row: SecondStep, pepper: bytes) -> bytes:
    return sealed.open_sealed(row.secret, key=pepper, purpose=_PURPOSE, about=row.account_id.bytes)


def _forget_codes(db: Session, account_id: UUID) -> None:
    db.execute(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))


def _code_hash(code: str, account_id: UUID, pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"recovery-code:" + account_id.bytes + code.encode("utf-8", "replace"), "sha256")


def _tell(db: Session, tag: Tag, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=actor.id, organisation_id=actor.organisation_id)
