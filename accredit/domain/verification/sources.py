"""What a verification may ask, and nothing else: keys, recognition, our own record.

`DatabaseSources` (in `queries`) answers from the record of this service; `NoSources` is a stranger's laptop. Nothing
here or there ever fetches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from accredit.domain.issuing.rules import Stage, Status
from accredit.domain.organisations.queries import Recognition
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import VerificationKey


@dataclass(frozen=True, kw_only=True)
class LogPlace:
    """A leaf in the public log, proved to lie under a signed checkpoint of ``size`` leaves.

    ``signed_at`` is this service's word for when; ``witnessed_at`` is that of the witness who cosigned it first.
    """

    origin: str
    index: int
    size: int
    signed_at: datetime
    witnessed_by: str | None = None
    witnessed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class OwnRecord:
    """What this service has on record about a credential it signed. ``proofs`` are those it released.

    ``token`` is the same credential as it was signed as a token; None where there is none.
    """

    issuer_id: str
    stage: Stage
    proofs: tuple[Any, ...]
    token: str | None
    status: Status
    status_since: datetime | None
    is_status_known: bool
    """False after an older database came back, until somebody says what was revoked meanwhile; and where it was read
    from a list that is no longer fresh."""
    place: LogPlace | None
    is_replaced: bool = False
    """Whether another credential took its place: it ended, and nobody took anything back."""
    is_unlogged: bool = False
    """Whether the log, which is whole at its place, holds something else there, or no place is named."""
    status_known_at: datetime | None = None
    """When the status was known, where that is not now."""


class Sources(Protocol):
    """Answers to a verification's questions; each may raise, which then counts as "could not tell"."""

    @property
    def version(self) -> str | None:
        """What stays the same for as long as every answer does; None where nobody can say."""

    def is_own(self, issuer_id: str) -> bool:
        """Say whether an issuer id belongs to this service's host, known organisation or not."""

    def keys(self, issuer_id: str) -> Sequence[VerificationKey] | None:
        """Return an issuer's keys with their history, compromised ones as revoked; None when none can be had here."""

    def token_keys(self, issuer_id: str) -> Sequence[JoseVerificationKey] | None:
        """Return the keys that an issuer signs tokens with, as `keys` does; no key is for both."""

    def recognition(self, issuer_id: str) -> Recognition | None:
        """Say how an operator confirmed the issuer; None when nobody did."""

    def record(self, credential_id: str) -> OwnRecord | None:
        """Return our record of a credential by its full id; None when there is none."""

    def was_witnessed(self, credential_id: str, *, before: datetime) -> bool:
        """Say whether a witness saw the log with what was issued under this id before a moment."""

    def was_lost(self, at: datetime) -> bool:
        """Say whether our records of a moment were lost, so that what is unknown here may be genuine."""

    def is_clock_behind(self, now: datetime) -> bool:
        """Say whether something was signed here later than now, so that our own clock is wrong."""

    def known_until(self) -> datetime | None:
        """Say up to when every key is known here, where that is not now: a younger one may be missing.

        Such sources have no record of their own either, but what was handed to them.
        """


class NoSources:
    """Nothing but the file itself and what certifies itself (did:key)."""

    version: str | None = None

    def is_own(self, issuer_id: str) -> bool:
        """Nobody is."""
        return False

    def keys(self, issuer_id: str) -> Sequence[VerificationKey] | None:
        """No keys can be had."""
        return None

    def token_keys(self, issuer_id: str) -> Sequence[JoseVerificationKey] | None:
        """No keys can be had."""
        return None

    def recognition(self, issuer_id: str) -> Recognition | None:
        """Nobody is recognised."""
        return None

    def record(self, credential_id: str) -> OwnRecord | None:
        """Nothing is recorded."""
        return None

    def was_witnessed(self, credential_id: str, *, before: datetime) -> bool:
        """There is no log."""
        return False

    def was_lost(self, at: datetime) -> bool:
        """Nothing was lost."""
        return False

    def is_clock_behind(self, now: datetime) -> bool:
        """Nothing here tells the time."""
        return False

    def known_until(self) -> datetime | None:
        """What is not known here never will be."""
        return None
