"""A young person's own phone, which opens their own page."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from accredit.domain.audit.rules import Actor
from accredit.domain.people import own_passkeys, word_cards
from accredit.domain.people.device_keys import Place
from accredit.domain.people.sign_ins import Browser, Device, System
from accredit.storage import Session
from tests.authenticator import Authenticator
from tests.cast import Player
from tests.factories import HOST, NOW, PEPPER

PLACE = Place(host=HOST, origin=f"https://{HOST}")
PHONE = Device(browser=Browser.SAFARI, system=System.IPHONE)


def give_words(db: Session, player: Player) -> None:
    """Give somebody five words, in place of those before."""
    organisation_id = player.actor.organisation_id
    assert organisation_id is not None
    word_cards.make(
        db,
        organisation_id=organisation_id,
        young_person_id=player.id,
        language="en",
        pepper=PEPPER,
        actor=player.actor,
        now=NOW,
    )


def device() -> Authenticator:
    """Return a device that is nobody's yet."""
    return Authenticator(origin=PLACE.origin, rp_id=PLACE.host)


def asked_for_new(db: Session, actor: Actor, *, is_own_device: bool = True) -> tuple[UUID, dict[str, Any]]:
    """Return a challenge for a new key and what the browser is told."""
    challenge_id, options = own_passkeys.ask_for_new(
        db, user_name="My page", is_own_device=is_own_device, place=PLACE, actor=actor, now=NOW
    )
    return challenge_id, json.loads(options)


def add(db: Session, actor: Actor, challenge_id: UUID, answer: str) -> bool:
    """Answer a challenge for a new key."""
    return own_passkeys.add(
        db, challenge_id=challenge_id, answer=answer, device=PHONE, place=PLACE, actor=actor, now=NOW
    )


def added(db: Session, player: Player) -> Authenticator:
    """Return somebody's own phone, which opens their page from now on."""
    new = device()
    challenge_id, options = asked_for_new(db, player.actor)
    assert add(db, player.actor, challenge_id, new.create(options))
    return new
