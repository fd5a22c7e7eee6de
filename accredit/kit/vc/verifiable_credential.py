"""Verify any credential, badge or not, in whatever way it is secured: embedded proofs, or an envelope.

1. it is formed as the data model asks for
2. its signatures hold over exactly this document, and one of the keys belongs to the issuer
3. every member means something that is signed, also where the signature alone would not ask for it

Not here: whether it is in force now (dates and status are reported, VCDM 2.0 §7.1), and what Open Badges asks beyond.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accredit.kit.linkeddata import inline_contexts, mapper
from accredit.kit.linkeddata.terms import Table
from accredit.kit.vc import data_integrity, data_model, eddsa_jcs_2022, envelope, vc_jwt
from accredit.kit.vc.data_integrity import Resolve, VerifiedProof
from accredit.kit.vc.errors import TokenInvalid
from accredit.kit.vc.vc_jwt_claims import identifier_of
from accredit.kit.vc.verification_key import ASSERTION


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What a document may say: which contexts it may name (`tables`, else the pinned ones), inline ones as a rule not.

    `accepts_wrapped` reads a token with the claim ``vc`` around a credential of VCDM 2.0 (`vc_jwt_claims.read`).
    """

    tables: Mapping[str, Table] | None = None
    accepts_inline: bool = False
    accepts_wrapped: bool = False

    def read(self, document: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Table] | None]:
        """Return a document, and the contexts that it may name; raises as `inline_contexts.named` does."""
        if self.accepts_inline and self.tables is not None:
            return inline_contexts.named(document, self.tables)
        return document, self.tables


PINNED = Meaning()


@dataclass(frozen=True, kw_only=True)
class VerifiedCredential:
    """A credential whose signatures hold; `document` is without its envelope. `notes` are those of the signatures."""

    document: dict[str, Any]
    issuer: str
    media_type: str
    verification_methods: tuple[str, ...]
    valid_from: datetime | None
    valid_until: datetime | None
    notes: tuple[str, ...]


def verify(
    document: Mapping[str, Any],
    *,
    resolve: Resolve,
    now: datetime,
    expected_purpose: str = ASSERTION,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
    meaning: Meaning = PINNED,
) -> VerifiedCredential:
    """Verify one credential, or an envelope that holds one.

    Raises what `data_model.check_credential`, `data_integrity.verify`, `envelope.unwrap` and `vc_jwt.decode` raise, and
    `LinkedDataError` for a member that means nothing.
    """
    if isinstance(document, dict) and data_model.is_enveloped(document):
        return _verify_envelope(document, resolve, now, meaning)
    data_model.check_credential(document)
    proofs = verify_proofs(
        document,
        resolve=resolve,
        now=now,
        expected_purpose=expected_purpose,
        expected_controller=identifier_of(document["issuer"]),
        expected_domain=expected_domain,
        expected_challenge=expected_challenge,
        meaning=meaning,
    )
    methods = tuple(proof.verification_method for proof in proofs)
    notes = tuple(dict.fromkeys(note for proof in proofs for note in proof.notes))
    return _verified(dict(document), data_model.MEDIA_TYPE, methods, notes)


def verify_proofs(
    document: Mapping[str, Any],
    *,
    resolve: Resolve,
    now: datetime,
    expected_purpose: str,
    expected_controller: str | None,
    expected_domain: str | None,
    expected_challenge: str | None,
    meaning: Meaning,
) -> list[VerifiedProof]:
    """Verify the embedded proofs of a credential or a presentation, and that it means something throughout."""
    mapped, tables = check_meaning(document, meaning)
    return data_integrity.verify(
        # Canonical JSON is of the document as it stands, its contexts included.
        document if _is_signed_as_json(document) else mapped,
        resolve=resolve,
        now=now,
        expected_purpose=expected_purpose,
        expected_controller=expected_controller,
        expected_domain=expected_domain,
        expected_challenge=expected_challenge,
        contexts=tables,
    )


def check_meaning(
    document: Mapping[str, Any], meaning: Meaning
) -> tuple[Mapping[str, Any], Mapping[str, Table] | None]:
    """Check that every member of a document but its proofs means something; give what `Meaning.read` gives.

    Raises `LinkedDataError`.
    """
    mapped, tables = meaning.read(document)
    mapper.to_dataset({name: value for name, value in mapped.items() if name != "proof"}, contexts=tables)
    return mapped, tables


def _is_signed_as_json(document: Mapping[str, Any]) -> bool:
    found = document.get("proof")
    proofs = found if isinstance(found, list) else [found]
    return any(isinstance(proof, dict) and proof.get("cryptosuite") == eddsa_jcs_2022.NAME for proof in proofs)


def _verify_envelope(
    document: Mapping[str, Any], resolve: Resolve, now: datetime, meaning: Meaning
) -> VerifiedCredential:
    token = vc_jwt.decode(envelope.unwrap(document), resolve=resolve, now=now, accepts_wrapped=meaning.accepts_wrapped)
    if not token.is_bound:
        raise TokenInvalid("wrong_controller", "The key of the token does not belong to the issuer.", path="header")
    data_model.check_credential(token.document)
    check_meaning(token.document, meaning)
    return _verified(token.document, "application/vc+jwt", (str(token.kid),), token.notes)


def _verified(
    document: dict[str, Any], media_type: str, methods: tuple[str, ...], notes: tuple[str, ...]
) -> VerifiedCredential:
    since, until = data_model.validity(document)
    return VerifiedCredential(
        document=document,
        issuer=str(identifier_of(document["issuer"])),
        media_type=media_type,
        verification_methods=methods,
        valid_from=since,
        valid_until=until,
        notes=notes,
    )
