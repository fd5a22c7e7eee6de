"""The file with the register of issuers elsewhere: taken into force when the worker starts, and when it changes.

What is wrong with it is said loudly, and the last edition accepted stays in force until it runs out by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import structlog

from accredit.domain.verification import registering
from accredit.errors import RuleBroken
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.storage import Database

logger = structlog.get_logger()


@dataclass
class Register:
    """Where the file is, under whose keys it counts, and what of it was looked at last."""

    path: Path | None
    keys: Sequence[Ed25519Key]
    _seen: bytes | None = None

    @classmethod
    def of(cls, path: Path | None, keys: Sequence[str]) -> Self:
        """Read the pinned keys. Raises `NotReady` for one that cannot be read."""
        return cls(path=path, keys=registering.pinned(keys))

    def take_into_force(self, database: Database, *, now: datetime) -> None:
        """Accept the file if it is a new edition; nothing that is wrong with it ends the worker."""
        if self.path is None:
            return
        try:
            note = self.path.read_bytes()
        except OSError as error:
            logger.error("the register cannot be read", reason=type(error).__name__)  # noqa: TRY400
            return
        if note == self._seen:
            return
        try:
            with database.transaction() as db:
                found = registering.accept(db, note, keys=self.keys, now=now)
        except RuleBroken as refused:
            logger.error("the register was refused", rule=refused.rule, detail=refused.detail)  # noqa: TRY400
        except Exception:
            logger.exception("the register could not be kept")
            return
        else:
            logger.info("register in force", name=found.name, edition=found.version, issuers=len(found.issuers))
        self._seen = note
