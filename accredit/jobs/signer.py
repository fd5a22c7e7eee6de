"""Signs what was prepared, one document after the other, for one pass of `issuing.Issuer`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import structlog

from accredit.domain.issuing import operations as issuing
from accredit.domain.issuing.rules import Intent, RehearsalKey, Signed
from accredit.domain.issuing.stopping import Stops, stops
from accredit.domain.verification import rehearsing
from accredit.errors import AccreditError, RuleBroken
from accredit.keyring import KeyRing
from accredit.kit.openbadges.credential import RowReader
from accredit.storage import Database
from accredit.storage.versions import version_of

logger = structlog.get_logger()

# Refusals after which the frozen document can never be signed: another round is prepared from the rows as they are.
_HOPELESS = issuing.VOIDING | {"not-as-reserved"}


class Signer:
    """Rehearses and signs, and names in ``refused`` the rule that stopped an issuance."""

    def __init__(
        self, database: Database, keyring: KeyRing, clock: Callable[[], datetime], refused: dict[UUID, str]
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._refused = refused
        self._stops = Stops(())
        self._stops_at: str | None = None
        self._reader = RowReader()
        self._alike = issuing.Alike(
            lambda document: rehearsing.lint_form(document, now=self._clock(), reader=self._reader)
        )

    def sign(self, intent: Intent) -> Signed | None:
        """Sign one document; None where that is refused. A key that is lost, or a broken document, stops no other."""
        now = self._clock()
        if self._is_stopped(intent):
            self._refused[intent.issuance_id] = "issuing-stopped"
            return None

        def lint(document: bytes, key: RehearsalKey) -> None:
            rehearsing.lint(document, key, now=now)

        try:
            return issuing.sign(intent, keyring=self._keyring, lint=lint, alike=self._alike)
        except RuleBroken as refused:
            self._refused[intent.issuance_id] = refused.rule
            logger.exception("credential not signed", issuance=str(intent.issuance_id), rule=refused.rule)
            if refused.rule in _HOPELESS:
                with self._database.transaction() as db:
                    issuing.void(db, issuance_id=intent.issuance_id, reason=refused.rule)
            return None
        except Exception as broken:  # noqa: BLE001  # a lost key or a broken document stops this one alone
            self._refused[intent.issuance_id] = rule = kind_of(broken)
            # Its kind only: the message may quote the document, and so a name.
            logger.error("credential not signed", issuance=str(intent.issuance_id), rule=rule)  # noqa: TRY400
            return None

    def _is_stopped(self, intent: Intent) -> bool:
        # Asked before every signature, not once for a chunk: whoever throws the switch does not wait for the rest.
        # While nobody wrote anything the answer is the same, and whether somebody did is asked faster.
        version = version_of(self._database)
        if version is None or version != self._stops_at:
            with self._database.reading() as db:
                self._stops, self._stops_at = stops(db), version
        return self._stops.of(intent.organisation_id) is not None


def kind_of(error: Exception) -> str:
    """Name what went wrong, by its code or its kind and never in its own words, which may quote a document."""
    return error.code if isinstance(error, AccreditError) else type(error).__name__
