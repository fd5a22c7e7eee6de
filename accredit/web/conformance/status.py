"""One status list in memory: which credentials have a place in it, and which of them are revoked."""

from __future__ import annotations

import secrets
from typing import Final

from accredit.kit.vc import status_list
from accredit.kit.vc.errors import StatusListInvalid
from accredit.kit.vc.status_list import StatusBits

PURPOSE: Final = "revocation"
_FULL: Final = status_list.MIN_LENGTH // 2
"""Beyond this a random place is often taken; a test run is over long before."""


class StatusList:
    """Places are given at random, so that an index says nothing about when (Bitstring Status List §6)."""

    def __init__(self) -> None:
        self._by_credential: dict[str, int] = {}
        self._taken: set[int] = set()
        self._revoked: set[int] = set()

    def reserve(self, credential_id: str | None) -> int:
        """Give a credential its place; raises `StatusListInvalid` with code ``status_list_full``."""
        if len(self._taken) >= _FULL:
            raise StatusListInvalid("status_list_full", "The list is full; start the conformance mode again.")
        index = secrets.randbelow(status_list.MIN_LENGTH)
        while index in self._taken:
            index = secrets.randbelow(status_list.MIN_LENGTH)
        self._taken.add(index)
        if credential_id is not None:
            self._by_credential[credential_id] = index
        return index

    def revoke(self, credential_id: str) -> None:
        """Set the bit of a credential for good; raises `StatusListInvalid` with code ``credential_unknown``."""
        if credential_id not in self._by_credential:
            raise StatusListInvalid("credential_unknown", "No credential with this id was issued here.")
        self._revoked.add(self._by_credential[credential_id])

    def encoded(self) -> str:
        """Return the list as ``encodedList`` carries it."""
        return status_list.encode(self._revoked)

    def bits(self) -> StatusBits:
        """Return the list as a verifier reads it."""
        return status_list.decode(self.encoded())
