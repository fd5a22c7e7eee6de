"""VC-JWT: a token is believed only where every byte of it is what the holder of the key signed.

An input is a token as text, or a recipe ``{"sign": …, "header": …, "payload": …}`` from which one is signed here with
keys that everybody can make: so that the fuzzer gets behind the signature, as a dishonest issuer does.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from math import gcd
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from accredit.kit.vc import json_web_key, vc_jwt
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.json_web_key import RsaVerificationKey, decode_base64url, encode_base64url
from accredit.kit.vc.json_web_signature import Sign, es256_signer, rs256_signer
from accredit.kit.vc.vc_jwt import VerifiedToken
from accredit.kit.vc.verification_key import VerificationKey
from tests.fuzz import mutations
from tests.fuzz.target import Answer, Target
from tests.unit.kit.vc import token_examples as tokens
from tests.unit.kit.vc import vc_examples as examples

from .documents import DOCUMENTS
from .documents import NAMES as DOCUMENT_NAMES

CLAIMS = ("iss", "sub", "aud", "exp", "nbf", "iat", "jti")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@dataclass(frozen=True)
class Read:
    """A token that was believed, and who signed it here; None where it came as text."""

    token: str
    found: VerifiedToken
    signed_by: str | None


@cache
def rsa_secret() -> rsa.RSAPrivateKey:
    """Make an RSA key that is the same each time, so that a finding can be reproduced."""
    chance = Random(2048)
    p, q, e = _prime(chance), _prime(chance), 65_537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPublicNumbers(e, p * q)
    return rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), numbers).private_key()


def _prime(chance: Random) -> int:
    while True:
        number = chance.getrandbits(1024) | 3 << 1022 | 1
        is_likely = all(number % small for small in range(3, 2_000, 2)) and gcd(number - 1, 65_537) == 1
        if is_likely and all(pow(base, number - 1, number) == 1 for base in (2, 3, 5)):
            return number


def _kid(name: str) -> str:
    return f"{examples.ISSUER}#{name}"


@cache
def keys() -> dict[str, VerificationKey | RsaVerificationKey]:
    """List the issuer's keys by ``kid``, one of each kind that a token may be signed with."""
    found: list[VerificationKey | RsaVerificationKey] = [
        VerificationKey(id=_kid("ES256"), controller=examples.ISSUER, public_key=tokens.curve_public()),
        VerificationKey(id=_kid("EdDSA"), controller=examples.ISSUER, public_key=examples.public(7)),
        RsaVerificationKey(id=_kid("RS256"), controller=examples.ISSUER, public_key=tokens.rsa_public(rsa_secret())),
    ]
    return {key.id: key for key in found}


@cache
def signers() -> dict[str, Sign]:
    return {
        "ES256": es256_signer(tokens.curve_secret()),
        "EdDSA": examples.private(7).sign,
        "RS256": rs256_signer(rsa_secret()),
        "stranger": es256_signer(tokens.curve_secret(8)),
        "nobody": lambda _: bytes(64),
    }


def _signed(recipe: dict[str, Any]) -> tuple[str, str | None]:
    parts = [recipe.get("header"), recipe.get("payload")]
    texts = [part if isinstance(part, str) else json.dumps(part, ensure_ascii=False) for part in parts]
    signing_input = ".".join(encode_base64url(text.encode("utf-8", "surrogatepass")) for text in texts)
    name = recipe.get("sign")
    signer = name if isinstance(name, str) and name in signers() else "nobody"
    signature = signers()[signer](signing_input.encode("ascii"))
    return f"{signing_input}.{encode_base64url(signature)}", signer


def token_of(data: bytes) -> tuple[str, str | None]:
    """Make the token of an input, and say which key has signed it; None where it came as text."""
    if data.startswith(b"{"):
        try:
            recipe = json.loads(data)
        except (ValueError, RecursionError):
            recipe = {}
        if "sign" in recipe:
            return _signed(recipe)
    return data.decode("utf-8", "replace"), None


def read(data: bytes) -> Read:
    token, signed_by = token_of(data)
    return Read(token, vc_jwt.decode(token, resolve=keys().get, now=examples.NOW), signed_by)


def judge(data: bytes, answer: Answer) -> None:
    if answer.refusal is not None:
        assert answer.refusal.code.replace("_", "").isalnum()
        assert answer.refusal.sentence.endswith(".")
        return
    believed: Read = answer.value
    found, token = believed.found, believed.token
    if believed.signed_by is None:
        genuine = {signing_input.rpartition(".")[0] for signing_input in genuine_tokens()}
        own_key = "jwk" in json.loads(decode_base64url(token.split(".")[0]))
        assert token.rpartition(".")[0] in genuine or own_key, "a token was believed that nobody signed"
    if found.key is not None:
        assert found.kid == found.key.id
        assert found.key is keys()[found.key.id], "a key was used that is not the issuer's"
        assert believed.signed_by in (None, found.key.id.rpartition("#")[2]), f"signed by {believed.signed_by}"
        assert found.is_bound == (found.issuer == examples.ISSUER)
    else:
        assert not found.is_bound
        assert vc_jwt.KEY_NOT_ANCHORED in found.notes
    assert found.algorithm in json_web_key.algorithms_of(found.public_key)
    _judge_claims(token, found)
    _judge_tampering(data, token, found)


def _judge_claims(token: str, found: VerifiedToken) -> None:
    payload = json.loads(decode_base64url(token.split(".")[1]))
    assert found.claims == {name: payload[name] for name in CLAIMS if name in payload}
    if "vc" not in payload:
        assert found.document == {name: value for name, value in payload.items() if name not in CLAIMS}
    said = found.document
    subject = said.get("credentialSubject")
    subject = subject[0] if isinstance(subject, list) and len(subject) == 1 else subject
    issuer = said["issuer"][0] if isinstance(said["issuer"], list) else said["issuer"]
    members = {
        "iss": issuer["id"] if isinstance(issuer, dict) else issuer,
        "sub": subject.get("id") if isinstance(subject, dict) else subject,
        "jti": said.get("id"),
    }
    assert found.issuer == members["iss"]
    for name, member in members.items():
        assert payload.get(name) in (None, member), f"{name} says something else than the credential"


def _judge_tampering(data: bytes, token: str, found: VerifiedToken) -> None:
    """Change one letter anywhere, or the key: the token must be refused then, whatever it was."""
    digest = sha256(data).digest()
    for part in range(3):
        at = int.from_bytes(digest[4 * part : 4 * part + 4], "big") % len(token)
        other = LETTERS[digest[12 + part] % 64]
        if token[at] != other:
            assert not _is_believed(token[:at] + other + token[at + 1 :]), f"letter {at} may be another"
    assert not _is_believed(token + "A")
    assert not _is_believed(token[:-1])
    if found.key is not None:
        stranger = VerificationKey(id=found.key.id, controller=found.key.controller, public_key=tokens.curve_public(8))
        assert not _is_believed(token, key=stranger), "another key verifies it too"
        assert not _is_believed(token, expected="did:web:other.example")


def _is_believed(token: str, *, key: VerificationKey | None = None, expected: str | None = None) -> bool:
    resolve = keys().get if key is None else {key.id: key}.get
    try:
        vc_jwt.decode(token, resolve=resolve, now=examples.NOW, expected_issuer=expected)
    except VcError:
        return False
    return True


@cache
def genuine_tokens() -> tuple[str, ...]:
    recipes = [json.loads(recipe) for recipe in _recipes()]
    return tuple(_signed(recipe)[0] for recipe in recipes if recipe["sign"] not in ("stranger", "nobody"))


def _recipes() -> list[bytes]:
    payload = tokens.payload()
    unclaimed = {name: value for name, value in payload.items() if name not in CLAIMS}
    older = next(document for document in DOCUMENTS if "2018" in document["@context"][0])
    stranger = json_web_key.encode(tokens.curve_public(8))
    made: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
        *((alg, {"alg": alg, "kid": _kid(alg)}, payload) for alg in ("ES256", "EdDSA", "RS256")),
        ("ES256", {"alg": "ES256", "kid": _kid("ES256"), "typ": "vc+jwt", "cty": "vc"}, unclaimed),
        ("ES256", {"alg": "ES256", "kid": _kid("ES256")}, {**payload, "exp": 1_900_000_000, "iat": tokens.SECONDS}),
        ("ES256", {"alg": "ES256", "kid": _kid("ES256")}, {"vc": older, "iss": examples.ISSUER}),
        ("stranger", {"alg": "ES256", "jwk": stranger}, payload),
        ("stranger", {"alg": "ES256", "kid": _kid("ES256"), "jwk": stranger}, payload),
        ("RS256", {"alg": "RS256", "jwk": tokens.rsa_jwk(rsa_secret())}, payload),
        ("nobody", {"alg": "none", "kid": _kid("ES256")}, payload),
    ]
    return [json.dumps({"sign": sign, "header": header, "payload": body}).encode() for sign, header, body in made]


def seeds() -> list[bytes]:
    as_text = json.dumps({"sign": "ES256", "header": '{"alg":"ES256"}', "payload": json.dumps(tokens.payload())})
    return [*_recipes(), as_text.encode(), *(token.encode() for token in genuine_tokens()[:3])]


NAMES = (
    *(
        *CLAIMS,
        "vc",
        "vp",
        "alg",
        "kid",
        "jwk",
        "typ",
        "cty",
        "crit",
        "b64",
        "zip",
        "jku",
        "x5c",
        "kty",
        "crv",
        "x",
        "y",
    ),
    *("n", "e", "d", "use", "key_ops", "sign", "validUntil", "issuanceDate", "expirationDate", *DOCUMENT_NAMES),
)


def mutate(data: bytes, chance: Random) -> bytes:
    if data.startswith(b"{"):
        return mutations.json_tree(data, chance, names=NAMES, others=OTHERS)
    parts = data.split(b".")
    at = chance.randrange(len(parts))
    match chance.randrange(4):
        case 0:
            parts[at] = chance.choice(chance.choice(OTHERS).split(b"."))
        case 1:
            chance.shuffle(parts)
        case 2:
            inner = mutations.unpacked(parts[at])
            parts[at] = encode_base64url(mutations.json_tree(inner, chance, names=NAMES, others=OTHERS)).encode()
        case _:
            return mutations.any_bytes(data, chance)
    return b".".join(parts)


def grow(data: bytes, chance: Random) -> bytes:
    return (
        mutations.grown_json(data, chance, others=OTHERS)
        if data.startswith(b"{")
        else mutations.grown_bytes(data, chance)
    )


OTHERS = seeds()
TARGET = Target(
    name="jwt",
    reader="`vc_jwt.decode`",
    asks="tokens are signed with our own keys, so that the fuzzer gets behind the signature; believed only where "
    "the right key signed those bytes and the claims equal the credential, never with a letter or the key changed",
    seeds=seeds,
    read=read,
    refusals=(VcError,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    blind_share=0.1,
)
