"""What other packages' statements say of the log, where one statement has to answer everything."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from accredit.domain.transparency.models import LedgerCheckpoint, LedgerCosignature, LedgerHead


def the_origin() -> sa.ScalarSelect[str]:
    """Return the log's origin as part of another statement."""
    return sa.select(col(LedgerHead.origin)).scalar_subquery()


def covering_size(index: Any) -> sa.ColumnElement[int]:
    """Return the size of the checkpoint that `covering_checkpoint` chooses for a leaf, as part of a statement."""
    seen, signed = aliased(LedgerCosignature), aliased(LedgerCheckpoint)
    of_size = (col(seen.size), col(signed.size))
    return sa.func.coalesce(*(sa.select(sa.func.min(of)).where(of > index).scalar_subquery() for of in of_size))
