"""Untrusted bytes → one JSON document, or the reason why not.

Reading proves nothing: what comes out is a claim until every check has passed.
"""

from __future__ import annotations

from typing import Any

from accredit.domain.verification.rules import Reason
from accredit.kit.linkeddata import JsonRefused
from accredit.kit.linkeddata.strict_json import loads
from accredit.kit.openbadges.detect import Kind, kind_of, unbake
from accredit.kit.openbadges.errors import ContainerUnreadable

_CONTAINER = {
    "unknown_kind": Reason.NO_CREDENTIAL,
    "no_credential": Reason.NO_CREDENTIAL,
    "multiple_credentials": Reason.MULTIPLE_CREDENTIALS,
    "pdf_encrypted": Reason.PASSWORD_PROTECTED,
    "credential_size": Reason.TOO_LARGE,
    "pdf_size": Reason.TOO_LARGE,
    "png_size": Reason.TOO_LARGE,
    "svg_size": Reason.TOO_LARGE,
}
_JSON = {
    "duplicate_json_key": Reason.DUPLICATE_JSON_KEY,
    "json_too_large": Reason.TOO_LARGE,
    "json_too_deep": Reason.TOO_COMPLEX,
}
_MEMBERS = {"@context", "issuer", "credentialSubject", "proof"}


class NotReadable(Exception):
    """No single credential that can be checked here could be read; ``kind`` is what the file looked like."""

    def __init__(self, reason: Reason, kind: Kind) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.kind = kind


def read_credential(data: bytes) -> tuple[dict[str, Any], Kind]:
    """Return the one document in ``data`` (JSON, or a PNG, SVG or PDF that carries it), and the file's kind.

    Raises `NotReadable`.
    """
    kind = kind_of(data)
    try:
        found = unbake(data)
    except ContainerUnreadable as error:
        raise NotReadable(_CONTAINER.get(error.code, Reason.MALFORMED), kind) from error
    inner = kind_of(found.encode() if isinstance(found, str) else found)
    if inner is Kind.JWT:
        raise NotReadable(Reason.FORM_NOT_SUPPORTED, kind)
    if inner is not Kind.JSON:
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    try:
        document = loads(found)
    except JsonRefused as error:
        raise NotReadable(_JSON.get(error.code, Reason.MALFORMED), kind) from error
    if not isinstance(document, dict) or not _MEMBERS & document.keys():
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    return document, kind
