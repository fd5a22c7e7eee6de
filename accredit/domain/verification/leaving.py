"""Every public document of this service as a file, at the path under which the service itself answers.

So the addresses that stand in signed credentials go on leading somewhere when a plain web host has these files instead
of us. There is nothing personal among them: no page behind a code, no credential.

Not here: the ledger, which `transparency.publishing` writes, and what is drawn for people.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from accredit.domain.credentials import queries as credentials
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.register import register_toml
from accredit.domain.organisations import queries as organisations
from accredit.domain.verification import trust as anchors
from accredit.domain.verification.evidence import write_lists
from accredit.domain.verification.handing_out import did_document_of, lists_of, profile_of, published_lists
from accredit.domain.verification.trust import Trust
from accredit.kit.openbadges.endorsement import CONTEXT
from accredit.kit.vc.errors import IdentifierRefused
from accredit.storage import Session

TRUST = "accredit-trust.json"


def documents(db: Session, *, trust: Trust) -> Iterator[tuple[str, bytes]]:
    """Yield each document with its path; the same record always gives the same files, in the same order."""
    yield from _identities(db, trust)
    for public_id, achievement in credentials.achievements(db):
        yield f"achievements/{public_id}", _json({"@context": list(CONTEXT)} | achievement)
    for found in published_lists(db):
        yield f"status/{found.public_id}", found.document
        if found.suspensions is not None:
            yield f"status/{found.public_id}-suspension", found.suspensions
        yield f"status/{found.public_id}-lists.json", write_lists(lists_of(db, found.id))
    yield "keys.toml", register_toml(db).encode()
    yield TRUST, anchors.write(trust)


def on_day(now: datetime) -> datetime:
    """Return the beginning of the day: trust anchors that are written to stay change no oftener."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _identities(db: Session, trust: Trust) -> Iterator[tuple[str, bytes]]:
    try:
        service = did_document_of(trust.did_prefix, issuing.verification_keys(db, trust.did_prefix))
        yield ".well-known/did.json", _json(service)
        for found in organisations.organisations(db):
            keys = issuing.verification_keys(db, found.did)
            yield f"o/{found.slug}/did.json", _json(did_document_of(found.did, keys))
            yield f"o/{found.slug}/profile.json", _json(profile_of(found))
    except IdentifierRefused:
        # A service on localhost has no did:web that anybody could look up, wherever its files are.
        return


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
