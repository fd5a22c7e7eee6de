"""Tokens that are made as Open Badges 3.0 asks, read back, and read by others; and others' read here."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from openbadgeslib.ob3 import Achievement, Issuer, OB3Signer, OB3VerificationError, OB3Verifier
from openbadgeslib.ob3 import OpenBadgeCredential as TheirCredential

from accredit.kit.vc import eddsa_rdfc_2022, json_web_key, multikey, vc_jwt
from accredit.kit.vc.errors import KeyRefused, TimestampInvalid, TokenInvalid
from accredit.kit.vc.json_web_key import decode_base64url
from accredit.kit.vc.json_web_signature import es256_signer, rs256_signer
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

SIGN = es256_signer(tokens.curve_secret())


def issue(document: dict[str, Any] | None = None, **more: Any) -> str:
    return vc_jwt.encode(document or examples.badge(), **{"kid": tokens.KID, "alg": "ES256", "sign": SIGN, **more})


def read(token: str, *keys: Any, **more: Any) -> vc_jwt.VerifiedToken:
    resolve = examples.resolver(*(keys or (tokens.curve_key(),)))
    return vc_jwt.decode(token, resolve=resolve, now=examples.NOW, **more)


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, payload, _ = token.split(".")
    return json.loads(decode_base64url(header)), json.loads(decode_base64url(payload))


def test_header_and_claims_are_those_of_open_badges_and_no_more() -> None:
    document = {**examples.badge(), "validUntil": "2027-11-20T12:00:00Z"}
    header, payload = parts(issue(document))
    assert header == {"alg": "ES256", "kid": tokens.KID}
    claims = {name: payload.pop(name) for name in ("iss", "jti", "sub", "nbf", "exp")}
    assert payload == document
    assert claims == {
        "iss": examples.ISSUER,
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": tokens.SECONDS,
        "exp": tokens.SECONDS + 365 * 86_400,
    }


def test_a_credential_without_an_end_has_no_exp() -> None:
    assert "exp" not in parts(issue())[1]


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_what_is_issued_is_read_back_whole(algorithm: str) -> None:
    sign, key = (
        (SIGN, tokens.curve_key()) if algorithm == "ES256" else (rs256_signer(tokens.rsa_secret()), tokens.rsa_key())
    )
    found = read(issue(alg=algorithm, sign=sign), key, expected_issuer=examples.ISSUER)
    assert found.document == examples.badge()
    assert (found.algorithm, found.kid, found.key, found.is_bound, found.notes) == (algorithm, key.id, key, True, ())
    assert found.not_before == examples.CREATED
    assert (found.expires, found.is_expired, found.is_not_yet_valid) == (None, False, False)


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_ed25519_is_read(algorithm: str) -> None:
    key = examples.key(1)
    token = tokens.signed(
        {"alg": algorithm, "kid": key.id, "typ": "vc+jwt"}, tokens.payload(), examples.private(1).sign
    )
    assert read(token, key).is_bound


def test_what_a_token_claims_can_be_read_before_anything_is_verified() -> None:
    forged = tokens.signed({"alg": "ES256", "kid": tokens.KID}, tokens.payload(), lambda _: bytes(64))
    assert vc_jwt.unverified(forged).document == examples.badge()
    with pytest.raises(TokenInvalid) as refused:
        vc_jwt.unverified(tokens.token(header={"typ": "at+jwt"}))
    assert refused.value.code == "wrong_typ"


def test_the_same_document_gives_the_same_token_in_any_order() -> None:
    document = examples.badge()
    again = dict(reversed(list(document.items())))
    assert issue(document) == issue(again) == issue()


@given(st.binary(max_size=200))
def test_es256_signs_64_bytes_that_the_key_verifies(message: bytes) -> None:
    signature = SIGN(message)
    assert signature == SIGN(message)
    assert len(signature) == 64
    assert tokens.curve_public().verifies(signature, message)


def test_an_embedded_proof_is_signed_over_and_still_holds() -> None:
    key = examples.key(1)
    proven = eddsa_rdfc_2022.add_proof(
        examples.badge(), sign=examples.private(1).sign, verification_method=key.id, created=examples.CREATED
    )
    found = read(issue(proven))
    assert found.document == proven
    eddsa_rdfc_2022.verify(found.document, public_key=key.public_key)


UNFIT: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no id": ({"id": None}, {}, "member_missing"),
    "no issuer": ({"issuer": {"name": "Northfield School"}}, {}, "member_missing"),
    "a subject without id": ({"credentialSubject": {"name": "A"}}, {}, "member_missing"),
    "two subjects": ({"credentialSubject": [{"id": "urn:uuid:1"}, {"id": "urn:uuid:2"}]}, {}, "member_missing"),
    "a claim inside": ({"iss": examples.ISSUER}, {}, "not_a_credential"),
    "a credential inside": ({"vc": {}}, {}, "not_a_credential"),
    "no type": ({"type": ["OpenBadgeCredential"]}, {}, "not_a_credential"),
    "the older data model": ({"@context": ["https://www.w3.org/2018/credentials/v1"]}, {}, "not_a_credential"),
    "no number": ({"extra": float("nan")}, {}, "not_json"),
    "a lone surrogate": ({"name": "\ud800"}, {}, "not_json"),
    "a value of Python": ({"name": {1, 2}}, {}, "not_json"),
    "EdDSA": ({}, {"alg": "EdDSA"}, "alg_not_allowed"),
    "none": ({}, {"alg": "none"}, "alg_not_allowed"),
    "a relative kid": ({}, {"kid": "#key-1"[1:]}, "kid_malformed"),
    "a kid with a space": ({}, {"kid": "did:web:a b"}, "kid_malformed"),
    "a kid beyond ASCII": ({}, {"kid": "did:web:\u00e9"}, "kid_malformed"),
    "a kid with a line feed": ({}, {"kid": "did:web:a\n"}, "kid_malformed"),
    "another audience inside": ({"aud": "x"}, {}, "not_a_credential"),
    "a presentation inside": ({"vp": {}}, {}, "not_a_credential"),
    "an id that is empty": ({"id": ""}, {}, "member_missing"),
    "an id that is no text": ({"id": 7}, {}, "member_missing"),
}


@pytest.mark.parametrize("case", UNFIT.values(), ids=UNFIT)
def test_what_would_not_be_read_is_not_issued(case: tuple[dict[str, Any], dict[str, Any], str]) -> None:
    changes, arguments, code = case
    where = {
        "alg_not_allowed": "header $.alg",
        "kid_malformed": "header $.kid",
        "not_a_credential": "$" if changes.keys() & {"type", "@context"} else None,
        "not_json": "$",
    }.get(code)
    document = {name: value for name, value in {**examples.badge(), **changes}.items() if value is not None}
    with pytest.raises(TokenInvalid) as refused:
        issue(document, **arguments)
    assert (refused.value.code, refused.value.path) == (code, where or f"$.{next(iter(changes))}")


def test_a_date_that_is_none_is_not_issued() -> None:
    for name in ("validFrom", "validUntil"):
        with pytest.raises(TimestampInvalid) as refused:
            issue({**examples.badge(), name: "2026-11-20"})
        assert refused.value.path == f"$.{name}"


def test_signers_refuse_keys_of_another_kind_or_strength() -> None:
    with pytest.raises(KeyRefused) as refused:
        es256_signer(ec.derive_private_key(7, ec.SECP384R1()))
    assert refused.value.code == "key_type"
    with pytest.raises(KeyRefused) as refused:
        rs256_signer(tokens.rsa_secret(1024))
    assert refused.value.code == "key_too_weak"


NOTED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no claims at all, as VC-JOSE-COSE allows": (
        {"iss": None, "sub": None, "jti": None, "nbf": None},
        ("iss_missing", "sub_missing", "jti_missing", "nbf_missing"),
    ),
    "an end without exp": ({"validUntil": "2027-11-20T12:00:00Z"}, ("exp_missing",)),
    "exp without an end": ({"exp": tokens.SECONDS + 365 * 86_400}, ("exp_without_date",)),
    "an audience": ({"aud": "https://verifier.example"}, ("audience_not_expected",)),
    "the issuer as a text": ({"issuer": examples.ISSUER}, ()),
    "the subject in a list": ({"credentialSubject": [examples.badge()["credentialSubject"]]}, ()),
    "fractions of a second in one of the two": ({"validFrom": "2026-11-20T12:00:00.250Z"}, ()),
    "fractions of a second in the other": ({"nbf": tokens.SECONDS + 0.5}, ()),
    "another offset": ({"validFrom": "2026-11-20T13:00:00+01:00"}, ()),
}


@pytest.mark.parametrize("case", NOTED.values(), ids=NOTED)
def test_what_others_write_in_good_faith_is_read(case: tuple[dict[str, Any], tuple[str, ...]]) -> None:
    changes, notes = case
    found = read(tokens.token(**changes))
    assert found.is_bound
    assert found.notes == notes
    assert not {"iss", "sub", "jti", "nbf", "exp", "aud"} & found.document.keys()


@pytest.mark.parametrize("typ", ["JWT", "jwt", "vc+jwt", "application/vc+jwt", "VC+JWT"])
def test_types_that_a_credential_may_have(typ: str) -> None:
    assert read(tokens.token(header={"typ": typ, "cty": "vc"})).notes == ()


def test_a_key_beside_its_name_is_not_used() -> None:
    header = {"jwk": json_web_key.encode(tokens.curve_public(8))}
    found = read(tokens.token(header=header))
    assert (found.is_bound, found.public_key, found.notes) == (True, tokens.curve_public(), ("embedded_key_ignored",))


DATES: dict[str, tuple[dict[str, Any], tuple[bool, bool]]] = {
    "valid from tomorrow": ({"validFrom": "2026-11-24T09:30:00Z", "nbf": None}, (True, False)),
    "valid in half a minute": ({"validFrom": "2026-11-23T09:30:30Z", "nbf": None}, (False, False)),
    "ended yesterday": ({"validUntil": "2026-11-22T09:30:00Z"}, (False, True)),
    "ended yesterday, by exp alone": ({"exp": examples.NOW.timestamp() - 86_400}, (False, True)),
    "ends at this moment": ({"validUntil": "2026-11-23T09:30:00Z"}, (False, True)),
    "ends in a second": ({"validUntil": "2026-11-23T09:30:01Z"}, (False, False)),
}  # fmt: skip


@pytest.mark.parametrize("case", DATES.values(), ids=DATES)
def test_dates_are_told_and_do_not_make_it_false(case: tuple[dict[str, Any], tuple[bool, bool]]) -> None:
    changes, expected = case
    found = read(tokens.token(**changes))
    assert (found.is_not_yet_valid, found.is_expired) == expected


def _hours(number: int) -> datetime:
    return examples.NOW + timedelta(hours=number)


HISTORIES: dict[str, tuple[dict[str, Any], int | None, str | None]] = {
    "revoked this very moment": ({"revoked": _hours(0)}, None, "key_revoked"),
    "expired this very moment": ({"expires": _hours(0)}, None, "key_expired"),
    "expires in an hour": ({"expires": _hours(1)}, None, None),
    "retired in the second in which it signed": ({"retired": _hours(-1)}, -1, None),
    "made in the second in which it signed": ({"valid_from": _hours(-1)}, -1, None),
    "revoked an hour ago": ({"revoked": _hours(-1)}, None, "key_revoked"),
    "revoked, though the token says it is older": ({"revoked": _hours(-1)}, -9, "key_revoked"),
    "to be revoked later": ({"revoked": _hours(1)}, None, None),
    "expired": ({"expires": _hours(-1)}, None, "key_expired"),
    "for signing in only": ({"relationships": frozenset({"authentication"})}, None, "not_assertion_key"),
    "retired after it signed": ({"retired": _hours(-1)}, -2, None),
    "retired before it signed": ({"retired": _hours(-2)}, -1, "created_after_key"),
    "retired, and the token names no time": ({"retired": _hours(-2)}, None, None),
    "made after it signed": ({"valid_from": _hours(-1)}, -2, "created_before_key"),
    "made before it signed": ({"valid_from": _hours(-2)}, -1, None),
    "signed tomorrow": ({}, 24, "created_in_future"),
}


@pytest.mark.parametrize("case", HISTORIES.values(), ids=HISTORIES)
def test_the_history_of_the_key_counts(case: tuple[dict[str, Any], int | None, str | None]) -> None:
    history, signed_at, code = case
    iat = None if signed_at is None else int(_hours(signed_at).timestamp())
    token, key = tokens.token(iat=iat), tokens.curve_key(**history)
    if code is None:
        assert read(token, key).is_bound
        return
    with pytest.raises(TokenInvalid) as refused:
        read(token, key)
    assert tokens.placed(refused.value).code == code


def test_a_token_may_be_a_minute_ahead_of_our_clock() -> None:
    minute = int(examples.NOW.timestamp()) + 60
    assert read(tokens.token(iat=minute)).is_bound
    assert read(tokens.token(validFrom=None, nbf=minute)).is_not_yet_valid is False
    assert read(tokens.token(validFrom=None, nbf=minute + 1)).is_not_yet_valid is True
    with pytest.raises(TokenInvalid) as refused:
        read(tokens.token(iat=minute + 1))
    assert refused.value.code == "created_in_future"


def _older(**more: Any) -> dict[str, Any]:
    document = {
        "@context": ["https://www.w3.org/2018/credentials/v1", examples.OB],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"type": ["Profile"], "name": "Northfield School"},
        "credentialSubject": {"type": ["AchievementSubject"], "achievement": {"id": "urn:uuid:9"}},
        **more,
    }
    claims = {"iss": examples.ISSUER, "sub": "urn:uuid:2", "jti": "urn:uuid:1", "nbf": tokens.SECONDS}
    return {**claims, "exp": tokens.SECONDS + 86_400 * 365, "vc": document}


def test_a_token_of_the_older_data_model_is_read_with_its_claims_put_back() -> None:
    found = read(tokens.signed({"alg": "ES256", "kid": tokens.KID, "typ": "JWT"}, _older()))
    assert found.is_bound
    assert found.notes == ("vc_claim",)
    assert found.document["id"] == "urn:uuid:1"
    assert found.document["issuer"]["id"] == examples.ISSUER
    assert found.document["credentialSubject"]["id"] == "urn:uuid:2"
    assert found.document["issuanceDate"] == "2026-11-20T12:00:00Z"
    assert found.document["expirationDate"] == "2027-11-20T12:00:00Z"
    assert found.expires == datetime(2027, 11, 20, 12, tzinfo=UTC)


def test_a_token_of_the_older_data_model_with_the_credential_at_the_top_is_read() -> None:
    context = ["https://www.w3.org/2018/credentials/v1", examples.OB]
    older: dict[str, Any] = {"@context": context, "validFrom": None, "issuanceDate": "2026-11-20T12:00:00Z"}
    token = tokens.token(**older)
    assert read(token).not_before == examples.CREATED


CONFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a vc of the new data model": ({"iss": examples.ISSUER, "vc": examples.badge()}, "vc_claim_not_allowed"),
    "two credentials": ({**examples.badge(), "vc": _older()["vc"]}, "vc_claim_not_allowed"),
    "a vc that is a text": ({"iss": examples.ISSUER, "vc": "credential"}, "vc_claim_not_allowed"),
    "no issuer anywhere": ({"vc": _older(issuer=None)["vc"]}, "issuer_missing"),
    "another issuer inside": (_older(issuer={"id": "did:web:attacker.example"}), "iss_mismatch"),
    "another date inside": (_older(issuanceDate="2020-01-01T00:00:00Z"), "nbf_mismatch"),
    "another end inside": (_older(expirationDate="2099-01-01T00:00:00Z"), "exp_mismatch"),
    "another subject inside": (_older(credentialSubject={"id": "urn:uuid:3"}), "sub_mismatch"),
    "another id inside": (_older(id="urn:uuid:3"), "jti_mismatch"),
}


@pytest.mark.parametrize("case", CONFUSED.values(), ids=CONFUSED)
def test_a_vc_claim_cannot_say_two_things(case: tuple[dict[str, Any], str]) -> None:
    body, code = case
    with pytest.raises(TokenInvalid) as refused:
        read(tokens.signed({"alg": "ES256", "kid": tokens.KID}, body))
    assert tokens.placed(refused.value).code == code


KEYS = {
    "P-256": tokens.curve_public(),
    "P-384": examples.curve_signer(multikey.KeyKind.P384, 7)[0],
    "Ed25519": examples.public(1),
    "RSA": tokens.rsa_public(),
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_reads_back_from_its_jwk(key: json_web_key.JoseKey) -> None:
    assert json_web_key.decode(json_web_key.encode(key)) == key


@pytest.mark.parametrize(
    "jwk",
    [None, [], "key", {}, {"kty": None}, {"kty": "EC"}, {"kty": "EC", "crv": ["P-256"]},
     {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
     {"kty": "RSA"}, {"kty": "RSA", "n": "AQ", "e": "AQAB", "key_ops": "verify"},
     {**json_web_key.encode(tokens.curve_public()), "alg": []}],
    ids=str,
)  # fmt: skip
def test_what_is_no_key_is_refused(jwk: object) -> None:
    with pytest.raises(KeyRefused):
        json_web_key.decode(jwk)


def test_a_signature_of_another_length_is_not_rsa() -> None:
    signature = rs256_signer(tokens.rsa_secret())(b"message")
    assert tokens.rsa_public().verifies(signature, b"message")
    assert not tokens.rsa_public().verifies(b"\x00" + signature, b"message")
    assert not tokens.rsa_public().verifies(signature, b"another message")


def _pem(secret: Any) -> bytes:
    return bytes(secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


SECRETS: dict[str, Any] = {"ES256": tokens.curve_secret(), "RS256": tokens.rsa_secret(), "EdDSA": examples.private(1)}


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_openbadgeslib_reads_ours(algorithm: str) -> None:
    secret = SECRETS[algorithm]
    sign = es256_signer(secret) if algorithm == "ES256" else rs256_signer(secret)
    token = issue(alg=algorithm, sign=sign)
    verifier = OB3Verifier(secret.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert verifier.verify(token).id == examples.badge()["id"]
    with pytest.raises(OB3VerificationError):
        verifier.verify(f"{token[:-3]}AAA")


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
def test_we_read_openbadgeslib(algorithm: str) -> None:
    credential = TheirCredential(
        achievement=Achievement(
            id="https://school.example/a",
            name="Peer supporter",
            description="Trained.",
            criteria_narrative="Twelve hours.",
        ),
        issuer=Issuer(id="https://school.example/issuer", name="School"),
        recipient_id="urn:uuid:0b34d20a-1111-4222-8333-944455566677",
    )
    token = OB3Signer(_pem(SECRETS[algorithm]), algorithm=algorithm).sign(credential)
    found = vc_jwt.decode(token, resolve=examples.resolver(), now=datetime.now(UTC))  # noqa: TID251
    assert found.issuer == "https://school.example/issuer"
    assert found.document["id"] == credential.id
    assert (found.is_bound, found.notes) == (False, (vc_jwt.KEY_NOT_ANCHORED,))
