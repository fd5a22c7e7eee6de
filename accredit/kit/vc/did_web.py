"""did:web: an issuer identified by a host name and a path, whose document that host serves.

A retired key stays in the document, so that what it signed before can still be verified by anyone. A revoked key
stays too, with the time, but is no longer among those that may assert.

Not here: fetching. Addresses, ``localhost`` and paths that climb are refused before anybody could fetch them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import unquote

from accredit.kit.vc import json_web_key, timestamps
from accredit.kit.vc.errors import IdentifierRefused
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import ASSERTION, VerificationKey

_PREFIX: Final = "did:web:"
_DID_CONTEXT: Final = "https://www.w3.org/ns/did/v1"
_MULTIKEY_CONTEXT: Final = "https://w3id.org/security/multikey/v1"
_JWK_CONTEXT: Final = "https://w3id.org/security/jwk/v1"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
# The last label begins with a letter, which no spelling of an IP address does (127.1, 0x7f.1, 2130706433 …).
_HOST = re.compile(rf"(?:{_LABEL}\.)+[A-Za-z](?:[A-Za-z0-9\-]{{0,61}}[A-Za-z0-9])?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._\-]|%[0-9A-Fa-f]{2})+")
_FORBIDDEN_DECODED = re.compile(r"[/\\\x00-\x20\x7f?#%]|^\.{1,2}$")


def did_for(host: str, path_segments: Sequence[str]) -> str:
    """Build a DID from a host name, with its port if any (``school.example:8443``), and the segments of a path.

    Raises `IdentifierRefused` with code ``did_malformed``.
    """
    did = _PREFIX + ":".join([host.lower().replace(":", "%3A"), *path_segments])
    document_url(did)
    return did


def document_url(did: str) -> str:
    """Say where the document of a DID is served; raises `IdentifierRefused` with code ``did_malformed``."""
    if not did.startswith(_PREFIX) or len(did) > 1_000:
        raise IdentifierRefused("did_malformed", "This is no did:web identifier.")
    host, *segments = did.removeprefix(_PREFIX).split(":")
    name, encoded_colon, port = re.sub("%3a", "%3A", host).partition("%3A")
    if not _HOST.fullmatch(name) or len(name) > 253:
        raise IdentifierRefused("did_malformed", "The host must be a full name, neither an address nor localhost.")
    if encoded_colon and (not _PORT.fullmatch(port) or int(port) > 65535):
        raise IdentifierRefused("did_malformed", "The port must be a number up to 65535.")
    for segment in segments:
        if not _SEGMENT.fullmatch(segment) or _FORBIDDEN_DECODED.search(unquote(segment)):
            raise IdentifierRefused("did_malformed", "A path segment may not be empty, climb, or hide a slash.")
    authority = f"{name}:{port}" if encoded_colon else name
    path = "/".join(segments) if segments else ".well-known"
    return f"https://{authority}/{path}/did.json"


def did_document(did: str, keys: Sequence[VerificationKey], jwks: Sequence[JoseVerificationKey] = ()) -> dict[str, Any]:
    """Build the document of a DID with all keys it ever had, in the order given.

    `keys` are published as Multikey, and after them `jwks`, those that sign tokens, as JsonWebKey. Raises
    `IdentifierRefused` with code ``did_malformed``, or ``key_of_another`` when a key's id or controller is not under
    this DID.
    """
    document_url(did)
    every: tuple[JoseVerificationKey, ...] = (*keys, *jwks)
    methods = [_method(did, key, "Multikey", {"publicKeyMultibase": key.public_key.multibase}) for key in keys]
    methods += [_method(did, key, "JsonWebKey", {"publicKeyJwk": json_web_key.encode(key.public_key)}) for key in jwks]
    relationships = sorted({name for key in every for name in key.relationships} | {ASSERTION})
    return {
        "@context": [_DID_CONTEXT, _MULTIKEY_CONTEXT, *([_JWK_CONTEXT] if jwks else [])],
        "id": did,
        "verificationMethod": methods,
        **{
            name: [key.id for key in every if name in key.relationships and key.revoked is None]
            for name in relationships
        },
    }


def _method(did: str, key: JoseVerificationKey, kind: str, public_key: dict[str, Any]) -> dict[str, Any]:
    if key.controller != did or not key.id.startswith(f"{did}#"):
        raise IdentifierRefused("key_of_another", f"The key {key.id} does not belong to this identifier.")
    method = {"id": key.id, "type": kind, "controller": did, **public_key}
    if key.expires is not None:
        method["expires"] = timestamps.write(key.expires)
    if key.revoked is not None:
        method["revoked"] = timestamps.write(key.revoked)
    return method
