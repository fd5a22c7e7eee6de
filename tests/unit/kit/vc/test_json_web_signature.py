"""Tokens in their parts: how long, how deep, and what the writer writes."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from accredit.kit.vc import json_web_key, json_web_signature
from accredit.kit.vc.errors import KeyRefused
from accredit.kit.vc.json_web_signature import es256_signer, rs256_signer
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc.test_vc_jwt_attacks import KNOWN, read, refusal


def test_vj15_a_part_in_the_middle_in_another_spelling() -> None:
    head, body, signature = tokens.token().split(".")
    assert refusal(f"{head}.{body}=.{signature}").path == "payload"


def test_vj15_sizes_at_their_limit_are_read() -> None:
    header = {"alg": "ES256", "kid": tokens.KID, "x": "x" * (8_192 - len(tokens.KID) - 36)}
    assert len(json.dumps(header)) == 8_192
    assert refusal(tokens.signed({**header, "x": header["x"] + "x"}, tokens.payload())).code == "header_too_large"
    assert read(tokens.signed(header, tokens.payload()), KNOWN).notes == ("header_ignored",)
    assert refusal("." * 1_400_000).code == "token_parts"
    assert refusal("." * 1_400_001).code == "token_too_large"


def test_vj15_a_header_is_not_deep() -> None:
    for depth, code in ((7, None), (8, "json_too_deep")):
        forged = tokens.signed({"alg": "ES256", "kid": "x", "y": json.loads("[" * depth + "]" * depth)}, {})
        assert refusal(forged).code == (code or "key_unknown")


def test_a_token_is_written_without_a_space_and_read_in_its_parts() -> None:
    token = json_web_signature.write({"alg": "ES256", "kid": "k"}, b"{}", lambda message: message[:3])
    header, payload, signature = token.split(".")
    assert json_web_key.decode_base64url(header) == b'{"alg":"ES256","kid":"k"}'
    found = json_web_signature.read(token)
    assert (found.header, found.algorithm, found.payload) == ({"alg": "ES256", "kid": "k"}, "ES256", b"{}")
    assert (found.signature, found.signing_input) == (header[:3].encode(), f"{header}.{payload}".encode())
    assert json_web_key.decode_base64url(signature) == found.signature


def test_numbers_of_a_signature_that_begin_with_zeros_keep_their_length() -> None:
    sign, public = es256_signer(tokens.curve_secret()), tokens.curve_public()
    signatures = {number: sign(number.to_bytes(2, "big")) for number in range(1_500)}
    assert {len(signature) for signature in signatures.values()} == {64}
    # One in 256 begins with a zero, so both halves do among so many.
    assert any(signature[0] == 0 for signature in signatures.values())
    assert any(signature[32] == 0 for signature in signatures.values())
    assert all(public.verifies(signature, number.to_bytes(2, "big")) for number, signature in signatures.items())


def test_a_signer_needs_a_key_of_its_kind_and_strength() -> None:
    with pytest.raises(KeyRefused) as refused:
        es256_signer(ec.derive_private_key(7, ec.SECP384R1()))
    assert (refused.value.code, refused.value.path) == ("key_type", "$")
    with pytest.raises(KeyRefused) as refused:
        rs256_signer(tokens.rsa_secret(1024))
    assert (refused.value.code, refused.value.path) == ("key_too_weak", "$")
    assert tokens.rsa_public().verifies(rs256_signer(tokens.rsa_secret())(b"message"), b"message")
