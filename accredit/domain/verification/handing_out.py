"""What this service hands out so that it is not needed: trust anchors, and the evidence of one credential.

Nothing personal is in the anchors. Evidence holds the credential itself, so it goes only to those who may have that.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from accredit.domain.credentials.document import IssuerFacts
from accredit.domain.credentials.rules import identity_base
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.models import StatusList
from accredit.domain.issuing.queries import KeyFacts, StatusListFacts
from accredit.domain.issuing.rules import Purpose
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.models import LedgerCosignature
from accredit.domain.transparency.rules import Act
from accredit.domain.verification.evidence import Evidence, Leaf
from accredit.domain.verification.trust import Trust, TrustedIssuer, TrustedKey
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.openbadges.endorsement import CONTEXT
from accredit.kit.vc import did_web, json_web_key, timestamps
from accredit.kit.vc.json_web_key import JoseVerificationKey
from accredit.kit.vc.verification_key import ASSERTION, VerificationKey
from accredit.storage import Session, identity

_KEY_ACTS = (Act.KEY_PUBLISHED, Act.KEY_RETIRED, Act.KEY_COMPROMISED)
_OF_AWARDS = frozenset({Purpose.ASSERTION, Purpose.ASSERTION_JWT, Purpose.OFFLINE, Purpose.STATUS})


def trust_of(db: Session, *, now: datetime) -> Trust | None:
    """Return the trust anchors of this service as they are now; None before its first start."""
    service = identity.read(db)
    if service is None:
        return None
    origin = log.origin(db) or ""
    # A log key that was stolen could sign another history, so it vouches for nothing any more.
    logs = [key for key in issuing.verification_keys(db, origin) if key.compromised_at is None]
    seen = db.execute(sa.select(col(LedgerCosignature.verifier_key)).distinct()).scalars()
    return Trust(
        service=service.base_url,
        did_prefix=f"did:web:{service.did_host.replace(':', '%3A')}",
        made=now.replace(microsecond=0),
        logs=tuple(Ed25519Key(key.controller, key.raw) for key in logs if key.purpose is Purpose.CHECKPOINT),
        witnesses=tuple(CosignerKey.parse(each) for each in sorted(seen)),
        issuers=tuple(_issuer(db, each) for each in organisations.organisations(db)),
    )


def evidence_of(db: Session, credential_id: UUID, *, now: datetime) -> Evidence | None:
    """Return the evidence of a released credential as it is now; None where there is nothing to hand out.

    The same record always gives the same evidence: it bears the time of its status list, and not of its making.
    """
    found = issuing.by_credential_id(db, credential_id)
    document = None if found is None else issuing.signed_document(db, found.id)
    leaf = None if found is None or found.leaf_index is None else _leaf(db, found.leaf_index)
    if found is None or document is None or leaf is None:
        return None
    token = issuing.signed_jwt(db, found.id)
    organisation = organisations.organisation(db, found.organisation_id)
    lists = lists_of(db, found.status_list_id)
    keys = issuing.verification_keys(db, organisation.did)
    return Evidence(
        made=max((timestamps.parse(each["validFrom"]) for each in lists), default=now.replace(microsecond=0)),
        document=document.decode(),
        token=None if token is None else token.decode("ascii"),
        leaf=leaf,
        keys=tuple(each for key in keys if key.purpose in _OF_AWARDS for each in _leaves_of_key(db, key)),
        lists=lists,
        profile=profile_of(organisation),
        did=did_document_of(organisation.did, keys),
    )


def lists_of(db: Session, list_id: UUID) -> tuple[Mapping[str, Any], ...]:
    """Return the signed status lists that say whether a credential still holds; none before they were signed."""
    found = issuing.status_list(db, list_id)
    if found is None:
        return ()
    return tuple(json.loads(each) for each in (found.document, found.suspensions) if each is not None)


def published_lists(db: Session) -> tuple[StatusListFacts, ...]:
    """Return every status list that was ever signed, as it was last."""
    names = db.execute(sa.select(col(StatusList.public_id)).order_by(col(StatusList.public_id))).scalars()
    return tuple(found for name in names if (found := issuing.current_status_list(db, name)) is not None)


def profile_of(found: OrganisationFacts) -> dict[str, Any]:
    """Write the issuer Profile of an organisation."""
    url = f"{identity_base(found.did)}/o/{found.slug}"
    return {"@context": list(CONTEXT)} | IssuerFacts(did=found.did, name=found.name, url=url).profile().document()


def did_document_of(name: str, keys: tuple[KeyFacts, ...]) -> dict[str, Any]:
    """Write a DID document with every key there ever was.

    Raises `IdentifierRefused` for a service on localhost, which has no did:web that anybody could look up.
    """
    methods = [_method(key) for key in keys if key.public_key_jwk is None]
    jwks = [_method(key) for key in keys if key.public_key_jwk is not None]
    return did_web.did_document(name, [key for key in methods if isinstance(key, VerificationKey)], jwks)


def _method(key: KeyFacts) -> JoseVerificationKey:
    # A key for statements stands in the document and asserts nothing: no reader may take a credential by it (KY08).
    relationships = frozenset() if key.purpose is Purpose.OFFLINE else frozenset({ASSERTION})
    return json_web_key.verification_method(
        key.public_key,
        id=key.verification_method,
        controller=key.controller,
        relationships=relationships,
        revoked=key.compromised_at,
    )


def _issuer(db: Session, found: OrganisationFacts) -> TrustedIssuer:
    keys = issuing.verification_keys(db, found.did)
    return TrustedIssuer(
        id=found.did,
        name=found.name,
        recognition=found.recognition,
        keys=tuple(
            TrustedKey(
                id=key.verification_method,
                purpose=key.purpose,
                public_key=key.public_key,
                # Proofs are timed to the second, keys to the microsecond: a key may sign in the second it was made.
                created=key.created_at.replace(microsecond=0),
                retired=key.retired_at,
                compromised=key.compromised_at,
            )
            for key in keys
            if key.purpose in _OF_AWARDS
        ),
    )


def _leaves_of_key(db: Session, key: KeyFacts) -> list[Leaf]:
    found = []
    for act in _KEY_ACTS:
        for occurrence in range(log.count(db, act=act, subject_id=key.id)):
            index = log.leaf_index(db, act=act, subject_id=key.id, occurrence=occurrence)
            leaf = None if index is None else _leaf(db, index)
            found += [] if leaf is None else [leaf]
    return found


def _leaf(db: Session, index: int) -> Leaf | None:
    opening = log.openings(db, [index]).get(index)
    receipt = log.receipt(db, index)
    if opening is None or receipt is None:
        return None
    return Leaf(statement=opening.statement, salt=opening.salt, receipt=receipt)
