"""The five words with which a young person opens their own page, again and again, on any computer.

- They are drawn when somebody uses their paper slip (`people.claiming`), shown once, and kept only as a keyed hash.
- Somebody has one card at most; a new slip, a new card or a consent taken back stops the one before at once, and with
  it every passkey of theirs (`own_passkeys`): a key opens only what words open.
- "Done" ends every sign-in of the card that began before: a cookie that was copied is worth nothing afterwards.
- The words open the page of somebody who has left as well: it stays theirs.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.people import rules
from accredit.domain.people.models import ClaimSlip, YoungPerson
from accredit.domain.people.own_page_models import OwnPasskey, OwnPasskeyChallenge, WordCard
from accredit.errors import NotFound
from accredit.kit import word_code
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class CardFacts:
    """A card that opens its owner's page now; its words cannot be shown again."""

    id: UUID
    young_person_id: UUID
    organisation_id: UUID
    made_at: datetime
    last_used_at: datetime | None
    done_at: datetime | None
    page_id: UUID | None
    """Of whoever brought their pages at several schools together (`pages_together`)."""


def words_hash(words: str, *, pepper: bytes) -> bytes:
    """Return the keyed hash under which words, as `word_code.read` returns them, are kept."""
    return hmac.digest(pepper, b"word-card:" + words.encode("ascii"), "sha256")


def find(db: Session, text: str, *, pepper: bytes) -> CardFacts | None:
    """Return the card with these words; None for words that open nothing. Raises `WordCodeError`."""
    wanted = words_hash(word_code.read(text), pepper=pepper)
    return _facts(db.exec(select(WordCard).where(WordCard.words_hash == wanted, col(WordCard.withdrawn_at).is_(None))))


def current(db: Session, young_person_id: UUID) -> CardFacts | None:
    """Return the card that opens a young person's page now, or None."""
    return of_people(db, [young_person_id]).get(young_person_id)


def of_people(db: Session, young_person_ids: Iterable[UUID]) -> dict[UUID, CardFacts]:
    """Return current cards by young person."""
    rows = db.exec(
        select(WordCard).where(
            col(WordCard.young_person_id).in_(list(young_person_ids)), col(WordCard.withdrawn_at).is_(None)
        )
    )
    return {row.young_person_id: _card(row) for row in rows}


def with_way_in(db: Session, young_person_ids: Iterable[UUID]) -> set[UUID]:
    """Return those who have a card or an unused slip: who has neither cannot open their page."""
    wanted = list(young_person_ids)
    slips = db.exec(
        select(ClaimSlip.young_person_id).where(
            col(ClaimSlip.young_person_id).in_(wanted), col(ClaimSlip.withdrawn_at).is_(None)
        )
    )
    return {*slips, *of_people(db, wanted)}


def make(
    db: Session,
    *,
    organisation_id: UUID,
    young_person_id: UUID,
    language: str,
    pepper: bytes,
    actor: Actor,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> tuple[UUID, str]:
    """Make a card in place of the one before; return its id and, this once, its words."""
    close(db, [young_person_id], now=now)
    words = word_code.make(draw, language)
    row = WordCard(
        organisation_id=organisation_id,
        young_person_id=young_person_id,
        words_hash=words_hash(words, pepper=pepper),
        made_at=now,
        last_used_at=now,
    )
    db.add(row)
    db.flush()
    audit.record(
        db, tag=Tag.WORD_CARD_MADE, actor=actor, now=now, subject=young_person_id, organisation_id=organisation_id
    )
    return row.id, words


def mark_used(db: Session, *, card_id: UUID, now: datetime) -> None:
    """Record that a card signed its owner in. Raises `NotFound`."""
    row = _row(db, card_id)
    row.last_used_at = now
    actor = Actor(kind=ActorKind.YOUNG_PERSON, id=row.young_person_id, organisation_id=row.organisation_id)
    audit.record(
        db,
        tag=Tag.YOUNG_PERSON_SIGNED_IN,
        actor=actor,
        now=now,
        subject=row.young_person_id,
        organisation_id=row.organisation_id,
    )


def leave(db: Session, *, young_person_id: UUID, now: datetime) -> None:
    """End every sign-in of a young person that began before now."""
    mine = col(WordCard.young_person_id) == young_person_id
    db.execute(update(WordCard).where(mine, col(WordCard.withdrawn_at).is_(None)).values(done_at=now))


def close(db: Session, young_person_ids: Iterable[UUID], *, now: datetime) -> set[UUID]:
    """Stop every slip, card and passkey of some young people; return whose there were. The caller records why."""
    wanted, had = list(young_person_ids), set[UUID]()
    # Whoever adds a key holds its owner alone: it is there to be seen, or it comes too late.
    owners = select(YoungPerson.id).where(col(YoungPerson.id).in_(wanted)).order_by(col(YoungPerson.id))
    db.exec(owners.with_for_update(read=True, key_share=True)).all()
    models: tuple[Any, ...] = (ClaimSlip, WordCard)
    for model in models:
        rows = db.exec(
            select(model).where(col(model.young_person_id).in_(wanted), col(model.withdrawn_at).is_(None))
        ).all()
        for row in rows:
            row.withdrawn_at = now
            had.add(row.young_person_id)
    keys: tuple[Any, ...] = (OwnPasskey, OwnPasskeyChallenge)
    for model in keys:
        db.execute(delete(model).where(col(model.young_person_id).in_(wanted)))
    return had


def stop(db: Session, *, young_person_id: UUID, organisation_id: UUID, actor: Actor, now: datetime) -> None:
    """Stop whatever opens a young person's page now, and record it; where nothing does, nothing happens.

    Raises `Forbidden` for staff of another organisation.
    """
    rules.check_same_organisation(actor, organisation_id)
    if close(db, [young_person_id], now=now):
        audit.record(
            db,
            tag=Tag.CLAIM_SLIP_WITHDRAWN,
            actor=actor,
            now=now,
            subject=young_person_id,
            organisation_id=organisation_id,
        )


def _row(db: Session, card_id: UUID) -> WordCard:
    row: WordCard | None = db.get(WordCard, card_id)
    if row is None:
        raise NotFound("word-card")
    return row


def _facts(rows: Iterable[WordCard]) -> CardFacts | None:
    row = next(iter(rows), None)
    return _card(row) if row is not None else None


def _card(row: WordCard) -> CardFacts:
    return CardFacts(
        id=row.id,
        young_person_id=row.young_person_id,
        organisation_id=row.organisation_id,
        made_at=row.made_at,
        last_used_at=row.last_used_at,
        done_at=row.done_at,
        page_id=row.page_id,
    )
