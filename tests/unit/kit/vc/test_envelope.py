"""Envelopes: a token as the id of an object, and which media types name one."""

from __future__ import annotations

import pytest

from accredit.kit.vc import envelope
from accredit.kit.vc.errors import DataModelInvalid
from tests.unit.kit.vc import vc_examples as examples


def enveloped(identifier: str, kind: str = "VerifiableCredential") -> dict[str, str]:
    return {"@context": examples.V2, "id": identifier, "type": f"Enveloped{kind}"}


@pytest.mark.parametrize(
    "media_type",
    [
        *("application/vc+jwt", "application/vc-ld+jwt", "application/jwt", "Application/VC+JWT"),
        *("application/vc+jwt;base64url", "application/vc+jwt;"),
    ],
)
def test_the_token_is_what_follows_the_first_comma(media_type: str) -> None:
    assert envelope.unwrap(enveloped(f"data:{media_type},a.b.c")) == "a.b.c"
    assert envelope.unwrap(enveloped(f"data:{media_type},a,b")) == "a,b"


@pytest.mark.parametrize(
    "media_type",
    [
        *("text/plain", "application/vp+jwt", "application/vc+sd-jwt", "application/vc+jwt;charset=utf-8"),
        *("", "application/vc+jwt;base64", "vc+jwt", "application/vc+jwt;base64url;x"),
    ],
)
def test_another_media_type_is_refused(media_type: str) -> None:
    with pytest.raises(DataModelInvalid) as refused:
        envelope.unwrap(enveloped(f"data:{media_type},a.b.c"))
    assert (refused.value.code, refused.value.path) == ("envelope_media_type", "$.id")


def test_what_is_wrapped_is_unwrapped() -> None:
    for kind in ("VerifiableCredential", "VerifiablePresentation"):
        assert envelope.unwrap(envelope.wrap("a.b.c", kind=kind), kind=kind) == "a.b.c"
    assert envelope.wrap("a.b.c") == enveloped("data:application/vc+jwt,a.b.c")
    assert envelope.wrap("a.b.c", kind="VerifiablePresentation") == enveloped(
        "data:application/vp+jwt,a.b.c", "VerifiablePresentation"
    )
