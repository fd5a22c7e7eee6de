"""What kind of file somebody handed in, and the credential out of it, whatever it is."""

from __future__ import annotations

import re
from enum import StrEnum

from accredit.kit.openbadges import pdf, png, svg
from accredit.kit.openbadges.errors import ContainerUnreadable

MAX_CREDENTIAL_BYTES = 1_000_000
_BOM = b"\xef\xbb\xbf"
_SPACE = b" \t\r\n"
# Without its signature too: whoever took it away must be told so, not that there is nothing here (`alg: none`).
_COMPACT_JWS = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*")
# Archives and office documents, pictures of other kinds, PostScript, pages and messages.
_OTHERS = re.compile(
    rb"PK\x03\x04|\xd0\xcf\x11\xe0|Rar!|7z\xbc\xaf|\x1f\x8b|....ftyp|RIFF....WEBP|GIF8|BM....\0\0|II\*\0|MM\0\*|%!PS|"
    rb"\xc5\xd0\xd3\xc6|\x7fELF|MZ|(?i:\s*<(?:!doctype\s+html|html|head|body)[\s>])|"
    rb"(?:Return-Path|Received|From|MIME-Version|Delivered-To|Message-ID):\s",
    re.DOTALL,
)
_SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.\-]*:)?svg[\s>/]")


class Kind(StrEnum):
    """What a file looks like from its first bytes; a name or media type is nobody's proof."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"
    JPEG = "jpeg"
    JSON = "json"
    JWT = "jwt"
    OTHER_FILE = "other-file"
    """A file of a kind that is known, and never read here: see `_OTHERS`."""
    UNKNOWN = "unknown"


_BEGINNINGS = {png.SIGNATURE: Kind.PNG, b"%PDF-": Kind.PDF, b"\xff\xd8\xff": Kind.JPEG}


def kind_of(data: bytes) -> Kind:
    """Say what kind of file this is. Looking is cheap and proves nothing: the reader of that kind decides."""
    for beginning, kind in _BEGINNINGS.items():
        if data.startswith(beginning):
            return kind
    if _OTHERS.match(data):
        return Kind.OTHER_FILE
    start = data[:4096].removeprefix(_BOM).lstrip(_SPACE)
    # A list of objects is no credential, but may hold several, and its reader says so.
    if start.startswith(b"{") or (start.startswith(b"[") and start[1:].lstrip(_SPACE).startswith(b"{")):
        return Kind.JSON
    if start.startswith(b"<"):
        # A drawing may begin with long comments, so the element is looked for in all of a bounded part.
        return Kind.SVG if _SVG_ROOT.search(data[:65_536]) else Kind.UNKNOWN
    if len(data) <= MAX_CREDENTIAL_BYTES and _COMPACT_JWS.fullmatch(data.strip(_SPACE)):
        return Kind.JWT
    return Kind.UNKNOWN


def unbake(data: bytes) -> str | bytes:
    """Answer the credential in a file: JSON or a compact JWS, as text or, where the file is one, as its bytes.

    What comes out is unread: pass it to a strict JSON or JWT reader, and tell the two apart by `kind_of` on its bytes.
    Raises ContainerUnreadable: ``unknown_kind``, ``credential_size`` over 1 MB, or a code of `png`, `svg` or `pdf`.
    """
    match kind_of(data):
        case Kind.PNG:
            return png.unbake(data)
        case Kind.SVG:
            return svg.unbake(data)
        case Kind.PDF:
            return pdf.extract(data)
        case Kind.JSON:
            if len(data) > MAX_CREDENTIAL_BYTES:
                raise ContainerUnreadable("credential_size", f"over {MAX_CREDENTIAL_BYTES} bytes")
            return data
        case Kind.JWT:
            return data.strip(_SPACE).decode("ascii")
        case Kind.JPEG:
            raise ContainerUnreadable("no_credential", "a JPEG carries no credential, only a picture of one")
        case _:
            raise ContainerUnreadable("unknown_kind", "not a PNG, SVG, PDF, JSON or JWT")


def attachment(data: bytes, name: str) -> bytes:
    """Answer the bytes of the one file of a name that travels beside the credential in a PNG, SVG or PDF.

    Raises ContainerUnreadable where there is not one, or the file cannot be read.
    """
    match kind_of(data):
        case Kind.PNG:
            return png.attachment(data, name)
        case Kind.SVG:
            return svg.attachment(data, name)
        case Kind.PDF:
            return pdf.attachment(data, name)
        case _:
            raise ContainerUnreadable("no_attachment", "only a PNG, SVG or PDF carries more than one file")
