"""Keys and tokens for the tests of VC-JWT: made by hand, so that what no honest issuer writes can be written too."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.kit.vc import multikey
from accredit.kit.vc.errors import TokenInvalid, TokenUnreadable, VcError
from accredit.kit.vc.json_web_key import RsaPublicKey, RsaVerificationKey, encode_base64url
from accredit.kit.vc.json_web_signature import es256_signer
from accredit.kit.vc.multikey import KeyKind
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import vc_examples as examples

KID = f"{examples.ISSUER}#token-key"
SECONDS = 1_795_176_000
"""20 November 2026, 12:00 UTC, which is the validFrom of `vc_examples.badge`."""

Sign = Callable[[bytes], bytes]


def curve_secret(seed: int = 7) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(seed, ec.SECP256R1())


def curve_public(seed: int = 7) -> multikey.PublicKey:
    raw = curve_secret(seed).public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return multikey.from_raw(KeyKind.P256, raw)


@lru_cache
def rsa_secret(bits: int = 2048, exponent: int = 65_537) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=exponent, key_size=bits)


def rsa_numbers(secret: rsa.RSAPrivateKey) -> rsa.RSAPublicNumbers:
    return secret.public_key().public_numbers()


def rsa_public(secret: rsa.RSAPrivateKey | None = None) -> RsaPublicKey:
    numbers = rsa_numbers(secret or rsa_secret())
    return RsaPublicKey(numbers.n, numbers.e)


def rsa_sign(secret: rsa.RSAPrivateKey) -> Sign:
    return lambda message: secret.sign(message, padding.PKCS1v15(), hashes.SHA256())


def rsa_jwk(secret: rsa.RSAPrivateKey) -> dict[str, str]:
    numbers = rsa_numbers(secret)
    return {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}


def number(value: int) -> str:
    return encode_base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def curve_key(seed: int = 7, *, controller: str = examples.ISSUER, **history: Any) -> VerificationKey:
    return VerificationKey(
        id=f"{controller}#token-key", controller=controller, public_key=curve_public(seed), **history
    )


def rsa_key(secret: rsa.RSAPrivateKey | None = None) -> RsaVerificationKey:
    return RsaVerificationKey(id=KID, controller=examples.ISSUER, public_key=rsa_public(secret))


def payload(**more: Any) -> dict[str, Any]:
    """A credential with its claims; a claim or member that is given as None is left out."""
    whole = {
        **examples.badge(),
        "iss": examples.ISSUER,
        "jti": examples.badge()["id"],
        "sub": examples.badge()["credentialSubject"]["id"],
        "nbf": SECONDS,
        **more,
    }
    return {name: value for name, value in whole.items() if value is not None}


def signed(header: dict[str, Any] | str, body: dict[str, Any] | str, sign: Sign | None = None) -> str:
    """Sign any header over any payload, right or wrong; by default with the P-256 key of seed 7."""
    parts = [part if isinstance(part, str) else json.dumps(part) for part in (header, body)]
    signing_input = ".".join(encode_base64url(part.encode("utf-8")) for part in parts)
    made = (sign or es256_signer(curve_secret()))(signing_input.encode("ascii"))
    return f"{signing_input}.{encode_base64url(made)}"


def token(header: dict[str, Any] | None = None, **more: Any) -> str:
    """A genuine ES256 token, with members of the payload changed by name."""
    return signed({"alg": "ES256", "kid": KID, **(header or {})}, payload(**more))


PLACES = {
    **dict.fromkeys(["token_too_large", "jws_json", "jwe", "token_parts"], "token"),
    **dict.fromkeys(["header_too_large", "key_missing", "key_type", "wrong_controller"], "header"),
    **dict.fromkeys(["kid_malformed", "key_unknown", "wrong_key"], "header $.kid"),
    **dict.fromkeys(["not_assertion_key", "key_revoked", "key_expired"], "header $.kid"),
    **dict.fromkeys(["created_in_future", "created_before_key", "created_after_key"], "payload $.iat"),
    **dict.fromkeys(["wrong_issuer", "issuer_missing"], "payload $.issuer"),
    **{f"{claim}_mismatch": f"payload $.{claim}" for claim in ("iss", "sub", "jti", "nbf", "exp")},
    "alg_not_allowed": "header $.alg",
    "crit_not_allowed": "header $.crit",
    "not_a_credential": "payload",
    "signature_invalid": "signature",
    "vc_claim_not_allowed": "payload $.vc",
    "wrong_typ": "header $.typ",
}
"""Where a refusal points to, for the codes that have one place only."""


def placed(refused: VcError) -> VcError:
    """Hold that a refusal points to where its code lies, and return it."""
    if isinstance(refused, (TokenInvalid, TokenUnreadable)):
        assert refused.path == PLACES.get(refused.code, refused.path) != "$"
        assert refused.sentence.endswith(".")
    return refused
