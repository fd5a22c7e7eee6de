"""QR codes printed in a picture or on the pages of a PDF, read as a telephone reads them.

Call this only where an upload may do no harm, as for `openbadges.pdf`: decoders of pictures are written in C. JPEG and
PNG are read and nothing else: what else people photograph with turns into JPEG when a browser uploads it, and every
further decoder is one more that strangers may feed. What a code says is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO

import pypdfium2
import zxingcpp

# MpoImagePlugin is what a JPEG with a second picture in it is read by, and it is loaded on demand.
from PIL import Image, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

MAX_JPEG_PIXELS = 120_000_000
MAX_PNG_PIXELS = 25_000_000
MAX_PAGES = 3
_LOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin)
# A code that fills a tenth of a photograph's width has some five pixels for each of its squares at this size.
_SIDES = (1_600, 3_200)
_PAGE_SIDE = 2_000
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
_MOST_CODES = 8


class PictureUnreadable(ValueError):
    """A picture that is damaged, too large or of several frames; ``code`` is stable."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


def in_picture(data: bytes) -> list[str]:
    """Return the texts of the QR codes in a JPEG or PNG, each once, in no certain order; empty when there is none.

    Raises `PictureUnreadable`: ``picture_pixels`` over 120 or 25 million, ``picture_frames``, ``picture_damaged``.
    """
    for side in _SIDES:
        picture, is_whole = _picture(data, side)
        found = _read(picture)
        # A closer look shows more only where the first one was from afar.
        if found or is_whole:
            break
    return found


def on_pages(pdf: bytes) -> list[str]:
    """Return the texts of the QR codes on the first three pages of a PDF, drawn without its scripts and forms.

    Raises `PictureUnreadable` (``pdf_drawing``).
    """
    found: dict[str, None] = {}
    try:
        document = pypdfium2.PdfDocument(pdf)
        for number in range(min(len(document), MAX_PAGES)):
            page = document[number]
            longest = max(page.get_size())
            if not 0 < longest < 20_000:
                raise PictureUnreadable("pdf_drawing", "a page has no size that paper has")
            drawn = page.render(scale=_PAGE_SIDE / longest, grayscale=True, may_draw_forms=False)
            found |= dict.fromkeys(_read(drawn.to_pil()))
    except pypdfium2.PdfiumError:
        raise PictureUnreadable("pdf_drawing", "the pages cannot be drawn") from None
    return list(found)


def _picture(data: bytes, side: int) -> tuple[Image.Image, bool]:
    """Decode to grey, at most about ``side`` pixels wide and high; and say whether that is all there is."""
    Image.MAX_IMAGE_PIXELS = None  # Our own limits come first, and differ by format.
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "MPO")) as opened:
            size = opened.size
            _check_size(opened)
            # A JPEG is unpacked small from the start, so that a telephone's 50 million pixels cost little.
            opened.draft("L", (side, side))
            grey = opened.convert("L")
    except PictureUnreadable:
        raise
    # Decoders tell damage in many ways, and none of them may reach whoever sent the picture.
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, EOFError) as error:
        raise PictureUnreadable("picture_damaged", f"the picture cannot be read ({type(error).__name__})") from None
    grey.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return grey, max(size) <= side


def _check_size(opened: Image.Image) -> None:
    if opened.width * opened.height > (MAX_PNG_PIXELS if opened.format == "PNG" else MAX_JPEG_PIXELS):
        raise PictureUnreadable("picture_pixels", f"{opened.width} by {opened.height} pixels")
    if opened.format == "PNG" and getattr(opened, "n_frames", 1) > 1:
        raise PictureUnreadable("picture_frames", "the picture moves")


def _read(picture: Image.Image) -> list[str]:
    return list(dict.fromkeys(_texts(zxingcpp.read_barcodes(picture, formats=_FORMATS))))


def _texts(codes: Iterable[zxingcpp.Barcode]) -> Iterator[str]:
    for number, code in enumerate(codes):
        if number < _MOST_CODES and code.valid and code.text:
            yield code.text
