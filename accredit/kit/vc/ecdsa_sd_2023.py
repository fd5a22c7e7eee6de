"""Cryptosuite ecdsa-sd-2023 (Data Integrity ECDSA Cryptosuites 1.0 §3.4 to §3.6): to verify what a holder shows.

An issuer signs the statements of a document one by one, with a key made for this proof alone, and signs that key and
the statements that nobody may leave out (the mandatory ones) with its own. The holder keeps this base proof, and
derives from it a proof over the statements they mean to show, which is the only kind that is checked here.

What a holder left out cannot be told from what was never there. We never issue with it, and never derive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Final, NamedTuple

from accredit.kit.linkeddata import canonicalise, mapper, rdfc10
from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import multibase, multikey
from accredit.kit.vc import proof as proofs
from accredit.kit.vc.cbor_shape import Reader
from accredit.kit.vc.eddsa_rdfc_2022 import proof_configuration
from accredit.kit.vc.errors import KeyRefused, ProofInvalid
from accredit.kit.vc.multikey import KeyKind, PublicKey

NAME: Final = "ecdsa-sd-2023"
MAX_STATEMENTS: Final = 1_000
"""Each costs a signature to check; a badge has about forty."""

_BASE: Final = b"\xd9\x5d\x00"
_DERIVED: Final = b"\xd9\x5d\x01"
_MAX_LENGTH: Final = 150_000
"""Of a ``proofValue`` in characters: a thousand signatures and names, and some more."""


class Disclosure(NamedTuple):
    """What a derived ``proofValue`` holds; `labels` are as ``_:c14n0 → _:u3Lv2…``, `mandatory` positions in order."""

    base_signature: bytes
    proof_key: PublicKey
    signatures: list[bytes]
    labels: dict[str, str]
    mandatory: list[int]


class VerifyData(NamedTuple):
    """What was signed: by the issuer `base` (99 bytes), by the key of the proof each of the `others`."""

    base: bytes
    others: list[str]


def check(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    *,
    public_key: PublicKey,
    contexts: Mapping[str, Table] | None = None,
) -> None:
    """Check one derived proof over a document that holds no proof but those it builds on (§3.6.7).

    Raises `ProofInvalid` with code ``unsupported_proof`` (also for a base proof), ``key_type``, ``proof_value``,
    ``proof_malformed`` or ``signature_invalid``, and `LinkedDataError` for data that is not signed.
    """
    proofs.check_suite(proof, NAME)
    if public_key.kind is not KeyKind.P256:
        raise ProofInvalid("key_type", "This cryptosuite needs a P-256 key.", path="$.proof.verificationMethod")
    shown = disclosure(proof)
    data = verify_data(unsecured, proof, shown, contexts=contexts)
    if not public_key.verifies(shown.base_signature, data.base):
        raise ProofInvalid("signature_invalid", "The signature does not match this document.", path="$.proof")
    for signature, statement in zip(shown.signatures, data.others, strict=True):
        if not shown.proof_key.verifies(signature, statement.encode("utf-8")):
            sentence = "A statement of this document is not one that was signed."
            raise ProofInvalid("signature_invalid", sentence, path="$.proof")


def disclosure(proof: Mapping[str, Any]) -> Disclosure:
    """Read the ``proofValue`` of a derived proof (§3.5.7), of which there is one way to write it.

    Raises `ProofInvalid` with code ``proof_value``, and ``unsupported_proof`` for the base proof of a holder.
    """
    value = proof.get("proofValue")
    try:
        data = multibase.decode_base64url(value) if isinstance(value, str) and len(value) <= _MAX_LENGTH else b""
        if data.startswith(_BASE):
            raise _for_the_holder()
        return _components(data)
    except (ValueError, KeyRefused):
        sentence = "proofValue must be u and a derived proof in base64url, as ecdsa-sd-2023 writes it."
        raise ProofInvalid("proof_value", sentence, path="$.proof.proofValue") from None


def verify_data(
    unsecured: Mapping[str, Any],
    proof: Mapping[str, Any],
    shown: Disclosure,
    *,
    contexts: Mapping[str, Table] | None = None,
) -> VerifyData:
    """Work out what the signatures of a derived proof must be over (§3.5.8).

    Raises `ProofInvalid` with code ``proof_malformed`` or ``signature_invalid``, and `LinkedDataError`.
    """
    configuration = canonicalise(proof_configuration(unsecured, proof), contexts=contexts)
    lines = statements(unsecured, shown.labels, contexts=contexts)
    positions = set(shown.mandatory)
    if len(lines) != len(positions) + len(shown.signatures) or max(positions, default=0) >= len(lines):
        raise _another_document()
    mandatory = "".join(line for position, line in enumerate(lines) if position in positions)
    key = KeyKind.P256.prefix + shown.proof_key.raw
    hashes = [hashlib.sha256(part).digest() for part in (configuration, mandatory.encode("utf-8"))]
    others = [line for position, line in enumerate(lines) if position not in positions]
    return VerifyData(base=hashes[0] + key + hashes[1], others=others)


def statements(
    document: Mapping[str, Any], labels: Mapping[str, str], *, contexts: Mapping[str, Table] | None = None
) -> list[str]:
    """Write a document as N-Quads in order, with each canonical name replaced by its label (§3.4.1).

    Raises `ProofInvalid` with code ``signature_invalid`` where labels are missing or left over, or the document says
    more than `MAX_STATEMENTS`, and `LinkedDataError`.
    """
    quads = list(mapper.to_dataset(document, contexts=contexts))
    # Asked before names are worked out, which is the costly part.
    if len(quads) > MAX_STATEMENTS:
        raise _another_document()
    names = rdfc10.issue_names(quads)
    if set(names.values()) != labels.keys():
        raise _another_document()
    return sorted(rdfc10.lines(quads, {node: labels[name] for node, name in names.items()}))


def _another_document() -> ProofInvalid:
    sentence = "The proof speaks of another number of statements or unnamed objects than this document has."
    return ProofInvalid("signature_invalid", sentence, path="$.proof")


def _for_the_holder() -> ProofInvalid:
    sentence = "This proof is for the holder of the credential, who derives from it a proof to show to others."
    return ProofInvalid("unsupported_proof", sentence, path="$.proof")


def _components(data: bytes) -> Disclosure:
    """Read the five parts of a derived proof; raises `ValueError` or `KeyRefused`."""
    if not data.startswith(_DERIVED):
        raise ValueError("this is no derived proof")
    reader = Reader(data[len(_DERIVED) :])
    if reader.array(at_most=5) != 5:
        raise ValueError("a derived proof has five parts")
    base_signature = reader.octets(64)
    key = reader.octets(len(KeyKind.P256.prefix) + KeyKind.P256.length)
    if not key.startswith(KeyKind.P256.prefix):
        raise ValueError("the key of the proof must be a P-256 key")
    signatures = [reader.octets(64) for _ in range(reader.array(at_most=MAX_STATEMENTS))]
    labels = {}
    for _ in range(reader.map(at_most=MAX_STATEMENTS)):
        number = reader.number(below=MAX_STATEMENTS)
        labels[number] = f"_:{multibase.encode_base64url(reader.octets(32))}"
        # So that no name comes twice; and RFC 8949 §4.2.1 puts the keys of a map in order.
        if number != len(labels) - 1:
            raise ValueError("names are counted from 0")
    # Two unnamed objects under one label would be one object to whoever signed.
    if len(set(labels.values())) < len(labels):
        raise ValueError("each name has a label of its own")
    mandatory = [reader.number(below=MAX_STATEMENTS) for _ in range(reader.array(at_most=MAX_STATEMENTS))]
    if any(first >= second for first, second in pairwise(mandatory)):
        raise ValueError("positions are in order, each once")
    reader.end()
    return Disclosure(
        base_signature=base_signature,
        proof_key=multikey.from_raw(KeyKind.P256, key[len(KeyKind.P256.prefix) :]),
        signatures=signatures,
        labels={f"_:c14n{number}": label for number, label in labels.items()},
        mandatory=mandatory,
    )
