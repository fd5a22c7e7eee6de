"""How the first operator comes to be: whoever reads the server's console holds a code that makes one account.

- A code is made only while nobody runs the service (``operator-exists``); a new one replaces the one before.
- It works once, for a day, and only its keyed hash is kept; wrong, used and out of date look alike
  (``first-operator-code``).
- Two who use it at once get one operator: the row of the code is held until the account is there.

There is no default password, and no page makes an operator without the code.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import select

from accredit.domain.audit.rules import SERVICE
from accredit.domain.people import passphrases, queries
from accredit.domain.people.models import FirstOperatorCode
from accredit.domain.people.staffing import add_account
from accredit.errors import RuleBroken
from accredit.storage import Session

# Sixteen of 24 letters that are not mistaken for one another: 73 bits, easy to read out and type.
LETTERS = "abcdefghjkmnpqrstuvwxyz2"
LENGTH = 16
LIFETIME = timedelta(days=1)


def is_wanted(db: Session) -> bool:
    """Say whether nobody runs this service yet."""
    return not any(account.active for account in queries.operators(db))


def make_code(db: Session, *, pepper: bytes, now: datetime, draw: Callable[[int], int] = secrets.randbelow) -> str:
    """Make the code and return it, this once, in four groups. Raises `RuleBroken` ``operator-exists``."""
    if not is_wanted(db):
        raise RuleBroken("operator-exists")
    letters = "".join(LETTERS[draw(len(LETTERS))] for _ in range(LENGTH))
    row = _row(db)
    if row is None:
        row = FirstOperatorCode(code_hash=b"", made_at=now)
        db.add(row)
    row.code_hash, row.made_at = _hash(letters, pepper), now
    db.flush()
    return "-".join(letters[at : at + 4] for at in range(0, LENGTH, 4))


def use_code(db: Session, *, code: str, email: str, password: str, pepper: bytes, now: datetime) -> UUID:
    """Make the first operator with the code and use it up; return the account.

    Raises `RuleBroken`: ``first-operator-code``, ``operator-exists``, ``email-format`` and those of a password;
    `Conflict` ``email-in-use``. Nothing is used up then.
    """
    row = _row(db)
    letters = "".join(symbol for symbol in code.lower() if symbol in LETTERS)
    is_open = row is not None and timedelta(0) <= now - row.made_at <= LIFETIME
    # Compared in any case, so that the time it takes does not tell whether there is a code.
    matches = hmac.compare_digest(row.code_hash if row is not None else b"", _hash(letters, pepper))
    if row is None or not (is_open and matches):
        raise RuleBroken("first-operator-code")
    if not is_wanted(db):
        raise RuleBroken("operator-exists")
    hashed = passphrases.hashed(password, about=(email, "accredit"))
    account_id = add_account(db, email=email, password=hashed, is_operator=True, actor=SERVICE, now=now)
    db.delete(row)
    db.flush()
    return account_id


def _row(db: Session) -> FirstOperatorCode | None:
    # Locked: the second of two waits here, and then finds no code any more.
    return db.exec(select(FirstOperatorCode).with_for_update()).first()


def _hash(letters: str, pepper: bytes) -> bytes:
    return hmac.digest(pepper, b"first-operator:" + letters.encode("ascii"), "sha256")
