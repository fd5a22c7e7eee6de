"""What a holder shows to one verifier: the presentation by the kit, every credential in it by the one engine.

Keys of holders are found for did:key alone; a school's own word is never taken for a holder's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accredit.domain.verification import operations
from accredit.domain.verification.outside import NOTHING, Outside
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.sources import Sources
from accredit.kit.vc import data_model, did_key, envelope, presentation
from accredit.kit.vc.errors import PresentationInvalid
from accredit.kit.vc.verification_key import VerificationKey


@dataclass(frozen=True, kw_only=True)
class PresentationReport:
    """A presentation that its holder signed for this occasion, and the report on each credential in it, in order."""

    document: Mapping[str, Any]
    holder: str
    media_type: str
    reports: tuple[VerificationReport, ...]


def verify_presentation(
    document: Mapping[str, Any],
    *,
    now: datetime,
    sources: Sources,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
    outside: Outside = NOTHING,
) -> PresentationReport:
    """Verify who presents, for whom, and examine what is presented.

    A credential that does not hold is no exception but a report. Raises what `presentation.verify_holder` raises, and
    `PresentationInvalid` with code ``self_asserted`` for a credential that nobody signed.
    """
    shown = presentation.verify_holder(
        document,
        resolve=_holder_key,
        now=now,
        expected_domain=expected_domain,
        expected_challenge=expected_challenge,
    )
    reports = []
    for position, contained in enumerate(shown.contents):
        if "proof" not in contained and not data_model.is_enveloped(contained):
            sentence = "Here a credential must be signed by whoever issued it."
            raise PresentationInvalid("self_asserted", sentence, path=f"$.verifiableCredential[{position}]")
        reports.append(operations.verify(as_bytes(contained), now=now, sources=sources, outside=outside))
    return PresentationReport(
        document=shown.document, holder=shown.holder, media_type=shown.media_type, reports=tuple(reports)
    )


def as_bytes(credential: Mapping[str, Any]) -> bytes:
    """Write a credential, or the token in its envelope, as the engine reads it; raises as `envelope.unwrap` does."""
    if data_model.is_enveloped(credential):
        return envelope.unwrap(credential).encode()
    return json.dumps(credential, ensure_ascii=False).encode()


def _holder_key(method: str) -> VerificationKey | None:
    return did_key.resolve(method) if method.startswith("did:key:") else None
