"""Verifiable presentations (VCDM 2.0 §4.13): a holder shows credentials to one verifier, once.

1. the presentation is formed as the data model asks for
2. it is signed for authentication, for this domain and this challenge
3. a holder who is named controls the key that signed
4. every credential in it is verified; one without a proof of its own is the holder's own word, so its issuer must be
   the holder (§4.13.4)

Not here: whose credentials these are. A subject is often somebody else than the holder (VCDM 2.0 §4.13, Appendix).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, NamedTuple

from accredit.kit.vc import data_model, eddsa_rdfc_2022, envelope, verifiable_credential, vp_jwt
from accredit.kit.vc.data_integrity import Resolve
from accredit.kit.vc.errors import PresentationInvalid, VcError
from accredit.kit.vc.proof import Sign
from accredit.kit.vc.vc_jwt_claims import V2, identifier_of
from accredit.kit.vc.verifiable_credential import PINNED, Meaning, VerifiedCredential
from accredit.kit.vc.verification_key import AUTHENTICATION


@dataclass(frozen=True, kw_only=True)
class VerifiedPresentation:
    """A presentation that holds together; `holder` is whoever controls the key that signed.

    `own_words` are the contained credentials that nobody but the holder vouches for.
    """

    document: dict[str, Any]
    holder: str
    media_type: str
    verification_methods: tuple[str, ...]
    credentials: tuple[VerifiedCredential, ...]
    own_words: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ShownPresentation:
    """A presentation signed by its holder for this occasion; nothing is known yet of its `contents`."""

    document: dict[str, Any]
    holder: str
    media_type: str
    verification_methods: tuple[str, ...]
    contents: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def create(
    credentials: Sequence[Mapping[str, Any]],
    *,
    holder: str,
    sign: Sign,
    verification_method: str,
    created: datetime,
    domain: str,
    challenge: str,
    identifier: str | None = None,
    suite: ModuleType = eddsa_rdfc_2022,
) -> dict[str, Any]:
    """Build a presentation and sign it for one verifier (`domain`), who asked with `challenge`.

    `suite` is `eddsa_rdfc_2022` or `eddsa_jcs_2022`. Raises `DataModelInvalid`, and as ``suite.add_proof`` does.
    """
    document: dict[str, Any] = {"@context": [V2], "type": [data_model.PRESENTATION], "holder": holder}
    if identifier is not None:
        document["id"] = identifier
    if credentials:
        document["verifiableCredential"] = [dict(credential) for credential in credentials]
    data_model.check_presentation(document)
    signed: dict[str, Any] = suite.add_proof(
        document,
        sign=sign,
        verification_method=verification_method,
        created=created,
        proof_purpose=AUTHENTICATION,
        options={"domain": domain, "challenge": challenge},
    )
    return signed


def verify(
    document: Mapping[str, Any],
    *,
    resolve: Resolve,
    now: datetime,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
    expected_purpose: str = AUTHENTICATION,
    meaning: Meaning = PINNED,
) -> VerifiedPresentation:
    """Verify a presentation, or an envelope that holds one, and every credential in it.

    Raises `PresentationInvalid` with code ``holder_mismatch`` or ``self_asserted``; what
    `data_model.check_presentation`, `data_integrity.verify`, `vp_jwt.decode` and `verifiable_credential.verify` raise,
    for a contained credential with its path in front.
    """
    shown = verify_holder(
        document,
        resolve=resolve,
        now=now,
        expected_domain=expected_domain,
        expected_challenge=expected_challenge,
        expected_purpose=expected_purpose,
        meaning=meaning,
    )
    credentials, own_words = _contents(shown, resolve, now, meaning)
    return VerifiedPresentation(
        document=shown.document,
        holder=shown.holder,
        media_type=shown.media_type,
        verification_methods=shown.verification_methods,
        credentials=credentials,
        own_words=own_words,
        notes=shown.notes,
    )


def verify_holder(
    document: Mapping[str, Any],
    *,
    resolve: Resolve,
    now: datetime,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
    expected_purpose: str = AUTHENTICATION,
    meaning: Meaning = PINNED,
) -> ShownPresentation:
    """Verify who presents, and for whom; what is inside is well formed, and otherwise not looked into.

    Raises as `verify` does, but for what only contained credentials raise.
    """
    demands = _Demands(resolve, now, expected_domain, expected_challenge, expected_purpose, meaning)
    is_envelope = isinstance(document, dict) and data_model.is_enveloped(document)
    signed = _signed_as_token(document, demands) if is_envelope else _signed_within(document, demands)
    value = signed.document.get("verifiableCredential", [])
    return ShownPresentation(
        document=signed.document,
        holder=_holder(signed.document, signed.controllers),
        media_type=signed.media_type,
        verification_methods=signed.verification_methods,
        contents=tuple(value) if isinstance(value, list) else (value,),
        notes=signed.notes,
    )


class _Demands(NamedTuple):
    resolve: Resolve
    now: datetime
    domain: str | None
    challenge: str | None
    purpose: str
    meaning: Meaning


class _Signed(NamedTuple):
    document: dict[str, Any]
    media_type: str
    controllers: tuple[str, ...]
    verification_methods: tuple[str, ...]
    notes: tuple[str, ...]


def _signed_as_token(document: Mapping[str, Any], demands: _Demands) -> _Signed:
    token = vp_jwt.decode(
        envelope.unwrap(document, kind=data_model.PRESENTATION),
        resolve=demands.resolve,
        now=demands.now,
        expected_domain=demands.domain,
        expected_challenge=demands.challenge,
    )
    data_model.check_presentation(token.document)
    verifiable_credential.check_meaning(token.document, demands.meaning)
    return _Signed(token.document, "application/vp+jwt", (token.controller,), (token.verification_method,), ())


def _signed_within(document: Mapping[str, Any], demands: _Demands) -> _Signed:
    data_model.check_presentation(document)
    proofs = verifiable_credential.verify_proofs(
        document,
        resolve=demands.resolve,
        now=demands.now,
        expected_purpose=demands.purpose,
        expected_controller=None,
        expected_domain=demands.domain,
        expected_challenge=demands.challenge,
        meaning=demands.meaning,
    )
    return _Signed(
        document=dict(document),
        media_type=data_model.PRESENTATION_MEDIA_TYPE,
        controllers=tuple(proof.controller for proof in proofs),
        verification_methods=tuple(proof.verification_method for proof in proofs),
        notes=tuple(dict.fromkeys(note for proof in proofs for note in proof.notes)),
    )


def _holder(document: Mapping[str, Any], controllers: Sequence[str]) -> str:
    named = identifier_of(document.get("holder"))
    if named is not None and named not in controllers:
        sentence = "The presentation is not signed by the holder that it names."
        raise PresentationInvalid("holder_mismatch", sentence, path="$.holder")
    return controllers[0] if named is None else named


def _contents(
    shown: ShownPresentation, resolve: Resolve, now: datetime, meaning: Meaning
) -> tuple[tuple[VerifiedCredential, ...], tuple[dict[str, Any], ...]]:
    verified, own_words = [], []
    for position, contained in enumerate(shown.contents):
        path = f"$.verifiableCredential[{position}]"
        if "proof" in contained or data_model.is_enveloped(contained):
            try:
                verified.append(verifiable_credential.verify(contained, resolve=resolve, now=now, meaning=meaning))
            except VcError as refused:
                raise _inside(refused, path) from refused
        elif "holder" in shown.document and identifier_of(contained["issuer"]) == shown.holder:
            own_words.append(contained)
        else:
            sentence = "A credential without a proof is the holder's own word; its issuer must be the holder named."
            raise PresentationInvalid("self_asserted", sentence, path=path)
    return tuple(verified), tuple(own_words)


def _inside(refused: VcError, path: str) -> VcError:
    """Say where in the presentation the refused credential stands."""
    where = path + refused.path[1:] if refused.path.startswith("$") else f"{path} {refused.path}"
    return type(refused)(refused.code, refused.sentence, path=where)
