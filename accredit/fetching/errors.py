"""Why nothing was looked up, or nothing came back."""

from __future__ import annotations


class FetchRefused(Exception):
    """Nothing usable came back. ``code`` is stable; the address itself is in no message, since logs would keep it.

    Before anything is sent: ``fetching-is-off``, ``address-not-allowed``, ``own-address``, ``too-many``, ``busy``,
    ``unknown-host``, ``address-denied``. Afterwards: ``unreachable``, ``tls``, ``too-slow``, ``redirect``, ``status``,
    ``content-type``, ``too-large``, ``malformed``.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
