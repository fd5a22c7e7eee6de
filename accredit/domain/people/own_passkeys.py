"""Passkeys of young people: their own phone opens their own page, in place of five words typed (`word_cards`).

What they share with those of staff is in `device_keys`, with its rules; neither opens what is the other's.

- Only the owner of a page adds a key, on a device that nobody else uses (``shared-device``), and only just after they
  opened the page: whoever sits down at a page left open adds none. Five keys at most (``own-passkeys-full``).
- A device is told nothing about anybody: a random handle for each key, and one name for all.
- A key opens a page only while five words open it as well. Whatever ends the words ends the keys (`word_cards.close`):
  a new slip, a page closed or removed, a record that goes on in another one. The sign-in is one by the words' card.
- Whatever is wrong with an answer, or with the page behind a key, the answer is the same.

Whoever writes of a key holds its owner first (`_alone`): of a key and a new slip at once the slip wins, and neither
waits for the other for ever.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import col, select
from webauthn.helpers.structs import AuthenticatorAttachment

from accredit.clock import local_date
from accredit.domain.audit import operations as audit
from accredit.domain.audit.rules import Actor, ActorKind, Tag, check_fresh
from accredit.domain.organisations import suspending
from accredit.domain.people import device_keys, queries, word_cards
from accredit.domain.people.device_keys import Place
from accredit.domain.people.models import YoungPerson
from accredit.domain.people.own_page_models import OwnPasskey, OwnPasskeyChallenge
from accredit.domain.people.sign_ins import Browser, Device, System
from accredit.domain.people.word_cards import CardFacts
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Session

MOST_KEYS = 5


@dataclass(frozen=True, kw_only=True)
class OwnPasskeyFacts:
    """A key as its owner recognises it: where it was added, and on which day it was used last."""

    id: UUID
    device: Device
    made_at: datetime
    last_used_on: date | None


def of_owner(db: Session, actor: Actor) -> tuple[OwnPasskeyFacts, ...]:
    """Return the keys to a young person's own page, the oldest first."""
    return tuple(
        OwnPasskeyFacts(
            id=row.id,
            device=Device(browser=Browser(row.browser), system=System(row.system)),
            made_at=row.made_at,
            last_used_on=row.last_used_on,
        )
        for row in _rows(db, _owner(actor))
    )


def ask_for_new(
    db: Session, *, user_name: str, is_own_device: bool, place: Place, actor: Actor, now: datetime
) -> tuple[UUID, str]:
    """Draw a challenge for a new key; return its id and what the browser is told, as JSON.

    ``user_name`` is what the device shows for everybody's page. Raises `RuleBroken` ``shared-device``, `Forbidden`,
    `NotFound`.
    """
    owner = queries.young_person(db, _owner(actor))
    check_fresh(actor)
    if not is_own_device:
        raise RuleBroken("shared-device")
    # Random for each key (WebAuthn §14.6.1): nobody who reads a device learns whose page it opens.
    handle = secrets.token_bytes(32)
    row = OwnPasskeyChallenge(
        challenge=device_keys.new_challenge(),
        organisation_id=owner.organisation_id,
        young_person_id=owner.id,
        user_handle=handle,
        made_at=now,
    )
    device_keys.keep(db, row, now=now)
    return row.id, device_keys.asked_for_new(
        challenge=row.challenge,
        place=place,
        user_handle=handle,
        user_name=user_name,
        known=[key.credential_id for key in _rows(db, owner.id)],
        attachment=AuthenticatorAttachment.PLATFORM,
    )


def ask(db: Session, *, place: Place, now: datetime) -> tuple[UUID, str]:
    """Draw a challenge for whoever comes; nobody says who they are."""
    row = device_keys.keep(db, OwnPasskeyChallenge(challenge=device_keys.new_challenge(), made_at=now), now=now)
    return row.id, device_keys.asked(challenge=row.challenge, place=place)


def add(
    db: Session, *, challenge_id: UUID, answer: str, device: Device, place: Place, actor: Actor, now: datetime
) -> bool:
    """Add the key that answers a challenge of its owner; say whether it did.

    Raises `RuleBroken` ``own-passkeys-full``, `NotFound`.
    """
    _alone(db, _owner(actor))
    card = word_cards.current(db, _owner(actor))
    challenge = device_keys.take(db, OwnPasskeyChallenge, challenge_id, now=now)
    if card is None or challenge is None or challenge.young_person_id != card.young_person_id:
        return False
    if len(_rows(db, card.young_person_id)) >= MOST_KEYS:
        raise RuleBroken("own-passkeys-full")
    key = device_keys.made(answer, challenge=challenge.challenge, place=place)
    if key is None or challenge.user_handle is None or _owner_of(db, key.credential_id) is not None:
        return False
    db.add(
        OwnPasskey(
            organisation_id=card.organisation_id,
            young_person_id=card.young_person_id,
            user_handle=challenge.user_handle,
            credential_id=key.credential_id,
            public_key=key.public_key,
            sign_count=key.sign_count,
            browser=device.browser.value,
            system=device.system.value,
            made_at=now,
        )
    )
    _tell(db, Tag.OWN_PASSKEY_ADDED, actor, now)
    return True


def use(db: Session, *, challenge_id: UUID, answer: str, place: Place, now: datetime) -> CardFacts | None:
    """Return the card of the page whose key answers a challenge, marked as used; None whatever the reason."""
    said = device_keys.read(answer)
    owner_id = _owner_of(db, said.credential_id) if said is not None else None
    if owner_id is not None:
        _alone(db, owner_id)
    challenge = device_keys.take(db, OwnPasskeyChallenge, challenge_id, now=now)
    if said is None or owner_id is None or challenge is None or challenge.young_person_id is not None:
        return None
    row = db.exec(select(OwnPasskey).where(OwnPasskey.credential_id == said.credential_id)).first()
    # WebAuthn §7.2, step 6: nobody said who they are, so the device must.
    if row is None or said.user_handle != row.user_handle:
        return None
    count = device_keys.counted(
        said, challenge=challenge.challenge, place=place, public_key=row.public_key, sign_count=row.sign_count
    )
    card = word_cards.current(db, owner_id)
    if count is None or card is None or suspending.suspended_since(db, row.organisation_id) is not None:
        return None
    row.sign_count, row.last_used_on = count, local_date(now)
    word_cards.mark_used(db, card_id=card.id, now=now)
    return card


def take_away(db: Session, *, passkey_id: UUID, actor: Actor, now: datetime) -> None:
    """Forget a key to one's own page. Raises `NotFound` for one that is not there, or somebody else's."""
    _alone(db, _owner(actor))
    row = db.exec(select(OwnPasskey).where(OwnPasskey.id == passkey_id)).first()
    if row is None or row.young_person_id != _owner(actor):
        raise NotFound("passkey")
    db.delete(row)
    _tell(db, Tag.OWN_PASSKEY_ENDED, actor, now)


def _owner(actor: Actor) -> UUID:
    if actor.kind is not ActorKind.YOUNG_PERSON or actor.id is None:
        raise NotFound("young-person")
    return actor.id


def _alone(db: Session, young_person_id: UUID) -> None:
    db.exec(select(YoungPerson.id).where(YoungPerson.id == young_person_id).with_for_update()).all()


def _owner_of(db: Session, credential_id: bytes) -> UUID | None:
    return db.exec(select(OwnPasskey.young_person_id).where(OwnPasskey.credential_id == credential_id)).first()


def _rows(db: Session, young_person_id: UUID) -> list[OwnPasskey]:
    wanted = select(OwnPasskey).where(OwnPasskey.young_person_id == young_person_id)
    return list(db.exec(wanted.order_by(col(OwnPasskey.made_at))))


def _tell(db: Session, tag: Tag, actor: Actor, now: datetime) -> None:
    audit.record(db, tag=tag, actor=actor, now=now, subject=actor.id, organisation_id=actor.organisation_id)
