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
from accredit.kit.openbadges.detect import Kind, kind_of, unbake
from accredit.kit.openbadges.errors import ContainerUnreadable
from accredit.kit.printed_codes import PictureUnreadable
from accredit.sandbox.credentials import MAX_CODE

_PICTURES = frozenset({Kind.PNG, Kind.JPEG})


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
        with suppress(ContainerUnreadable):
            take(text)


def take(data: bytes) -> bytes:
    """Look for a credential, and where there is none for a QR code; what a reader throws is the sandbox's to tell."""
    try:
        found = unbake(data)
    except ContainerUnreadable as error:
        return _printed(data, error.code)
    return b"C" + (found if isinstance(found, bytes) else found.encode())


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
