"""A certificate on paper: the PDF as a printer would draw it, and what a telephone's camera reads off it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image

DOTS_PER_INCH = 110


def printed(pdf: Path, *, dots_per_inch: int = DOTS_PER_INCH) -> Image.Image:
    """Return the first page as a picture."""
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1, "a certificate is one page"
        page = document[0]
        picture: Image.Image = page.render(scale=dots_per_inch / 72).to_pil().convert("RGB")
        page.close()
    return picture


def address_on(picture: Image.Image) -> str:
    """Return what the one QR code of a picture says."""
    found = zxingcpp.read_barcodes(picture)
    assert [each.format for each in found] == [zxingcpp.BarcodeFormat.QRCode], found
    text: str = found[0].text
    return text
