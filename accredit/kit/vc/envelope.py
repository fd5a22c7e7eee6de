"""Envelopes (VCDM 2.0 §4.13): a signed text as a ``data:`` URL, and securing by it (VC-JOSE-COSE §3.1).

This is the form of W3C: the header names type and content, and no claim is added. The form of Open Badges, with its
claims, is `accredit.kit.vc.vc_jwt.encode`; both are read by `vc_jwt.decode`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from accredit.kit.linkeddata import jcs
from accredit.kit.vc import json_web_signature
from accredit.kit.vc.data_model import CREDENTIAL, PRESENTATION, check_enveloped
from accredit.kit.vc.errors import DataModelInvalid, TokenInvalid
from accredit.kit.vc.json_web_signature import Sign
from accredit.kit.vc.vc_jwt_claims import REGISTERED, V2

_SHORT: Final = {CREDENTIAL: "vc", PRESENTATION: "vp"}


def secure(
    document: Mapping[str, Any],
    *,
    kid: str,
    alg: Literal["ES256", "RS256", "EdDSA"],
    sign: Sign,
    kind: str = CREDENTIAL,
) -> str:
    """Sign a credential, or with `kind` a presentation, as a compact JWS of VC-JOSE-COSE.

    The same document always gives the same token where `sign` is deterministic. Raises `TokenInvalid` with code
    ``not_a_credential`` when a member would be read as a claim, and `LinkedDataError` for what is no canonical JSON.
    """
    clash = sorted({*REGISTERED, "vc", "vp"} & document.keys())
    if clash:
        raise TokenInvalid("not_a_credential", "A document may not hold a claim of the token.", path=f"$.{clash[0]}")
    short = _SHORT[kind]
    header = {"alg": alg, "kid": kid, "typ": f"{short}+jwt", "cty": short}
    return json_web_signature.write(header, jcs.canonicalise(dict(document)), sign)


def wrap(token: str, *, kind: str = CREDENTIAL) -> dict[str, str]:
    """Put a token into an envelope."""
    return {"@context": V2, "id": f"data:application/{_SHORT[kind]}+jwt,{token}", "type": f"Enveloped{kind}"}


def unwrap(document: object, *, kind: str = CREDENTIAL) -> str:
    """Take the token out of an envelope, not yet verified.

    Raises `DataModelInvalid` as `check_enveloped` does, and with code ``envelope_media_type``.
    """
    check_enveloped(document, required=kind)
    assert isinstance(document, dict)
    media_type, _, token = str(document["id"]).removeprefix("data:").partition(",")
    name, _, parameter = media_type.lower().partition(";")
    # vc-ld+jwt was the name in drafts; plain jwt is what tokens were called before there were others.
    names = {"application/jwt", f"application/{_SHORT[kind]}+jwt", f"application/{_SHORT[kind]}-ld+jwt"}
    if name not in names or parameter not in ("", "base64url"):
        sentence = f"Only application/{_SHORT[kind]}+jwt can be read here."
        raise DataModelInvalid("envelope_media_type", sentence, path="$.id")
    return token
