"""Which addresses of the web are looked up at all: ``https://`` and a full name, on the usual port, and nothing else.

A name whose last label begins with a letter is no spelling of an IP address (``127.1``, ``2130706433``, ``0x7f.1``,
``[::1]``, circled digits), and a name in ASCII has one spelling. What the name leads to is checked after resolving.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from accredit.fetching.errors import FetchRefused

PORT: Final = 443
_LONGEST: Final = 2_000
_LABEL = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9\-]{{0,61}}[a-z0-9])?", re.ASCII)
# RFC 3986: what a path and a query may hold; no space, no control character, no backslash, and no '@'.
_PATH = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:%/?]*", re.ASCII)
_CLIMBS = re.compile(r"(?:^|/)(?:\.|%2e){1,2}(?:/|\?|$)", re.IGNORECASE)
# RFC 6761, RFC 6762, RFC 7686, RFC 8375, and the names of machines inside clouds and houses.
_INSIDE: Final = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion", "alt", "invalid"}
)


@dataclass(frozen=True)
class Target:
    """An address that may be looked up: a host in lower case, and the path with its query."""

    host: str
    path: str

    @property
    def url(self) -> str:
        """The address in its one spelling."""
        return f"https://{self.host}{self.path}"


def target_of(url: str) -> Target:
    """Read an address. Raises `FetchRefused` with code ``address-not-allowed``."""
    if len(url) > _LONGEST or not url.startswith("https://"):
        raise FetchRefused("address-not-allowed", "not an https address")
    authority, slash, rest = url.removeprefix("https://").partition("/")
    host = authority.removesuffix(f":{PORT}").lower()
    path = slash + rest or "/"
    if not _HOST.fullmatch(host) or len(host) > 253 or host.rpartition(".")[2] in _INSIDE:
        raise FetchRefused("address-not-allowed", "not the full name of a public host on the usual port")
    if not _PATH.fullmatch(path) or _CLIMBS.search(path):
        raise FetchRefused("address-not-allowed", "not a plain path")
    return Target(host=host, path=path)
