"""Group VJ of the attack catalogue: tokens made to be taken for what they are not. Each test names its case."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.kit.vc import json_web_key, multikey, vc_jwt
from accredit.kit.vc.errors import KeyRefused, TokenInvalid, TokenUnreadable, VcError
from accredit.kit.vc.json_web_key import encode_base64url
from accredit.kit.vc.json_web_signature import es256_signer
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

KNOWN = tokens.curve_key()
GENUINE = tokens.token()


def refusal(token: str, *keys: Any, **more: Any) -> VcError:
    with pytest.raises(VcError) as refused:
        vc_jwt.decode(token, resolve=examples.resolver(*(keys or (KNOWN,))), now=examples.NOW, **more)
    return tokens.placed(refused.value)


def read(token: str, *keys: Any) -> vc_jwt.VerifiedToken:
    return vc_jwt.decode(token, resolve=examples.resolver(*keys), now=examples.NOW)


def test_the_token_that_every_attack_here_begins_from_is_genuine() -> None:
    found = read(GENUINE, KNOWN)
    assert found.is_bound
    assert found.notes == ()
    assert found.document == examples.badge()


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, ["ES256"], 0])
@pytest.mark.parametrize("signature", [b"", b"x" * 64], ids=["unsigned", "any signature"])
def test_vj01_no_algorithm(name: object, signature: bytes) -> None:
    forged = tokens.signed({"alg": name, "kid": tokens.KID}, tokens.payload(), lambda _: signature)
    found = refusal(forged)
    assert isinstance(found, TokenInvalid)
    assert found.code == "alg_not_allowed"


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
def test_vj03_public_key_as_shared_secret(name: str) -> None:
    pem = tokens.rsa_secret().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    forged = tokens.signed(
        {"alg": name, "kid": tokens.KID}, tokens.payload(), lambda message: hmac.digest(pem, message, "sha256")
    )
    assert refusal(forged, tokens.rsa_key()).code == "alg_not_allowed"


def _p384() -> VerificationKey:
    public, _ = examples.curve_signer(multikey.KeyKind.P384, 7)
    return VerificationKey(id=tokens.KID, controller=examples.ISSUER, public_key=public)


def _ed25519() -> VerificationKey:
    return VerificationKey(id=tokens.KID, controller=examples.ISSUER, public_key=examples.public(1))


MISMATCHES = {
    "RS256 with a P-256 key": ("RS256", KNOWN, None),
    "RS256 with an Ed25519 key": ("RS256", _ed25519(), None),
    "ES256 with a P-384 key": ("ES256", _p384(), examples.curve_signer(multikey.KeyKind.P384, 7)[1]),
    "ES256 with an Ed25519 key": ("ES256", _ed25519(), examples.private(1).sign),
    "EdDSA with a P-256 key": ("EdDSA", KNOWN, None),
}


@pytest.mark.parametrize("case", MISMATCHES.values(), ids=MISMATCHES)
def test_vj05_algorithm_and_key_of_two_kinds(case: tuple[str, VerificationKey, tokens.Sign | None]) -> None:
    name, key, sign = case
    forged = tokens.signed({"alg": name, "kid": tokens.KID}, tokens.payload(), sign)
    assert refusal(forged, key).code == "key_type"


def test_vj05_es256_with_an_rsa_key() -> None:
    assert refusal(tokens.token(), tokens.rsa_key()).code == "key_type"


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "OKP", "crv": "X25519", "x": encode_base64url(bytes(range(32)))},
        {"kty": "OKP", "crv": "Ed448", "x": encode_base64url(bytes(57))},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "RSA", "n": "AQ", "e": "AQAB", "use": "enc"},
        {"kty": "OKP", "crv": "Ed25519", "x": encode_base64url(bytes(32)), "key_ops": ["deriveKey"]},
    ],
    ids=["X25519", "Ed448", "secp256k1", "a shared secret", "for encryption", "for agreement"],
)
def test_vj05_header_key_that_signs_nothing(jwk: dict[str, Any]) -> None:
    forged = tokens.signed({"alg": "EdDSA", "jwk": jwk}, tokens.payload(), lambda _: bytes(64))
    assert refusal(forged).code == "key_unsupported"


def test_vj05_header_key_names_another_algorithm() -> None:
    jwk = {**json_web_key.encode(tokens.curve_public()), "alg": "RS256"}
    assert refusal(tokens.signed({"alg": "ES256", "jwk": jwk}, tokens.payload())).code == "key_malformed"


def test_vj06_attackers_own_key_inside_the_token() -> None:
    jwk = json_web_key.encode(tokens.curve_public(666))
    forged = tokens.signed({"alg": "ES256", "jwk": jwk}, tokens.payload(), es256_signer(tokens.curve_secret(666)))
    found = read(forged, KNOWN)
    assert not found.is_bound
    assert found.key is None
    assert found.notes == ("key_not_anchored",)
    assert refusal(forged, expected_issuer=examples.ISSUER).code == "wrong_controller"


def test_vj06_header_key_with_its_private_part() -> None:
    jwk = {**json_web_key.encode(tokens.curve_public()), "d": "AQ"}
    assert refusal(tokens.signed({"alg": "ES256", "jwk": jwk}, tokens.payload())).code == "private_key"


def test_vj07_attackers_address_as_kid() -> None:
    theirs = tokens.curve_key(666, controller="https://attacker.example/keys/1")
    header = {"alg": "ES256", "kid": theirs.id}
    forged = tokens.signed(header, tokens.payload(), es256_signer(tokens.curve_secret(666)))
    found = read(forged, KNOWN, theirs)
    assert not found.is_bound
    assert found.notes == ("key_of_another",)
    assert refusal(forged, KNOWN, theirs, expected_issuer=examples.ISSUER).code == "wrong_controller"
    assert refusal(forged, KNOWN, theirs, expected_issuer=theirs.controller).code == "wrong_issuer"


@pytest.mark.parametrize("name", ["jku", "x5u", "x5c", "x5t#S256"])
def test_vj07_other_ways_to_bring_a_key_are_not_looked_at(name: str) -> None:
    header = {"alg": "ES256", name: "https://attacker.example/keys"}
    assert refusal(tokens.signed(header, tokens.payload())).code == "key_missing"
    assert read(tokens.token(header={name: "https://attacker.example/keys"}), KNOWN).notes == ("header_ignored",)


CRITICAL: dict[str, tuple[dict[str, Any], str]] = {
    "b64 made critical": ({"crit": ["b64"], "b64": False}, "crit_not_allowed"),
    "an unknown name": ({"crit": ["exp"], "exp": 1}, "crit_not_allowed"),
    "an empty list": ({"crit": []}, "crit_not_allowed"),
    "a standard header": ({"crit": ["alg"]}, "crit_not_allowed"),
    "no list at all": ({"crit": None}, "crit_not_allowed"),
    "b64 alone": ({"b64": False}, "header_not_allowed"),
    "b64 alone and true": ({"b64": True}, "header_not_allowed"),
    "compressed": ({"zip": "DEF"}, "header_not_allowed"),
    **{
        f"encrypted, by {name}": ({name: "A256GCM"}, "header_not_allowed")
        for name in ("enc", "epk", "apu", "apv", "iv", "tag", "p2s", "p2c")
    },
}


@pytest.mark.parametrize("case", CRITICAL.values(), ids=CRITICAL)
def test_vj10_critical_headers(case: tuple[dict[str, Any], str]) -> None:
    header, code = case
    found = refusal(tokens.token(header=header))
    assert (found.code, found.path) == (code, f"header $.{next(iter(header))}")


@pytest.mark.parametrize(
    "header",
    [
        '{"alg":"none","alg":"ES256","kid":"' + tokens.KID + '"}',
        '{"alg":"ES256","alg":"none","kid":"' + tokens.KID + '"}',
        '{"alg":"ES256","\\u0061lg":"ES256","kid":"' + tokens.KID + '"}',
        '{"alg":"ES256","kid":"did:web:attacker.example#1","kid":"' + tokens.KID + '"}',
    ],
    ids=["none first", "none last", "spelt with an escape", "two keys"],
)
def test_vj11_header_name_twice(header: str) -> None:
    found = refusal(tokens.signed(header, tokens.payload()))
    assert isinstance(found, TokenUnreadable)
    assert (found.code, found.path) == (
        "duplicate_json_key",
        "header $.kid" if "attacker" in header else "header $.alg",
    )


def test_vj11_claim_twice() -> None:
    body = json.dumps(tokens.payload())[:-1] + ', "iss": "did:web:attacker.example"}'
    found = refusal(tokens.signed({"alg": "ES256", "kid": tokens.KID}, body))
    assert (found.code, found.path) == ("duplicate_json_key", "payload $.iss")


ANOTHER: dict[str, tuple[dict[str, Any], str]] = {
    "iss": ({"iss": "did:web:attacker.example"}, "iss_mismatch"),
    "sub": ({"sub": "urn:uuid:00000000-0000-4000-8000-000000000000"}, "sub_mismatch"),
    "jti": ({"jti": "urn:uuid:00000000-0000-4000-8000-000000000000"}, "jti_mismatch"),
    "nbf": ({"nbf": tokens.SECONDS - 1}, "nbf_mismatch"),
    "exp": ({"exp": tokens.SECONDS + 9_999_999, "validUntil": "2027-01-01T00:00:00Z"}, "exp_mismatch"),
    "iss, with the issuer as a text": ({"issuer": "did:web:attacker.example"}, "iss_mismatch"),
    "iss as a list": ({"iss": [examples.ISSUER]}, "claim_malformed"),
    "nbf as a text": ({"nbf": str(tokens.SECONDS)}, "claim_malformed"),
    "nbf as a truth value": ({"nbf": True}, "claim_malformed"),
    "nbf before time": ({"nbf": -1}, "claim_malformed"),
    "exp after time": ({"exp": 1e300}, "claim_malformed"),
    "exp in the year ten thousand": ({"exp": 253_402_300_800}, "claim_malformed"),
    "nbf in a list": ({"nbf": [tokens.SECONDS]}, "claim_malformed"),
    "iat as a text": ({"iat": "now"}, "claim_malformed"),
    "validUntil that is no date": ({"validUntil": "never"}, "claim_malformed"),
    "validFrom that is no date": ({"validFrom": "last week"}, "claim_malformed"),
    "sub of one subject among two": (
        {"credentialSubject": [{"id": "urn:uuid:1"}, {"id": "urn:uuid:2"}], "sub": "urn:uuid:1"},
        "sub_mismatch",
    ),
}


@pytest.mark.parametrize("case", ANOTHER.values(), ids=ANOTHER)
def test_vj13_claim_and_credential_say_two_things(case: tuple[dict[str, Any], str]) -> None:
    changes, code = case
    found = refusal(tokens.token(**changes))
    assert isinstance(found, TokenInvalid)
    assert found.code == code
    if code == "claim_malformed":
        assert found.path == f"payload $.{next(iter(changes))}"


def _with_exponent_one(message: bytes) -> bytes:
    """What RSA with e = 1 accepts: the padded hash itself (RFC 8017 §9.2)."""
    info = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(message).digest()
    return b"\x00\x01" + b"\xff" * (256 - 3 - len(info)) + b"\x00" + info


def test_vj14_rsa_of_1024_bits() -> None:
    weak = tokens.rsa_secret(1024)
    forged = tokens.signed({"alg": "RS256", "jwk": tokens.rsa_jwk(weak)}, tokens.payload(), tokens.rsa_sign(weak))
    assert refusal(forged).code == "key_too_weak"
    with pytest.raises(KeyRefused):
        tokens.rsa_public(weak)


def test_vj14_rsa_of_exponent_three() -> None:
    weak = tokens.rsa_secret(2048, 3)
    forged = tokens.signed({"alg": "RS256", "jwk": tokens.rsa_jwk(weak)}, tokens.payload(), tokens.rsa_sign(weak))
    assert refusal(forged).code == "key_too_weak"


def test_vj14_rsa_of_exponent_one() -> None:
    jwk = {**tokens.rsa_jwk(tokens.rsa_secret()), "e": "AQ"}
    forged = tokens.signed({"alg": "RS256", "jwk": jwk}, tokens.payload(), _with_exponent_one)
    assert refusal(forged).code == "key_too_weak"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"n": tokens.number(1 << 2047)}, "key_too_weak"),
        ({"e": tokens.number(65_538)}, "key_too_weak"),
        ({"n": tokens.number((1 << 8193) + 1)}, "key_too_large"),
        ({"n": "A" * 200_0}, "key_too_large"),
        ({"e": tokens.number((1 << 64) + 1)}, "key_too_large"),
        ({"n": ""}, "key_malformed"),
        ({"n": "A+"}, "key_malformed"),
        ({"e": 65_537}, "key_malformed"),
        ({"kty": ["RSA"]}, "key_unsupported"),
    ],
    ids=["even modulus", "even exponent", "longer than 8,192 bits", "leading zeros", "vast exponent", "no modulus",
         "another alphabet", "a number for a text", "kind in a list"],
)  # fmt: skip
def test_vj14_rsa_of_numbers_that_do_not_sign(changes: dict[str, Any], code: str) -> None:
    jwk = {**tokens.rsa_jwk(tokens.rsa_secret()), **changes}
    forged = tokens.signed({"alg": "RS256", "jwk": jwk}, tokens.payload(), lambda _: bytes(256))
    assert refusal(forged).code == code


def _with_bits_left_over() -> str:
    """The same bytes by another spelling: 64 bytes end in a character of which only two bits count."""
    return GENUINE[:-1] + chr(ord(GENUINE[-1]) + 1)


HEAD, BODY, SIGNATURE = GENUINE.split(".")
FORMS = {
    "encrypted, five parts": ("a.b.c.d.e", "jwe"),
    "JSON serialisation": (json.dumps({"payload": BODY, "protected": HEAD, "signature": SIGNATURE}), "jws_json"),
    "JSON serialisation, in a list": (json.dumps([GENUINE]), "jws_json"),
    "JSON serialisation, after a space": (' {"payload": ""}', "jws_json"),
    "four parts": (f"{GENUINE}.", "token_parts"),
    "two parts": (f"{HEAD}.{BODY}", "token_parts"),
    "nothing": ("", "token_parts"),
    "a megabyte of full stops": ("." * 1_000_000, "token_parts"),
    "trailing newline": (f"{GENUINE}\n", "token_base64"),
    "space in front": (f" {GENUINE}", "token_base64"),
    "padding": (f"{GENUINE}==", "token_base64"),
    "padding inside": (f"{HEAD}=.{BODY}.{SIGNATURE}", "token_base64"),
    "bits left over at the end": (_with_bits_left_over(), "token_base64"),
    "the other alphabet": (f"{HEAD}.{BODY}.{'/' * 86}", "token_base64"),
    "letters beyond ASCII": (f"{HEAD}.{BODY}.é", "token_base64"),
    "too long": (f"{HEAD}.{'A' * 1_400_000}.{SIGNATURE}", "token_too_large"),
    "no header": (f".{BODY}.{SIGNATURE}", "json_syntax"),
    "a header that is a list": (f"{encode_base64url(b'[]')}.{BODY}.{SIGNATURE}", "json_not_an_object"),
    "a header over 8 kB": (f"{encode_base64url(b' ' * 8_200)}.{BODY}.{SIGNATURE}", "header_too_large"),
}


@pytest.mark.parametrize("case", FORMS.values(), ids=FORMS)
def test_vj15_other_forms_and_other_spellings(case: tuple[str, str]) -> None:
    form, code = case
    found = refusal(form)
    assert isinstance(found, TokenUnreadable)
    assert found.code == code
    if code == "token_base64":
        assert found.path == ("header" if form.startswith((" ", f"{HEAD}=")) else "signature")
    if code.startswith("json_"):
        assert found.path.startswith("header ")


@pytest.mark.parametrize("body", ["", GENUINE, "[]", "null"], ids=["detached", "nested", "a list", "null"])
def test_vj15_payload_that_is_no_object(body: str) -> None:
    found = refusal(tokens.signed({"alg": "ES256", "kid": tokens.KID, "cty": "JWT"}, body))
    assert isinstance(found, TokenUnreadable)
    assert found.code in {"json_syntax", "json_not_an_object"}
    assert found.path.startswith("payload ")


@pytest.mark.parametrize(
    "typ", ["at+jwt", "logout+jwt", "secevent+jwt", "vp+jwt", "dc+sd-jwt", "application/at+jwt", "", None, 5, ["JWT"]]
)
def test_vj16_token_of_another_kind(typ: object) -> None:
    assert refusal(tokens.token(header={"typ": typ})).code == "wrong_typ"


@pytest.mark.parametrize(
    "body",
    [
        {"iss": examples.ISSUER, "sub": "person-1", "scope": "read", "exp": tokens.SECONDS + 99_999_999},
        {"_user_id": "7", "_fresh": True},
        {"@context": [examples.V2], "type": ["VerifiablePresentation"], "verifiableCredential": []},
        {**tokens.payload(), "vp": {}},
        {**tokens.payload(), "type": "OpenBadgeCredential"},
        {**tokens.payload(), "@context": []},
        {**tokens.payload(), "@context": ["https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]},
    ],
    ids=["an access token", "a sign-in", "a presentation", "a presentation around a credential",
         "no verifiable credential", "no context", "a context of its own"],
)  # fmt: skip
def test_vj16_well_signed_but_no_credential(body: dict[str, Any]) -> None:
    forged = tokens.signed({"alg": "ES256", "kid": tokens.KID}, body)
    assert refusal(forged).code == "not_a_credential"


def test_vj18_unknown_key_never_falls_back_to_the_header() -> None:
    theirs = es256_signer(tokens.curve_secret(666))
    header = {"alg": "ES256", "kid": "did:web:unknown.example#1", "jwk": json_web_key.encode(tokens.curve_public(666))}
    assert refusal(tokens.signed(header, tokens.payload(), theirs)).code == "key_unknown"
    header["kid"] = tokens.KID
    assert refusal(tokens.signed(header, tokens.payload(), theirs)).code == "signature_invalid"


@pytest.mark.parametrize("kid", [None, "", 7, [tokens.KID]])
def test_vj18_key_name_that_is_no_text(kid: object) -> None:
    header = {"alg": "ES256", "kid": kid, "jwk": json_web_key.encode(tokens.curve_public())}
    assert refusal(tokens.signed(header, tokens.payload())).code == "kid_malformed"


def test_vj18_resolver_answers_with_another_key() -> None:
    with pytest.raises(TokenInvalid) as refused:
        vc_jwt.decode(GENUINE, resolve=lambda _: examples.key(1), now=examples.NOW)
    assert refused.value.code == "wrong_key"


def test_vj19_genuine_token_with_a_long_header_is_read() -> None:
    secret = tokens.rsa_secret(4096)
    header = {"alg": "RS256", "jwk": {**tokens.rsa_jwk(secret), "kid": "k" * 200, "use": "sig", "alg": "RS256"}}
    token = tokens.signed(header, tokens.payload(), tokens.rsa_sign(secret))
    assert len(json_web_key.decode_base64url(token.partition(".")[0])) > 512
    found = read(token)
    assert found.public_key == tokens.rsa_public(secret)
    assert found.notes == (vc_jwt.KEY_NOT_ANCHORED,)


def test_every_character_of_a_token_counts() -> None:
    resolve = examples.resolver(KNOWN)
    for position in range(len(GENUINE)):
        changed = GENUINE[:position] + ("B" if GENUINE[position] != "B" else "C") + GENUINE[position + 1 :]
        with pytest.raises((VcError,)):
            vc_jwt.decode(changed, resolve=resolve, now=examples.NOW)


def test_curve_point_under_a_changed_coordinate() -> None:
    jwk = json_web_key.encode(tokens.curve_public())
    other = json_web_key.encode(tokens.curve_public(8))
    point = ec.derive_private_key(7, ec.SECP256R1()).public_key().public_numbers()
    assert json_web_key.decode_base64url(jwk["x"]) == point.x.to_bytes(32, "big")
    with pytest.raises(KeyRefused):
        json_web_key.decode({**jwk, "y": other["y"]})
