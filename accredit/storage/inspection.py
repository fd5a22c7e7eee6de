"""What the latest inspection of the whole record found, so that ``/readyz`` and the operator's page can say it.

One row, written by the worker, read by everybody else. What is inspected is not decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from accredit.storage.database import Session
from accredit.storage.types import UtcDateTime

MOST_KEPT = 100
"""A record of which everything is wrong is told by its first hundred sentences and their number."""


class InspectionRow(SQLModel, table=True):
    """The latest inspection: when it began and ended, and the sentences it came to."""

    __tablename__ = "inspection"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: int = Field(default=1, primary_key=True)
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    wrong: int
    findings: list[str] = Field(sa_column=sa.Column(sa.JSON, nullable=False))


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """When the record was last looked through, how many things were wrong, and the first of them in sentences."""

    began_at: datetime
    ended_at: datetime
    wrong: int
    findings: tuple[str, ...]


def latest(db: Session) -> Inspection | None:
    """Return the latest inspection; None before the first."""
    row = db.get(InspectionRow, 1)
    if row is None:
        return None
    return Inspection(began_at=row.began_at, ended_at=row.ended_at, wrong=row.wrong, findings=tuple(row.findings))


def keep(db: Session, *, began_at: datetime, ended_at: datetime, findings: Sequence[str]) -> None:
    """Put what an inspection found in the place of what the one before it found."""
    row = db.get(InspectionRow, 1) or InspectionRow(began_at=began_at, ended_at=ended_at, wrong=0, findings=[])
    row.began_at, row.ended_at = began_at, ended_at
    row.wrong, row.findings = len(findings), list(findings[:MOST_KEPT])
    db.add(row)
    db.flush()
