"""What a verification knows of issuers elsewhere: what may be looked up, who is registered, whose names are taken.

Beside `sources`, which answers from the record of this service. Without anything of it (`NOTHING`), nothing is looked
up, nobody elsewhere is recognised and no name is compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from accredit.domain.verification.registry import NO_REGISTRY, Registry
from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Errand, Fetched
from accredit.kit.lookalikes import hosts_look_alike, names_look_alike
from accredit.kit.vc import did_web
from accredit.kit.vc.errors import IdentifierRefused

REMEMBERED_FOR = timedelta(minutes=5)
"""For how long what an issuer published is taken as it was: no longer than our own lists are (attacks.md VS27)."""


@dataclass(frozen=True, kw_only=True)
class KnownName:
    """A name that belongs to somebody: a recognised organisation, and the hosts that its identity stands under."""

    name: str
    issuer_id: str

    @property
    def host(self) -> str | None:
        """The host of its identity."""
        return host_of(self.issuer_id)


class Outside:
    """What there is outside; every part of it may be missing."""

    def __init__(self, errand: Errand | None = None) -> None:
        self._errand = errand

    @property
    def registry(self) -> Registry:
        """The register of issuers elsewhere that an operator chose."""
        return NO_REGISTRY

    @property
    def known_names(self) -> Sequence[KnownName]:
        """Names that a stranger should not be taken for."""
        return ()

    def look_up(self, url: str, accept: Collection[str]) -> Fetched:
        """Return what an address answers. Raises `FetchRefused`; ``fetching-is-off`` where nothing may be asked."""
        if self._errand is None:
            raise FetchRefused("fetching-is-off")
        return self._errand.get(url, accept=accept, ttl=REMEMBERED_FOR)

    def taken_for(self, *, issuer_id: str, name: str | None) -> KnownName | None:
        """Return whom a reader might take this issuer for; None where nobody known has such a name or address."""
        host = host_of(issuer_id)
        for known in self.known_names:
            if known.issuer_id == issuer_id:
                continue
            if name is not None and names_look_alike(name, known.name):
                return known
            if host is not None and known.host is not None and hosts_look_alike(host, known.host):
                return known
        return None


NOTHING = Outside()


def host_of(identifier: str) -> str | None:
    """Return the host that an address, or a DID of the web, stands under; None for anything else."""
    try:
        if identifier.startswith("did:web:"):
            identifier = did_web.document_url(identifier.partition("#")[0])
        parts = urlsplit(identifier)
    except (IdentifierRefused, ValueError):
        return None
    return parts.hostname if parts.scheme in {"http", "https"} else None
