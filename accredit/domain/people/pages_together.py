"""Somebody who has a page at more than one school goes from one to the other without typing their words again.

- Only who holds both brings them together: signed in to one, they type the five words of the other. A slip is no way,
  and nobody at a school can do it.
- What is together are cards, not people: new words at one school, which its staff can bring about with a slip, are
  those of a page by itself again (`WordCard.page_id` is of the card). So no school reaches a page at another.
- Each school's record stays its own. What each trail tells is that it was done, never which other school it is.
- "Done" on one page ends the sign-ins of all of them.
- A page is not brought together with itself, with another of the same school, whose list it is on twice, or again
  (``page-is-this-one``, ``page-same-school``, ``pages-together-already``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.suspending import suspended_since
from accredit.domain.people import word_cards
from accredit.domain.people.own_page_models import WordCard
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session, new_id


@dataclass(frozen=True, kw_only=True)
class OtherPage:
    """A page at another school that its owner can go to."""

    young_person_id: UUID
    card_id: UUID
    organisation_name: str


def bring_together(db: Session, *, young_person_id: UUID, words: str, pepper: bytes, now: datetime) -> bool:
    """Bring a young person's page together with the one that some words open; False where they open none.

    Raises `WordCodeError`, `NotFound` for whoever has no words themselves, and `RuleBroken` as listed above.
    """
    own, found = _card(db, young_person_id), word_cards.find(db, words, pepper=pepper)
    if found is None or suspended_since(db, found.organisation_id) is not None:
        return False
    other = _card(db, found.young_person_id)
    if other.id == own.id:
        raise RuleBroken("page-is-this-one")
    if other.organisation_id in {each.organisation_id for each in _together(db, own)}:
        raise RuleBroken("pages-together-already" if _are_together(own, other) else "page-same-school")
    page_id, moved = own.page_id or new_id(), _together(db, other)
    for card in (*([] if own.page_id else [own]), *moved):
        card.page_id, card.together_since = page_id, now
        _tell(db, Tag.PAGES_BROUGHT_TOGETHER, card, now)
    db.flush()
    return True


def part(db: Session, *, young_person_id: UUID, now: datetime) -> None:
    """Let one page stand by itself again. Raises `NotFound` where it does."""
    own = _card(db, young_person_id)
    if own.page_id is None:
        raise NotFound("pages-together")
    others = [each for each in _together(db, own) if each.id != own.id]
    # Of two, none is left together with any.
    for card in (own, *(others if len(others) == 1 else [])):
        card.page_id = card.together_since = None
        _tell(db, Tag.PAGES_PARTED, card, now)
    db.flush()


def others(db: Session, young_person_id: UUID) -> tuple[OtherPage, ...]:
    """Return the pages that somebody can go to from one of theirs, by the school's name."""
    own = word_cards.current(db, young_person_id)
    if own is None or own.page_id is None:
        return ()
    found = [
        OtherPage(
            young_person_id=each.young_person_id,
            card_id=each.id,
            organisation_name=organisations.organisation(db, each.organisation_id).name,
        )
        for each in _of_page(db, own.page_id)
        if each.id != own.id and suspended_since(db, each.organisation_id) is None
    ]
    return tuple(sorted(found, key=lambda each: (each.organisation_name, each.card_id)))


def leave(db: Session, *, young_person_id: UUID, now: datetime) -> None:
    """End every sign-in of somebody that began before now, on each page they have."""
    own = word_cards.current(db, young_person_id)
    if own is None or own.page_id is None:
        word_cards.leave(db, young_person_id=young_person_id, now=now)
        return
    of_page = (col(WordCard.page_id) == own.page_id, col(WordCard.withdrawn_at).is_(None))
    db.execute(update(WordCard).where(*of_page).values(done_at=now))


def _card(db: Session, young_person_id: UUID) -> WordCard:
    # Locked, so that of two who bring pages together at once the second sees what the first did.
    mine = (col(WordCard.young_person_id) == young_person_id, col(WordCard.withdrawn_at).is_(None))
    row = db.exec(select(WordCard).where(*mine).with_for_update()).first()
    if row is None:
        raise NotFound("word-card")
    return row


def _of_page(db: Session, page_id: UUID) -> list[WordCard]:
    rows = db.exec(select(WordCard).where(WordCard.page_id == page_id, col(WordCard.withdrawn_at).is_(None)))
    return sorted(rows, key=lambda each: each.id)


def _together(db: Session, card: WordCard) -> list[WordCard]:
    return [card] if card.page_id is None else _of_page(db, card.page_id)


def _are_together(one: WordCard, other: WordCard) -> bool:
    return one.page_id is not None and one.page_id == other.page_id


def _tell(db: Session, tag: Tag, card: WordCard, now: datetime) -> None:
    actor = Actor(kind=ActorKind.YOUNG_PERSON, id=card.young_person_id, organisation_id=card.organisation_id)
    audit.record(db, tag=tag, actor=actor, now=now, subject=card.young_person_id, organisation_id=card.organisation_id)
