"""A paper slip is used, once: its owner opens their page and gets five words for every other time.

1. `look_up` says whose slip a code is, and how it stands; nothing is used up yet, so that whoever holds somebody
   else's slip can give it back.
2. `claim` uses it: in one transaction the slip is used up, its owner's yes to their own page is written down, and the
   five words are made. After a crash in between nothing has happened, and the slip works as before.

- A used, stopped, replaced or old slip opens nothing; the reader is told which (``slip-used``, ``slip-stopped``,
  ``slip-too-old``). Only who holds the code learns that.
- Where home has not agreed, or does not any more, it opens nothing yet (``home-not-agreed``).
- A slip from before slips were used up, which opened the page again and again, works once more, and gives words.
- Somebody who has left may use theirs for years (`rules.slip_holds`).

What a browser remembers between the two steps is not here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select

from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag
from accredit.domain.people import consents, queries, rules, word_cards
from accredit.domain.people.models import ClaimSlip
from accredit.domain.people.rules import About, Answer, Voice
from accredit.errors import NotFound, RuleBroken
from accredit.kit import typed_code
from accredit.storage import Session


@dataclass(frozen=True, kw_only=True)
class Claimable:
    """A slip, whose it is, and the rule that stands against using it now; None where nothing does."""

    slip_id: UUID
    young_person_id: UUID
    organisation_id: UUID
    refusal: str | None


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """Whose page was opened, and the words for every other time, which are shown this once."""

    young_person_id: UUID
    card_id: UUID
    words: str


def look_up(db: Session, code: str, *, pepper: bytes, now: datetime) -> Claimable | None:
    """Return the slip with a code; None for a wrong or unreadable one."""
    try:
        wanted = queries.claim_code_hash(typed_code.read(code), pepper=pepper)
    except typed_code.TypedCodeError:
        return None
    row = db.exec(select(ClaimSlip).where(ClaimSlip.code_hash == wanted)).first()
    return None if row is None else _claimable(db, row, now)


def slip(db: Session, slip_id: UUID, *, now: datetime) -> Claimable | None:
    """Return a slip that was looked up a moment ago as it stands now; None where it is gone."""
    row: ClaimSlip | None = db.get(ClaimSlip, slip_id)
    return None if row is None else _claimable(db, row, now)


def claim(
    db: Session,
    *,
    slip_id: UUID,
    language: str,
    pepper: bytes,
    now: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> Claimed:
    """Use a slip up, write its owner's yes down, and make their words.

    Raises `RuleBroken`: ``slip-used``, ``slip-stopped``, ``slip-too-old``, ``home-not-agreed``; `NotFound`.
    """
    # populate_existing: of two who press at once the second one must see what the first one did.
    wanted = select(ClaimSlip).where(ClaimSlip.id == slip_id).with_for_update()
    row = db.exec(wanted.execution_options(populate_existing=True)).first()
    if row is None:
        raise NotFound("claim-slip")
    found = _claimable(db, row, now)
    if found.refusal is not None:
        raise RuleBroken(found.refusal)
    owner = Actor(kind=ActorKind.YOUNG_PERSON, id=row.young_person_id, organisation_id=row.organisation_id)
    row.last_used_at = row.withdrawn_at = now
    audit.record(
        db,
        tag=Tag.CLAIM_SLIP_USED,
        actor=owner,
        now=now,
        subject=row.young_person_id,
        organisation_id=row.organisation_id,
    )
    consents.say(
        db,
        young_person_id=row.young_person_id,
        about=About.OWN_PAGE,
        is_yes=True,
        voice=Voice.YOUNG_PERSON,
        actor=owner,
        now=now,
    )
    card_id, words = word_cards.make(
        db,
        organisation_id=row.organisation_id,
        young_person_id=row.young_person_id,
        language=language,
        pepper=pepper,
        actor=owner,
        now=now,
        draw=draw,
    )
    return Claimed(young_person_id=row.young_person_id, card_id=card_id, words=words)


def _claimable(db: Session, row: ClaimSlip, now: datetime) -> Claimable:
    return Claimable(
        slip_id=row.id,
        young_person_id=row.young_person_id,
        organisation_id=row.organisation_id,
        refusal=_refusal(db, row, now),
    )


def _refusal(db: Session, row: ClaimSlip, now: datetime) -> str | None:
    if row.withdrawn_at is not None:
        # Used up in the same moment in which it stopped; an older one was used before, and stopped later.
        return "slip-used" if row.last_used_at == row.withdrawn_at else "slip-stopped"
    person = queries.young_person(db, row.young_person_id)
    before = consents.said_by(db, row.young_person_id).get((About.OWN_PAGE, Voice.BEFORE))
    # A slip from before slips grew old counts from the day on which they began to.
    made_at = row.made_at if before is None else max(row.made_at, before.at)
    if not rules.slip_holds(made_at=made_at, left_at=person.left_at, now=now):
        return "slip-too-old"
    stands = consents.answer(db, row.young_person_id, About.OWN_PAGE, now=now)
    return "home-not-agreed" if stands in {Answer.ASK_HOME, Answer.HOME_SAID_NO} else None
