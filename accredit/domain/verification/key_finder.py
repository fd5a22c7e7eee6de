"""Finding the key of a proof, and whether it is tied to the issuer that the document states.

The traps are those of Controlled Identifiers 1.0 §3.3: a key that certifies itself, a key of somebody else, a key in
the fragment of an address. Only did:key is its own evidence; keys elsewhere come from what `Sources` holds.
"""

from __future__ import annotations

from accredit.domain.verification.rules import Reason
from accredit.domain.verification.sources import Sources
from accredit.kit.vc import did_key, multikey
from accredit.kit.vc.errors import KeyRefused
from accredit.kit.vc.verification_key import VerificationKey


class KeyFinder:
    """Resolves verification methods for one document; ``reason`` says afterwards what is wrong with the binding."""

    def __init__(self, sources: Sources, issuer_id: str) -> None:
        self.sources = sources
        self.issuer_id = issuer_id
        self.reason: Reason | None = None

    def __call__(self, method: str) -> VerificationKey | None:
        """Return the key named ``method``, or None with a ``reason``. Raises `KeyRefused` for a weak one."""
        controller, _, fragment = method.partition("#")
        if self.sources.is_own(self.issuer_id) or self.sources.is_own(controller):
            return self._own(controller, method)
        if controller.startswith("did:") and self.issuer_id.startswith("did:") and controller != self.issuer_id:
            return self._refuse(Reason.KEY_OF_ANOTHER_ISSUER)
        if controller.startswith("did:key:"):
            if controller != self.issuer_id:
                self.reason = Reason.KEY_NOT_ANCHORED
            return did_key.resolve(method)
        keys = self.sources.keys(self.issuer_id)
        if keys is not None:
            return self._among(list(keys), method)
        return self._unanchored(controller, method, fragment)

    def _own(self, controller: str, method: str) -> VerificationKey | None:
        # Two organisations of one service: the key of one never speaks for the other (attacks.md VI16).
        if controller != self.issuer_id:
            return self._refuse(Reason.KEY_OF_ANOTHER_ISSUER)
        keys = self.sources.keys(self.issuer_id)
        if not keys:
            return self._refuse(Reason.UNKNOWN_HERE)
        return self._among(list(keys), method)

    def _among(self, keys: list[VerificationKey], method: str) -> VerificationKey | None:
        found = next((key for key in keys if key.id == method), None)
        return found or self._refuse(Reason.KEY_NOT_OF_ISSUER)

    def _unanchored(self, controller: str, method: str, fragment: str) -> VerificationKey | None:
        # Some issuers write the key itself after the '#'. It shows that nothing was changed since, and nothing more.
        try:
            key = multikey.decode(fragment)
        except KeyRefused as error:
            if error.code == "weak_key":
                raise
            return self._refuse(Reason.ISSUER_KEY_UNREACHABLE)
        self.reason = Reason.KEY_NOT_ANCHORED
        return VerificationKey(id=method, controller=controller, public_key=key)

    def _refuse(self, reason: Reason) -> VerificationKey | None:
        self.reason = reason
        return None
