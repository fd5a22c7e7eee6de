"""Statements for QR codes: asked for by the holder, signed by the worker, with a key that is for nothing else.

1. `ask` notes that the holder of a released credential wants one, and promises the signing, in one transaction
2. `state` signs it and keeps the digits, in one transaction; after a crash before that: it is still asked for
3. `forget` takes the digits away. What is printed already stays readable: it never says that the award still holds

While issuing is stopped for an organisation (`stopping`) none is signed in its name either; what was asked for waits.
What a statement says is an argument, and who may ask is decided above.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing import key_operations, queries, rules
from accredit.domain.issuing.models import Issuance
from accredit.domain.issuing.rules import Purpose, Stage, Status
from accredit.domain.issuing.stopping import stops
from accredit.domain.transparency import operations as transparency
from accredit.errors import RuleBroken
from accredit.keyring import KeyRing
from accredit.kit.vc import offline_statement
from accredit.kit.vc.offline_statement import Statement
from accredit.storage import Session
from accredit.storage.promises import Promise, promise


def ask(db: Session, *, issuance_id: UUID, now: datetime) -> bool:
    """Note that a statement is wanted; say whether that is new. Raises `RuleBroken` ``not-in-force``."""
    row = _locked(db, issuance_id)
    if row is None or row.stage is not Stage.RELEASED or row.status is not Status.ACTIVE:
        raise RuleBroken("not-in-force")
    if row.offline_asked_at is not None:
        return False
    row.offline_asked_at = now
    db.flush()
    promise(db, Promise.SIGN_STATEMENT, issuance_id)
    return True


def forget(db: Session, *, issuance_id: UUID) -> bool:
    """Take the statement away, or what was asked; say whether there was anything."""
    row = _locked(db, issuance_id)
    if row is None or row.offline_asked_at is None:
        return False
    row.offline_asked_at = row.offline_statement = None
    db.flush()
    return True


def waiting(db: Session) -> list[UUID]:
    """Return the issuances whose statement was asked for and is not signed."""
    wanted = sa.select(col(Issuance.id)).where(
        col(Issuance.offline_asked_at).is_not(None),
        col(Issuance.offline_statement).is_(None),
        col(Issuance.stage) == Stage.RELEASED,
        col(Issuance.status) == Status.ACTIVE,
        col(Issuance.signed_document).is_not(None),
    )
    return list(db.execute(wanted).scalars())


def digits(db: Session, issuance_id: UUID) -> tuple[bool, str | None]:
    """Say whether a statement was asked for, and return its digits once they are signed."""
    row = db.get(Issuance, issuance_id)
    return (False, None) if row is None else (row.offline_asked_at is not None, row.offline_statement)


def state(
    db: Session,
    *,
    issuance_id: UUID,
    controller: str,
    statement: Callable[[], Statement],
    keyring: KeyRing,
    now: datetime,
) -> bool:
    """Sign the statement that was asked for; say whether anything was to be done.

    The organisation's key for statements is made with the first one. Raises `RuleBroken` ``no-signing-key`` where that
    was stolen, and `StatementInvalid` for what does not fit a QR code.
    """
    transparency.hold(db)
    row = _locked(db, issuance_id)
    wanted = row is not None and row.offline_asked_at is not None and row.offline_statement is None
    if row is None or not wanted or row.stage is not Stage.RELEASED or row.status is not Status.ACTIVE:
        return False
    if stops(db).of(row.organisation_id) is not None:
        return False
    key = queries.signing_key(db, controller=controller, purpose=Purpose.OFFLINE)
    if key is None and Purpose.OFFLINE in queries.stolen_purposes(db, controller):
        raise RuleBroken("no-signing-key")
    if key is None:
        key = key_operations.create_key(
            db,
            organisation_id=row.organisation_id,
            controller=controller,
            purpose=Purpose.OFFLINE,
            keyring=keyring,
            now=now,
        )
    key_id = key.id
    row.offline_statement = offline_statement.encode(
        statement(), public_key=rules.for_proofs(key.public_key), sign=lambda message: keyring.sign(key_id, message)
    )
    db.flush()
    return True


def _locked(db: Session, issuance_id: UUID) -> Issuance | None:
    found: Issuance | None = db.execute(
        sa.select(Issuance)
        .where(col(Issuance.id) == issuance_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    return found
