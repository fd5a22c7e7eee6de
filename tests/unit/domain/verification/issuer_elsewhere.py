"""An issuer elsewhere: its document, its status list and its badges, behind a real HTTPS server."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accredit.domain.verification import operations
from accredit.domain.verification.outside import KnownName, Outside
from accredit.domain.verification.registry import NO_REGISTRY, Registered, Registry
from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.sources import NoSources
from accredit.fetching.fetcher import Errand, Fetcher
from accredit.kit.vc import did_web, eddsa_rdfc_2022, status_list, timestamps
from accredit.kit.vc.verification_key import VerificationKey
from tests.unit.fetching.strange_host import Say, StrangeHost, answer
from tests.unit.kit.vc import vc_examples as examples

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOST = "school.example.org"
DID = f"did:web:{HOST}"
LIST = f"https://{HOST}/status/1"
DID_PATH = "/.well-known/did.json"


@dataclass
class Elsewhere(Outside):
    """What is outside in a test: look-ups at one host, a register, and names that are taken."""

    host: StrangeHost
    names: Sequence[KnownName] = ()
    register: Registry = NO_REGISTRY
    now: datetime = NOW
    fetcher: Fetcher | None = None
    allowed: bool = True

    def __post_init__(self) -> None:
        self.fetcher = self.fetcher or self.host.fetcher(allowed=self.allowed)
        super().__init__(Errand(self.fetcher, now=self.now))

    @property
    def registry(self) -> Registry:
        """The register."""
        return self.register

    @property
    def known_names(self) -> Sequence[KnownName]:
        """Names that are taken."""
        return self.names


@dataclass
class Issuer:
    """Signs as itself. ``did`` may be an address of the web, too."""

    did: str = DID
    seed: int = 5
    fragment: str = "key-1"
    listed: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> VerificationKey:
        """Its key."""
        public = examples.public(self.seed)
        return VerificationKey(id=f"{self.did}#{self.fragment}", controller=self.did, public_key=public)

    def document(self) -> dict[str, Any]:
        """Its document: the keys it asserts with."""
        if self.did.startswith("did:"):
            return did_web.did_document(self.did, [self.key]) | self.more
        method = {"id": self.key.id, "type": "Multikey", "controller": self.did,
                  "publicKeyMultibase": self.key.public_key.multibase}  # fmt: skip
        return {"id": self.did, "verificationMethod": [method], "assertionMethod": [self.key.id]} | self.more

    def sign(
        self, document: dict[str, Any], *, created: datetime = NOW - timedelta(days=30), **options: Any
    ) -> dict[str, Any]:
        """Sign a document with an embedded proof."""
        found: dict[str, Any] = eddsa_rdfc_2022.add_proof(
            document,
            sign=examples.private(self.seed).sign,
            verification_method=options.pop("method", self.key.id),
            created=created,
            **options,
        )
        return found

    def badge(self, *, name: str = "School of Elsewhere", listed: Any = None, **members: Any) -> dict[str, Any]:
        """A badge, not signed yet."""
        found = copy.deepcopy(examples.badge())
        found["issuer"] = {"id": self.did, "type": ["Profile"], "name": name}
        found["validFrom"] = "2026-06-30T12:00:00Z"
        found.pop("credentialStatus", None)
        if listed is not None:
            found["credentialStatus"] = listed
        return found | members

    def status_list(
        self,
        *set_indices: int,
        signed: datetime = NOW - timedelta(hours=1),
        url: str = LIST,
        purpose: Any = "revocation",
        encoded: str | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        """Its list, signed at a moment."""
        bits = status_list.encode(set_indices) if encoded is None else encoded
        document = status_list.list_credential(url, self.did, bits, signed)
        document["credentialSubject"]["statusPurpose"] = purpose
        return self.sign(document | members, created=signed)

    def publish(self, host: StrangeHost, **pages: Say) -> None:
        """Put its document where it belongs."""
        host.pages[DID_PATH] = answer(self.document(), kind="application/did+json")


def entry(index: Any = 7, url: str = LIST, **members: Any) -> dict[str, Any]:
    """A status entry."""
    found = status_list.entry(url, index if isinstance(index, int) and index >= 0 else 0)
    return found | ({} if isinstance(index, int) and index >= 0 else {"statusListIndex": index}) | members


def registered(*issuer_ids: str, version: int = 3, issued: datetime = NOW - timedelta(days=1),
               days: int = 30, also_for: tuple[str, ...] = ()) -> Registry:  # fmt: skip
    """A register that names these issuers."""
    return Registry(
        name="Register of peer support",
        version=version,
        issued=issued,
        expires=issued + timedelta(days=days),
        issuers={
            each: Registered(
                issuer_id=each,
                name="School of Elsewhere",
                confirmed_by="Register of peer support",
                channel="telephone",
                confirmed_on=date(2026, 9, 1),
                also_for=also_for,
            )
            for each in issuer_ids
        },
    )


def verified(data: dict[str, Any] | str | bytes, outside: Outside, *, now: datetime = NOW) -> VerificationReport:
    """Verify with nothing but what is outside."""
    raw = json.dumps(data).encode() if isinstance(data, dict) else data.encode() if isinstance(data, str) else data
    return operations.verify(raw, now=now, sources=NoSources(), outside=outside)


def moment(when: datetime) -> str:
    """Write a moment as documents do."""
    return timestamps.write(when)
