"""A request that is sent twice is done once (draft-ietf-httpapi-idempotency-key-header-07).

- The program names each request itself. Sent again within a day under the same name, it is answered as the first time.
- The answer is kept in the transaction of the act: after a crash either both are there or neither.
- The same name for something else is refused (``idempotency-key-reused``), and so is a name that cannot be one
  (``idempotency-key``).

Once the answer is gone, what must be there once only is still guarded by its own rule (``reference-in-use`` and the
like).
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from accredit.domain.clients.models import AccessKey, AnsweredRequest
from accredit.errors import RuleBroken
from accredit.storage import Session

KEPT: Final = timedelta(hours=24)
_NAME = re.compile(r"[\x21-\x7e]{1,200}")


def check_name(name: str) -> str:
    """Return the name of a request, without the quotation marks that some put around it. Raises `RuleBroken`."""
    bare = name[1:-1] if len(name) > 2 and name[0] == name[-1] == '"' else name
    if not _NAME.fullmatch(bare):
        raise RuleBroken("idempotency-key")
    return bare


def hash_of(method: str, address: str, body: bytes) -> bytes:
    """Return by what two requests are told apart."""
    head = f"{method} {address}\n".encode("utf-8", "surrogateescape")
    return hashlib.sha256(head + body).digest()


def answer_to(db: Session, *, key_id: UUID, name: str, asked: bytes, now: datetime) -> str | None:
    """Return what was answered before; None for a request that is new. The key is locked until the transaction ends.

    Raises `RuleBroken` ``idempotency-key-reused``.
    """
    # Two of one program wait for each other: the second finds what the first was answered.
    db.exec(select(AccessKey.id).where(AccessKey.id == key_id).with_for_update()).one()
    row = db.exec(
        select(AnsweredRequest).where(AnsweredRequest.access_key_id == key_id, AnsweredRequest.name == name)
    ).first()
    if row is None or now - row.made_at > KEPT:
        return None
    if row.asked_hash != asked:
        raise RuleBroken("idempotency-key-reused")
    return row.answer


def keep_answer(
    db: Session, *, organisation_id: UUID, key_id: UUID, name: str, asked: bytes, answer: str, now: datetime
) -> None:
    """Keep an answer for a day, and let those go that are older."""
    old = (col(AnsweredRequest.access_key_id) == key_id, col(AnsweredRequest.made_at) < now - KEPT)
    db.execute(delete(AnsweredRequest).where(*old))
    db.add(
        AnsweredRequest(
            organisation_id=organisation_id,
            access_key_id=key_id,
            name=name,
            asked_hash=asked,
            answer=answer,
            made_at=now,
        )
    )
    db.flush()
