"""Pictures that a school brings for its own paper, drawn anew in a sandbox: what comes back is pixels, never a file.

A child answers with bare pixels, and the picture that is kept is written from these here: nothing that was in the file
beside them (a place, a name, a script, a second file) can come along.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Final

from accredit.kit.openbadges.detect import Kind, kind_of
from accredit.sandbox.sandbox import Cause, Sandbox, Stopped

MOST_BYTES: Final = 4_000_000
LARGEST_LOGO: Final = (480, 216)
"""In pixels: 40 × 18 mm at 300 dots an inch."""
LARGEST_SIGNATURE: Final = (614, 118)
"""In pixels: 52 × 10 mm at 300 dots an inch."""
HEAD: Final = struct.Struct(">HHB")
REFUSALS: Final = frozenset({"picture-damaged", "picture-pixels", "picture-empty", "picture-tiny"})
files = Sandbox("accredit.sandbox.picture_task:draw")
"""The one of this process. It takes no turns with strangers' files: only members of staff get here."""


class Advice(IntFlag):
    """What to tell somebody about their picture before they use it."""

    SMALL = 1
    PALE = 2


@dataclass(frozen=True, kw_only=True)
class Redrawn:
    """A picture as pixels, four bytes each (RGBA)."""

    width: int
    height: int
    pixels: bytes = field(repr=False)
    advice: Advice


class PictureRefused(Exception):
    """There is no picture to be had; ``code`` says why, as a rule's id."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def redraw(data: bytes, *, is_signature: bool, sandbox: Sandbox = files) -> Redrawn:
    """Return the picture in a PNG or JPEG, cut to what is on it and no larger than it is printed.

    Of a signature the ink alone is kept, so that it can stand on any paper.

    Raises `PictureRefused`: ``picture-too-large`` over 4 MB, ``picture-svg`` for a drawing, ``picture-kind`` for any
    other file, ``picture-pixels``, ``picture-tiny``, ``picture-empty``, ``picture-damaged``, ``reader-busy``.
    """
    if len(data) > MOST_BYTES:
        raise PictureRefused("picture-too-large")
    kind = kind_of(data)
    if kind is Kind.SVG:
        # A drawing may hold a script and name other files; it is drawn nowhere here.
        raise PictureRefused("picture-svg")
    if kind not in {Kind.PNG, Kind.JPEG}:
        raise PictureRefused("picture-kind")
    try:
        answer = sandbox.run((b"S" if is_signature else b"L") + data)
    except Stopped as stopped:
        raise PictureRefused(_CODES.get(stopped.cause, "picture-damaged")) from None
    return _redrawn(answer, LARGEST_SIGNATURE if is_signature else LARGEST_LOGO)


_CODES = {
    Cause.BUSY: "reader-busy",
    # It had time to be drawn, and the machine had other work: the picture is no worse for it.
    Cause.WALL: "reader-busy",
    Cause.CPU: "picture-pixels",
    Cause.MEMORY: "picture-pixels",
    Cause.TOO_LARGE: "picture-too-large",
}


def _redrawn(answer: bytes, largest: tuple[int, int]) -> Redrawn:
    """Hold what a child answered to its form: it is as untrusted as the file was."""
    kind, rest = answer[:1], answer[1:]
    if kind == b"R" and rest.isascii() and rest.decode() in REFUSALS:
        raise PictureRefused(rest.decode())
    if kind != b"P" or len(rest) < HEAD.size:
        raise PictureRefused("picture-damaged")
    width, height, advice = HEAD.unpack_from(rest)
    pixels = rest[HEAD.size :]
    is_fit = 0 < width <= largest[0] and 0 < height <= largest[1] and advice <= Advice.SMALL | Advice.PALE
    if not is_fit or len(pixels) != 4 * width * height:
        raise PictureRefused("picture-damaged")
    return Redrawn(width=width, height=height, pixels=pixels, advice=Advice(advice))
