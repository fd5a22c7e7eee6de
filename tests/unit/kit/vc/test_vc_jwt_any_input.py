"""Whatever is in a token, reading it ends in an answer or in a refusal of the one family, never in a crash."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.vc import json_web_key, vc_jwt
from accredit.kit.vc.errors import KeyRefused, TokenInvalid, TokenUnreadable, VcError
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples


def decode(token: str) -> vc_jwt.VerifiedToken:
    return vc_jwt.decode(token, resolve=examples.resolver(tokens.curve_key()), now=examples.NOW)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_HEADER_NAMES = st.sampled_from(["alg", "kid", "jwk", "typ", "cty", "crit", "jku"])
_CLAIM_NAMES = st.sampled_from([*tokens.payload(), "exp", "iat", "aud", "vc", "vp", "validUntil"])
_KEY_NAMES = st.sampled_from(["kty", "crv", "x", "y", "n", "e", "d", "use", "key_ops", "alg"])


@given(st.dictionaries(_HEADER_NAMES, _JSON, max_size=3), st.dictionaries(_CLAIM_NAMES, _JSON, max_size=3))
def test_any_member_of_any_kind_ends_in_an_answer_or_a_refusal(header: dict[str, Any], claims: dict[str, Any]) -> None:
    token = tokens.signed({"alg": "ES256", "kid": tokens.KID, **header}, {**tokens.payload(), **claims})
    with suppress(VcError):
        found = decode(token)
        assert found.issuer == examples.ISSUER or not found.is_bound


@given(st.dictionaries(_KEY_NAMES, _JSON, max_size=4))
def test_any_header_key_ends_in_a_refusal(changes: dict[str, Any]) -> None:
    jwk = {**json_web_key.encode(tokens.curve_public()), **changes}
    forged = tokens.signed({"alg": "ES256", "jwk": jwk}, tokens.payload(), lambda _: bytes(64))
    with pytest.raises((TokenInvalid, KeyRefused)):
        decode(forged)


@given(st.text(alphabet=tokens.token()[:40] + ".=+/ \n{", max_size=60))
def test_any_text_ends_in_a_refusal(text: str) -> None:
    with pytest.raises((TokenUnreadable, TokenInvalid)):
        decode(text)
