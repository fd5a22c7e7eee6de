"""What this service is, for ever: its address and issuer host, written at first start, compared at every later one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel, col, select

from accredit.errors import NotReady
from accredit.storage import readings
from accredit.storage.append_only import append_only
from accredit.storage.database import Session
from accredit.storage.types import UtcDateTime


class ServiceIdentity(SQLModel, table=True):
    """One row, never changed: credentials already signed name this host."""

    __tablename__ = "service_identity"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    base_url: str
    did_host: str
    demonstration: bool
    created_at: datetime = Field(sa_type=UtcDateTime)


append_only(ServiceIdentity, mutable=("base_url",))


def read(db: Session) -> ServiceIdentity | None:
    """Return the identity, or None before the first start."""
    return db.exec(select(ServiceIdentity)).one_or_none()


def did_host(db: Session) -> str | None:
    """Return the issuer host, or None before the first start."""
    found = readings.rows(db, _DID_HOST)
    return found[0].did_host if found else None


_DID_HOST = sa.select(col(ServiceIdentity.did_host))


def claim(db: Session, *, base_url: str, did_host: str, demonstration: bool, now: datetime) -> None:
    """Write the identity at first start.

    Raises `NotReady` when the database already belongs to another address, or when a demonstration is started on real
    records or the other way round.
    """
    known = read(db)
    if known is None:
        db.add(
            ServiceIdentity(base_url=base_url, did_host=did_host, demonstration=demonstration, created_at=now),
        )
        return
    compare(known, base_url=base_url, did_host=did_host, demonstration=demonstration)
    # The demonstration may listen on another port each time: its links stand in no signed byte.
    known.base_url = base_url


def check(db: Session, *, base_url: str, did_host: str, demonstration: bool) -> None:
    """Refuse to start on a database that was not set up, or that belongs to another address.

    Raises `NotReady`: ``not-migrated``, and as `compare` does.
    """
    known = read(db)
    if known is None:
        raise NotReady("not-migrated", "The database is not set up yet. Run: accredit migrate")
    compare(known, base_url=base_url, did_host=did_host, demonstration=demonstration)


def compare(known: ServiceIdentity, *, base_url: str, did_host: str, demonstration: bool) -> None:
    """Refuse an identity that differs from the one written at first start.

    Raises `NotReady` saying which setting to put back.
    """
    if known.demonstration != demonstration:
        kind = "the demonstration's" if known.demonstration else "a real service's"
        raise NotReady("demonstration-mismatch", f"This database is {kind}. Choose another ACCREDIT_DATABASE_URL.")
    if known.did_host != did_host or (known.base_url != base_url and not demonstration):
        raise NotReady(
            "base-url-changed",
            f"This database belongs to {known.base_url} (issuer host {known.did_host}); ACCREDIT_BASE_URL says "
            f"{base_url}. Certificates already printed name the old address, so set it back.",
        )
