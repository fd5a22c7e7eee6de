"""The public verifier as the signer asks it: before the real key has signed anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from accredit.domain.issuing.rules import RehearsalKey
from accredit.domain.verification.checks import examine_form
from accredit.domain.verification.examination import Examination
from accredit.domain.verification.operations import verify
from accredit.domain.verification.reading import Presented
from accredit.domain.verification.rules import Check, CheckId, Outcome
from accredit.domain.verification.sources import NoSources
from accredit.errors import RuleBroken
from accredit.kit.linkeddata import rdfc10
from accredit.kit.openbadges.credential import RowReader
from accredit.kit.openbadges.detect import Kind
from accredit.kit.vc import json_web_key
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import VerificationKey

_REHEARSED: Final = (
    CheckId.READABLE,
    CheckId.LINKED_DATA,
    CheckId.OPEN_BADGES,
    CheckId.SIGNATURE,
    CheckId.KEY,
    CheckId.DATES,
)
_OF_THE_FORM: Final = (CheckId.LINKED_DATA, CheckId.OPEN_BADGES, CheckId.DATES)


class _Rehearsal(NoSources):
    """Knows one key: the throw-away one."""

    def __init__(self, key: RehearsalKey) -> None:
        self.key = key

    def keys(self, issuer_id: str) -> Sequence[VerificationKey] | None:
        """Return the throw-away key for the issuer that rehearses."""
        found = self.token_keys(issuer_id)
        return None if found is None else [key for key in found if isinstance(key, VerificationKey)]

    def token_keys(self, issuer_id: str) -> Sequence[JoseVerificationKey] | None:
        """Return the same for a token: only one form is rehearsed at a time."""
        if issuer_id != self.key.controller:
            return None
        name, controller = self.key.verification_method, self.key.controller
        return [json_web_key.verification_method(self.key.public_key, id=name, controller=controller)]


def lint(document: bytes, key: RehearsalKey, *, now: datetime) -> None:
    """Run the whole verifier over a credential signed with a throw-away key (`issuing.rules.Lint`).

    Asked are all checks that can be answered before signing. Raises `RuleBroken` (``lint-failed``) with the check.
    """
    _refuse_unless_passed(_REHEARSED, verify(document, now=now, sources=_Rehearsal(key)).checks)


def lint_form(document: dict[str, Any], *, now: datetime, reader: RowReader) -> bytes:
    """Make those checks of the verifier that need no key, of a document that was read (`issuing.rules.Examine`).

    Return the SHA-256 of its canonical form, as the general path writes what was checked. Raises as `lint` does, and
    `LinkedDataError`.
    """
    examination = Examination(now=now, sources=NoSources(), offline=True, expected_name=None, read_badge=reader.read)
    examination.document = document
    examination.presented = Presented(document=document, kind=Kind.JSON)
    examine_form(examination)
    _refuse_unless_passed(_OF_THE_FORM, examination.checks)
    assert examination.dataset is not None
    return hashlib.sha256(rdfc10.canonicalise(examination.dataset)).digest()


def _refuse_unless_passed(asked: Iterable[CheckId], made: Sequence[Check]) -> None:
    for wanted in asked:
        check = next((each for each in made if each.id is wanted), None)
        if check is None or check.outcome is not Outcome.PASSED:
            reason = check.reason if check else None
            raise RuleBroken("lint-failed", f"{wanted.value}: {reason}", check=wanted.value, reason=str(reason))
