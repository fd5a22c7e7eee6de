"""An organisation with keys, and a plain Open Badge to issue, for the tests of this package."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from accredit.domain.issuing import operations
from accredit.domain.issuing.queries import IssuanceFacts
from accredit.domain.issuing.rules import RehearsalKey, Reservation
from accredit.domain.organisations.models import Organisation
from accredit.domain.organisations.rules import Kind, Nation
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import LogSigner
from accredit.keyring import KeyRing
from accredit.kit.vc import status_list
from accredit.storage import Database, Session

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORIGIN = "accredit.example/ledger"
DID = "did:web:accredit.example:o:test-school"


@dataclass
class Issuer:
    """One school that issues."""

    database: Database
    keyring: KeyRing
    organisation_id: uuid.UUID

    def prepare(self, subject_id: uuid.UUID, now: datetime = NOW) -> IssuanceFacts:
        with self.database.transaction() as db:
            return operations.prepare(
                db,
                kind="award",
                subject_id=subject_id,
                organisation_id=self.organisation_id,
                controller=DID,
                build=document,
                record_hash=record_hashes(db, [subject_id])[subject_id],
                now=now,
            )

    def checkpoint(self, now: datetime = NOW) -> None:
        with self.database.transaction() as db:
            key = operations.ensure_log_key(db, origin=ORIGIN, keyring=self.keyring, now=now)
            signer = LogSigner(public_key=key.raw, sign=lambda message: self.keyring.sign(key.id, message))
            transparency.checkpoint(db, signer=signer, now=now)


def established(database: Database, folder: Path) -> Issuer:
    """Found a school with its keys and start the log."""
    keyring = KeyRing.open(folder / "keys", "correct horse battery staple")
    school = Organisation(
        slug="test-school",
        did=DID,
        name="Test School",
        kind=next(iter(Kind)),
        nation=next(iter(Nation)),
        created_at=NOW,
    )
    with database.transaction() as db:
        transparency.ensure_log(db, origin=ORIGIN)
        db.add(school)
        db.flush()
        operations.ensure_log_key(db, origin=ORIGIN, keyring=keyring, now=NOW)
        operations.ensure_keys(db, organisation_id=school.id, controller=DID, keyring=keyring, now=NOW)
    return Issuer(database, keyring, school.id)


def document(reservation: Reservation) -> dict[str, Any]:
    """Build a small Open Badge as reserved."""
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": reservation.credential_urn,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": reservation.issuer, "type": ["Profile"], "name": "Test School"},
        "validFrom": "2026-03-02T09:30:00Z",
        "name": "Peer Supporter",
        "credentialSubject": {
            "id": f"urn:uuid:{uuid.uuid5(reservation.credential_id, 'subject')}",
            "type": ["AchievementSubject"],
            "achievement": {
                "id": "https://accredit.example/achievements/test",
                "type": ["Achievement"],
                "name": "Peer Supporter",
                "description": "Trained, and gave supervised peer support.",
                "criteria": {"narrative": "Seven modules and 25 supervised hours."},
            },
        },
        "credentialStatus": status_list.entry(reservation.status_list_url, reservation.status_index),
    }


def record_hashes(_db: Session, subject_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """Stand for the rows behind each subject."""
    return {each: hashlib.sha256(each.bytes).digest() for each in subject_ids}


def lint(_document: bytes, _key: RehearsalKey) -> None:
    """Pass everything: what the verifier demands is tested where it lives."""
