"""Finding the key of a proof, and whether it is tied to the issuer that the document states.

A key that was stolen still speaks for what a witness saw in the log before that: a thief can write any date into a
document, and into no log of the past. Whether it is this document that stands there is asked afterwards.

The traps are those of Controlled Identifiers 1.0 §3.3: a key that certifies itself, a key of somebody else, a key in
the fragment of an address. Only did:key is its own evidence; keys elsewhere come from what `Sources` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from accredit.domain.verification.rules import Reason
from accredit.domain.verification.sources import Sources
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.vc import did_key, did_web, multikey
from accredit.kit.vc.errors import IdentifierRefused, KeyRefused
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import VerificationKey

Keys = Callable[[str], Sequence[JoseVerificationKey] | None]


class KeyFinder:
    """Resolves verification methods for one document; ``reason`` says afterwards what is wrong with the binding."""

    def __init__(self, sources: Sources, credential: OpenBadgeCredential) -> None:
        self.sources = sources
        self.issuer_id = credential.issuer_id
        self.credential_id = credential.id
        self.begins = credential.valid_from
        self.reason: Reason | None = None

    def __call__(self, method: str) -> VerificationKey | None:
        """Return the key of a proof by its name, or None with a ``reason``. Raises `KeyRefused` for a weak one."""
        found = self._find(method, self.sources.keys)
        return found if isinstance(found, VerificationKey) else None

    def of_token(self, kid: str) -> JoseVerificationKey | None:
        """Return the key that a token names, as for a proof; it may be one of RSA."""
        hosts = _host(kid), _host(self.issuer_id)
        if None not in hosts and hosts[0] != hosts[1]:
            # Whoever writes a token writes the address of its key too (attacks.md VJ07); nothing is fetched from there.
            return self._refuse(Reason.KEY_OF_ANOTHER_ISSUER)
        return self._find(kid, self.sources.token_keys)

    def _find(self, method: str, keys_of: Keys) -> JoseVerificationKey | None:
        controller, _, fragment = method.partition("#")
        if self.sources.is_own(self.issuer_id) or self.sources.is_own(controller):
            return self._own(controller, method, keys_of)
        if controller.startswith("did:") and self.issuer_id.startswith("did:") and controller != self.issuer_id:
            return self._refuse(Reason.KEY_OF_ANOTHER_ISSUER)
        if controller.startswith("did:key:"):
            if controller != self.issuer_id:
                self.reason = Reason.KEY_NOT_ANCHORED
            return did_key.resolve(method)
        keys = keys_of(self.issuer_id)
        if keys is not None:
            return self._among(keys, method)
        return self._unanchored(controller, method, fragment)

    def _own(self, controller: str, method: str, keys_of: Keys) -> JoseVerificationKey | None:
        # Two organisations of one service: the key of one never speaks for the other (attacks.md VI16).
        if controller != self.issuer_id:
            return self._refuse(Reason.KEY_OF_ANOTHER_ISSUER)
        keys = keys_of(self.issuer_id)
        if not any(key.id == method for key in keys or ()) and self._may_be_younger():
            return self._refuse(Reason.ISSUER_KEY_UNREACHABLE)
        if not keys:
            return self._refuse(Reason.UNKNOWN_HERE)
        found = self._among(keys, method)
        return found if found is None else self._as_of_the_log(found)

    def _may_be_younger(self) -> bool:
        # Whoever asks far from the service knows its keys up to a day; a younger one is unknown, and not false.
        known_until = self.sources.known_until()
        return known_until is not None and self.begins > known_until

    def _as_of_the_log(self, key: JoseVerificationKey) -> JoseVerificationKey:
        stolen = key.revoked
        if stolen is None or not self.sources.was_witnessed(self.credential_id, before=stolen):
            return key
        return replace(key, revoked=None, retired=min(key.retired or stolen, stolen))

    def _among(self, keys: Sequence[JoseVerificationKey], method: str) -> JoseVerificationKey | None:
        found = next((key for key in keys if key.id == method), None)
        return found or self._refuse(Reason.KEY_NOT_OF_ISSUER)

    def _unanchored(self, controller: str, method: str, fragment: str) -> JoseVerificationKey | None:
        # Some issuers write the key itself after the '#'. It shows that nothing was changed since, and nothing more.
        try:
            key = multikey.decode(fragment)
        except KeyRefused as error:
            if error.code == "weak_key":
                raise
            return self._refuse(Reason.ISSUER_KEY_UNREACHABLE)
        self.reason = Reason.KEY_NOT_ANCHORED
        return VerificationKey(id=method, controller=controller, public_key=key)

    def _refuse(self, reason: Reason) -> JoseVerificationKey | None:
        self.reason = reason
        return None


def _host(identifier: str) -> str | None:
    """Return the host that an address, or a DID of the web, stands under; None for anything else."""
    try:
        if identifier.startswith("did:web:"):
            identifier = did_web.document_url(identifier.partition("#")[0])
        parts = urlsplit(identifier)
    except (IdentifierRefused, ValueError):
        return None
    return parts.hostname if parts.scheme in {"http", "https"} else None
