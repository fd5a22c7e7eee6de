"""A verification method: a public key, who controls it, what it may be used for, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accredit.kit.vc.multikey import PublicKey

ASSERTION = "assertionMethod"
AUTHENTICATION = "authentication"


@dataclass(frozen=True, kw_only=True)
class VerificationKey:
    """A key as its controller publishes it, with its history.

    `retired` is when it stopped signing: what it signed before stays good. `revoked` and `expires` are those of
    Controlled Identifiers 1.0 §2.2: from then on nothing that it signed is accepted, however old.
    """

    id: str
    controller: str
    public_key: PublicKey
    relationships: frozenset[str] = frozenset({ASSERTION})
    valid_from: datetime | None = None
    retired: datetime | None = None
    expires: datetime | None = None
    revoked: datetime | None = None
