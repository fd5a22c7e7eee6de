"""A credential of the W3C data model, 2.0 or 1.1, that is no Open Badge: what can be said of it all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accredit.kit.vc import data_model
from accredit.kit.vc.vc_jwt_claims import identifier_of


@dataclass(frozen=True, kw_only=True)
class PlainCredential:
    """Who issued what kind of credential, and from when to when."""

    id: str | None
    issuer_id: str
    issuer_name: str | None
    name: str | None
    kinds: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    statuses: tuple[object, ...]


def read(document: Mapping[str, Any]) -> PlainCredential:
    """Read a credential. Raises `DataModelInvalid`, and `TimestampInvalid` for its dates."""
    data_model.check_credential(document)
    begins, ends = data_model.validity(document)
    issuer, kinds = document["issuer"], document["type"]
    status = document.get("credentialStatus", [])
    return PlainCredential(
        id=_text(document.get("id")),
        issuer_id=str(identifier_of(issuer)),
        issuer_name=_text(issuer.get("name")) if isinstance(issuer, Mapping) else None,
        name=_text(document.get("name")),
        kinds=tuple(each for each in (kinds if isinstance(kinds, list) else [kinds]) if each != "VerifiableCredential"),
        valid_from=begins,
        valid_until=ends,
        statuses=tuple(status) if isinstance(status, list) else (status,),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
