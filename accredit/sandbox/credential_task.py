"""The task that runs in the child: take the credential out of a file, or what is printed on it as a QR code.

The answer is a letter and bytes, as `credentials` reads them: ``C`` a credential's text, ``A`` the texts of QR codes
(JSON), ``R`` the code of a refusal.
"""

from __future__ import annotations

import json
from contextlib import suppress
from io import BytesIO

import pikepdf
from PIL import Image

from accredit.kit import printed_codes
from accredit.kit.linkeddata import JsonRefused, LinkedDataError, TooComplex, strict_json
from accredit.kit.linkeddata.mapper import to_dataset
from accredit.kit.linkeddata.rdfc10 import canonicalise
from accredit.kit.openbadges.detect import Kind, kind_of, unbake
from accredit.kit.openbadges.errors import ContainerUnreadable
from accredit.kit.printed_codes import PictureUnreadable
from accredit.kit.vc import vc_jwt
from accredit.kit.vc.errors import VcError
from accredit.sandbox.credentials import MAX_CODE, SMALL_TEXT

_PICTURES = frozenset({Kind.PNG, Kind.JPEG})

# With a date, a language and a nested node: whatever reads these has been used once.
_SMALL_CREDENTIAL = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "https://accredit.example/o/a", "type": ["Profile"], "name": "A"},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {"type": ["AchievementSubject"], "narrative": "A"},
}


def warm_up() -> None:
    """Use every reader once, in the nursery: what is loaded only when it is needed could not be loaded in a child."""
    paper = Image.new("RGB", (64, 64), "white")
    for form in ("JPEG", "PNG"):
        picture = BytesIO()
        paper.save(picture, form)
        take(picture.getvalue())
    protections = [pikepdf.Encryption(owner="o", user="", R=version) for version in (4, 6)]
    for protection in (None, *protections):
        document, written = pikepdf.new(), BytesIO()
        document.add_blank_page()
        document.save(written, encryption=protection)
        take(written.getvalue())
    for text in (b"%PDF-1.7", b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"<svg>"):
        take(text)
    _is_too_much(json.dumps(_SMALL_CREDENTIAL).encode())


def take(data: bytes) -> bytes:
    """Look for a credential, and where there is none for a QR code; what a reader throws is the sandbox's to tell."""
    try:
        found = unbake(data)
    except ContainerUnreadable as error:
        return _printed(data, error.code)
    text = found if isinstance(found, bytes) else found.encode()
    return b"R" + b"too_complex" if len(text) > SMALL_TEXT and _is_too_much(text) else b"C" + text


def _is_too_much(text: bytes) -> bool:
    """Rehearse what costs time in a long text, so that one that is over a budget is given up here and not there."""
    with suppress(JsonRefused, VcError, LinkedDataError):
        if kind_of(text) is Kind.JSON:
            document = strict_json.loads_object(text)
        else:
            document = vc_jwt.unverified(text.decode("ascii")).document
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        try:
            canonicalise(to_dataset(unsecured))
        except TooComplex:
            return True
    # Refused for any other reason it is refused there, too, and at once.
    return False


def _printed(data: bytes, refusal: str) -> bytes:
    kind = kind_of(data)
    if refusal != "no_credential" or kind not in _PICTURES | {Kind.PDF}:
        return b"R" + refusal.encode()
    try:
        found = printed_codes.on_pages(data) if kind is Kind.PDF else printed_codes.in_picture(data)
    except PictureUnreadable as error:
        return b"R" + error.code.encode()
    if not found:
        return b"R" + (b"no_code" if kind in _PICTURES else refusal.encode())
    return b"A" + json.dumps([each for each in found if len(each) <= MAX_CODE]).encode()
