"""What this service's own record answers to a verification."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.queries import KeyFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.queries import Recognition
from accredit.domain.transparency import queries as transparency
from accredit.domain.transparency import recovery
from accredit.domain.transparency.timekeeping import check_clock
from accredit.domain.verification import own_record
from accredit.domain.verification.sources import OwnRecord
from accredit.errors import NotReady
from accredit.kit.vc import json_web_key
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import VerificationKey
from accredit.storage import Session, identity, versions


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
        host = identity.did_host(self.db)
        return None if host is None else f"did:web:{host.replace(':', '%3A')}"

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
        return organisations.recognition_by_did(self.db, issuer_id)

    def record(self, credential_id: str) -> OwnRecord | None:
        """Return our record of a credential, with its place in the log."""
        return own_record.read(self.db, credential_id)

    def was_witnessed(self, credential_id: str, *, before: datetime) -> bool:
        """Say whether a checkpoint with the leaf of a credential was cosigned before a moment."""
        row = own_record.issued(self.db, credential_id)
        if row is None:
            return False
        # Of one that was erased nobody can say any more what its leaf commits to, and no place in the log makes it
        # genuine again; but it is not called a thief's for that.
        is_placed = row.signed_document is None or own_record.is_committed(row)
        index = row.leaf_index if is_placed else None
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
