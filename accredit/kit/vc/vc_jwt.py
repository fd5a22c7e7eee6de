"""VC-JWT: a credential as one signed text (Open Badges 3.0, JSON Web Token Proof Format; Securing VCs, JOSE).

"The signature verifies" is not "this came from that issuer": a token may bring its own key (``jwk``) or name any
address (``kid``), and whoever writes the token writes ``iss`` too. `VerifiedToken.is_bound` says whether the key is
under the control of the stated issuer; while it is not, the issuer is only what the token claims.

Not here: fetching keys, status, and whether an issuer is known. Nothing but a credential is read, so a token of another
kind (of access, of sign-in) never passes for one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.kit.vc import json_web_key, json_web_signature, vc_jwt_claims
from accredit.kit.vc.errors import TokenInvalid, TokenUnreadable
from accredit.kit.vc.json_web_key import JoseKey, JoseVerificationKey
from accredit.kit.vc.json_web_signature import CompactJws, Sign
from accredit.kit.vc.vc_jwt_claims import Content
from accredit.kit.vc.verification_key import ASSERTION

Resolve = Callable[[str], JoseVerificationKey | None]
"""Finds the key of a ``kid``; None when it cannot be found."""

CLOCK_SKEW: Final = timedelta(seconds=60)
KEY_NOT_ANCHORED: Final = "key_not_anchored"
KEY_OF_ANOTHER: Final = "key_of_another"

# Open Badges allows "JWT", VC-JOSE-COSE asks for vc+jwt; both are media types without "application/" (RFC 7515 §4.1.9).
_TYPES: Final = frozenset({"jwt", "vc+jwt"})
_EXPECTED_HEADER: Final = frozenset({"alg", "kid", "jwk", "typ", "cty"})


@dataclass(frozen=True, kw_only=True)
class VerifiedToken:
    """A token whose signature holds and whose claims agree with its credential.

    `document` is the credential without the claims; `key` is None when the token brought its own `public_key`. `notes`
    name what is odd but no contradiction: ``key_not_anchored key_of_another embedded_key_ignored header_ignored
    vc_claim audience_not_expected``, ``iss_missing`` (``sub_ jti_ nbf_ exp_``) and ``nbf_without_date`` (``exp_``).
    """

    document: dict[str, Any]
    claims: dict[str, Any]
    issuer: str
    algorithm: str
    kid: str | None
    key: JoseVerificationKey | None
    public_key: JoseKey
    is_bound: bool
    not_before: datetime | None
    expires: datetime | None
    is_not_yet_valid: bool
    is_expired: bool
    notes: tuple[str, ...] = ()


def encode(document: Mapping[str, Any], *, kid: str, alg: Literal["ES256", "RS256"], sign: Sign) -> str:
    """Sign a credential of VCDM 2.0 as a token: header exactly ``alg`` and ``kid``, the credential at the top level.

    `kid` is the absolute URL of the key; `sign` is `json_web_signature.es256_signer` or its like. The same document
    always gives the same token, in whatever order its members stand. An embedded proof is signed over as it is.
    Raises `TokenInvalid` with code ``not_a_credential``, ``member_missing``, ``not_json``,
    ``alg_not_allowed`` or ``kid_malformed``, and `TimestampInvalid`.
    """
    if alg not in ("ES256", "RS256"):
        # Readers of Open Badges accept these two; EdDSA tokens fail in the validator of 1EdTech.
        raise TokenInvalid("alg_not_allowed", "A token is issued by ES256 or RS256.", path="header $.alg")
    if ":" not in kid or not kid.isascii() or not kid.isprintable() or " " in kid:
        raise TokenInvalid("kid_malformed", "Name the key by its absolute URL.", path="header $.kid")
    payload = {**document, **vc_jwt_claims.of(document)}
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)
        data = text.encode("utf-8")
    except (ValueError, TypeError, RecursionError):
        raise TokenInvalid("not_json", "The credential holds something that JSON cannot say.") from None
    return json_web_signature.write({"alg": alg, "kid": kid}, data, sign)


def decode(
    token: str,
    *,
    resolve: Resolve,
    now: datetime,
    expected_issuer: str | None = None,
    accepts_wrapped: bool = False,
) -> VerifiedToken:
    """Read and verify a token; `now` is an aware time.

    1. Take the token apart (`json_web_signature.read`); nothing has been looked up yet.
    2. Find the key: by ``kid`` through `resolve`, else the token's own ``jwk``. An unknown ``kid`` is the end of it.
    3. Check the signature with the one algorithm that the key is for.
    4. Read the payload, and compare every claim with the credential (`vc_jwt_claims.read`).
    5. Check that the key could be used then and may be used now, and whose it is.

    With `expected_issuer` the credential must name it, and the key must be under its control. Dates do not raise: they
    make a credential not current, not false. `accepts_wrapped` is that of `vc_jwt_claims.read`. Raises
    `TokenUnreadable` as `json_web_signature.read` does, also for the payload; `KeyRefused` as `json_web_key.decode`
    does; whatever `resolve` raises; and `TokenInvalid` with code
    ``crit_not_allowed header_not_allowed alg_not_allowed wrong_typ kid_malformed key_missing key_unknown wrong_key
    key_type signature_invalid vc_claim_not_allowed not_a_credential issuer_missing claim_malformed iss_mismatch
    sub_mismatch jti_mismatch nbf_mismatch exp_mismatch not_assertion_key key_revoked key_expired created_in_future
    created_before_key created_after_key wrong_issuer wrong_controller``.
    """
    jws = json_web_signature.read(token)
    _check_typ(jws.header)
    kid, key, public_key = _find_key(jws, resolve)
    json_web_signature.verify(jws, public_key)
    content = vc_jwt_claims.read(_payload(jws), accepts_wrapped=accepts_wrapped)
    if content.issued_at is not None and content.issued_at > now + CLOCK_SKEW:
        raise TokenInvalid("created_in_future", "The token was made in the future.", path="payload $.iat")
    if key is not None:
        _check_key(key, content.issued_at, now)
    is_bound = key is not None and key.controller == content.issuer
    _check_issuer(content.issuer, is_bound=is_bound, expected=expected_issuer)
    return VerifiedToken(
        document=content.document,
        claims=content.claims,
        issuer=content.issuer,
        algorithm=jws.algorithm,
        kid=kid,
        key=key,
        public_key=public_key,
        is_bound=is_bound,
        not_before=content.not_before,
        expires=content.expires,
        is_not_yet_valid=content.not_before is not None and content.not_before > now + CLOCK_SKEW,
        is_expired=content.expires is not None and content.expires <= now,
        notes=(*_header_notes(jws.header, key, is_bound=is_bound), *content.notes),
    )


def unverified(token: str) -> Content:
    """Read what a token claims, before anything of it is verified; whatever is made of it, `decode` comes after.

    Raises `TokenUnreadable` and `TokenInvalid` as `decode` does, but for what concerns the key and the signature.
    """
    jws = json_web_signature.read(token)
    _check_typ(jws.header)
    return vc_jwt_claims.read(_payload(jws))


def _payload(jws: CompactJws) -> dict[str, Any]:
    try:
        return strict_json.loads_object(jws.payload)
    except JsonRefused as refused:
        raise TokenUnreadable(refused.code, refused.sentence, path=f"payload {refused.path}") from None


def _check_typ(header: Mapping[str, Any]) -> None:
    """Refuse a token of another kind, however well signed (RFC 8725 §3.11)."""
    typ = header.get("typ", "JWT")
    if not isinstance(typ, str) or typ.lower().removeprefix("application/") not in _TYPES:
        raise TokenInvalid("wrong_typ", "This is a token of another kind, not a credential.", path="header $.typ")


def _find_key(jws: CompactJws, resolve: Resolve) -> tuple[str | None, JoseVerificationKey | None, JoseKey]:
    if "kid" in jws.header:
        kid = jws.header["kid"]
        if not isinstance(kid, str) or not kid:
            raise TokenInvalid("kid_malformed", "The name of the key must be one text.", path="header $.kid")
        key = resolve(kid)
        if key is None:
            # Never the key that the token brings along: whoever invents a name could bring a key to match.
            raise TokenInvalid("key_unknown", "The key of this token could not be found.", path="header $.kid")
        if key.id != kid:
            raise TokenInvalid("wrong_key", "The key that was found has another id.", path="header $.kid")
        return kid, key, key.public_key
    if "jwk" in jws.header:
        return None, None, json_web_key.decode(jws.header["jwk"])
    raise TokenInvalid("key_missing", "The header names no key.", path="header")


def _check_key(key: JoseVerificationKey, issued_at: datetime | None, now: datetime) -> None:
    """Check that this key may sign credentials, now and at the time the token names (CID 1.0 §2.2 and §3.3)."""
    if ASSERTION not in key.relationships:
        raise TokenInvalid("not_assertion_key", "The key may not be used for credentials.", path="header $.kid")
    if key.revoked is not None and key.revoked <= now:
        # A thief writes any time he likes into a token, so its times do not help a revoked key.
        raise TokenInvalid("key_revoked", "The key has been revoked.", path="header $.kid")
    if key.expires is not None and key.expires <= now:
        raise TokenInvalid("key_expired", "The key has expired.", path="header $.kid")
    if issued_at is None:
        return
    if key.valid_from is not None and issued_at < key.valid_from:
        raise TokenInvalid("created_before_key", "The token is older than its key.", path="payload $.iat")
    if key.retired is not None and issued_at > key.retired:
        sentence = "The token is younger than the retirement of its key."
        raise TokenInvalid("created_after_key", sentence, path="payload $.iat")


def _check_issuer(issuer: str, *, is_bound: bool, expected: str | None) -> None:
    if expected is None:
        return
    if issuer != expected:
        raise TokenInvalid("wrong_issuer", "The credential names another issuer.", path="payload $.issuer")
    if not is_bound:
        sentence = "The key of the token does not belong to the issuer."
        raise TokenInvalid("wrong_controller", sentence, path="header")


def _header_notes(header: Mapping[str, Any], key: JoseVerificationKey | None, *, is_bound: bool) -> list[str]:
    notes = []
    if key is None:
        notes.append(KEY_NOT_ANCHORED)
    elif not is_bound:
        notes.append(KEY_OF_ANOTHER)
    if "kid" in header and "jwk" in header:
        notes.append("embedded_key_ignored")
    if not _EXPECTED_HEADER.issuperset(header):
        # jku, x5u, x5c and their like would have us fetch or trust what the sender chose; they are not even looked at.
        notes.append("header_ignored")
    return notes
