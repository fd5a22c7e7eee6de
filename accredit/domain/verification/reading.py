"""Untrusted bytes → one JSON document, or the reason why not.

Reading proves nothing: what comes out is a claim until every check has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accredit.domain.verification.rules import Reason
from accredit.kit.linkeddata import JsonRefused
from accredit.kit.linkeddata.strict_json import loads
from accredit.kit.openbadges.detect import Kind, kind_of, unbake
from accredit.kit.openbadges.errors import ContainerUnreadable
from accredit.kit.vc import vc_jwt
from accredit.kit.vc.errors import TokenInvalid, TokenUnreadable

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


_TOKEN = _JSON | {
    "token_too_large": Reason.TOO_LARGE,
    "header_too_large": Reason.TOO_LARGE,
    "not_a_credential": Reason.NO_CREDENTIAL,
}
# What makes a token false as soon as it is read, whoever signed it.
_TOKEN_FALSE = {
    "alg_not_allowed": Reason.ALG_NOT_ALLOWED,
    "crit_not_allowed": Reason.HEADER_NOT_ALLOWED,
    "header_not_allowed": Reason.HEADER_NOT_ALLOWED,
    "wrong_typ": Reason.WRONG_TOKEN_TYPE,
    "vc_claim_not_allowed": Reason.CLAIMS_DIFFER,
    "iss_mismatch": Reason.CLAIMS_DIFFER,
    "sub_mismatch": Reason.CLAIMS_DIFFER,
    "jti_mismatch": Reason.CLAIMS_DIFFER,
    "nbf_mismatch": Reason.CLAIMS_DIFFER,
    "exp_mismatch": Reason.CLAIMS_DIFFER,
    "claim_malformed": Reason.PROOF_MALFORMED,
    "issuer_missing": Reason.OPEN_BADGES_RULES,
}


@dataclass(frozen=True, kw_only=True)
class Presented:
    """What somebody handed in. ``token`` is the compact JWS that the document came in, None for a document as it is.

    ``not_before`` and ``expires`` are what a token says beside the document.
    """

    document: dict[str, Any]
    kind: Kind
    token: str | None = None
    not_before: datetime | None = None
    expires: datetime | None = None


class NotReadable(Exception):
    """No single credential that can be checked here could be read; ``kind`` is what the file looked like.

    ``is_false`` says that it could be read, and is a token that nobody may accept, whoever signed it.
    """

    def __init__(self, reason: Reason, kind: Kind, *, is_false: bool = False) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.kind = kind
        self.is_false = is_false


def read_credential(data: bytes) -> Presented:
    """Return the one credential in ``data``: JSON or a compact JWS, or a PNG, SVG or PDF that carries either.

    Raises `NotReadable`.
    """
    kind = kind_of(data)
    try:
        found = unbake(data)
    except ContainerUnreadable as error:
        raise NotReadable(_CONTAINER.get(error.code, Reason.MALFORMED), kind) from error
    text = found if isinstance(found, bytes) else found.encode()
    inner = kind_of(text)
    if inner is Kind.JWT:
        # A token has one spelling: white space around it would be a second one.
        if kind is Kind.JWT and text != data:
            raise NotReadable(Reason.MALFORMED, kind)
        return _read_token(text.decode("ascii"), kind)
    if inner is not Kind.JSON:
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    try:
        document = loads(found)
    except JsonRefused as error:
        raise NotReadable(_JSON.get(error.code, Reason.MALFORMED), kind) from error
    if not isinstance(document, dict) or not _MEMBERS & document.keys():
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    return Presented(document=document, kind=kind)


def _read_token(token: str, kind: Kind) -> Presented:
    try:
        content = vc_jwt.unverified(token)
    except (TokenUnreadable, TokenInvalid) as error:
        if error.code in _TOKEN_FALSE:
            raise NotReadable(_TOKEN_FALSE[error.code], kind, is_false=True) from error
        raise NotReadable(_TOKEN.get(error.code, Reason.MALFORMED), kind) from error
    return Presented(
        document=content.document,
        kind=kind,
        token=token,
        not_before=content.not_before,
        expires=content.expires,
    )
