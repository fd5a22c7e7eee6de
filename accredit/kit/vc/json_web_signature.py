"""JSON Web Signature (RFC 7515) in its compact serialisation, as credentials use it, and nothing more of it.

Read strictly before any key is looked at: three parts, one spelling of each, a header in which no name stands twice,
and an algorithm from a list of four. Whatever would let the sender choose how the receiver checks (``none``, a shared
secret, ``crit``, ``b64``, ``zip``) is refused.

Not here: what the payload says and whose key it is; see `accredit.kit.vc.vc_jwt`. General JOSE libraries were left
aside on purpose: those at hand accept a name twice and RSA of 1,024 bits, and refuse long headers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.kit.vc.errors import KeyRefused, TokenInvalid, TokenUnreadable
from accredit.kit.vc.json_web_key import MIN_RSA_BITS, JoseKey, algorithms_of, decode_base64url, encode_base64url

ALGORITHMS: Final = ("ES256", "RS256", "EdDSA", "Ed25519")
"""What may stand under ``alg``; ``Ed25519`` is the newer name of ``EdDSA`` (RFC 9864 §2.2)."""
MAX_HEADER: Final = 8_192
"""Bytes of a decoded header; an RSA key in a ``jwk`` takes over 512, which some libraries refuse."""
MAX_TOKEN: Final = 1_400_000
"""Characters of a token: a payload of a megabyte, in base64."""

Sign = Callable[[bytes], bytes]
"""A function that signs bytes with a private key that stays where it is."""

# RFC 7515 §4.1.11 `crit`, RFC 7797 `b64`, and the members of JWE (RFC 7516 §4.1): each changes what is signed or how.
_REFUSED: Final = frozenset({"crit", "b64", "zip", "enc", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c"})


@dataclass(frozen=True, kw_only=True)
class CompactJws:
    """A token in its parts, not yet verified."""

    header: dict[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes

    @property
    def algorithm(self) -> str:
        """The algorithm that the header names; one of `ALGORITHMS`."""
        return str(self.header["alg"])


def write(header: Mapping[str, str], payload: bytes, sign: Sign) -> str:
    """Sign a payload as a compact JWS; the same arguments give the same token when `sign` is deterministic."""
    protected = encode_base64url(json.dumps(header, separators=(",", ":")).encode("ascii"))
    signing_input = f"{protected}.{encode_base64url(payload)}".encode("ascii")
    return f"{signing_input.decode('ascii')}.{encode_base64url(sign(signing_input))}"


def read(token: str) -> CompactJws:
    """Take a token apart.

    Raises `TokenUnreadable` with code ``token_too_large``, ``jws_json``, ``jwe``, ``token_parts``, ``token_base64``,
    ``header_too_large`` or what `strict_json.loads_object` refuses (``duplicate_json_key`` …), and `TokenInvalid`
    with code ``crit_not_allowed``, ``header_not_allowed`` or ``alg_not_allowed``.
    """
    protected, payload, signature = _parts(token)
    if len(protected) > MAX_HEADER:
        raise TokenUnreadable("header_too_large", f"A header may have at most {MAX_HEADER} bytes.", path="header")
    try:
        header = strict_json.loads_object(protected, max_bytes=MAX_HEADER, max_depth=8)
    except JsonRefused as refused:
        raise TokenUnreadable(refused.code, refused.sentence, path=f"header {refused.path}") from None
    _check_header(header)
    signing_input = token.rpartition(".")[0].encode("ascii")
    return CompactJws(header=header, payload=payload, signature=signature, signing_input=signing_input)


def verify(jws: CompactJws, key: JoseKey) -> None:
    """Check the signature; raises `TokenInvalid` with code ``key_type`` or ``signature_invalid``."""
    # The key decides what it is used for, never the token (RFC 8725 §3.1).
    if jws.algorithm not in algorithms_of(key):
        raise TokenInvalid("key_type", "The key is of another kind than the algorithm of the token.", path="header")
    if not key.verifies(jws.signature, jws.signing_input):
        raise TokenInvalid("signature_invalid", "The signature does not match this token.", path="signature")


def es256_signer(private_key: ec.EllipticCurvePrivateKey) -> Sign:
    """Make a function that signs by ES256, as r ‖ s in 64 bytes (RFC 7518 §3.4), always the same (RFC 6979).

    Raises `KeyRefused` with code ``key_type`` unless the key is of P-256.
    """
    if not isinstance(private_key.curve, ec.SECP256R1):
        raise KeyRefused("key_type", "ES256 signs with a key of P-256.")
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(private_key.sign(message, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


def rs256_signer(private_key: rsa.RSAPrivateKey) -> Sign:
    """Make a function that signs by RS256 (RFC 7518 §3.3); raises `KeyRefused` with code ``key_too_weak``."""
    if private_key.key_size < MIN_RSA_BITS:
        raise KeyRefused("key_too_weak", f"An RSA key needs at least {MIN_RSA_BITS} bits.")
    return lambda message: private_key.sign(message, padding.PKCS1v15(), hashes.SHA256())


def _parts(token: str) -> tuple[bytes, bytes, bytes]:
    if len(token) > MAX_TOKEN:
        raise TokenUnreadable("token_too_large", f"A token may have at most {MAX_TOKEN} characters.", path="token")
    if token.lstrip().startswith(("{", "[")):
        raise TokenUnreadable("jws_json", "Write the token in its compact form, not as JSON.", path="token")
    # Counted before it is split: a megabyte of full stops would make a million texts.
    dots = token.count(".")
    if dots == 4:
        raise TokenUnreadable("jwe", "An encrypted token cannot be read by a stranger.", path="token")
    if dots != 2:
        raise TokenUnreadable("token_parts", "A signed token has three parts, with a full stop between.", path="token")
    decoded = []
    for name, part in zip(("header", "payload", "signature"), token.split("."), strict=True):
        try:
            decoded.append(decode_base64url(part))
        except ValueError:
            sentence = "Write each part as base64url without padding, white space or bits left over."
            raise TokenUnreadable("token_base64", sentence, path=name) from None
    return decoded[0], decoded[1], decoded[2]


def _check_header(header: dict[str, Any]) -> None:
    if "crit" in header:
        # Nothing that may be critical is understood here, so RFC 7515 §4.1.11 asks for a refusal, of an empty one too.
        raise TokenInvalid("crit_not_allowed", "The header may not make anything critical.", path="header $.crit")
    for name in header:
        if name in _REFUSED:
            raise TokenInvalid("header_not_allowed", f"The header may not hold {name}.", path=f"header $.{name}")
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        sentence = f"A token is signed by one of {', '.join(ALGORITHMS)}."
        raise TokenInvalid("alg_not_allowed", sentence, path="header $.alg")
