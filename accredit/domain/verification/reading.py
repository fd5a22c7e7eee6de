"""Untrusted bytes → one JSON document, or the address printed on a picture, or the reason why not.

Files are opened in a child that can do nothing else (`accredit.sandbox`), and long texts are tried there first. Text is
read here: Python's own reader of JSON, bounded in size and depth, would only be run a second time on what the child
answers. Reading proves nothing: what comes out is a claim until every check has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

from accredit.domain.verification.rules import REASONS, Reason, Verdict
from accredit.kit.linkeddata import JsonRefused
from accredit.kit.linkeddata.strict_json import loads
from accredit.kit.openbadges.detect import MAX_CREDENTIAL_BYTES, Kind, kind_of
from accredit.kit.vc import vc_jwt
from accredit.kit.vc.errors import TokenInvalid, TokenUnreadable
from accredit.sandbox import credentials as sandboxed
from accredit.sandbox.credentials import SMALL_TEXT, Refused
from accredit.sandbox.sandbox import Cause, Stopped

_FILES = frozenset({Kind.PDF, Kind.PNG, Kind.SVG, Kind.JPEG})
_TEXTS = frozenset({Kind.JSON, Kind.JWT})
_CONTAINER = {
    "too_complex": Reason.TOO_COMPLEX,
    "no_credential": Reason.NO_CREDENTIAL,
    "no_code": Reason.NO_CODE_IN_PICTURE,
    "open_badges_2": Reason.OPEN_BADGES_2,
    "picture_pixels": Reason.TOO_LARGE,
    "picture_frames": Reason.TOO_COMPLEX,
    "multiple_credentials": Reason.MULTIPLE_CREDENTIALS,
    "pdf_encrypted": Reason.PASSWORD_PROTECTED,
    "credential_size": Reason.TOO_LARGE,
    "pdf_size": Reason.TOO_LARGE,
    "png_size": Reason.TOO_LARGE,
    "svg_size": Reason.TOO_LARGE,
}
# What a reader spent is the file's doing; that it hung or died may be ours, so nobody calls the file bad for it.
_STOPPED = {
    Cause.CPU: Reason.TOO_COMPLEX,
    Cause.MEMORY: Reason.TOO_COMPLEX,
    Cause.TOO_LARGE: Reason.TOO_LARGE,
    Cause.BUSY: Reason.BUSY,
}
_JSON = {
    "duplicate_json_key": Reason.DUPLICATE_JSON_KEY,
    "json_too_large": Reason.TOO_LARGE,
    "json_too_deep": Reason.TOO_COMPLEX,
}
_OLDER_CONTEXTS = ("https://w3id.org/openbadges/", "https://openbadgespec.org/", "http://openbadgespec.org/")
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


@dataclass(frozen=True, kw_only=True)
class Printed:
    """The file carries no credential and shows a QR code, whose text this is: an address, if it is one of ours."""

    text: str
    kind: Kind


class NotReadable(Exception):
    """No single credential that can be checked here could be read; ``kind`` is what the file looked like.

    ``is_false`` says that it could be read, and is a token that nobody may accept, whoever signed it.
    """

    def __init__(self, reason: Reason, kind: Kind, *, is_false: bool = False) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.kind = kind
        self.is_false = is_false

    @property
    def is_open(self) -> bool:
        """Say that this tells nothing of the file: it may be a good one, only not for us or not now."""
        return REASONS[self.reason] is Verdict.CANNOT_CONFIRM


@dataclass(frozen=True, kw_only=True)
class Received:
    """Bytes that somebody handed in, and what was found in them; a file that cannot be read is no exception."""

    data: bytes
    found: Presented | Printed | NotReadable


def receive(data: bytes) -> Received:
    """Read what was handed in. It may take seconds, so do it before a database is opened."""
    try:
        return Received(data=data, found=read_credential(data))
    except NotReadable as refused:
        return Received(data=data, found=refused)


def read_credential(data: bytes) -> Presented | Printed:
    """Return the one credential in ``data``, or the one text printed on it as a QR code.

    A credential is JSON or a compact JWS, or a PNG, SVG or PDF that carries either. Raises `NotReadable`.
    """
    kind = kind_of(data)
    if kind in _FILES or (kind in _TEXTS and SMALL_TEXT < len(data) <= MAX_CREDENTIAL_BYTES):
        return _read_file(data, kind)
    if kind is Kind.OTHER_FILE:
        raise NotReadable(Reason.OTHER_KIND_OF_FILE, kind)
    if kind is Kind.UNKNOWN and data.startswith((b"c2sp.org/tlog-proof@", b"\xef\xbb\xbfc2sp.org/tlog-proof@")):
        raise NotReadable(Reason.RECEIPT_ALONE, kind)
    return read_text(data, kind)


def read_text(text: bytes, kind: Kind | None = None) -> Presented:
    """Return the credential that a text is; ``kind`` says which file it came out of. Raises `NotReadable`.

    This is for text alone: anything else has no credential in it, however it looks.
    """
    inner = kind_of(text)
    kind = kind or inner
    if inner is Kind.JWT:
        # A token has one spelling: white space around it would be a second one.
        if kind is Kind.JWT and text.strip() != text:
            raise NotReadable(Reason.MALFORMED, kind)
        return _read_token(text.decode("ascii"), kind)
    if inner is not Kind.JSON:
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    if len(text) > MAX_CREDENTIAL_BYTES:
        raise NotReadable(Reason.TOO_LARGE, kind)
    try:
        document = loads(text)
    except JsonRefused as error:
        raise NotReadable(_JSON.get(error.code, Reason.MALFORMED), kind) from error
    if isinstance(document, dict) and _is_older_badge(document):
        raise NotReadable(Reason.OPEN_BADGES_2, kind)
    if isinstance(document, list) and sum(map(_looks_like_one, document)) > 1:
        raise NotReadable(Reason.MULTIPLE_CREDENTIALS, kind)
    if not _looks_like_one(document):
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    return Presented(document=document, kind=kind)


def _looks_like_one(document: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(document, dict) and bool(_MEMBERS & document.keys())


def _read_file(data: bytes, kind: Kind) -> Presented | Printed:
    try:
        taken = sandboxed.take_out(data)
    except Refused as error:
        raise NotReadable(_CONTAINER.get(error.code, Reason.MALFORMED), kind) from error
    except Stopped as stopped:
        raise NotReadable(_STOPPED.get(stopped.cause, Reason.READING_FAILED), kind) from stopped
    if taken.text is not None:
        return read_text(taken.text, kind)
    # A poster may show the same code twice; two different ones leave open which is meant.
    if len(set(taken.codes)) > 1:
        raise NotReadable(Reason.MULTIPLE_CREDENTIALS, kind)
    if not taken.codes:
        raise NotReadable(Reason.NO_CREDENTIAL, kind)
    return Printed(text=taken.codes[0], kind=kind)


def _is_older_badge(document: dict[str, Any]) -> bool:
    """Say whether this is an assertion of Open Badges 1 or 2, which is signed and checked in another way."""
    contexts = document.get("@context")
    named = contexts if isinstance(contexts, list) else [contexts]
    if any(isinstance(each, str) and each.startswith(_OLDER_CONTEXTS) for each in named):
        return "credentialSubject" not in document
    return {"badge", "recipient"} <= document.keys() and "credentialSubject" not in document


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
