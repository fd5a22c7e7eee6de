"""Digests of related resources (VCDM 2.0 §5.3): what a credential says the bytes behind an address hash to.

Compared are the contexts that are pinned, since nothing is fetched; of any other resource only the form is checked.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

from accredit.kit.vc import multibase
from accredit.kit.vc.errors import DataModelInvalid

_SIZES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}
# Multihash prefixes: code and length. A digest of 32 bytes without one is SHA-256, as some issuers write it.
_MULTIHASHES: Final = {b"\x12\x20": "sha256", b"\x20\x30": "sha384", b"\x13\x40": "sha512"}
_SRI = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?[\x21-\x7e]*)?")

Digest = tuple[str, bytes]
"""The name of a hash, and what it gives."""


@cache
def pinned_digests() -> Mapping[str, frozenset[Digest]]:
    """Return the digests of every pinned context by its address; one that was published twice has those of both."""
    text = resources.files(__package__).joinpath("context_digests.tsv").read_text(encoding="utf-8")
    found: dict[str, frozenset[Digest]] = {}
    for line in text.splitlines()[1:]:
        url, *digests = line.split("\t")
        row = {(name, bytes.fromhex(digest)) for name, digest in zip(_SIZES, digests, strict=True)}
        found[url] = found.get(url, frozenset()) | row
    return MappingProxyType(found)


def check_digests(resource: Mapping[str, Any], path: str) -> None:
    """Check the digests of one resource object, whose ``id`` is known to be a URL.

    Raises `DataModelInvalid` with code ``digest_missing``, ``digest_malformed`` or ``digest_mismatch``.
    """
    stated = {
        name: [read(text, f"{path}.{name}") for text in _texts(resource[name], f"{path}.{name}")]
        for name, read in (("digestSRI", _integrity), ("digestMultibase", _multibase))
        if name in resource
    }
    if not stated:
        sentence = "A related resource needs a digestSRI or a digestMultibase."
        raise DataModelInvalid("digest_missing", sentence, path=path)
    known = pinned_digests().get(resource["id"])
    if known is None:
        return
    for name, digests in stated.items():
        # Subresource Integrity §3.3.4: the resource matches when one of the digests does.
        if known.isdisjoint(digests):
            sentence = "The digest is not that of the resource as it is published."
            raise DataModelInvalid("digest_mismatch", sentence, path=f"{path}.{name}")


def _texts(value: object, path: str) -> list[str]:
    texts = value if isinstance(value, list) else [value]
    found = [part for text in texts if isinstance(text, str) for part in text.split()]
    if not found or not all(isinstance(text, str) for text in texts):
        raise DataModelInvalid("digest_malformed", "Write each digest as text.", path=path)
    return found


def _integrity(text: str, path: str) -> Digest:
    match = _SRI.fullmatch(text)
    try:
        digest = base64.b64decode(match[2], validate=True) if match else b""
    except (binascii.Error, ValueError):
        digest = b""
    if match is None or len(digest) != _SIZES[match[1]]:
        raise DataModelInvalid("digest_malformed", "Write a digest such as sha384-…, in base64.", path=path)
    return match[1], digest


def _multibase(text: str, path: str) -> Digest:
    try:
        data = multibase.decode_base64url(text) if text.startswith("u") else multibase.decode_base58(text)
    except ValueError:
        data = b""
    name = _MULTIHASHES.get(data[:2], "")
    if len(data) == _SIZES["sha256"]:
        return "sha256", data
    if len(data) - 2 == _SIZES.get(name):
        return name, data[2:]
    sentence = "Write the digest as a multihash in base58btc (z) or base64url (u)."
    raise DataModelInvalid("digest_malformed", sentence, path=path)
