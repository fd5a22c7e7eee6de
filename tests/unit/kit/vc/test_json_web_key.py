"""Keys as JSON: which are read, which are refused, and with which code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from accredit.kit.vc import json_web_key
from accredit.kit.vc.errors import KeyRefused
from accredit.kit.vc.json_web_key import RsaPublicKey, RsaVerificationKey, decode, encode, encode_base64url
from accredit.kit.vc.multikey import KeyKind, PublicKey
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

CURVE = encode(tokens.curve_public())
RSA = tokens.rsa_jwk(tokens.rsa_secret())
ED25519 = encode(examples.public(1))
MODULUS = tokens.rsa_public().modulus

REFUSED: dict[str, tuple[object, str]] = {
    "no object": ([], "key_malformed"),
    "no kind": ({}, "key_unsupported"),
    "a kind that nobody knows": ({"kty": "XYZ"}, "key_unsupported"),
    "a kind that is no text": ({"kty": ["EC"]}, "key_unsupported"),
    "a shared secret": ({"kty": "oct", "k": "AAAA"}, "key_unsupported"),
    "a curve that nobody uses": ({**CURVE, "crv": "secp256k1"}, "key_unsupported"),
    "a curve that is no text": ({**CURVE, "crv": ["P-256"]}, "key_unsupported"),
    "a key for agreement": ({**ED25519, "crv": "X25519"}, "key_unsupported"),
    "a key for encryption": ({**RSA, "use": "enc"}, "key_unsupported"),
    "a key for signing only": ({**RSA, "key_ops": ["sign"]}, "key_unsupported"),
    "operations that are no list": ({**RSA, "key_ops": "verify"}, "key_unsupported"),
    "coordinates of two points": ({**CURVE, "y": encode(tokens.curve_public(8))["y"]}, "key_malformed"),
    "the coordinate of the point below": ({**CURVE, "y": tokens.number(2**256 - 1)}, "key_malformed"),
    "a coordinate without its first zeros": ({**CURVE, "x": "AA"}, "key_malformed"),
    "no coordinate": ({"kty": "EC", "crv": "P-256", "x": CURVE["x"]}, "key_malformed"),
    "31 bytes": ({**ED25519, "x": encode_base64url(bytes(31))}, "key_malformed"),
    "an algorithm of another kind": ({**CURVE, "alg": "ES384"}, "key_malformed"),
    "an algorithm that is no text": ({**CURVE, "alg": 7}, "key_malformed"),
    "no modulus": ({"kty": "RSA", "e": "AQAB"}, "key_malformed"),
    "a modulus in another alphabet": ({**RSA, "n": RSA["n"] + "+"}, "key_malformed"),
    "a modulus of a thousand and twenty-five bytes": ({**RSA, "n": encode_base64url(bytes(1_025))}, "key_too_large"),
    "a modulus of no bits": ({**RSA, "n": encode_base64url(bytes(1_024))}, "key_too_weak"),
    **{
        f"its private part {name}": ({**jwk, name: "AQAB"}, "private_key")
        for jwk in (RSA, CURVE)
        for name in ("d", "p", "q", "dp", "dq", "qi", "oth", "k")
    },
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_a_key_that_cannot_be_used_is_refused(case: tuple[object, str]) -> None:
    jwk, code = case
    with pytest.raises(KeyRefused) as refused:
        decode(jwk)
    assert (refused.value.code, refused.value.path) == (code, "$")


SIZES: dict[str, tuple[int, int, str | None]] = {
    "2,048 bits": (2**2047 + 1, 65_537, None),
    "2,047 bits": (2**2047 - 1, 65_537, "key_too_weak"),
    "8,192 bits": (2**8192 - 1, 65_537, None),
    "8,193 bits": (2**8192 + 1, 65_537, "key_too_large"),
    "an exponent of three": (MODULUS, 3, "key_too_weak"),
    "an exponent just under the usual one": (MODULUS, 65_535, "key_too_weak"),
    "an exponent that three divides": (MODULUS, 65_541, None),
    "an even exponent": (MODULUS, 65_538, "key_too_weak"),
    "an exponent of 32 bits": (MODULUS, 2**32 - 1, None),
    "an even exponent of 33 bits": (MODULUS, 2**32, "key_too_weak"),
    "an exponent of 33 bits": (MODULUS, 2**32 + 1, "key_too_large"),
    "an even modulus": (MODULUS - 1, 65_537, "key_too_weak"),
}


@pytest.mark.parametrize("case", SIZES.values(), ids=SIZES)
def test_vj14_an_rsa_key_is_neither_weak_nor_endless(case: tuple[int, int, str | None]) -> None:
    modulus, exponent, code = case
    jwk = {"kty": "RSA", "n": tokens.number(modulus), "e": tokens.number(exponent)}
    if code is None:
        assert decode(jwk) == RsaPublicKey(modulus, exponent)
        return
    refusals: list[Callable[[], object]] = [lambda: decode(jwk), lambda: RsaPublicKey(modulus, exponent)]
    for refuse in refusals:
        with pytest.raises(KeyRefused) as refused:
            refuse()
        assert refused.value.code == code


@pytest.mark.parametrize("seed", range(1, 9))
def test_points_above_and_below_the_axis_are_read(seed: int) -> None:
    numbers = ec.derive_private_key(seed, ec.SECP256R1()).public_key().public_numbers()
    x, y = (encode_base64url(number.to_bytes(32, "big")) for number in (numbers.x, numbers.y))
    found = decode({"kty": "EC", "crv": "P-256", "x": x, "y": y})
    assert found == tokens.curve_public(seed)
    assert encode(found) == {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def test_a_key_of_p_384_may_name_its_algorithm_and_signs_no_token() -> None:
    public, _ = examples.curve_signer(KeyKind.P384, 3)
    jwk: dict[str, Any] = {**encode(public), "alg": "ES384"}
    assert (jwk["crv"], decode(jwk)) == ("P-384", public)
    assert json_web_key.algorithms_of(public) == {"ES384"}
    assert isinstance(decode({**encode(public), "x": encode(public)["x"]}), PublicKey)


def test_a_published_rsa_key_has_no_history_until_one_is_given() -> None:
    key = RsaVerificationKey(id="did:web:x.example#1", controller="did:web:x.example", public_key=tokens.rsa_public())
    assert (key.valid_from, key.retired, key.expires, key.revoked) == (None, None, None, None)
    assert key.relationships == {"assertionMethod"}
