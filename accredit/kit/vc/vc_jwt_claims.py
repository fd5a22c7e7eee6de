"""What a VC-JWT says twice: the registered claims (RFC 7519 §4.1) beside the credential that they must repeat.

A verifier that reads one and a page that shows the other would let a forger say two things at once, so each claim that
is present must equal its member. A claim that is absent leaves only one thing said; that is noted, since Open Badges
asks for it and VC-JOSE-COSE does not.

Not here: signatures and keys; see `accredit.kit.vc.vc_jwt`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from accredit.kit.vc import timestamps
from accredit.kit.vc.errors import TimestampInvalid, TokenInvalid

V1: Final = "https://www.w3.org/2018/credentials/v1"
V2: Final = "https://www.w3.org/ns/credentials/v2"
REGISTERED: Final = frozenset({"iss", "sub", "aud", "exp", "nbf", "iat", "jti"})

_LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC).timestamp()


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a payload holds: the credential without claims, the claims, and what the two agree on."""

    document: dict[str, Any]
    claims: dict[str, Any]
    issuer: str
    issued_at: datetime | None
    not_before: datetime | None
    expires: datetime | None
    notes: tuple[str, ...]


def of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Build the claims of a credential: ``iss jti nbf sub`` and, where it has an end, ``exp`` (OB 3.0, JWT proof).

    Raises `TokenInvalid` with code ``not_a_credential`` or ``member_missing``, and `TimestampInvalid`.
    """
    if not _is_credential(document) or contexts(document)[0] != V2:
        raise TokenInvalid("not_a_credential", "Only a credential of VCDM 2.0 is issued as a token.")
    clash = sorted({*REGISTERED, "vc", "vp"} & document.keys())
    if clash:
        raise TokenInvalid("not_a_credential", "A credential may not hold a claim of the token.", path=f"$.{clash[0]}")
    claims: dict[str, Any] = {
        "iss": identifier_of(document.get("issuer")),
        "jti": document.get("id"),
        "sub": identifier_of(document.get("credentialSubject")),
    }
    for name, member in (("iss", "issuer"), ("jti", "id"), ("sub", "credentialSubject")):
        if not isinstance(claims[name], str) or not claims[name]:
            raise TokenInvalid("member_missing", f"The credential needs an identifier in {member}.", path=f"$.{member}")
    claims["nbf"] = _seconds(timestamps.parse(document.get("validFrom"), path="$.validFrom"))
    if "validUntil" in document:
        claims["exp"] = _seconds(timestamps.parse(document["validUntil"], path="$.validUntil"))
    return claims


def read(payload: Mapping[str, Any], *, accepts_wrapped: bool = False) -> Content:
    """Separate the credential of a payload from the claims, and compare the two.

    With `accepts_wrapped` the claim ``vc`` may hold a credential of VCDM 2.0, as the test suite of W3C writes it.

    Raises `TokenInvalid` with code ``vc_claim_not_allowed``, ``not_a_credential``, ``issuer_missing``,
    ``claim_malformed`` (also for a date of the credential), ``iss_mismatch``, ``sub_mismatch``, ``jti_mismatch``,
    ``nbf_mismatch`` or ``exp_mismatch``.
    """
    claims = {name: value for name, value in payload.items() if name in REGISTERED}
    document, notes = _document(payload, claims, (V1, V2) if accepts_wrapped else (V1,))
    older = contexts(document)[0] == V1
    start, end = ("issuanceDate", "expirationDate") if older else ("validFrom", "validUntil")
    issuer = identifier_of(document.get("issuer"))
    if not issuer:
        raise TokenInvalid("issuer_missing", "The credential names no issuer.", path="payload $.issuer")
    notes += _compare_identifiers(document, claims, issuer)
    not_before, more = _compare_time(document, start, claims, "nbf")
    expires, still_more = _compare_time(document, end, claims, "exp")
    notes += [*more, *still_more]
    if "aud" in claims:
        notes.append("audience_not_expected")
    return Content(
        document=document,
        claims=claims,
        issuer=issuer,
        issued_at=numeric_date(claims, "iat"),
        not_before=not_before,
        expires=expires,
        notes=tuple(notes),
    )


def contexts(document: Mapping[str, Any]) -> list[Any]:
    """Return the contexts of a document as a list, which has at least one entry."""
    context = document.get("@context")
    return context if isinstance(context, list) and context else [context]


def identifier_of(value: Any) -> str | None:
    """Return the id of a node that is an object, a text, or a list of just one of these; None when it has none."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("id")
    return value if isinstance(value, str) else None


def _document(
    payload: Mapping[str, Any], claims: dict[str, Any], wrapped_bases: tuple[str, ...]
) -> tuple[dict[str, Any], list[str]]:
    document = {name: value for name, value in payload.items() if name not in REGISTERED}
    notes: list[str] = []
    if "vc" in document:
        wrapped = document["vc"]
        # VC-JOSE-COSE forbids the claim; VCDM 1.1 §6.3.1 requires it. With a second credential beside it, or around one
        # of VCDM 2.0, two readers would see two credentials.
        if not isinstance(wrapped, dict) or "@context" in document or contexts(wrapped)[0] not in wrapped_bases:
            sentence = "The claim vc may hold a credential of VCDM 1.1 only, and nothing may stand beside it."
            raise TokenInvalid("vc_claim_not_allowed", sentence, path="payload $.vc")
        document = _filled(wrapped, claims) if contexts(wrapped)[0] == V1 else dict(wrapped)
        notes.append("vc_claim")
    if not _is_credential(document) or "vp" in document:
        raise TokenInvalid("not_a_credential", "The token holds no verifiable credential.", path="payload")
    return document, notes


def _is_credential(document: Mapping[str, Any]) -> bool:
    types = document.get("type")
    listed = types if isinstance(types, list) else [types]
    return contexts(document)[0] in (V1, V2) and "VerifiableCredential" in listed


def _filled(wrapped: dict[str, Any], claims: Mapping[str, Any]) -> dict[str, Any]:
    """Put claims back in the place of members that VCDM 1.1 §6.3.1 lets an issuer leave out."""
    document = dict(wrapped)
    subject = document.get("credentialSubject")
    if "sub" in claims and isinstance(subject, dict) and "id" not in subject:
        document["credentialSubject"] = {"id": claims["sub"], **subject}
    if "iss" in claims:
        document.setdefault("issuer", claims["iss"])
        if isinstance(document["issuer"], dict) and "id" not in document["issuer"]:
            document["issuer"] = {"id": claims["iss"], **document["issuer"]}
    if "jti" in claims:
        document.setdefault("id", claims["jti"])
    for claim, member in (("nbf", "issuanceDate"), ("exp", "expirationDate")):
        moment = numeric_date(claims, claim)
        if moment is not None:
            document.setdefault(member, timestamps.write(moment))
    return document


def _compare_identifiers(document: Mapping[str, Any], claims: Mapping[str, Any], issuer: str) -> list[str]:
    subject = identifier_of(document.get("credentialSubject"))
    notes = []
    for name, member in (("iss", issuer), ("sub", subject), ("jti", document.get("id"))):
        claim = claims.get(name)
        if claim is None:
            notes.append(f"{name}_missing")
        elif not isinstance(claim, str):
            raise TokenInvalid("claim_malformed", f"The claim {name} must be one text.", path=f"payload $.{name}")
        elif claim != member:
            sentence = f"The claim {name} says something else than the credential."
            raise TokenInvalid(f"{name}_mismatch", sentence, path=f"payload $.{name}")
    return notes


def _compare_time(
    document: Mapping[str, Any], member: str, claims: Mapping[str, Any], claim: str
) -> tuple[datetime | None, list[str]]:
    """Compare to the second, since many issuers write whole seconds in one of the two places."""
    claimed = numeric_date(claims, claim)
    if member not in document:
        return claimed, [] if claimed is None else [f"{claim}_without_date"]
    try:
        stated = timestamps.parse(document[member], path=f"payload $.{member}")
    except TimestampInvalid as invalid:
        raise TokenInvalid("claim_malformed", invalid.sentence, path=invalid.path) from None
    if claimed is None:
        return stated, [f"{claim}_missing"]
    if _seconds(claimed) != _seconds(stated):
        sentence = f"The claim {claim} says something else than {member}."
        raise TokenInvalid(f"{claim}_mismatch", sentence, path=f"payload $.{claim}")
    return stated, []


def _seconds(moment: datetime) -> int:
    return math.floor(moment.timestamp())


def numeric_date(claims: Mapping[str, Any], name: str) -> datetime | None:
    """Read a NumericDate (RFC 7519 §2): seconds since 1970, whole or not; a truth value is no number."""
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        sentence = f"The claim {name} must be a number of seconds since 1970."
        raise TokenInvalid("claim_malformed", sentence, path=f"payload $.{name}")
    return datetime.fromtimestamp(value, UTC)
