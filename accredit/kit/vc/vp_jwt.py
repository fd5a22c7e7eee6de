"""VP-JWT: a presentation as one signed text (VC-JOSE-COSE §3.1.2, and VCDM 1.1 §6.3.1 with its claim ``vp``).

The holder signs, so the key must be one for authentication; audience and nonce take the place of domain and challenge.

Not here: the credentials inside; see `accredit.kit.vc.presentation`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.kit.vc import json_web_signature
from accredit.kit.vc.data_integrity import CLOCK_SKEW
from accredit.kit.vc.data_model import PRESENTATION
from accredit.kit.vc.errors import TokenInvalid, TokenUnreadable
from accredit.kit.vc.json_web_key import RsaVerificationKey
from accredit.kit.vc.vc_jwt import Resolve
from accredit.kit.vc.vc_jwt_claims import REGISTERED, identifier_of, numeric_date
from accredit.kit.vc.verification_key import AUTHENTICATION, VerificationKey

_TYPES: Final = frozenset({"jwt", "vp+jwt"})
_CLAIMS: Final = REGISTERED | {"nonce"}


@dataclass(frozen=True, kw_only=True)
class VerifiedPresentationToken:
    """A token whose signature holds; `document` is the presentation without the claims."""

    document: dict[str, Any]
    controller: str
    verification_method: str


def decode(
    token: str,
    *,
    resolve: Resolve,
    now: datetime,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
) -> VerifiedPresentationToken:
    """Verify a presentation token: signature, key, audience, nonce and times.

    Raises `TokenUnreadable` as `json_web_signature.read` does; whatever `resolve` raises; and `TokenInvalid` with code
    ``crit_not_allowed header_not_allowed alg_not_allowed wrong_typ key_missing key_unknown wrong_key
    not_authentication_key key_revoked key_expired key_type signature_invalid not_a_presentation iss_mismatch
    domain_mismatch challenge_mismatch claim_malformed created_in_future token_expired``.
    """
    jws = json_web_signature.read(token)
    typ = jws.header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in _TYPES:
        sentence = "This is a token of another kind, not a presentation."
        raise TokenInvalid("wrong_typ", sentence, path="header $.typ")
    key = _find_key(jws.header.get("kid"), resolve, now)
    json_web_signature.verify(jws, key.public_key)
    try:
        payload = strict_json.loads_object(jws.payload)
    except JsonRefused as refused:
        raise TokenUnreadable(refused.code, refused.sentence, path=f"payload {refused.path}") from None
    document = _document(payload)
    if "iss" in payload and payload["iss"] != identifier_of(document.get("holder", key.controller)):
        raise TokenInvalid("iss_mismatch", "The claim iss says something else than the holder.", path="payload $.iss")
    _check_audience(payload, expected_domain, expected_challenge)
    _check_times(payload, now)
    return VerifiedPresentationToken(document=document, controller=key.controller, verification_method=key.id)


def _find_key(kid: object, resolve: Resolve, now: datetime) -> VerificationKey | RsaVerificationKey:
    path = "header $.kid"
    if not isinstance(kid, str) or not kid:
        # A key that the token brings along would tie it to nobody.
        raise TokenInvalid("key_missing", "The header names no key.", path=path)
    key = resolve(kid)
    if key is None:
        raise TokenInvalid("key_unknown", "The key of this token could not be found.", path=path)
    if key.id != kid:
        raise TokenInvalid("wrong_key", "The key that was found has another id.", path=path)
    if AUTHENTICATION not in key.relationships:
        raise TokenInvalid("not_authentication_key", "The key may not be used to present credentials.", path=path)
    if key.revoked is not None and key.revoked <= now:
        raise TokenInvalid("key_revoked", "The key has been revoked.", path=path)
    if key.expires is not None and key.expires <= now:
        raise TokenInvalid("key_expired", "The key has expired.", path=path)
    return key


def _document(payload: Mapping[str, Any]) -> dict[str, Any]:
    document = {name: value for name, value in payload.items() if name not in _CLAIMS}
    if "vp" in document:
        # Only where nothing stands beside it; else two readers would see two presentations.
        document = document["vp"] if len(document) == 1 and isinstance(document["vp"], dict) else {}
    types = document.get("type")
    if PRESENTATION not in (types if isinstance(types, list) else [types]):
        raise TokenInvalid("not_a_presentation", "The token holds no presentation.", path="payload")
    return document


def _check_audience(payload: Mapping[str, Any], domain: str | None, challenge: str | None) -> None:
    audience = payload.get("aud")
    if domain is not None and domain not in (audience if isinstance(audience, list) else [audience]):
        raise TokenInvalid("domain_mismatch", "The token was made for another audience.", path="payload $.aud")
    if challenge is not None and payload.get("nonce") != challenge:
        raise TokenInvalid("challenge_mismatch", "The token answers another challenge.", path="payload $.nonce")


def _check_times(payload: Mapping[str, Any], now: datetime) -> None:
    for name in ("iat", "nbf"):
        moment = numeric_date(payload, name)
        if moment is not None and moment > now + CLOCK_SKEW:
            raise TokenInvalid("created_in_future", "The token was made in the future.", path=f"payload $.{name}")
    expires = numeric_date(payload, "exp")
    if expires is not None and expires <= now:
        raise TokenInvalid("token_expired", "The token has expired.", path="payload $.exp")
