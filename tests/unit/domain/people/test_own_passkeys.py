"""WA26: a young person's own device opens their own page, and whatever is not quite that opens nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import select

from accredit.domain.audit.models import AuditEvent
from accredit.domain.audit.rules import Tag
from accredit.domain.credentials import removing
from accredit.domain.organisations import suspending
from accredit.domain.organisations.rules import SuspensionReason
from accredit.domain.people import consents, leaving, operations, own_passkeys, passkeys, sign_ins, word_cards
from accredit.domain.people.device_keys import LIFETIME
from accredit.domain.people.own_page_models import OwnPasskey, OwnPasskeyChallenge
from accredit.domain.people.rules import About, Voice
from accredit.errors import Forbidden, NotFound, RuleBroken
from accredit.storage import Database, Session
from tests.authenticator import Authenticator
from tests.cast import Cast, Player, make_cast
from tests.factories import NOW, PEPPER, TODAY
from tests.own_devices import PHONE, PLACE, add, added, asked_for_new, device, give_words

pytestmark = pytest.mark.attack("WA26")


@pytest.fixture
def cast(database: Database) -> Cast:
    """Ama and Ben of one school, Olu of another: each with five words."""
    with database.transaction() as db:
        cast = make_cast(db)
        for player in (cast.ama, cast.ben, cast.olu):
            give_words(db, player)
    return cast


@pytest.fixture
def phone(database: Database, cast: Cast) -> Authenticator:
    """Ama's phone, which opens her page."""
    with database.transaction(cast.organisation_id) as db:
        return added(db, cast.ama)


def asked(db: Session) -> tuple[UUID, dict[str, Any]]:
    challenge_id, options = own_passkeys.ask(db, place=PLACE, now=NOW)
    return challenge_id, json.loads(options)


def opened(db: Session, key: Authenticator) -> UUID | None:
    """Return whose page a device opens now."""
    challenge_id, options = asked(db)
    card = own_passkeys.use(db, challenge_id=challenge_id, answer=key.get(options), place=PLACE, now=NOW)
    return card.young_person_id if card is not None else None


def test_a_phone_opens_its_owners_page_under_the_card_of_their_words(
    database: Database, cast: Cast, phone: Authenticator
) -> None:
    with database.transaction() as db:
        challenge_id, options = asked(db)
        assert options["allowCredentials"] == []
        assert options["userVerification"] == "required"
        card = own_passkeys.use(db, challenge_id=challenge_id, answer=phone.get(options), place=PLACE, now=NOW)
        assert card == word_cards.current(db, cast.ama.id)
        (fact,) = own_passkeys.of_owner(db, cast.ama.actor)
        assert (fact.device, fact.made_at, fact.last_used_on) == (PHONE, NOW, TODAY)
        told = {event.tag for event in db.exec(select(AuditEvent).where(AuditEvent.subject_id == cast.ama.id))}
        assert {Tag.OWN_PASSKEY_ADDED, Tag.YOUNG_PERSON_SIGNED_IN} <= told
        assert db.exec(select(OwnPasskeyChallenge)).all() == []


def test_a_device_is_told_nothing_about_anybody(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        first, second = (asked_for_new(db, cast.ama.actor)[1] for _ in range(2))
        assert first["user"]["name"] == first["user"]["displayName"] == "My page"
        assert first["user"]["id"] != second["user"]["id"]
        assert first["authenticatorSelection"] == {
            "authenticatorAttachment": "platform",
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        }
        for secret in (cast.ama.name, str(cast.ama.id), cast.ama.id.hex, "Example Park"):
            assert secret not in json.dumps(first)


def spoiled(**changes: object) -> Callable[[Authenticator], None]:
    def spoil(key: Authenticator) -> None:
        for name, value in changes.items():
            setattr(key, name, value)

    return spoil


@pytest.mark.attack("WA17")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(spoiled(origin="https://accredit.example.elsewhere.example"), id="WA17 another origin"),
        pytest.param(spoiled(rp_id="elsewhere.example"), id="WA17 another host's name"),
        pytest.param(spoiled(verifies_its_owner=False), id="WA17 a device that did not make sure of its owner"),
        pytest.param(spoiled(counter=0), id="WA17 a counter that went back"),
        pytest.param(spoiled(key=ec.generate_private_key(ec.SECP256R1())), id="WA17 another key"),
        pytest.param(spoiled(credential_id=b"x" * 32), id="WA17 a key that nobody added"),
        pytest.param(spoiled(user_handle=b"y" * 32), id="WA17 a key that says it is somebody else's"),
        pytest.param(spoiled(user_handle=b""), id="WA17 a key that does not say whose it is"),
    ],
)
def test_what_is_not_quite_the_key_opens_nothing(
    database: Database, cast: Cast, phone: Authenticator, spoil: Callable[[Authenticator], None]
) -> None:
    with database.transaction() as db:
        assert opened(db, phone) == cast.ama.id
        spoil(phone)
        assert opened(db, phone) is None


@pytest.mark.attack("WA17")
def test_a_challenge_is_answered_once_and_within_five_minutes(
    database: Database, cast: Cast, phone: Authenticator
) -> None:
    with database.transaction() as db:
        challenge_id, options = asked(db)
        answer = phone.get(options)
        assert own_passkeys.use(db, challenge_id=challenge_id, answer=answer, place=PLACE, now=NOW) is not None
        assert own_passkeys.use(db, challenge_id=challenge_id, answer=answer, place=PLACE, now=NOW) is None
        challenge_id, options = asked(db)
        late = NOW + LIFETIME + timedelta(seconds=1)
        answer = phone.get(options)
        assert own_passkeys.use(db, challenge_id=challenge_id, answer=answer, place=PLACE, now=late) is None


@pytest.mark.attack("WA17")
def test_a_challenge_of_staff_opens_no_page_of_a_young_person_and_the_other_way_round(
    database: Database, cast: Cast, phone: Authenticator
) -> None:
    with database.transaction() as db:
        staffs, options = passkeys.ask(db, account_id=None, place=PLACE, now=NOW)
        answer = phone.get(json.loads(options))
        assert own_passkeys.use(db, challenge_id=staffs, answer=answer, place=PLACE, now=NOW) is None
        young, asked_options = asked(db)
        assert passkeys.use(db, challenge_id=young, answer=phone.get(asked_options), place=PLACE, now=NOW) is None
        staffs, options = passkeys.ask(db, account_id=None, place=PLACE, now=NOW)
        answer = phone.get(json.loads(options))
        assert passkeys.use(db, challenge_id=staffs, answer=answer, place=PLACE, now=NOW) is None


@pytest.mark.attack("WA17")
def test_a_challenge_to_open_adds_nothing_and_one_to_add_opens_nothing(
    database: Database, cast: Cast, phone: Authenticator
) -> None:
    with database.transaction() as db:
        to_open, options = asked(db)
        new = device()
        assert not add(db, cast.ama.actor, to_open, new.create({**options, "user": {"id": "eA"}}))
        to_add, options = asked_for_new(db, cast.ama.actor)
        answer = phone.get(options)
        assert own_passkeys.use(db, challenge_id=to_add, answer=answer, place=PLACE, now=NOW) is None


@pytest.mark.attack("WA17")
@pytest.mark.parametrize("who", ["ben", "olu"])
def test_a_key_goes_to_the_page_that_asked_for_it(database: Database, cast: Cast, who: str) -> None:
    other: Player = getattr(cast, who)
    with database.transaction() as db:
        challenge_id, options = asked_for_new(db, cast.ama.actor)
        assert not add(db, other.actor, challenge_id, device().create(options))
        mine = added(db, other)
        assert opened(db, mine) == other.id


def test_one_device_is_one_page(database: Database, cast: Cast, phone: Authenticator) -> None:
    with database.transaction() as db:
        challenge_id, options = asked_for_new(db, cast.ben.actor)
        assert not add(db, cast.ben.actor, challenge_id, phone.create(options))


@pytest.mark.parametrize("who", ["ben", "olu", "nia"])
def test_a_key_is_removed_by_its_owner_alone(database: Database, cast: Cast, phone: Authenticator, who: str) -> None:
    with database.transaction() as db:
        (fact,) = own_passkeys.of_owner(db, cast.ama.actor)
        with pytest.raises(NotFound):
            own_passkeys.take_away(db, passkey_id=fact.id, actor=getattr(cast, who).actor, now=NOW)
        assert opened(db, phone) == cast.ama.id
        own_passkeys.take_away(db, passkey_id=fact.id, actor=cast.ama.actor, now=NOW)
        assert opened(db, phone) is None
        assert db.exec(select(AuditEvent).where(AuditEvent.tag == Tag.OWN_PASSKEY_ENDED)).one()


def test_the_wall_between_organisations_stands_before_keys(
    database: Database, cast: Cast, phone: Authenticator
) -> None:
    assert cast.olu.actor.organisation_id is not None
    with database.transaction(cast.olu.actor.organisation_id) as db:
        assert db.exec(select(OwnPasskey)).all() == []
        with pytest.raises(NotFound):
            own_passkeys.ask_for_new(
                db, user_name="My page", is_own_device=True, place=PLACE, actor=cast.ama.actor, now=NOW
            )


def new_slip(db: Session, cast: Cast) -> None:
    operations.make_claim_slip(db, young_person_id=cast.ama.id, pepper=PEPPER, actor=cast.nia.actor, now=NOW)


def stop(db: Session, cast: Cast) -> None:
    where = {"young_person_id": cast.ama.id, "organisation_id": cast.organisation_id}
    word_cards.stop(db, **where, actor=cast.nia.actor, now=NOW)


def close_page(db: Session, cast: Cast) -> None:
    consents.say(
        db,
        young_person_id=cast.ama.id,
        about=About.OWN_PAGE,
        is_yes=False,
        voice=Voice.YOUNG_PERSON,
        actor=cast.ama.actor,
        now=NOW,
    )


def remove_page(db: Session, cast: Cast) -> None:
    removing.remove(db, young_person_id=cast.ama.id, actor=cast.ama.actor, now=NOW)


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(new_slip, id="a new slip"),
        pytest.param(stop, id="words stopped by the school"),
        pytest.param(lambda db, cast: give_words(db, cast.ama), id="new words"),
        pytest.param(close_page, id="a page closed"),
        pytest.param(remove_page, id="a page removed"),
    ],
)
def test_whatever_ends_the_words_ends_the_keys_for_good(
    database: Database, cast: Cast, phone: Authenticator, end: Callable[[Session, Cast], None]
) -> None:
    with database.transaction() as db:
        waiting, options = asked_for_new(db, cast.ama.actor)
        end(db, cast)
        assert opened(db, phone) is None
        assert db.exec(select(OwnPasskey)).all() == []
        give_words(db, cast.ama)
        assert opened(db, phone) is None
        # Nor is one added that was begun before.
        assert not add(db, cast.ama.actor, waiting, device().create(options))


@pytest.mark.parametrize("end", [new_slip, stop, lambda db, cast: give_words(db, cast.ama)])
def test_of_a_key_and_a_new_slip_at_once_the_slip_wins(
    database: Database, cast: Cast, end: Callable[[Session, Cast], None]
) -> None:
    new, refused = device(), list[SQLAlchemyError]()
    with database.transaction() as db:
        challenge_id, options = asked_for_new(db, cast.ama.actor)
    answer, both = new.create(options), threading.Barrier(2)

    def at_once(act: Callable[[Session], object]) -> None:
        both.wait()
        try:
            with database.transaction() as db:
                act(db)
        except SQLAlchemyError as error:
            refused.append(error)

    acts = (lambda db: add(db, cast.ama.actor, challenge_id, answer), lambda db: end(db, cast))
    threads = [threading.Thread(target=at_once, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == []
    with database.transaction() as db:
        assert db.exec(select(OwnPasskey)).all() == []
        assert opened(db, new) is None


def test_somebody_who_left_keeps_their_page_and_their_keys(
    database: Database, cast: Cast, phone: Authenticator
) -> None:
    with database.transaction() as db:
        leaving.mark_left(db, young_person_id=cast.ama.id, actor=cast.nia.actor, now=NOW)
        assert opened(db, phone) == cast.ama.id


def test_a_school_that_is_suspended_opens_nobodys_page(database: Database, cast: Cast, phone: Authenticator) -> None:
    with database.transaction() as db:
        suspending.suspend(
            db,
            organisation_id=cast.organisation_id,
            reason=SuspensionReason.ASKED_FOR,
            actor=cast.operator.actor,
            now=NOW,
        )
        assert opened(db, phone) is None


def test_no_key_is_made_on_a_shared_computer_nor_from_a_page_left_open(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        with pytest.raises(RuleBroken, match="shared-device"):
            asked_for_new(db, cast.ama.actor, is_own_device=False)
        with pytest.raises(Forbidden, match="prove-again"):
            asked_for_new(db, replace(cast.ama.actor, is_fresh=False))
        with pytest.raises(NotFound):
            asked_for_new(db, cast.nia.actor)
        assert db.exec(select(OwnPasskeyChallenge)).all() == []


def test_five_devices_and_no_more(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        for _ in range(own_passkeys.MOST_KEYS):
            added(db, cast.ama)
        challenge_id, options = asked_for_new(db, cast.ama.actor)
        assert len(options["excludeCredentials"]) == own_passkeys.MOST_KEYS
        with pytest.raises(RuleBroken, match="own-passkeys-full"):
            add(db, cast.ama.actor, challenge_id, device().create(options))


def test_wa12_what_a_restored_backup_brings_back_is_no_challenge(database: Database, cast: Cast) -> None:
    with database.transaction() as db:
        asked(db)
        sign_ins.forget_all(db)
        assert db.exec(select(OwnPasskeyChallenge)).all() == []
