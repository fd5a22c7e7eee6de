"""Verify what a test suite posts: signatures always, dates and status unless ``checks`` asks for less."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from accredit.kit.vc import did_key, presentation, status_list, verifiable_credential
from accredit.kit.vc.errors import DataModelInvalid, StatusListInvalid
from accredit.kit.vc.status_list import StatusBits
from accredit.kit.vc.verifiable_credential import VerifiedCredential
from accredit.kit.vc.verification_key import ASSERTION, AUTHENTICATION, VerificationKey
from accredit.web.conformance.issuing import MEANING

_DATES: Final = frozenset({"validFrom", "validUntil", "issuanceDate", "expirationDate", "validity"})
_STATUS: Final = "credentialStatus"


def resolve(verification_method: str) -> VerificationKey | None:
    """Find a key; only did:key can be, since nothing is fetched."""
    return did_key.resolve(verification_method) if verification_method.startswith("did:key:") else None


def verify_credential(
    posted: Mapping[str, Any], options: Mapping[str, Any], *, now: datetime, own_list: tuple[str, StatusBits]
) -> dict[str, Any]:
    """Verify one credential and describe what was found; raises as `verifiable_credential.verify` does.

    Further codes, of `DataModelInvalid`: ``expired`` and ``not_yet_valid``; of `StatusListInvalid`: ``revoked`` and
    ``STATUS_RETRIEVAL_ERROR``.
    """
    found = verifiable_credential.verify(
        posted,
        resolve=resolve,
        now=now,
        expected_purpose=_text(options, "expectedProofPurpose") or ASSERTION,
        expected_domain=_text(options, "domain"),
        expected_challenge=_text(options, "challenge"),
        meaning=MEANING,
    )
    warnings = [*found.notes, *_check_state(found, options, now, own_list)]
    return {
        "verified": True,
        "document": found.document,
        "mediaType": found.media_type,
        "controller": found.issuer,
        "controlledIdentifierDocument": did_key.did_document(found.issuer),
        "verificationMethods": list(found.verification_methods),
        "warnings": [_warning(code) for code in warnings],
        "errors": [],
    }


def verify_presentation(
    posted: Mapping[str, Any], options: Mapping[str, Any], *, now: datetime, own_list: tuple[str, StatusBits]
) -> dict[str, Any]:
    """Verify a presentation with every credential in it, and describe it; raises as `presentation.verify` does."""
    found = presentation.verify(
        posted,
        resolve=resolve,
        now=now,
        expected_purpose=_text(options, "expectedProofPurpose") or AUTHENTICATION,
        expected_domain=_text(options, "domain"),
        expected_challenge=_text(options, "challenge"),
        meaning=MEANING,
    )
    warnings = list(found.notes)
    for credential in found.credentials:
        warnings += credential.notes
        warnings += _check_state(credential, options, now, own_list)
    return {
        "verified": True,
        "document": found.document,
        "mediaType": found.media_type,
        "controller": found.holder,
        "verificationMethods": list(found.verification_methods),
        "credentialResults": [{"verified": True, "controller": each.issuer} for each in found.credentials],
        "warnings": [_warning(code) for code in [*warnings, *["self_asserted" for _ in found.own_words]]],
        "errors": [],
    }


def _text(options: Mapping[str, Any], name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise DataModelInvalid("option_malformed", f"The option {name} is one text.", path=f"$.options.{name}")
    return value


def _warning(code: str) -> dict[str, str]:
    return {"type": "about:blank", "title": code.replace("_", " "), "code": code}


def _check_state(
    found: VerifiedCredential, options: Mapping[str, Any], now: datetime, own_list: tuple[str, StatusBits]
) -> list[str]:
    """Check dates and status; give what could not be checked. ``checks`` narrows it (VC-API, verify options)."""
    asked = options.get("checks")
    names = {name for name in asked if isinstance(name, str)} if isinstance(asked, list) and asked else None
    if names is None or names & _DATES:
        _check_dates(found, now)
    if names is not None and _STATUS not in names:
        return []
    notes = []
    for entry in _entries(found.document.get(_STATUS, [])):
        if entry.get("type") not in (status_list.ENTRY_TYPE, [status_list.ENTRY_TYPE]):
            notes.append("status_of_another_kind")
            continue
        status = status_list.parse_entry(entry)
        if status.list_url == own_list[0]:
            if own_list[1].is_set(status.index):
                raise StatusListInvalid("revoked", "The credential has been revoked.", path="$.credentialStatus")
        elif names is not None:
            sentence = "Nothing is fetched here, so the status list of another service cannot be read."
            raise StatusListInvalid("STATUS_RETRIEVAL_ERROR", sentence, path="$.credentialStatus")
        else:
            notes.append("status_not_checked")
    return notes


def _entries(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else [value]


def _check_dates(found: VerifiedCredential, now: datetime) -> None:
    if found.valid_from is not None and found.valid_from > now:
        raise DataModelInvalid("not_yet_valid", "The credential does not hold yet.", path="$.validFrom")
    if found.valid_until is not None and found.valid_until < now:
        raise DataModelInvalid("expired", "The credential holds no longer.", path="$.validUntil")
