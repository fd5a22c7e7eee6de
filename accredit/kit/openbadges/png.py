"""A credential in a PNG: one uncompressed ``iTXt`` chunk named ``openbadgecredential`` (facts e).

The file is walked chunk by chunk and its pixels are never decoded, so that an image of any size costs nothing. Chunks
are taken as they come, and one rule holds wherever the credential stands: one, before ``IEND``, and nothing after.

A further file may travel in a second chunk behind it, under a keyword of its own, which no reader of Open Badges takes
for a credential.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from accredit.kit.openbadges.errors import ContainerUnreadable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORD = b"openbadgecredential"
_KEYWORD_OF_2 = b"openbadges"
MAX_PNG_BYTES = 10_000_000
MAX_TEXT_BYTES = 1_000_000
MAX_CHUNKS = 20_000
_HEADER = struct.Struct(">I4s")
_TEXT_CHUNKS = frozenset((b"iTXt", b"tEXt", b"zTXt"))


def bake(png: bytes, text: str) -> bytes:
    """Answer the image with a credential (JSON or a compact JWS) in it, directly after its header.

    Raises ContainerUnreadable when the image is damaged or holds a credential already, or the text is over 1 MB.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise ContainerUnreadable("credential_encoding", "the text holds half a character") from None
    if not content or len(content) > MAX_TEXT_BYTES:
        raise ContainerUnreadable("credential_size", f"a credential has 1 to {MAX_TEXT_BYTES} bytes")
    end_of_header = 0
    for kind, data, end in _chunks(png):
        if kind == b"IHDR":
            end_of_header = end
        if _is_credential(kind, data):
            raise ContainerUnreadable("already_baked", "the image holds a credential already")
    return png[:end_of_header] + _text_chunk(KEYWORD, content) + png[end_of_header:]


def attach(png: bytes, name: str, content: bytes) -> bytes:
    """Answer a baked image with a further file (UTF-8 text) in it, directly after the credential.

    Raises ContainerUnreadable when the image is damaged or holds no credential, ``already_attached`` where it has a
    file of this name, or ``attachment_size`` for one that is empty or over 1 MB.
    """
    if not 0 < len(content) <= MAX_TEXT_BYTES:
        raise ContainerUnreadable("attachment_size", f"a file has 1 to {MAX_TEXT_BYTES} bytes")
    after = 0
    for kind, data, end in _chunks(png):
        after = end if _is_credential(kind, data) else after
        if _is_named(kind, data, name.encode("ascii")):
            raise ContainerUnreadable("already_attached", "the image holds a file of this name already")
    if not after:
        raise ContainerUnreadable("no_credential", "the image holds no credential")
    return png[:after] + _text_chunk(name.encode("ascii"), content) + png[after:]


def attachment(png: bytes, name: str) -> bytes:
    """Answer the bytes of the one further file of a name. Raises ContainerUnreadable where there is not one."""
    keyword = name.encode("ascii")
    found = [data for kind, data, _ in _chunks(png) if kind == b"iTXt" and _is_named(kind, data, keyword)]
    if len(found) != 1:
        raise ContainerUnreadable("no_attachment", f"the image holds {len(found)} files of this name")
    return _text_of(found[0], keyword).encode()


def _text_chunk(keyword: bytes, content: bytes) -> bytes:
    # No compression, no language, no translated keyword (OB, PNG baking).
    chunk = keyword + b"\x00\x00\x00\x00\x00" + content
    body = b"iTXt" + chunk
    return struct.pack(">I", len(chunk)) + body + struct.pack(">I", zlib.crc32(body))


def unbake(png: bytes) -> str:
    """Answer the text of the one credential in the image.

    Raises ContainerUnreadable: ``no_credential``, ``open_badges_2`` for a badge of the older kind alone,
    ``multiple_credentials`` (facts l.7), ``credential_compressed``, ``credential_size`` over 1 MB,
    ``credential_encoding``, or ``png_…`` for a damaged file.
    """
    chunks = [(kind, data) for kind, data, _ in _chunks(png) if kind in _TEXT_CHUNKS]
    found = [(kind, data) for kind, data in chunks if _is_credential(kind, data)]
    if not found and any(data.startswith(_KEYWORD_OF_2 + b"\x00") for _, data in chunks):
        raise ContainerUnreadable("open_badges_2", "the image holds a badge of Open Badges 2")
    if not found:
        raise ContainerUnreadable("no_credential", "the image holds no credential")
    if len(found) > 1:
        raise ContainerUnreadable("multiple_credentials", f"the image holds {len(found)} credentials")
    kind, data = found[0]
    if kind != b"iTXt":
        raise ContainerUnreadable("png_text", "a credential stands in an iTXt chunk")
    return _text_of(data, KEYWORD)


def _text_of(data: bytes, keyword: bytes) -> str:
    """Answer the text of an iTXt chunk: keyword, NUL, flag, method, language, NUL, translated keyword, NUL, text."""
    flags, rest = data[len(keyword) + 1 : len(keyword) + 3], data[len(keyword) + 3 :]
    # A compressed text may be a thousand times larger than the file; no issuer may write one.
    if flags != b"\x00\x00":
        raise ContainerUnreadable("credential_compressed", "the credential is compressed, which Open Badges forbids")
    parts = rest.split(b"\x00", 2)
    if len(parts) != 3:
        raise ContainerUnreadable("png_text", "the iTXt chunk of the credential is cut short")
    if len(parts[2]) > MAX_TEXT_BYTES:
        raise ContainerUnreadable("credential_size", f"the credential is over {MAX_TEXT_BYTES} bytes")
    try:
        return parts[2].decode()
    except UnicodeDecodeError as error:
        raise ContainerUnreadable("credential_encoding", f"not UTF-8 at byte {error.start} of the text") from None


def _is_credential(kind: bytes, data: bytes) -> bool:
    return _is_named(kind, data, KEYWORD)


def _is_named(kind: bytes, data: bytes, keyword: bytes) -> bool:
    return kind in _TEXT_CHUNKS and data.startswith(keyword + b"\x00")


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes, int]]:
    """Yield each chunk as (type, data, offset after it), having checked its length, its CRC and its place."""
    if len(png) > MAX_PNG_BYTES:
        raise ContainerUnreadable("png_size", f"over {MAX_PNG_BYTES} bytes")
    if not png.startswith(SIGNATURE):
        raise ContainerUnreadable("png_signature", "not a PNG")
    at, kind = len(SIGNATURE), b""
    for number in range(MAX_CHUNKS):
        if len(png) - at < _HEADER.size:
            raise ContainerUnreadable("png_cut", f"the file ends at byte {len(png)}, before IEND")
        length, kind = _HEADER.unpack_from(png, at)
        end = at + _HEADER.size + length + 4
        if end > len(png):
            raise ContainerUnreadable("png_cut", f"the chunk at byte {at} says it is longer than the file")
        if (number == 0) != (kind == b"IHDR") or (kind == b"IHDR" and length != 13) or not kind.isalpha():
            raise ContainerUnreadable("png_chunk", f"no such chunk may stand at byte {at}")
        data = png[at + _HEADER.size : end - 4]
        if zlib.crc32(kind + data) != int.from_bytes(png[end - 4 : end], "big"):
            raise ContainerUnreadable("png_crc", f"the chunk at byte {at} is damaged")
        yield kind, data, end
        at = end
        if kind == b"IEND":
            break
    else:
        raise ContainerUnreadable("png_chunks", f"over {MAX_CHUNKS} chunks")
    # Some readers look for chunks here and some do not; a second credential could hide from either.
    if at != len(png):
        raise ContainerUnreadable("png_trailing", f"{len(png) - at} bytes follow the end of the image")
