"""Pixels as a PNG with nothing else in it: no text, no time, no place, no second file behind the last byte.

Only writing is here; a file that comes from somebody else is read in `accredit.sandbox`.
"""

from __future__ import annotations

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# PNG 3rd edition, 11.2.1: eight bits a channel, red, green, blue and alpha, no interlacing.
_HEADER = struct.Struct(">IIBBBBB")
_RGBA = 6


def png_of(pixels: bytes, *, width: int, height: int) -> bytes:
    """Return a PNG of ``width`` × ``height`` pixels, four bytes each (RGBA), row by row from the top.

    Raises `ValueError` when there are more or fewer of them.
    """
    row = 4 * width
    if width < 1 or height < 1 or len(pixels) != row * height:
        msg = f"{len(pixels)} bytes are no {width} × {height} pixels"
        raise ValueError(msg)
    # Each row begins with its filter (9.2); none keeps this short, and drawings pack well all the same.
    rows = b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))
    header = _HEADER.pack(width, height, 8, _RGBA, 0, 0, 0)
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
