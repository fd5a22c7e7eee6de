"""Finding a key in an issuer's document (Controlled Identifiers 1.0 §3.3): every step is needed.

A verifier that trusts the key in the fragment of an identifier, without looking it up, lets anyone sign for anyone.
Only did:key certifies itself; see `did_key.resolve`.

Not here: fetching the document. The caller passes what it got from the URL before the fragment.
"""

from __future__ import annotations

from typing import Any

from accredit.kit.vc import json_web_key, multikey, timestamps
from accredit.kit.vc.errors import IdentifierRefused
from accredit.kit.vc.json_web_key import JoseKey, JoseVerificationKey
from accredit.kit.vc.verification_key import ASSERTION

_RELATIONSHIPS = ("assertionMethod", "authentication", "capabilityDelegation", "capabilityInvocation", "keyAgreement")


_JWK_TYPES = frozenset({"JsonWebKey", "JsonWebKey2020"})
"""The type of Controlled Identifiers 1.0 §2.2.3, and the one it had before, which many documents still name."""


def find_key(document: Any, verification_method: str, *, relationship: str = ASSERTION) -> JoseVerificationKey:
    """Find a verification method in the document of its controller, listed for `relationship`.

    Only a method of type ``JsonWebKey`` can answer an `RsaVerificationKey`.

    Raises `IdentifierRefused` with code ``method_malformed``, ``document_malformed``, ``document_of_another``,
    ``method_not_found``, ``method_of_another``, ``key_unsupported`` or ``not_assertion_key`` (the last for any
    relationship), `KeyRefused` as `multikey.decode` and `json_web_key.decode` do, or `TimestampInvalid`.
    """
    url, hash_sign, fragment = verification_method.partition("#")
    if not hash_sign or not fragment or ":" not in url:
        raise IdentifierRefused("method_malformed", "A verification method is a URL with a fragment.")
    if not isinstance(document, dict) or not isinstance(document.get("id"), str):
        raise IdentifierRefused("document_malformed", "The issuer's document must be an object with an id.")
    if document["id"] != url:
        raise IdentifierRefused("document_of_another", "The issuer's document has another id than was asked for.")
    found = _methods(document, url).get(verification_method)
    if found is None:
        raise IdentifierRefused("method_not_found", "The issuer's document does not hold this key.")
    if found.get("controller") != url:
        raise IdentifierRefused("method_of_another", "The key names another controller than the document.")
    relationships = frozenset(name for name in _RELATIONSHIPS if verification_method in _listed(document, name, url))
    if relationship not in relationships:
        raise IdentifierRefused("not_assertion_key", f"The key is not listed under {relationship}.")
    return json_web_key.verification_method(
        _public_key(found),
        id=verification_method,
        controller=url,
        relationships=relationships,
        expires=None if "expires" not in found else timestamps.parse(found["expires"], path="$.expires"),
        revoked=None if "revoked" not in found else timestamps.parse(found["revoked"], path="$.revoked"),
    )


def _public_key(method: dict[str, Any]) -> JoseKey:
    # One key in two forms could be two keys, and each reader would take the one it knows.
    if "publicKeyMultibase" in method and "publicKeyJwk" in method:
        raise IdentifierRefused("document_malformed", "Publish a key as a Multikey or as a JWK, not as both.")
    if method.get("type") == "Multikey" and isinstance(method.get("publicKeyMultibase"), str):
        return multikey.decode(method["publicKeyMultibase"])
    if method.get("type") in _JWK_TYPES and "publicKeyJwk" in method:
        return json_web_key.decode(method["publicKeyJwk"])
    raise IdentifierRefused("key_unsupported", "The key must be a Multikey or a JsonWebKey.")


def _absolute(identifier: Any, url: str) -> str | None:
    if not isinstance(identifier, str):
        return None
    return url + identifier if identifier.startswith("#") else identifier


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _methods(document: dict[str, Any], url: str) -> dict[str, dict[str, Any]]:
    """Collect the methods of a document by absolute id, those embedded in a relationship included."""
    methods: dict[str, dict[str, Any]] = {}
    for name in ("verificationMethod", *_RELATIONSHIPS):
        for method in _as_list(document.get(name)):
            identifier = _absolute(method.get("id"), url) if isinstance(method, dict) else None
            if identifier is None:
                continue
            if methods.setdefault(identifier, method) != method:
                raise IdentifierRefused("document_malformed", "Two different keys of the document share one id.")
    return methods


def _listed(document: dict[str, Any], name: str, url: str) -> set[str | None]:
    return {
        _absolute(method.get("id") if isinstance(method, dict) else method, url)
        for method in _as_list(document.get(name))
    }
