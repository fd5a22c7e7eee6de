"""The link at the end of an e-mail that comes by itself: it leads to the button that ends it, and to nothing else."""

from __future__ import annotations

import hmac
from uuid import UUID


def token_of(purpose: bytes, subject: UUID, *, pepper: bytes) -> str:
    """Return what stands in the link: what it stops, and that this service wrote it for that purpose."""
    return subject.hex + hmac.digest(pepper, purpose + b":" + subject.bytes, "sha256").hex()[:32]


def subject_of(purpose: bytes, token: str, *, pepper: bytes) -> UUID | None:
    """Return what a link stops; None for one that this service did not write for the purpose."""
    try:
        subject = UUID(hex=token[:32])
    except ValueError:
        return None
    written = token_of(purpose, subject, pepper=pepper)
    return subject if hmac.compare_digest(written.encode(), token.encode()) else None
