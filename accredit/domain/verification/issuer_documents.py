"""Keys of issuers elsewhere, from the document that stands under the issuer's own id (Controlled Identifiers 1.0 §3.3).

Looked up is the issuer's own document, and for an issuer that is an address of the web a key's page on the same host,
which ties nothing unless the issuer's own document names it. Nothing else that a proof names is ever looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from accredit.domain.verification.outside import Outside, host_of
from accredit.domain.verification.rules import Reason
from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Fetched
from accredit.kit.linkeddata import JsonRefused, strict_json
from accredit.kit.vc import controlled_identifier, did_web, json_web_key
from accredit.kit.vc.errors import IdentifierRefused, KeyRefused, VcError
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import ASSERTION

DOCUMENTS: Final = frozenset(
    {
        "application/did",
        "application/did+json",
        "application/did+ld+json",
        "application/cid",
        "application/json",
        "application/jwk+json",
        "application/ld+json",
    }
)
# Anybody could imitate these, wherever they stand.
WEAK: Final = frozenset({"weak_key", "key_too_weak", "private_key"})


@dataclass(frozen=True, kw_only=True)
class KeyAnswer:
    """A key, or why there is none; ``document`` is what it was read from.

    A key with a reason holds the document together and does not tie it to its issuer.
    """

    key: JoseVerificationKey | None = None
    reason: Reason | None = None
    document: Fetched | None = None


def look_up(outside: Outside, *, issuer_id: str, method: str) -> KeyAnswer | None:
    """Find the key of a proof; None when nothing may be looked up for this issuer and this name of a key.

    Raises `KeyRefused` for a key that anybody could imitate.
    """
    controller = method.partition("#")[0]
    if controller == issuer_id and issuer_id.startswith(("did:web:", "https://")):
        return _of_the_issuer(outside, issuer_id, method)
    if issuer_id.startswith("https://") and method.startswith("https://") and host_of(method) == host_of(issuer_id):
        return _beside_the_issuer(outside, issuer_id, method)
    return None


def _of_the_issuer(outside: Outside, issuer_id: str, method: str) -> KeyAnswer:
    fetched = None
    try:
        url = did_web.document_url(issuer_id) if issuer_id.startswith("did:") else issuer_id
        fetched, document = _document(outside, url)
        return KeyAnswer(key=controlled_identifier.find_key(document, method), document=fetched)
    except (FetchRefused, JsonRefused):
        return KeyAnswer(reason=Reason.ISSUER_KEY_UNREACHABLE)
    except KeyRefused as error:
        if error.code in WEAK:
            raise
        return KeyAnswer(reason=Reason.FORM_NOT_SUPPORTED, document=fetched)
    except IdentifierRefused as error:
        return KeyAnswer(reason=_REASONS.get(error.code, Reason.ISSUER_KEY_UNREACHABLE), document=fetched)
    except VcError:
        return KeyAnswer(reason=Reason.ISSUER_KEY_UNREACHABLE, document=fetched)


_REASONS: Final = {
    # It may never have been there, or have made way for another: nobody can tell, so it is not called false.
    "method_not_found": Reason.KEY_NOT_LISTED,
    "not_assertion_key": Reason.NOT_ASSERTION_KEY,
    "key_unsupported": Reason.FORM_NOT_SUPPORTED,
}


def _beside_the_issuer(outside: Outside, issuer_id: str, method: str) -> KeyAnswer:
    """Read a key on a page of its own; it speaks for the issuer only where the issuer's own document names it."""
    try:
        key = _on_its_page(outside, method)
    except KeyRefused as error:
        if error.code in WEAK:
            raise
        return KeyAnswer(reason=Reason.FORM_NOT_SUPPORTED)
    except (FetchRefused, JsonRefused, VcError):
        return KeyAnswer(reason=Reason.ISSUER_KEY_UNREACHABLE)
    try:
        fetched, document = _document(outside, issuer_id)
    except (FetchRefused, JsonRefused):
        fetched, document = None, {}
    named = document.get(ASSERTION)
    if document.get("id") == issuer_id and method in (named if isinstance(named, list) else [named]):
        return KeyAnswer(key=replace(key, controller=issuer_id), document=fetched)
    # The issuer's host is not the issuer: others may write pages there (Open Badges, issue 605).
    return KeyAnswer(key=key, reason=Reason.KEY_NOT_ANCHORED, document=fetched)


def _on_its_page(outside: Outside, method: str) -> JoseVerificationKey:
    url, _, fragment = method.partition("#")
    _, document = _document(outside, url)
    if fragment:
        return controlled_identifier.find_key(document, method)
    return json_web_key.verification_method(json_web_key.decode(document), id=method, controller=method)


def _document(outside: Outside, url: str) -> tuple[Fetched, Mapping[str, Any]]:
    fetched = outside.look_up(url, DOCUMENTS)
    return fetched, strict_json.loads_object(fetched.body)
