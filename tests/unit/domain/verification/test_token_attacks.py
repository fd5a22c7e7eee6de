"""Group VJ of the attack catalogue, as the verdict that a reader is given, with its reason."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.domain.issuing import queries as issuances
from accredit.domain.issuing.rules import Purpose
from accredit.domain.verification import operations
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Reason, Verdict
from accredit.domain.verification.sources import NoSources
from accredit.kit.vc import did_key, json_web_key, multikey
from accredit.kit.vc.json_web_key import decode_base64url, encode_base64url
from accredit.kit.vc.json_web_signature import es256_signer
from accredit.kit.vc.multikey import KeyKind
from tests.unit.domain.verification.story import Issued, Story, did_of
from tests.unit.domain.verification.test_other_issuers import NOW, badge
from tests.unit.domain.verification.test_tokens import token_of, verified
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

UNIVERSITY = "https://university.example/issuers/1"
THEIRS = es256_signer(tokens.curve_secret(666))
"""The attacker's own key."""
JWK = json_web_key.encode(tokens.curve_public(666))
SELF = did_key.did_for(tokens.curve_public(666))
NG, UR = Verdict.NOT_GENUINE, Verdict.UNREADABLE


def payload(issuer: str = UNIVERSITY, **more: Any) -> dict[str, Any]:
    """A badge with its claims; what is given as None is left out."""
    document = json.loads(badge(issuer, f"{issuer}#key"))
    claims = {"iss": issuer, "jti": document["id"], "sub": document["credentialSubject"]["id"], "nbf": 1704067200}
    whole = document | {"proof": None} | claims | more
    return {name: value for name, value in whole.items() if value is not None}


def elsewhere(token: str) -> VerificationReport:
    return operations.verify(token.encode(), now=NOW, sources=NoSources())


def answer(report: VerificationReport) -> tuple[Verdict, Reason | None]:
    return report.verdict, report.reason


class Insider:
    """Signs whatever it is given with the school's own key for tokens, as only a thief of it could."""

    def __init__(self, story: Story, issued: Issued) -> None:
        self.story = story
        self.token = token_of(story, issued)
        with story.database.reading() as db:
            did = did_of(db, story.cast.organisation_id)
            key = issuances.signing_key(db, controller=did, purpose=Purpose.ASSERTION_JWT)
        assert key is not None
        self.key_id, self.kid = key.id, key.verification_method
        self.payload: dict[str, Any] = json.loads(decode_base64url(self.token.split(".")[1]))

    def sign(self, header: dict[str, Any] | str | None = None, body: dict[str, Any] | str | None = None) -> str:
        head = {"alg": "ES256", "kid": self.kid} if header is None else header
        text = self.payload if body is None else body
        return tokens.signed(head, text, lambda message: self.story.keyring.sign(self.key_id, message))

    def verdict(self, token: str) -> tuple[Verdict, Reason | None]:
        report = verified(self.story, token)
        assert report.claims is None
        return answer(report)


@pytest.fixture
def insider(quick_story: Story, issued: Issued) -> Insider:
    return Insider(quick_story, issued)


def test_the_insiders_token_holds_and_only_the_record_tells_it_apart(insider: Insider) -> None:
    assert verified(insider.story, insider.token).verdict is Verdict.GENUINE
    assert insider.verdict(insider.sign()) == (NG, Reason.NOT_AS_RECORDED)


@pytest.mark.attack("VJ01")
@pytest.mark.parametrize("name", ["none", "None", "nOnE", "", None])
@pytest.mark.parametrize("signature", ["", "AAAA"], ids=["unsigned", "any signature"])
def test_vj01_no_algorithm(insider: Insider, name: str | None, signature: str) -> None:
    head = insider.sign({"alg": name, "kid": insider.kid}).rpartition(".")[0]
    assert insider.verdict(f"{head}.{signature}") == (NG, Reason.ALG_NOT_ALLOWED)


@pytest.mark.attack("VJ01")
def test_vj01_a_genuine_token_without_its_signature(insider: Insider) -> None:
    assert insider.verdict(insider.token.rpartition(".")[0] + ".") == (NG, Reason.SIGNATURE_INVALID)


@pytest.mark.attack("VJ03")
@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
def test_vj03_public_key_as_shared_secret(insider: Insider, name: str) -> None:
    pem = tokens.rsa_secret().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": name, "kid": insider.kid}
    forged = tokens.signed(header, insider.payload, lambda message: hmac.digest(pem, message, "sha256"))
    assert insider.verdict(forged) == (NG, Reason.ALG_NOT_ALLOWED)


@pytest.mark.attack("VJ05")
@pytest.mark.parametrize("name", ["RS256", "EdDSA", "Ed25519"])
def test_vj05_another_algorithm_than_the_key_on_record_is_for(insider: Insider, name: str) -> None:
    assert insider.verdict(insider.sign({"alg": name, "kid": insider.kid})) == (NG, Reason.ALG_NOT_ALLOWED)


@pytest.mark.attack("VJ05")
@pytest.mark.parametrize(
    ("name", "jwk"),
    [
        pytest.param("RS256", JWK, id="RS256 with a P-256 key"),
        pytest.param("ES256", tokens.rsa_jwk(tokens.rsa_secret()), id="ES256 with an RSA key"),
        pytest.param(
            "ES256",
            json_web_key.encode(examples.curve_signer(multikey.KeyKind.P384, 7)[0]),
            id="ES256 with a P-384 key",
        ),
        pytest.param(
            "EdDSA",
            {"kty": "OKP", "crv": "X25519", "x": encode_base64url(bytes(range(32)))},
            id="EdDSA with an X25519 key",
        ),
        pytest.param("EdDSA", {"kty": "oct", "k": "c2VjcmV0"}, id="a shared secret"),
    ],
)
def test_vj05_algorithm_and_key_of_two_kinds(name: str, jwk: dict[str, str]) -> None:
    forged = tokens.signed({"alg": name, "jwk": jwk}, payload(), THEIRS)
    assert answer(elsewhere(forged)) == (NG, Reason.ALG_NOT_ALLOWED)


@pytest.mark.attack("VJ06")
def test_vj06_attackers_own_key_under_a_universitys_name() -> None:
    report = elsewhere(tokens.signed({"alg": "ES256", "jwk": JWK}, payload(), THEIRS))
    assert answer(report) == (Verdict.INTEGRITY_ONLY, Reason.KEY_NOT_ANCHORED)
    assert "Oxford" not in json.dumps(report.to_json())


@pytest.mark.attack("VJ06")
def test_vj06_attackers_own_key_under_our_schools_name(insider: Insider) -> None:
    forged = tokens.signed({"alg": "ES256", "jwk": JWK}, insider.payload, THEIRS)
    assert insider.verdict(forged) == (NG, Reason.KEY_NOT_OF_ISSUER)


@pytest.mark.attack("VJ06")
def test_vj06_a_key_that_brings_its_private_part() -> None:
    forged = tokens.signed({"alg": "ES256", "jwk": JWK | {"d": "AQ"}}, payload(), THEIRS)
    assert answer(elsewhere(forged)) == (NG, Reason.WEAK_KEY)


@pytest.mark.attack("VJ07")
@pytest.mark.parametrize(
    ("issuer", "kid"),
    [
        pytest.param(UNIVERSITY, "https://attacker.example/keys/1", id="an address elsewhere"),
        pytest.param(UNIVERSITY, "https://attacker.example/keys#1", id="an address elsewhere with a fragment"),
        pytest.param("did:web:university.example", "https://attacker.example/keys/1", id="an address for a did:web"),
        pytest.param(UNIVERSITY, "did:web:attacker.example#1", id="a did:web for an address"),
        pytest.param("did:web:university.example", "did:web:attacker.example#1", id="another did:web"),
    ],
)
def test_vj07_a_key_at_the_attackers_host(issuer: str, kid: str) -> None:
    forged = tokens.signed({"alg": "ES256", "kid": kid}, payload(issuer), THEIRS)
    assert answer(elsewhere(forged)) == (NG, Reason.KEY_OF_ANOTHER_ISSUER)


@pytest.mark.attack("VJ07")
def test_vj07_a_key_at_the_attackers_host_under_our_schools_name(insider: Insider) -> None:
    forged = tokens.signed({"alg": "ES256", "kid": "https://attacker.example/keys/1"}, insider.payload, THEIRS)
    assert insider.verdict(forged) == (NG, Reason.KEY_OF_ANOTHER_ISSUER)


@pytest.mark.attack("VJ10")
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"crit": ["b64"], "b64": False}, id="b64 made critical"),
        pytest.param({"crit": ["exp"], "exp": 1}, id="an unknown name"),
        pytest.param({"crit": []}, id="an empty list"),
        pytest.param({"crit": ["alg"]}, id="a standard header"),
        pytest.param({"b64": False}, id="b64 alone"),
        pytest.param({"zip": "DEF"}, id="compressed"),
    ],
)
def test_vj10_critical_headers(insider: Insider, more: dict[str, Any]) -> None:
    forged = insider.sign({"alg": "ES256", "kid": insider.kid, **more})
    assert insider.verdict(forged) == (NG, Reason.HEADER_NOT_ALLOWED)


@pytest.mark.attack("VJ11")
@pytest.mark.parametrize(
    "names",
    ['"alg":"none","alg":"ES256"', '"alg":"ES256","alg":"none"', '"alg":"ES256","\\u0061lg":"ES256"'],
    ids=["none first", "none last", "spelt with an escape"],
)
def test_vj11_header_name_twice(insider: Insider, names: str) -> None:
    forged = insider.sign(f'{{{names},"kid":"{insider.kid}"}}')
    assert insider.verdict(forged) == (UR, Reason.DUPLICATE_JSON_KEY)


@pytest.mark.attack("VJ11")
def test_vj11_claim_twice(insider: Insider) -> None:
    body = json.dumps(insider.payload)[:-1] + ', "iss": "did:web:attacker.example"}'
    assert insider.verdict(insider.sign(None, body)) == (UR, Reason.DUPLICATE_JSON_KEY)


@pytest.mark.attack("VJ13")
@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"iss": "did:web:attacker.example"}, id="iss"),
        pytest.param({"sub": "urn:uuid:00000000-0000-4000-8000-000000000000"}, id="sub"),
        pytest.param({"jti": "urn:uuid:00000000-0000-4000-8000-000000000000"}, id="jti"),
        pytest.param({"nbf": 1}, id="nbf"),
        pytest.param({"exp": 4_000_000_000, "validUntil": "2090-01-01T00:00:00Z"}, id="exp"),
    ],
)
def test_vj13_claim_and_credential_say_two_things(insider: Insider, changes: dict[str, Any]) -> None:
    forged = insider.sign(None, insider.payload | changes)
    assert insider.verdict(forged) == (NG, Reason.CLAIMS_DIFFER)


@pytest.mark.attack("VJ13")
def test_vj13_a_second_credential_in_the_claim_vc(insider: Insider) -> None:
    forged = insider.sign(None, insider.payload | {"vc": payload()})
    assert insider.verdict(forged) == (NG, Reason.CLAIMS_DIFFER)


@pytest.mark.attack("VJ14")
@pytest.mark.parametrize(
    "jwk",
    [
        pytest.param(tokens.rsa_jwk(tokens.rsa_secret(1024)), id="1,024 bits"),
        pytest.param(tokens.rsa_jwk(tokens.rsa_secret(2048, 3)), id="an exponent of 3"),
        pytest.param(tokens.rsa_jwk(tokens.rsa_secret()) | {"e": "AQ"}, id="an exponent of 1"),
        pytest.param(tokens.rsa_jwk(tokens.rsa_secret()) | {"n": tokens.number(1 << 2047)}, id="an even modulus"),
    ],
)
def test_vj14_weak_rsa(jwk: dict[str, str]) -> None:
    sign = tokens.rsa_sign(tokens.rsa_secret(1024))
    forged = tokens.signed({"alg": "RS256", "jwk": jwk}, payload(), sign)
    assert answer(elsewhere(forged)) == (NG, Reason.KEY_TOO_WEAK)


@pytest.mark.attack("VJ15")
@pytest.mark.parametrize(
    "respelt",
    [
        pytest.param(lambda token: f"{token}\n", id="trailing newline"),
        pytest.param(lambda token: f" {token}", id="space in front"),
        pytest.param(lambda token: f"{token}==", id="padding"),
        pytest.param(lambda token: f"{token}.", id="four parts"),
        pytest.param(lambda token: f"{token}.e30.e30", id="five parts, as if encrypted"),
        pytest.param(lambda token: token[:-1] + chr(ord(token[-1]) + 1), id="bits left over"),
        pytest.param(
            lambda token: json.dumps(dict(zip(("protected", "payload", "signature"), token.split("."), strict=True))),
            id="JSON serialisation",
        ),
    ],
)
def test_vj15_other_forms_and_other_spellings(insider: Insider, respelt: Any) -> None:
    verdict, reason = insider.verdict(respelt(insider.token))
    assert verdict is UR
    assert reason in {Reason.MALFORMED, Reason.NO_CREDENTIAL}


@pytest.mark.attack("VJ15")
def test_vj15_a_token_inside_a_token(insider: Insider) -> None:
    nested = insider.sign({"alg": "ES256", "kid": insider.kid, "cty": "JWT"}, insider.token)
    assert insider.verdict(nested) == (UR, Reason.MALFORMED)


@pytest.mark.attack("VJ16")
@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "secevent+jwt", "vp+jwt", "dc+sd-jwt", ""])
def test_vj16_a_token_of_another_kind(insider: Insider, typ: str) -> None:
    forged = insider.sign({"alg": "ES256", "kid": insider.kid, "typ": typ})
    assert insider.verdict(forged) == (NG, Reason.WRONG_TOKEN_TYPE)


@pytest.mark.attack("VJ16")
def test_vj16_an_access_token_of_ours_holds_no_credential(insider: Insider) -> None:
    access = {"iss": insider.payload["iss"], "sub": "person-1", "scope": "read", "exp": 4_000_000_000}
    assert insider.verdict(insider.sign(None, access)) == (UR, Reason.NO_CREDENTIAL)
    typed = insider.sign({"alg": "ES256", "kid": insider.kid, "typ": "at+jwt"}, access)
    assert insider.verdict(typed) == (NG, Reason.WRONG_TOKEN_TYPE)


@pytest.mark.attack("VJ18")
def test_vj18_unknown_key_never_falls_back_to_the_header(insider: Insider) -> None:
    did = insider.kid.partition("#")[0]
    header = {"alg": "ES256", "kid": f"{did}#assertion-jwt-99", "jwk": JWK}
    assert insider.verdict(tokens.signed(header, insider.payload, THEIRS)) == (NG, Reason.KEY_NOT_OF_ISSUER)
    known = header | {"kid": insider.kid}
    assert insider.verdict(tokens.signed(known, insider.payload, THEIRS)) == (NG, Reason.SIGNATURE_INVALID)
    unknown = {"alg": "ES256", "kid": "https://university.example/keys/1", "jwk": JWK}
    report = elsewhere(tokens.signed(unknown, payload(), THEIRS))
    assert answer(report) == (Verdict.CANNOT_CONFIRM, Reason.ISSUER_KEY_UNREACHABLE)
    assert "Oxford" not in json.dumps(report.to_json())


@pytest.mark.attack("VJ19")
def test_vj19_genuine_token_with_a_long_header_is_read() -> None:
    secret = tokens.rsa_secret(4096)
    header = {"alg": "RS256", "jwk": {**tokens.rsa_jwk(secret), "use": "sig", "alg": "RS256"}}
    token = tokens.signed(header, payload(), tokens.rsa_sign(secret))
    assert len(decode_base64url(token.partition(".")[0])) > 512
    assert answer(elsewhere(token)) == (Verdict.INTEGRITY_ONLY, Reason.KEY_NOT_ANCHORED)


SELF_KID = did_key.verification_method_for(tokens.curve_public(666))


@pytest.mark.parametrize(
    "header",
    [{"kid": SELF_KID}, {"kid": SELF_KID, "typ": "vc+jwt"}, {"jwk": JWK}, {"jwk": JWK, "typ": "JWT"}],
    ids=["by its name", "typed vc+jwt", "brought along", "typed JWT"],
)
def test_a_token_in_good_faith_from_a_key_that_names_itself_is_bound(header: dict[str, Any]) -> None:
    report = elsewhere(tokens.signed({"alg": "ES256", **header}, payload(SELF), THEIRS))
    assert answer(report) == (Verdict.GENUINE_ISSUER_NOT_RECOGNISED, Reason.ISSUER_NOT_RECOGNISED)
    assert report.claims is not None


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        pytest.param(
            {"validUntil": "2026-06-30T14:02:59Z", "exp": 1782828179}, Reason.EXPIRED, id="it ended a second ago"
        ),
        pytest.param({"exp": 1782828179}, Reason.EXPIRED, id="only the claim says that it ended"),
        pytest.param(
            {"validFrom": "2026-06-30T15:00:00Z", "nbf": 1782831600}, Reason.NOT_YET_VALID, id="it begins in an hour"
        ),
    ],
)
def test_dates_of_a_token(more: dict[str, Any], expected: Reason) -> None:
    report = elsewhere(tokens.signed({"alg": "ES256", "kid": SELF_KID}, payload(SELF, **more), THEIRS))
    assert answer(report) == (Verdict.NOT_CURRENT, expected)


def test_a_proof_inside_a_token_must_hold_too() -> None:
    public = multikey.from_raw(KeyKind.ED25519, examples.public(1).raw)
    document = json.loads(badge(SELF, did_key.verification_method_for(public)))
    outer = {"alg": "ES256", "kid": SELF_KID}
    report = elsewhere(tokens.signed(outer, payload(SELF, proof=document["proof"]), THEIRS))
    assert report.verdict is NG


def test_the_clock_may_differ_by_a_little() -> None:
    soon = NOW + timedelta(seconds=30)
    stated = {"validFrom": soon.strftime("%Y-%m-%dT%H:%M:%SZ"), "nbf": int(soon.timestamp())}
    report = elsewhere(tokens.signed({"alg": "ES256", "kid": SELF_KID}, payload(SELF, **stated), THEIRS))
    assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED
