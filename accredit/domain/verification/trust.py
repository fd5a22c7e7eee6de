"""What somebody far from this service takes for granted when they check its awards: a short file, and nothing else.

It names the service, the keys of its public log and of the witnesses beside it, and the organisations with the keys
they sign with and how each was confirmed, as all of it stood at one moment (``made``). Whoever holds the file has it
from a place they trust; everything else that is needed comes with the certificate (see `evidence`), and is believed
only where the log that is named here holds it.

Not here: reading it from a database (`handing_out`), and what follows from it (`offline_sources`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations.queries import Recognition
from accredit.domain.organisations.rules import Channel
from accredit.errors import AccreditError
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.linkeddata import LinkedDataError, strict_json
from accredit.kit.vc import json_web_key, multikey, timestamps
from accredit.kit.vc.errors import VcError
from accredit.kit.vc.json_web_key import JoseKey

FORMAT = "accredit-trust/1"
MAX_BYTES = 1_000_000
# The single file holds it between these marks; nothing else of that page is read.
_IN_PAGE = re.compile(rb'<script type="application/json" id="trust">(.*?)</script>', re.DOTALL)


class TrustRefused(AccreditError):
    """A file of trust anchors that cannot be used; ``detail`` says why."""


@dataclass(frozen=True, kw_only=True)
class TrustedKey:
    """A key of an organisation, and from when until when it was good; ``compromised`` is when it was stolen."""

    id: str
    purpose: Purpose
    public_key: JoseKey
    created: datetime
    retired: datetime | None = None
    compromised: datetime | None = None

    @property
    def controller(self) -> str:
        """Whose it is."""
        return self.id.partition("#")[0]

    def to_json(self) -> dict[str, Any]:
        """Write it as the DID document and the log do."""
        published: dict[str, Any] = (
            {"publicKeyMultibase": self.public_key.multibase}
            if isinstance(self.public_key, multikey.PublicKey) and self.purpose is not Purpose.ASSERTION_JWT
            else {"publicKeyJwk": json_web_key.encode(self.public_key)}
        )
        moments = (("created", self.created), ("retired", self.retired), ("compromised", self.compromised))
        written = {name: timestamps.write(at) for name, at in moments if at is not None}
        return {"id": self.id, "purpose": self.purpose.value, **published, **written}


@dataclass(frozen=True, kw_only=True)
class TrustedIssuer:
    """An organisation of the service; ``recognition`` is None while no operator has confirmed it."""

    id: str
    name: str
    recognition: Recognition | None
    keys: tuple[TrustedKey, ...]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Everything that is taken for granted, and since when."""

    service: str
    did_prefix: str
    made: datetime
    logs: tuple[Ed25519Key, ...]
    witnesses: tuple[CosignerKey, ...]
    issuers: tuple[TrustedIssuer, ...]

    def is_own(self, issuer_id: str) -> bool:
        """Say whether an issuer is of the service that this file is about."""
        return issuer_id == self.did_prefix or issuer_id.startswith(f"{self.did_prefix}:")

    def issuer(self, issuer_id: str) -> TrustedIssuer | None:
        """Return one organisation, or None."""
        return next((each for each in self.issuers if each.id == issuer_id), None)

    def to_json(self) -> dict[str, Any]:
        """Write the file."""
        return {
            "format": FORMAT,
            "service": self.service,
            "didPrefix": self.did_prefix,
            "made": timestamps.write(self.made),
            "logs": [str(key) for key in self.logs],
            "witnesses": [str(key) for key in self.witnesses],
            "issuers": [
                {
                    "id": each.id,
                    "name": each.name,
                    "recognised": None
                    if each.recognition is None
                    else {
                        "channel": each.recognition.channel.value,
                        "confirmedOn": each.recognition.confirmed_on.isoformat(),
                    },
                    "keys": [key.to_json() for key in each.keys],
                }
                for each in self.issuers
            ],
        }


def read(data: bytes) -> Trust:
    """Read a file of trust anchors, or those in a copy of the single file that checks certificates.

    Raises `TrustRefused`.
    """
    found = _IN_PAGE.search(data) if data.lstrip().startswith(b"<") else None
    try:
        document = strict_json.loads_object(found[1] if found else data, max_bytes=MAX_BYTES)
        if document.get("format") != FORMAT:
            raise TrustRefused("trust-format", f"This is no file of trust anchors ({FORMAT}).")
        return _trust(document)
    except (LinkedDataError, LedgerError, VcError, KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"The file of trust anchors cannot be read ({type(error).__name__})."
        raise TrustRefused("trust-malformed", detail) from error


def write(trust: Trust) -> bytes:
    """Write a file that `read` reads; the same trust always gives the same bytes."""
    return (json.dumps(trust.to_json(), ensure_ascii=False, indent=1) + "\n").encode()


def key_of(told: Mapping[str, Any]) -> TrustedKey:
    """Read one key with its history. Raises `KeyError`, `ValueError` or `VcError` for another form."""
    return TrustedKey(
        id=told["id"],
        purpose=Purpose(told["purpose"]),
        public_key=public_key_of(told),
        created=timestamps.parse(told["created"]),
        retired=_moment(told, "retired"),
        compromised=_moment(told, "compromised"),
    )


def public_key_of(told: Mapping[str, Any]) -> JoseKey:
    """Read the one public key that stands under either name."""
    if "publicKeyJwk" in told:
        return json_web_key.decode(told["publicKeyJwk"])
    return multikey.decode(told["publicKeyMultibase"])


def _trust(document: Mapping[str, Any]) -> Trust:
    prefix = document["didPrefix"]
    if not isinstance(prefix, str) or not prefix.startswith("did:web:"):
        raise ValueError("a service names its awards under did:web")
    issuers = tuple(map(_issuer, document["issuers"]))
    trust = Trust(
        service=str(document["service"]),
        did_prefix=prefix,
        made=timestamps.parse(document["made"]),
        logs=tuple(map(Ed25519Key.parse, document["logs"])),
        witnesses=tuple(map(CosignerKey.parse, document["witnesses"])),
        issuers=issuers,
    )
    _check_names(trust.issuers)
    return trust


def _check_names(issuers: Iterable[TrustedIssuer]) -> None:
    if any(key.controller != issuer.id for issuer in issuers for key in issuer.keys):
        raise ValueError("a key stands under somebody else than it names")


def _issuer(told: Mapping[str, Any]) -> TrustedIssuer:
    known = told["recognised"]
    recognition = None
    if known is not None:
        confirmed_on = date.fromisoformat(known["confirmedOn"])
        recognition = Recognition(channel=Channel(known["channel"]), confirmed_on=confirmed_on)
    return TrustedIssuer(
        id=told["id"], name=told["name"], recognition=recognition, keys=tuple(map(key_of, told["keys"]))
    )


def _moment(told: Mapping[str, Any], name: str) -> datetime | None:
    return timestamps.parse(told[name]) if told.get(name) is not None else None
