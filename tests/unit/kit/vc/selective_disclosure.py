"""The other side of ecdsa-sd-2023: an issuer who signs each statement, and a holder who shows a part; for tests.

It shares with the verifier only the canonical form of a document. Labels are put in by text, the part is found in the
whole by trying, and CBOR is written here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from accredit.kit.linkeddata import canonicalise
from accredit.kit.vc import multibase, timestamps
from accredit.kit.vc.multikey import KeyKind, PublicKey
from tests.unit.kit.vc import vc_examples as examples

Document = dict[str, Any]
Signer = tuple[PublicKey, Callable[[bytes], bytes]]
HMAC_KEY = bytes(range(32))
BASE, DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
_NAME = re.compile(r"_:c14n\d+")


def head(kind: int, number: int) -> bytes:
    """Begin a CBOR value of a major type, in its shortest form."""
    if number < 24:
        return bytes([kind << 5 | number])
    width = 1 if number < 1 << 8 else 2 if number < 1 << 16 else 4
    return bytes([kind << 5 | 24 + width.bit_length() - 1]) + number.to_bytes(width, "big")


def octets(data: bytes) -> bytes:
    return head(2, len(data)) + data


def array(items: Iterable[bytes]) -> bytes:
    items = list(items)
    return head(4, len(items)) + b"".join(items)


@dataclass
class Parts:
    """What a derived proof holds, to be changed and written; `labels` as they stand in the map."""

    base_signature: bytes
    key: bytes
    signatures: list[bytes]
    labels: list[tuple[int, bytes]]
    mandatory: list[int]

    def encoded(self) -> bytes:
        labels = b"".join(head(0, number) + octets(label) for number, label in self.labels)
        return DERIVED + array([
            octets(self.base_signature),
            octets(self.key),
            array(map(octets, self.signatures)),
            head(5, len(self.labels)) + labels,
            array(head(0, index) for index in self.mandatory),
        ])  # fmt: skip

    def value(self) -> str:
        return multibase.encode_base64url(self.encoded())


def labels(text: str, *, key: bytes = HMAC_KEY) -> dict[str, bytes]:
    """Label each name in canonical N-Quads, so that its place among the others does not show (§3.4.4)."""
    names = sorted(set(_NAME.findall(text)))
    return {name: hmac.digest(key, name.removeprefix("_:").encode(), "sha256") for name in names}


def renamed(text: str, names: Mapping[str, bytes]) -> list[str]:
    """Put labels in the place of canonical names, and the statements in order again."""
    lines = text.splitlines(keepends=True)
    # A literal may hold such a name too, but none of these examples does.
    return sorted(_NAME.sub(lambda found: f"_:{multibase.encode_base64url(names[found[0]])}", line) for line in lines)


def statements(document: Document) -> list[str]:
    """Write a whole document as the statements that its issuer signs."""
    text = canonicalise(document).decode()
    return renamed(text, labels(text))


def new_proof(method: str) -> Document:
    return {
        "type": "DataIntegrityProof",
        "cryptosuite": "ecdsa-sd-2023",
        "created": timestamps.write(examples.CREATED),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


def disclose(
    whole: Document,
    shown: Document,
    *,
    proof: Document,
    issuer: Signer,
    proof_key: Signer,
    is_mandatory: Callable[[str], bool],
) -> Parts:
    """Sign a document and show a part of it; `proof` has no value yet, and what comes out is what that is to hold."""
    signed = statements(whole)
    mandatory = [line for line in signed if is_mandatory(line)]
    signatures = {line: proof_key[1](line.encode()) for line in signed if line not in mandatory}
    configuration = canonicalise({**proof, "@context": whole["@context"]})
    hashes = [hashlib.sha256(part).digest() for part in (configuration, "".join(mandatory).encode())]
    key = KeyKind.P256.prefix + proof_key[0].raw
    names = _labels_of_part(whole, shown)
    part = renamed(canonicalise(shown).decode(), names)
    assert set(mandatory) <= set(part), "a holder cannot leave out what is mandatory"
    return Parts(
        base_signature=issuer[1](hashes[0] + key + hashes[1]),
        key=key,
        signatures=[signatures[line] for line in part if line in signatures],
        labels=[(int(name.removeprefix("_:c14n")), found) for name, found in names.items()],
        mandatory=[index for index, line in enumerate(part) if line not in signatures],
    )


def _labels_of_part(whole: Document, shown: Document) -> dict[str, bytes]:
    """Find which node of the whole each node of the part is: there every statement is one of the whole."""
    signed = set(statements(whole))
    known = labels(canonicalise(whole).decode()).values()
    text = canonicalise(shown).decode()
    names = sorted(set(_NAME.findall(text)))
    tried = (dict(zip(names, order, strict=True)) for order in permutations(known, len(names)))
    return next(found for found in tried if signed.issuperset(renamed(text, found)))
