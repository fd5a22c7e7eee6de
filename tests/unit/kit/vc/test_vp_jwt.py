"""Presentations as tokens: whose key, for whom, when; and envelopes that hold what they say."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from typing import Any

import pytest

from accredit.kit.vc import did_key, envelope, json_web_signature, vp_jwt
from accredit.kit.vc.errors import DataModelInvalid, TokenInvalid, TokenUnreadable, VcError
from accredit.kit.vc.json_web_signature import es256_signer
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import token_examples, vc_examples
from tests.unit.kit.vc.holder_examples import HOLDER, STRANGER, V2, credential, resolve

NOW = vc_examples.NOW
SECONDS = int(NOW.timestamp())
PRESENTATION = {"@context": [V2], "type": ["VerifiablePresentation"], "holder": HOLDER.did}
HEADER = {"alg": "EdDSA", "kid": HOLDER.method}
PLACES = {
    "wrong_typ": ["header $.typ"],
    "signature_invalid": ["signature"],
    "json_syntax": ["payload offset 0"],
    "not_a_presentation": ["payload"],
    "iss_mismatch": ["payload $.iss"],
    "created_in_future": ["payload $.iat", "payload $.nbf"],
    "token_expired": ["payload $.exp"],
    "claim_malformed": ["payload $.exp"],
    "domain_mismatch": ["payload $.aud"],
    "challenge_mismatch": ["payload $.nonce"],
}
"""Where a refusal points to; all others point to the name of the key."""


def token(payload: Any = PRESENTATION, **header: Any) -> str:
    names = {name: value for name, value in {**HEADER, **header}.items() if value is not None}
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return json_web_signature.write(names, data, HOLDER.sign)


def decode(text: str, **more: Any) -> vp_jwt.VerifiedPresentationToken:
    return vp_jwt.decode(text, **{"resolve": resolve, "now": NOW, **more})


def claims(**more: Any) -> dict[str, Any]:
    return {**PRESENTATION, **more}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(token(), id="no type"),
        pytest.param(token(typ="vp+jwt"), id="its type"),
        pytest.param(token(typ="application/VP+JWT"), id="its media type"),
        pytest.param(token({"iss": HOLDER.did, "vp": PRESENTATION}), id="the claim of VCDM 1.1"),
        pytest.param(token(claims(iss=HOLDER.did, iat=SECONDS, nbf=SECONDS - 9, exp=SECONDS + 9)), id="times"),
        pytest.param(token({**claims(iss=HOLDER.did), "holder": {"id": HOLDER.did}}), id="a holder with an id"),
        pytest.param(token({"@context": [V2], "type": "VerifiablePresentation", "iss": HOLDER.did}), id="no holder"),
    ],
)
def test_token_is_read_with(text: str) -> None:
    found = decode(text)
    assert (found.controller, found.verification_method) == (HOLDER.did, HOLDER.method)
    assert "VerifiablePresentation" in found.document["type"]
    assert not {"iss", "iat", "nbf", "exp", "vp"} & found.document.keys()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(token(typ="vc+jwt"), "wrong_typ", id="a token for a credential"),
        pytest.param(token(typ=7), "wrong_typ", id="a type that is a number"),
        pytest.param(token(kid=None), "key_missing", id="no key"),
        pytest.param(token(kid=5), "key_missing", id="a key that is a number"),
        pytest.param(token(kid="https://school.example/key"), "key_unknown", id="a key that cannot be found"),
        pytest.param(token(kid=STRANGER.method), "signature_invalid", id="the key of another"),
        pytest.param(token(b"not json"), "json_syntax", id="no JSON"),
        pytest.param(token(credential()), "not_a_presentation", id="a credential"),
        pytest.param(token({"vp": PRESENTATION, "extra": 1}), "not_a_presentation", id="something beside the claim"),
        pytest.param(token({"vp": "text"}), "not_a_presentation", id="a claim that is text"),
        pytest.param(token(claims(iss=STRANGER.did)), "iss_mismatch", id="another issuer than the holder"),
        pytest.param(token(claims(iss=HOLDER.did, holder=STRANGER.did)), "iss_mismatch", id="another holder"),
        pytest.param(token(claims(iat=SECONDS + 999)), "created_in_future", id="made tomorrow"),
        pytest.param(token(claims(nbf=SECONDS + 999)), "created_in_future", id="to be used tomorrow"),
        pytest.param(token(claims(exp=SECONDS)), "token_expired", id="expired"),
        pytest.param(token(claims(exp="soon")), "claim_malformed", id="an end in words"),
    ],
)
def test_token_is_refused_with(text: str, code: str) -> None:
    with pytest.raises((TokenInvalid, TokenUnreadable)) as caught:
        decode(text)
    assert caught.value.code == code
    assert caught.value.path in PLACES.get(code, ["header $.kid"])
    assert caught.value.sentence.endswith(".")


def test_token_made_for_another_occasion_is_refused() -> None:
    text = token(claims(aud=["https://a.example", "https://b.example"], nonce="n1"))
    assert decode(text, expected_domain="https://b.example", expected_challenge="n1").document == PRESENTATION
    for expected, code in (
        ({"expected_domain": "c"}, "domain_mismatch"),
        ({"expected_challenge": "n2"}, "challenge_mismatch"),
    ):
        with pytest.raises(TokenInvalid) as caught:
            decode(text, **expected)
        assert (caught.value.code, caught.value.path) == (code, PLACES[code][0])
    assert decode(token(claims(aud="a")), expected_domain="a").controller == HOLDER.did


def _changed(**members: Any) -> VerificationKey:
    return dataclasses.replace(did_key.resolve(HOLDER.method), **members)


@pytest.mark.parametrize(
    ("key", "code"),
    [
        pytest.param(_changed(id="did:example:other#key"), "wrong_key", id="a key of another name"),
        pytest.param(_changed(relationships=frozenset({"assertionMethod"})), "not_authentication_key", id="to assert"),
        pytest.param(_changed(revoked=NOW - timedelta(days=1)), "key_revoked", id="revoked"),
        pytest.param(_changed(revoked=NOW), "key_revoked", id="revoked this very moment"),
        pytest.param(_changed(expires=NOW), "key_expired", id="expired"),
    ],
)
def test_key_that_may_not_present_is_refused(key: VerificationKey, code: str) -> None:
    with pytest.raises(TokenInvalid) as caught:
        decode(token(), resolve=lambda _method: key)
    assert (caught.value.code, caught.value.path) == (code, "header $.kid")


def test_a_token_says_what_it_is_and_is_always_the_same() -> None:
    sign = es256_signer(token_examples.curve_secret())
    text = envelope.secure(credential(), kid="did:example:a#key", alg="ES256", sign=sign)
    assert text == envelope.secure(
        dict(reversed(credential().items())), kid="did:example:a#key", alg="ES256", sign=sign
    )
    assert json_web_signature.read(text).header == {
        "alg": "ES256",
        "kid": "did:example:a#key",
        "typ": "vc+jwt",
        "cty": "vc",
    }


def test_a_member_that_would_be_read_as_a_claim_is_refused() -> None:
    with pytest.raises(TokenInvalid) as caught:
        envelope.secure(credential(exp=1), kid="did:example:a#key", alg="ES256", sign=HOLDER.sign)
    assert (caught.value.code, caught.value.path) == ("not_a_credential", "$.exp")


@pytest.mark.parametrize(
    "media_type",
    ["application/vc+jwt", "application/VC+JWT", "application/jwt", "application/vc-ld+jwt;base64url"],
)
def test_envelope_opens_under_every_name_it_has_had(media_type: str) -> None:
    document = {**envelope.wrap("a.b.c"), "id": f"data:{media_type},a.b.c"}
    assert envelope.unwrap(document) == "a.b.c"


@pytest.mark.parametrize("media_type", ["", "application/vp+jwt", "application/vc+sd-jwt", "application/vc+jwt;base64"])
def test_envelope_of_another_kind_stays_closed(media_type: str) -> None:
    with pytest.raises(DataModelInvalid) as caught:
        envelope.unwrap({**envelope.wrap("a.b.c"), "id": f"data:{media_type},a.b.c"})
    assert (caught.value.code, caught.value.path) == ("envelope_media_type", "$.id")


def test_envelope_of_a_presentation_is_none_of_a_credential() -> None:
    with pytest.raises(VcError) as caught:
        envelope.unwrap(envelope.wrap("a.b.c", kind="VerifiablePresentation"))
    assert caught.value.code == "type_required"
