"""Finding the key of a proof, and whether it is tied to the issuer that the document states.

A key that was stolen still speaks for what a witness saw in the log before that: a thief can write any date into a
document, and into no log of the past. Whether it is this document that stands there is asked afterwards.

The traps are those of Controlled Identifiers 1.0 §3.3: a key that certifies itself, a key of somebody else, a key in
the fragment of an address. Only did:key is its own evidence; keys elsewhere come from what `Sources` holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from accredit.domain.verification import issuer_documents
from accredit.domain.verification.outside import NOTHING, Outside, host_of
from accredit.domain.verification.rules import Reason
from accredit.domain.verification.sources import Sources
from accredit.fetching.fetcher import Fetched
from accredit.kit.vc import did_key, multikey
from accredit.kit.vc.errors import KeyRefused
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import VerificationKey

# What leaves open whose key it is: then a key in the name of the key itself still shows that nothing was changed.
_MAY_STAND_ALONE = frozenset({Reason.ISSUER_KEY_UNREACHABLE, Reason.KEY_NOT_LISTED})
Keys = Callable[[str], Sequence[JoseVerificationKey] | None]


class Signed(Protocol):
    """A document that is signed: who says that they issued it, its id, and since when it holds."""

    @property
    def issuer_id(self) -> str: ...
    @property
    def id(self) -> str | None: ...
    @property
    def valid_from(self) -> datetime | None: ...


@dataclass(frozen=True, kw_only=True)
class Stated:
    """A `Signed` that is no credential of an award."""

    issuer_id: str
    id: str | None
    valid_from: datetime | None


class KeyFinder:
    """Resolves verification methods for one document; ``reason`` says afterwards what is wrong with the binding.

    ``document`` is what an issuer elsewhere published its keys in, where that was looked up.
    """

    def __init__(self, sources: Sources, signed: Signed, *, outside: Outside = NOTHING) -> None:
        self.sources = sources
        self.outside = outside
        self.issuer_id = signed.issuer_id
        self.credential_id = signed.id or ""
        self.begins = signed.valid_from
        self.reason: Reason | None = None
        self.document: Fetched | None = None

    def __call__(self, method: str) -> VerificationKey | None:
        """Return the key of a proof by its name, or None with a ``reason``. Raises `KeyRefused` for a weak one."""
        found = self._find(method, self.sources.keys)
        if found is not None and not isinstance(found, VerificationKey):
            # An RSA key makes tokens and no embedded proofs.
            self._refuse(Reason.KEY_NOT_OF_ISSUER)
            return None
        return found

    def of_token(self, kid: str) -> JoseVerificationKey | None:
        """Return the key that a token names, as for a proof; it may be one of RSA."""
        hosts = host_of(kid), host_of(self.issuer_id)
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
        return self._elsewhere(controller, method, fragment)

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
        # Whoever asks far from the service knows its keys up to a day; a younger one is unknown, and not false. Nor is
        # one false that came in a time which an older backup knows nothing of (R57).
        if self.begins is None:
            return False
        known_until = self.sources.known_until()
        return (known_until is not None and self.begins > known_until) or self.sources.was_lost(self.begins)

    def _as_of_the_log(self, key: JoseVerificationKey) -> JoseVerificationKey:
        stolen = key.revoked
        if stolen is None or not self.sources.was_witnessed(self.credential_id, before=stolen):
            return key
        return replace(key, revoked=None, retired=min(key.retired or stolen, stolen))

    def _elsewhere(self, controller: str, method: str, fragment: str) -> JoseVerificationKey | None:
        answer = issuer_documents.look_up(self.outside, issuer_id=self.issuer_id, method=method)
        if answer is None or (answer.key is None and answer.reason in _MAY_STAND_ALONE):
            alone = self._unanchored(controller, method, fragment)
            if alone is not None or answer is None:
                return alone
        self.reason, self.document = answer.reason, answer.document
        return answer.key

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
