"""Refusals as problem details (RFC 9457), with the types that the specifications of W3C give them.

- VCDM 2.0 §7.2: ``https://www.w3.org/TR/vc-data-model#…``
- Data Integrity 1.0 §4.7 and Controlled Identifiers 1.0 §3.5: ``https://w3id.org/security#…``
- Bitstring Status List 1.0 §3.5: ``https://www.w3.org/ns/credentials/status-list#…``
"""

from __future__ import annotations

from typing import Final

from accredit.kit.linkeddata.errors import JsonRefused, LinkedDataError
from accredit.kit.vc.errors import (
    DataModelInvalid,
    IdentifierRefused,
    KeyRefused,
    PresentationInvalid,
    ProofInvalid,
    StatusListInvalid,
    TimestampInvalid,
    TokenInvalid,
    TokenUnreadable,
    VcError,
)

DATA_MODEL: Final = "https://www.w3.org/TR/vc-data-model#"
SECURITY: Final = "https://w3id.org/security#"
STATUS_LIST: Final = "https://www.w3.org/ns/credentials/status-list#"

_BY_CODE: Final = {
    "document_malformed": SECURITY + "PARSING_ERROR",
    "domain_mismatch": SECURITY + "INVALID_DOMAIN_ERROR",
    "challenge_mismatch": SECURITY + "INVALID_CHALLENGE_ERROR",
    "validity_order": DATA_MODEL + "RANGE_ERROR",
    "key_unknown": SECURITY + "INVALID_VERIFICATION_METHOD",
    "did_malformed": SECURITY + "INVALID_VERIFICATION_METHOD_URL",
    "method_malformed": SECURITY + "INVALID_VERIFICATION_METHOD_URL",
    "document_of_another": SECURITY + "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT_ID",
    "not_assertion_key": SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    "not_authentication_key": SECURITY + "INVALID_RELATIONSHIP_FOR_VERIFICATION_METHOD",
    "option_not_supported": SECURITY + "PROOF_GENERATION_ERROR",
    "RANGE_ERROR": STATUS_LIST + "RANGE_ERROR",
    "STATUS_LIST_LENGTH_ERROR": STATUS_LIST + "STATUS_LIST_LENGTH_ERROR",
    "STATUS_RETRIEVAL_ERROR": STATUS_LIST + "STATUS_RETRIEVAL_ERROR",
    "STATUS_VERIFICATION_ERROR": STATUS_LIST + "STATUS_VERIFICATION_ERROR",
}
_BY_FAMILY: Final[tuple[tuple[type[Exception], str], ...]] = (
    (JsonRefused, DATA_MODEL + "PARSING_ERROR"),
    (LinkedDataError, SECURITY + "PROOF_TRANSFORMATION_ERROR"),
    (DataModelInvalid, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
    (PresentationInvalid, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
    (TimestampInvalid, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
    (StatusListInvalid, DATA_MODEL + "MALFORMED_VALUE_ERROR"),
    (TokenUnreadable, DATA_MODEL + "PARSING_ERROR"),
    (TokenInvalid, DATA_MODEL + "CRYPTOGRAPHIC_SECURITY_ERROR"),
    (KeyRefused, SECURITY + "INVALID_VERIFICATION_METHOD"),
    (IdentifierRefused, SECURITY + "INVALID_VERIFICATION_METHOD"),
    (ProofInvalid, SECURITY + "PROOF_VERIFICATION_ERROR"),
)


def of(refused: VcError | LinkedDataError) -> dict[str, str]:
    """Describe a refusal: ``type``, ``title`` and ``detail``, and beyond RFC 9457 the ``code`` and ``path`` it has."""
    return {
        "type": _type(refused),
        "title": refused.code.replace("_", " "),
        "detail": f"{refused.sentence} ({refused.path})",
        "code": refused.code,
        "path": refused.path,
    }


def _type(refused: VcError | LinkedDataError) -> str:
    if refused.code in _BY_CODE:
        return _BY_CODE[refused.code]
    return next((name for family, name in _BY_FAMILY if isinstance(refused, family)), "about:blank")
