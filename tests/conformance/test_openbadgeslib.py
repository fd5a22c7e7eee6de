"""Both ways with openbadgeslib 4.6, in every form it has, and the same alterations refused on both sides.

| form | it signs | it verifies | we issue | we read |
|---|---|---|---|---|
| JSON, eddsa-rdfc-2022 | yes | yes | yes | yes |
| JSON, ecdsa-sd-2023 (a part is shown) | no | yes | no | yes |
| JWT, ES256 and RS256 | yes | yes | yes | yes |
| JWT, EdDSA | yes | yes | no | yes |
| JWT, ES384, ES512, RS384, RS512 | yes | yes | no | no: Open Badges 3.0 allows RS256 and what is registered beside it |
| PNG and SVG, of JSON and of JWT | yes | yes | yes | yes |
| status list | as JWT | as JWT; in JSON, but then not its proof | in JSON | both |
| endorsement | no | as JWT | both | both |
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Literal

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from openbadgeslib.keys import KeyFactory, KeyType
from openbadgeslib.ob3 import (
    Achievement,
    Issuer,
    OB3LdpSigner,
    OB3LdpVerifier,
    OB3Signer,
    OB3VerificationError,
    OB3Verifier,
    OpenBadgeCredential,
    Result,
    ResultDescription,
    build_status_list_credential,
    did_key_from_pem,
    sign_status_list_credential,
    verify_endorsement_jwt,
)

from accredit.domain.verification import operations as verification
from accredit.domain.verification.rules import Verdict
from accredit.domain.verification.sources import NoSources
from accredit.kit.openbadges import detect, png, svg
from accredit.kit.openbadges.credential import read
from accredit.kit.vc import data_integrity, did_key, did_web, eddsa_jcs_2022, json_web_key, status_list, vc_jwt
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.json_web_key import RsaVerificationKey
from accredit.kit.vc.json_web_signature import es256_signer, rs256_signer
from accredit.kit.vc.vc_jwt import KEY_NOT_ANCHORED
from accredit.kit.vc.verification_key import VerificationKey
from tests.conformance import our_documents as ours
from tests.unit.kit.openbadges.test_files import PNG, SVG
from tests.unit.kit.vc import token_examples as tokens

pytestmark = pytest.mark.suite("openbadgeslib")
LATER = ours.NOW + timedelta(days=3650)
KID = f"{ours.ISSUER}#token-key"
HOURS = "urn:uuid:1d6f4b1e-0000-4000-8000-000000000001"

BAKE: dict[str, tuple[Callable[[str], bytes], Callable[[bytes], str]]] = {
    "PNG": (lambda text: png.bake(PNG, text), OB3Verifier.extract_token_from_png),
    "SVG": (lambda text: svg.bake(SVG, text), OB3Verifier.extract_token_from_svg),
}


def keys(alg: str) -> dict[str, VerificationKey | RsaVerificationKey]:
    """Our key for a kind of token, by its id."""
    if alg == "RS256":
        return {KID: RsaVerificationKey(id=KID, controller=ours.ISSUER, public_key=tokens.rsa_public())}
    return {KID: VerificationKey(id=KID, controller=ours.ISSUER, public_key=tokens.curve_public())}


def token(document: dict[str, Any], alg: Literal["ES256", "RS256"] = "ES256") -> str:
    sign = es256_signer(tokens.curve_secret()) if alg == "ES256" else rs256_signer(tokens.rsa_secret())
    return vc_jwt.encode(document, kid=KID, alg=alg, sign=sign)


def download(alg: str, *, revoked: tuple[int, ...] = ()) -> Callable[..., bytes]:
    """Serve our did.json with the key in it as a JWK, and the status list as a token."""
    (key,) = keys(alg).values()
    method = {"id": KID, "type": "JsonWebKey", "controller": ours.ISSUER}
    document = {
        "id": ours.ISSUER,
        "verificationMethod": [{**method, "publicKeyJwk": json_web_key.encode(key.public_key)}],
        "assertionMethod": [KID],
    }
    listed = status_list.list_credential(ours.LIST, ours.ISSUER, status_list.encode(revoked), ours.SIGNED)
    files = {
        did_web.document_url(ours.ISSUER): json.dumps(document).encode(),
        ours.LIST: token(listed, "RS256" if alg == "RS256" else "ES256").encode(),
    }
    return lambda url, *_: files[url]


def public_pem(alg: str) -> bytes:
    secret = tokens.rsa_secret() if alg == "RS256" else tokens.curve_secret()
    return secret.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


# ── ours in theirs

ALGORITHMS: tuple[Literal["ES256", "RS256"], ...] = ("ES256", "RS256")


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_our_token_verifies_there_by_the_key_and_by_our_did(alg: Literal["ES256", "RS256"]) -> None:
    made = token(ours.badge(), alg)
    by_key = OB3Verifier(public_pem(alg)).verify(made)
    by_did = OB3Verifier.for_issuer_did(ours.ISSUER, download=download(alg)).verify(made)
    assert by_key == by_did
    assert by_did.issuer.id == ours.ISSUER
    assert [result.value for result in by_did.results] == ["25", None]


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_our_status_list_as_a_token_is_verified_and_heeded(alg: Literal["ES256", "RS256"]) -> None:
    made = token(ours.badge(), alg)
    good = download(alg)
    OB3Verifier.for_issuer_did(ours.ISSUER, download=good).verify(made, check_status=True, download=good)
    bad = download(alg, revoked=(ours.INDEX,))
    with pytest.raises(OB3VerificationError, match="'revocation' is set"):
        OB3Verifier.for_issuer_did(ours.ISSUER, download=bad).verify(made, check_status=True, download=bad)


@pytest.mark.parametrize("kind", BAKE)
@pytest.mark.parametrize("alg", ALGORITHMS)
def test_our_token_in_a_picture_is_found_and_verifies(alg: Literal["ES256", "RS256"], kind: str) -> None:
    bake, extract = BAKE[kind]
    made = token(ours.badge(), alg)
    assert extract(bake(made)) == made
    assert OB3Verifier(public_pem(alg)).verify(extract(bake(made))).issuer.id == ours.ISSUER


@pytest.mark.parametrize("kind", BAKE)
def test_our_proof_in_a_picture_is_found_and_verifies(kind: str) -> None:
    bake, extract = BAKE[kind]
    text = json.dumps(ours.sign(ours.badge()), ensure_ascii=False)
    files = ours.files()
    found = OB3LdpVerifier.for_issuer_did(ours.ISSUER).verify(
        extract(bake(text)), check_status=True, verify_status_list=False, download=lambda url, *_: files[url].encode()
    )
    assert found.achievement.name == "Peer Mentor"


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_our_endorsement_as_a_token_verifies_there(alg: Literal["ES256", "RS256"]) -> None:
    document = {**ours.endorsement(), "issuer": {"id": ours.ISSUER, "type": ["Profile"], "name": "The County"}}
    found = verify_endorsement_jwt(token(document, alg), download=download(alg))
    assert (found["issuer"], found["endorses"]) == (ours.ISSUER, document["credentialSubject"]["id"])


def their_verdict(document: dict[str, Any], **more: Any) -> str:
    """Their sentence of refusal, or nothing where they accept."""
    files = ours.files()
    try:
        OB3LdpVerifier().verify(document, download=lambda url, *_: files[url].encode(), **more)
    except OB3VerificationError as error:
        return str(error)
    return ""


def test_our_badge_with_every_property_verifies_there() -> None:
    assert their_verdict(ours.sign(ours.complete_badge())) == ""


def test_of_a_set_they_check_the_proof_that_they_know() -> None:
    signed = ours.sign(ours.sign(ours.badge()), suite=eddsa_jcs_2022)
    assert their_verdict(signed) == ""
    signed["proof"][1]["created"] = "2026-07-10T15:00:01Z"
    assert their_verdict(signed) == ""
    with pytest.raises(VcError, match="signature_invalid"):
        data_integrity.verify(signed, resolve=ours.resolve, now=ours.NOW)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        pytest.param(
            lambda: ours.sign(ours.sign(ours.badge()), issuer=ours.ENDORSER), "multiple supported", id="two signers"
        ),
        pytest.param(lambda: ours.sign(ours.older_badge()), "carries 'issuanceDate'", id="the older data model"),
        pytest.param(
            lambda: ours.sign(ours.endorsement(), issuer=ours.ENDORSER), "not an OpenBadge", id="an endorsement in JSON"
        ),
    ],
)
def test_what_they_refuse_and_we_accept(document: Callable[[], Any], sentence: str) -> None:
    assert sentence in their_verdict(document())
    assert data_integrity.verify(document(), resolve=ours.resolve, now=ours.NOW)


def test_they_ask_for_a_status_list_as_a_token_unless_told_otherwise() -> None:
    signed = ours.sign(ours.badge())
    assert "not a signed JWT-VC" in their_verdict(signed, check_status=True)
    assert their_verdict(signed, check_status=True, verify_status_list=False) == ""


# ── theirs in ours

SIGNERS = {"ES256": KeyType.ECC, "RS256": KeyType.RSA, "EdDSA": KeyType.ED25519}


def pair(kind: KeyType) -> tuple[bytes, bytes]:
    """A new key of theirs: private and public PEM."""
    private, public = KeyFactory(kind).generate_keypair()
    return private, public


def their_badge(issuer: str) -> OpenBadgeCredential:
    return OpenBadgeCredential(
        issuer=Issuer(id=issuer, name="Hillside School"),
        recipient_id="urn:uuid:1d6f4b1e-0000-4000-8000-000000000003",
        achievement=Achievement(
            id="https://accredit.example/achievements/peer-mentor", name="Peer Mentor", description="Supports others.",
            criteria_narrative="Twenty hours.",
            result_descriptions=[ResultDescription(id=HOURS, name="Hours", result_type="RawScore")],
        ),
        issuance_date=ours.SIGNED,
        results=[Result(result_description=HOURS, value="25")],
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["the token", *BAKE])
@pytest.mark.parametrize("alg", SIGNERS)
def test_their_token_verifies_here(alg: str, kind: str) -> None:
    private, public = pair(SIGNERS[alg])
    issuer = "did:web:elsewhere.example" if alg == "RS256" else did_key_from_pem(public)
    signer, badge = OB3Signer(private, algorithm=alg), their_badge(issuer)
    made = {
        "the token": lambda: signer.sign(badge).encode(),
        "PNG": lambda: signer.sign_into_png(badge, PNG),
        "SVG": lambda: signer.sign_into_svg(badge, SVG),
    }[kind]()
    taken = detect.unbake(made)
    assert isinstance(taken, str)
    found = vc_jwt.decode(taken, resolve=lambda _: None, now=LATER)
    assert (found.algorithm, found.issuer, found.document["id"]) == (alg, issuer, badge.id)
    # Its header carries the key itself, which is no proof of whose it is.
    assert (found.is_bound, KEY_NOT_ANCHORED in found.notes) == (False, True)
    assert read(found.document).subject.result[0].value == "25"
    # A did:key that is the very key in the header is anchored after all; the verdict of the product knows.
    bound = issuer.startswith("did:key:")
    report = verification.verify(made, now=LATER, sources=NoSources())
    assert report.verdict is (Verdict.GENUINE_ISSUER_NOT_RECOGNISED if bound else Verdict.INTEGRITY_ONLY)


@pytest.mark.parametrize("kind", ["the document", *BAKE])
def test_their_proof_verifies_here(kind: str) -> None:
    private, public = pair(KeyType.ED25519)
    signer, badge = OB3LdpSigner(private), their_badge(did_key_from_pem(public))
    made = {
        "the document": lambda: signer.sign_to_json(badge).encode(),
        "PNG": lambda: signer.sign_into_png(badge, PNG),
        "SVG": lambda: signer.sign_into_svg(badge, SVG),
    }[kind]()
    document = json.loads(detect.unbake(made))
    (found,) = data_integrity.verify(document, resolve=did_key.resolve, now=LATER, expected_controller=badge.issuer.id)
    assert found.cryptosuite == "eddsa-rdfc-2022"
    assert read(document).name == "Peer Mentor"
    report = verification.verify(made, now=LATER, sources=NoSources())
    assert report.verdict is Verdict.GENUINE_ISSUER_NOT_RECOGNISED


@pytest.mark.parametrize("alg", SIGNERS)
def test_their_status_list_is_read_here(alg: str) -> None:
    private, _ = pair(SIGNERS[alg])
    listed = build_status_list_credential("did:web:elsewhere.example", ours.LIST, "revocation", [0, 7, 131_071])
    made = sign_status_list_credential(listed, private, alg)
    found = vc_jwt.decode(made, resolve=lambda _: None, now=LATER)
    bits = status_list.read_list(found.document, status_list.parse_entry(status_list.entry(ours.LIST, 7)))
    assert [index for index in range(bits.length) if bits.is_set(index)] == [0, 7, 131_071]


@pytest.mark.parametrize("alg", ["RS384", "RS512", "ES384", "ES512"])
def test_their_longer_hashes_are_refused_here_by_name(alg: str) -> None:
    curve = {"ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}.get(alg)
    secret = tokens.rsa_secret() if curve is None else ec.derive_private_key(7, curve)
    private = secret.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made = OB3Signer(private, algorithm=alg).sign(their_badge("did:web:elsewhere.example"))
    with pytest.raises(VcError, match="alg_not_allowed"):
        vc_jwt.decode(made, resolve=lambda _: None, now=LATER)


# ── altered tokens, refused on both sides


def _rewritten(made: str, *, header: dict[str, Any] | None = None, **changes: Any) -> str:
    """Change members of the payload or header, and keep the signature."""
    parts = made.split(".")
    for position, more in ((0, header or {}), (1, changes)):
        content = json.loads(json_web_key.decode_base64url(parts[position]))
        written = {name: value for name, value in {**content, **more}.items() if value is not None}
        parts[position] = json_web_key.encode_base64url(json.dumps(written, separators=(",", ":")).encode())
    return ".".join(parts)


def _resigned(**changes: Any) -> str:
    """Sign claims that contradict the credential, or a credential that is none, with the right key."""
    payload = {**ours.without_status(), **_claims(), **changes}
    return tokens.signed({"alg": "ES256", "kid": KID}, {k: v for k, v in payload.items() if v is not None})


def _claims() -> dict[str, Any]:
    made = token(ours.without_status()).split(".")[1]
    payload = json.loads(json_web_key.decode_base64url(made))
    return {name: payload[name] for name in ("iss", "jti", "sub", "nbf")}


def _more_hours() -> str:
    subject = copy.deepcopy(ours.without_status()["credentialSubject"])
    subject["result"][0]["value"] = "52"
    return _rewritten(token(ours.without_status()), credentialSubject=subject)


def _flipped(made: str) -> str:
    middle = made.rindex(".") + 20
    return made[:middle] + ("A" if made[middle] != "A" else "B") + made[middle + 1 :]


ALTERED: dict[str, Callable[[], str]] = {
    "more hours": _more_hours,
    "another issuer": lambda: _rewritten(token(ours.without_status()), iss=ours.ENDORSER),
    "another date": lambda: _rewritten(token(ours.without_status()), validFrom="2020-01-01T00:00:00Z"),
    "a member more": lambda: _rewritten(token(ours.without_status()), description="x"),
    "evidence taken away": lambda: _rewritten(token(ours.without_status()), evidence=None),
    "no signature at all": lambda: token(ours.without_status()).rpartition(".")[0] + ".",
    "another signature": lambda: _flipped(token(ours.without_status())),
    "no algorithm": lambda: _rewritten(token(ours.without_status()), header={"alg": "none"}),
    "a shared secret": lambda: _rewritten(token(ours.without_status()), header={"alg": "HS256"}),
    "another algorithm": lambda: _rewritten(token(ours.without_status()), header={"alg": "RS256"}),
    "another key": lambda: _rewritten(token(ours.without_status()), header={"kid": f"{ours.ISSUER}#other"}),
    "the key of another": lambda: _rewritten(token(ours.without_status()), header={"kid": ours.KEYS[ours.ENDORSER].id}),
    "something critical": lambda: _rewritten(token(ours.without_status()), header={"crit": ["x"], "x": 1}),
    "signed, but iss is another's": lambda: _resigned(iss=ours.ENDORSER),
    "signed, but jti is another's": lambda: _resigned(jti="urn:uuid:1d6f4b1e-0000-4000-8000-00000000000f"),
    "signed, but sub is another's": lambda: _resigned(sub="urn:uuid:1d6f4b1e-0000-4000-8000-00000000000f"),
    "signed, but no credential": lambda: _resigned(type=["Profile"]),
    "two parts": lambda: token(ours.without_status()).rpartition(".")[0],
    "four parts": lambda: token(ours.without_status()) + ".AAAA",
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_token_is_refused_on_both_sides(name: str) -> None:
    made = ALTERED[name]()
    assert made != token(ours.without_status())
    with pytest.raises(VcError):
        vc_jwt.decode(made, resolve=keys("ES256").get, now=ours.NOW, expected_issuer=ours.ISSUER)
    with pytest.raises(OB3VerificationError):
        OB3Verifier.for_issuer_did(ours.ISSUER, download=download("ES256")).verify(made)


def test_the_token_that_was_altered_is_accepted_as_it_was() -> None:
    made = token(ours.without_status())
    vc_jwt.decode(made, resolve=keys("ES256").get, now=ours.NOW, expected_issuer=ours.ISSUER)
    OB3Verifier.for_issuer_did(ours.ISSUER, download=download("ES256")).verify(made)


@pytest.mark.parametrize("alg", SIGNERS)
def test_their_altered_token_is_refused_on_both_sides(alg: str) -> None:
    private, public = pair(SIGNERS[alg])
    made = _rewritten(
        OB3Signer(private, algorithm=alg).sign(their_badge("did:web:elsewhere.example")), name="Head Mentor"
    )
    with pytest.raises(VcError, match="signature_invalid"):
        vc_jwt.decode(made, resolve=lambda _: None, now=LATER)
    with pytest.raises(OB3VerificationError):
        OB3Verifier(public).verify(made)
