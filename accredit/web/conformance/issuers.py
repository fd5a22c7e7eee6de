"""Throw-away issuers: a did:key each, made when the process starts and gone when it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accredit.kit.vc import did_key, json_web_signature, multikey
from accredit.kit.vc.multikey import KeyKind

EXTENSION: Final = "accredit.conformance.issuers"


class Form(StrEnum):
    """How an issuer secures what it issues."""

    RDFC = "eddsa-rdfc-2022"
    JCS = "eddsa-jcs-2022"
    ENVELOPE = "vc+jwt"


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who signs at one base address, and how; `tags` are those by which test suites choose their endpoints."""

    base: str
    form: Form
    did: str
    verification_method: str
    sign: Callable[[bytes], bytes]
    tags: tuple[str, ...]
    adds_status: bool = False


def throw_away() -> Mapping[str, Issuer]:
    """Make one issuer for each base address, with keys of their own."""
    found = (
        _ed25519("", Form.RDFC, ("vc2.0", "eddsa-rdfc-2022")),
        _ed25519("jcs", Form.JCS, ("eddsa-jcs-2022",)),
        _ed25519("status", Form.RDFC, ("BitstringStatusList",), adds_status=True),
        _p256("enveloped", ("EnvelopingProof",)),
    )
    return {issuer.base: issuer for issuer in found}


def _ed25519(base: str, form: Form, tags: tuple[str, ...], *, adds_status: bool = False) -> Issuer:
    private_key = Ed25519PrivateKey.generate()
    raw = private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    public_key = multikey.from_raw(KeyKind.ED25519, raw)
    return Issuer(
        base=base,
        form=form,
        did=did_key.did_for(public_key),
        verification_method=did_key.verification_method_for(public_key),
        sign=private_key.sign,
        tags=tags,
        adds_status=adds_status,
    )


def _p256(base: str, tags: tuple[str, ...]) -> Issuer:
    private_key = ec.generate_private_key(ec.SECP256R1())
    raw = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    public_key = multikey.from_raw(KeyKind.P256, raw)
    return Issuer(
        base=base,
        form=Form.ENVELOPE,
        did=did_key.did_for(public_key),
        verification_method=did_key.verification_method_for(public_key),
        sign=json_web_signature.es256_signer(private_key),
        tags=tags,
    )
