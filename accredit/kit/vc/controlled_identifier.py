"""Finding a key in an issuer's document (Controlled Identifiers 1.0 §3.3): every step is needed.

A verifier that trusts the key in the fragment of an identifier, without looking it up, lets anyone sign for anyone.
Only did:key certifies itself; see `did_key.resolve`.

Not here: fetching the document. The caller passes what it got from the URL before the fragment.
"""

from __future__ import annotations

from typing import Any

from accredit.kit.vc import multikey, timestamps
from accredit.kit.vc.errors import IdentifierRefused
from accredit.kit.vc.verification_key import ASSERTION, VerificationKey

_RELATIONSHIPS = ("assertionMethod", "authentication", "capabilityDelegation", "capabilityInvocation", "keyAgreement")


def find_key(document: Any, verification_method: str, *, relationship: str = ASSERTION) -> VerificationKey:
    """Find a verification method in the document of its controller, listed for `relationship`.

    Raises `IdentifierRefused` with code ``method_malformed``, ``document_malformed``, ``document_of_another``,
    ``method_not_found``, ``method_of_another`` or ``not_assertion_key`` (the last for any relationship), `KeyRefused`
    as `multikey.decode` does, or `TimestampInvalid`.
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
    if found.get("type") != "Multikey" or not isinstance(found.get("publicKeyMultibase"), str):
        raise IdentifierRefused("key_unsupported", "The key must be a Multikey.")
    return VerificationKey(
        id=verification_method,
        controller=url,
        public_key=multikey.decode(found["publicKeyMultibase"]),
        relationships=relationships,
        expires=None if "expires" not in found else timestamps.parse(found["expires"], path="$.expires"),
        revoked=None if "revoked" not in found else timestamps.parse(found["revoked"], path="$.revoked"),
    )


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
