"""What this service's own record answers to a verification."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing import recovery as recovered
from accredit.domain.issuing import replacing
from accredit.domain.issuing.models import Issuance, SigningKey
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.queries import Recognition
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency import recovery
from accredit.domain.transparency.rules import Act
from accredit.domain.transparency.timekeeping import check_clock
from accredit.domain.verification.sources import LogPlace, OwnRecord
from accredit.errors import NotReady
from accredit.kit.ledger.merkle import verify_inclusion
from accredit.kit.vc import json_web_key
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import VerificationKey
from accredit.storage import Session, identity, versions

_URN = "urn:uuid:"


class DatabaseSources:
    """`sources.Sources` over a database handle that is not confined to one organisation."""

    def __init__(self, db: Session) -> None:
        if db.tenant is not None:
            # A confined handle cannot see other organisations, and would call their genuine awards unknown.
            msg = "verification needs a database handle that is not confined to one organisation"
            raise ValueError(msg)
        self.db = db

    @cached_property
    def version(self) -> str | None:
        """Of the database, asked once and before anything else is read."""
        return versions.version(self.db)

    @cached_property
    def _own_prefix(self) -> str | None:
        service = identity.read(self.db)
        return None if service is None else f"did:web:{service.did_host.replace(':', '%3A')}"

    def is_own(self, issuer_id: str) -> bool:
        """Say whether the id lies under this service's issuer host."""
        prefix = self._own_prefix
        return prefix is not None and (issuer_id == prefix or issuer_id.startswith(f"{prefix}:"))

    def keys(self, issuer_id: str) -> Sequence[VerificationKey] | None:
        """Return the assertion keys of an organisation of this service; None for anybody else."""
        if not self.is_own(issuer_id):
            return None
        found = self._keys(issuer_id, Purpose.ASSERTION)
        return [key for key in found if isinstance(key, VerificationKey)]

    def token_keys(self, issuer_id: str) -> Sequence[JoseVerificationKey] | None:
        """Return the keys that an organisation of this service signs tokens with; None for anybody else."""
        return self._keys(issuer_id, Purpose.ASSERTION_JWT) if self.is_own(issuer_id) else None

    def _keys(self, issuer_id: str, purpose: Purpose) -> list[JoseVerificationKey]:
        found = issuing.verification_keys(self.db, issuer_id)
        return [_verification_key(key) for key in found if key.purpose is purpose]

    def recognition(self, issuer_id: str) -> Recognition | None:
        """Say how an operator confirmed an organisation of this service."""
        if not self.is_own(issuer_id):
            return None
        found = organisations.organisation_by_did(self.db, issuer_id)
        return None if found is None else found.recognition

    def record(self, credential_id: str) -> OwnRecord | None:
        """Return our record of a credential, with its place in the log."""
        row = self._issued(credential_id)
        if row is None:
            return None
        issuance, issuer_id = row
        return OwnRecord(
            issuer_id=issuer_id,
            stage=issuance.stage,
            proofs=_proofs(issuance.signed_document),
            token=None if issuance.signed_jwt is None else issuance.signed_jwt.decode("ascii"),
            status=issuance.status,
            status_since=issuance.status_since,
            is_status_known=recovered.is_trusted(self.db, issuance.status_list_id),
            place=self._place(issuance.leaf_index) if self._is_committed(issuance) else None,
            is_replaced=replacing.is_replaced(self.db, issuance.id),
            is_unlogged=self._is_committed(issuance) is False,
        )

    def was_witnessed(self, credential_id: str, *, before: datetime) -> bool:
        """Say whether a checkpoint with the leaf of a credential was cosigned before a moment."""
        row = self._issued(credential_id)
        if row is None:
            return False
        # Of one that was erased nobody can say any more what its leaf commits to, and no place in the log makes it
        # genuine again; but it is not called a thief's for that.
        is_placed = row[0].signed_document is None or self._is_committed(row[0])
        index = row[0].leaf_index if is_placed else None
        return index is not None and transparency.was_witnessed(self.db, index, before=before)

    def was_lost(self, at: datetime) -> bool:
        """Say whether a restored backup lacks what was recorded at a moment."""
        return recovery.was_lost(self.db, at)

    def is_clock_behind(self, now: datetime) -> bool:
        """Say whether the log was signed later than now, and nobody said that the clock is right all the same."""
        try:
            check_clock(self.db, now=now)
        except NotReady as wrong:
            # A service that has rested for years may have been right all along; one that goes back in time was not.
            return wrong.code == "clock-behind"
        return False

    def known_until(self) -> datetime | None:
        """Everything is known here, now."""
        return None

    def _issued(self, credential_id: str) -> tuple[Issuance, str] | None:
        try:
            wanted = UUID(credential_id.removeprefix(_URN))
        except ValueError:
            return None
        # One spelling only: the id stands in signed bytes as we wrote it.
        if f"{_URN}{wanted}" != credential_id:
            return None
        row = self.db.execute(
            sa.select(Issuance, col(SigningKey.controller))
            .join(SigningKey, col(SigningKey.id) == col(Issuance.signing_key_id))
            .where(col(Issuance.credential_id) == wanted)
        ).one_or_none()
        return None if row is None else (row[0], row[1])

    def _is_committed(self, issuance: Issuance) -> bool | None:
        """Say whether the log commits to these bytes at their place; None where it cannot be told any more."""
        if issuance.signed_document is None:
            return None
        if issuance.leaf_index is None:
            return False
        # That some leaf is there says nothing: it must be the one of these bytes (LG18).
        statement = transparency.opened(self.db, issuance.leaf_index)
        if statement is None:
            return None
        issued = (Act.CREDENTIAL_ISSUED.value, str(issuance.id), sha256(issuance.signed_document).hexdigest())
        record = statement["record"]
        if (statement["act"], statement["subject"], record.get("sha256")) != issued:
            return False
        return issuance.signed_jwt is None or record.get("jwtSha256") == sha256(issuance.signed_jwt).hexdigest()

    def _place(self, index: int | None) -> LogPlace | None:
        proved = None if index is None else transparency.inclusion(self.db, index)
        origin = transparency.origin(self.db)
        if proved is None or origin is None:
            return None
        checkpoint = proved.checkpoint
        # Raises where the log does not hold together, which the check then reports as "could not tell".
        verify_inclusion(proved.leaf_hash, proved.index, checkpoint.size, proved.proof, checkpoint.root)
        first = next(iter(proved.witnessed), None)
        return LogPlace(
            origin=origin,
            index=proved.index,
            size=checkpoint.size,
            signed_at=checkpoint.signed_at,
            witnessed_by=first.name if first else None,
            witnessed_at=first.at if first else None,
        )


def _verification_key(key: KeyFacts) -> JoseVerificationKey:
    return json_web_key.verification_method(
        key.public_key,
        id=key.verification_method,
        controller=key.controller,
        # Proofs are timed to the second, keys to the microsecond: a key may sign in the second it was made.
        valid_from=key.created_at.replace(microsecond=0),
        retired=key.retired_at,
        revoked=key.compromised_at,
    )


def _proofs(signed: bytes | None) -> tuple[Any, ...]:
    if signed is None:
        return ()
    # Our own bytes, only to compare with: what is presented is read strictly, and must equal this.
    found = json.loads(signed).get("proof")
    return tuple(found) if isinstance(found, list) else (found,)
