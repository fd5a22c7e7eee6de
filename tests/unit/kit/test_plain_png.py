"""A picture is written from pixels alone, and holds nothing else."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image

from accredit.kit.plain_png import png_of


def test_the_pixels_read_back() -> None:
    pixels = bytes(range(2 * 3 * 4))
    with Image.open(BytesIO(png_of(pixels, width=2, height=3))) as read:
        assert (read.size, read.mode, read.tobytes(), read.info) == ((2, 3), "RGBA", pixels, {})


def test_nothing_stands_beside_them() -> None:
    png, kinds, at = png_of(bytes(16), width=2, height=2), [], 8
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kinds.append(png[at + 4 : at + 8])
        at += length + 12
    assert (kinds, at) == ([b"IHDR", b"IDAT", b"IEND"], len(png))


@pytest.mark.parametrize(("width", "height"), [(0, 0), (2, 3), (4, 1), (-1, -4)])
def test_pixels_that_do_not_fill_it_are_refused(width: int, height: int) -> None:
    with pytest.raises(ValueError, match="are no"):
        png_of(bytes(20), width=width, height=height)
