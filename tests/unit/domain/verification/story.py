"""One award from the first register to the released credential, through the operations of the product."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlmodel

from accredit.domain.awarding import operations as awarding
from accredit.domain.credentials import operations as credentials
from accredit.domain.credentials import queries
from accredit.domain.issuing import key_operations, status_operations
from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.organisations import operations as organisations
from accredit.domain.organisations.models import Organisation
from accredit.domain.organisations.rules import Channel
from accredit.domain.practice import operations as practice
from accredit.domain.training import operations as training
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import LogSigner
from accredit.domain.verification import rehearsing
from accredit.keyring import KeyRing
from accredit.storage import Database, Session, identity
from tests.cast import Cast, Player, make_cast
from tests.factories import HOST, NOW

ORIGIN = f"{HOST}/ledger"
PASSPHRASE = "correct horse battery staple"
FIRST_TRAINING = ["M1", "M2", "M3", "M4", "M5", "M6", "M8"]


@dataclass
class Story:
    """A school whose Ama is a Peer Supporter, with keys and a log."""

    database: Database
    keyring: KeyRing
    cast: Cast
    now: datetime = NOW

    def award(self, player: Player | None = None, level: str = "WA-PS") -> UUID:
        """Award a level: a person's act."""
        who = player or self.cast.ama
        with self.database.transaction() as db:
            return awarding.award(
                db,
                enrolment_id=who.enrolled,
                level_code=level,
                awarded_on=self.now.date(),
                actor=self.cast.nia.actor,
                now=self.now,
            )

    def prepare(self, award_id: UUID) -> IssuanceFacts:
        """Prepare an award's credential, typed code included."""
        with self.database.transaction() as db:
            did = did_of(db, self.cast.organisation_id)
            found = credentials.prepare(
                db,
                award_ids=[award_id],
                organisation_id=self.cast.organisation_id,
                controller=did,
                now=self.now,
            )
            for refused in found.refused.values():
                raise refused
            return issuances.issuance(db, found.issuances[award_id])

    def sign(self, issuance_id: UUID) -> None:
        """Sign and record, with the whole verifier as lint; nothing is visible yet."""
        with self.database.reading() as db:
            (intent,) = issuances.intents(db, [issuance_id])
        lint = partial(rehearsing.lint, now=self.now)
        signed = issuing.sign(intent, keyring=self.keyring, lint=lint)
        with self.database.transaction() as db:
            recorded = issuing.record(db, signed=[signed], record_hashes=queries.record_hashes, now=self.now)
        assert recorded.recorded == (issuance_id,), recorded.refused

    def release(self) -> None:
        """Sign a checkpoint and release what it covers."""
        with self.database.transaction() as db:
            key = key_operations.ensure_log_key(db, origin=ORIGIN, keyring=self.keyring, now=self.now)
            signer = LogSigner(public_key=key.raw, sign=lambda message: self.keyring.sign(key.id, message))
            transparency.checkpoint(db, signer=signer, now=self.now)
        with self.database.transaction() as db:
            issuing.release(db, now=self.now)

    def issue(self) -> Issued:
        """Award Ama and take her credential all the way."""
        award_id = self.award()
        issuance = self.prepare(award_id)
        self.sign(issuance.id)
        self.release()
        with self.database.reading() as db:
            view = queries.view_of_award(db, award_id)
            assert view is not None
            document = queries.signed_document(db, view.credential_id)
            assert document is not None
        return Issued(award_id=award_id, issuance_id=issuance.id, code=view.code, data=document)

    def change_status(self, act: str, issuance_id: UUID) -> None:
        """Suspend, reinstate or revoke."""
        with self.database.transaction() as db:
            verb = getattr(status_operations, act)
            verb(db, issuance_id=issuance_id, reason="asked by the school", actor=self.cast.nia.actor, now=self.now)


@dataclass(frozen=True)
class Issued:
    """A released credential."""

    award_id: UUID
    issuance_id: UUID
    code: str
    data: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The signed JSON."""
        found: dict[str, Any] = json.loads(self.data)
        return found


def told(database: Database, folder: Path, *, recognised: bool = True, demonstration: bool = False) -> Story:
    """Tell the story up to the day before the award."""
    keyring = KeyRing.open(folder / "keys", PASSPHRASE)
    with database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=demonstration, now=NOW)
        transparency.ensure_log(db, origin=ORIGIN)
        cast = make_cast(db)
        key_operations.ensure_log_key(db, origin=ORIGIN, keyring=keyring, now=NOW)
        for school in (cast.organisation_id, cast.other_organisation_id):
            key_operations.ensure_keys(
                db, organisation_id=school, controller=did_of(db, school), keyring=keyring, now=NOW
            )
        if recognised:
            organisations.confirm(
                db,
                organisation_id=cast.organisation_id,
                channel=Channel.TELEPHONE,
                confirmed_on=date(2026, 3, 2),
                actor=cast.operator.actor,
                now=NOW,
            )
        _train(db, cast)
        _practise(db, cast)
    return Story(database=database, keyring=keyring, cast=cast)


def did_of(db: Session, organisation_id: UUID) -> str:
    """Return an organisation's DID."""
    return db.exec(sqlmodel.select(Organisation.did).where(Organisation.id == organisation_id)).one()


def _train(db: Session, cast: Cast) -> None:
    held_on = date(2025, 9, 12)
    session_id = training.plan_session(
        db,
        programme_id=cast.programme_id,
        title="First training day",
        held_on=held_on,
        module_codes=FIRST_TRAINING,
        led_by=cast.nia.id,
        actor=cast.nia.actor,
        now=_on(held_on),
    )
    training.record_attendance(
        db, session_id=session_id, present={cast.ama.enrolled: True}, actor=cast.nia.actor, now=_on(held_on)
    )


def _practise(db: Session, cast: Cast) -> None:
    first = date(2025, 10, 6)
    for week in range(7):
        _register(db, cast, "drop-in", first + timedelta(weeks=week), 105 if week else 90)
    for month in range(3):
        _register(db, cast, "supervision", first + timedelta(weeks=4 * month, days=1), 30)
    day = date(2026, 6, 1)
    _register(db, cast, "drop-in", day, 60)
    practice.observe_skill(
        db,
        enrolment_id=cast.ama.enrolled,
        skill_code="listening",
        activity_type="drop-in",
        observed_on=day,
        actor=cast.sam.actor,
        now=_on(day),
    )


def _register(db: Session, cast: Cast, activity: str, day: date, minutes: int) -> None:
    taken = practice.record_practice_session(
        db,
        programme_id=cast.programme_id,
        activity_type=activity,
        held_on=day,
        starts_at=time(12, 30),
        minutes=minutes,
        present=[cast.ama.enrolled],
        actor=cast.sam.actor,
        now=_on(day),
    )
    assert not taken.refused, taken.refused


def _on(day: date) -> datetime:
    return datetime.combine(day, time(17), UTC)
