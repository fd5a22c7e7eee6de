"""QR codes: constant in size, read back letter for letter."""

from __future__ import annotations

from io import BytesIO

import pytest
import qrcode
import zxingcpp
from PIL import Image

from accredit.rendering import qr_mask
from accredit.rendering.qr import MODULES, matrix, qr_address, qr_png, qr_svg
from tests.unit.rendering.certificates import ADDRESS, CODE

LONGEST_HOST = "https://" + "a" * 55 + ".test"


def _read(picture: bytes) -> zxingcpp.Barcode:
    (barcode,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    return barcode


def test_the_address_is_in_capitals_and_without_a_double_slash() -> None:
    assert qr_address("http://127.0.0.1:8123/", "7k3md-9rtwx-4hqp") == "HTTP://127.0.0.1:8123/V/7K3MD-9RTWX-4HQP"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (ADDRESS, "Q"),
        (qr_address(LONGEST_HOST, CODE), "Q"),
        (qr_address(LONGEST_HOST + "/" + "b" * 30, CODE), "M"),
        (qr_address(LONGEST_HOST + "/" + "b" * 60, CODE), "L"),
    ],
    ids=["usual", "host-of-60", "longer-falls-to-M", "longest-falls-to-L"],
)
def test_an_address_is_read_back_from_version_5(text: str, level: str) -> None:
    barcode = _read(qr_png(text))
    assert barcode.text == text
    assert barcode.ec_level == level
    assert len(matrix(text)) == MODULES


def test_an_address_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        matrix("A" * 155)


def test_the_quiet_zone_is_four_modules_and_the_title_is_escaped() -> None:
    svg = qr_svg(ADDRESS, title='open "<this>"')
    assert f'viewBox="0 0 {MODULES + 8} {MODULES + 8}"' in svg
    assert 'aria-label="open &quot;&lt;this>&quot;"' in svg
    assert "M4 4h7v1h-7z" in svg


@pytest.mark.parametrize("version", [5, 7, 15])
def test_the_mask_is_the_one_that_the_library_would_choose(version: int) -> None:
    chosen = set()
    for number in range(12):
        code = qrcode.QRCode(version=version, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
        code.add_data(f"{ADDRESS}/{number}", optimize=0)
        code.makeImpl(test=True, mask_pattern=0)
        mask = qr_mask.choose(code)
        assert mask == code.best_mask_pattern()
        chosen.add(mask)
    assert len(chosen) > 1
