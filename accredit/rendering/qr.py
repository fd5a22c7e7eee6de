"""QR codes for the address behind a certificate.

Version 5 (37 modules), always, so that a certificate's layout never moves and every module is 0.95 mm wide at 35 mm.
The address is written in capitals, for then it is alphanumeric and takes 5.5 bits a character: level Q, which survives
a quarter of the picture being dirty or folded, holds 87 characters, that is `HTTPS://`, a host of 60, `/V/` and a typed
code with its hyphens. A longer address falls to level M (122), then L (154), of the same size. ISO/IEC 18004, table 7.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.exceptions import DataOverflowError

from accredit.rendering import qr_mask
from accredit.rendering.raster import png

VERSION = 5
MODULES = 37
OFFLINE_VERSION = 15
# ISO/IEC 18004 §5.3.8: the quiet zone is four modules wide.
QUIET_ZONE = 4


def qr_address(base_url: str, code: str) -> str:
    """Return the address a QR holds: `/V/<code>` under the service's own, all in capitals."""
    return f"{base_url.rstrip('/')}/V/{code}".upper()


def offline_text(address: str, digits: str) -> str:
    """Return what a QR holds that can be read where nobody answers: the address, and the digits behind its ``#``."""
    return f"{address}#{digits}"


def _offline_matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Three parts in their own modes: capitals, the one sign that is neither, and digits in 3⅓ bits each."""
    address, sign, digits = text.partition("#")
    code = qrcode.QRCode(version=OFFLINE_VERSION, error_correction=ERROR_CORRECT_M, border=0)
    for part in (address, sign, digits):
        code.add_data(part, optimize=0)
    try:
        return _made(code)
    except DataOverflowError as error:
        msg = f"{len(text)} characters do not fit a version {OFFLINE_VERSION} QR code"
        raise ValueError(msg) from error


def _made(code: qrcode.QRCode[Any]) -> tuple[tuple[bool, ...], ...]:
    code.mask_pattern = qr_mask.choose(code)
    code.make(fit=False)
    return tuple(tuple(map(bool, row)) for row in code.modules)


@lru_cache(maxsize=256)
def matrix(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the modules, row by row, dark ones true, without a quiet zone. With a ``#`` in it: version 15, level M.

    Raises `ValueError` when the text is too long for version 5.
    """
    if "#" in text:
        return _offline_matrix(text)
    for level in (ERROR_CORRECT_Q, ERROR_CORRECT_M, ERROR_CORRECT_L):
        code = qrcode.QRCode(version=VERSION, error_correction=level, border=0)
        code.add_data(text, optimize=0)
        try:
            return _made(code)
        except DataOverflowError:
            continue
    msg = f"{len(text)} characters do not fit a version {VERSION} QR code"
    raise ValueError(msg)


def qr_svg(text: str, *, border: int = QUIET_ZONE, title: str = "") -> str:
    """Return the QR code as an SVG, dark on white, one unit a module. Raises `ValueError` when the text is too long."""
    return _drawn(matrix(text), border=border, title=title)


def screen_svg(text: str, *, title: str) -> str:
    """Return a QR code for a screen, as large as its text needs. Nothing of it is kept: the text may be a secret."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    rows = tuple(tuple(bool(module) for module in row) for row in code.get_matrix())
    return _drawn(rows, border=QUIET_ZONE, title=title)


def _drawn(rows: tuple[tuple[bool, ...], ...], *, border: int, title: str) -> str:
    size = len(rows) + 2 * border
    path = "".join(
        f"M{start + border} {y + border}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _runs(row)
    )
    label = f' role="img" aria-label="{_attribute(title)}"' if title else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges"{label}>'
        f'<path d="M0 0h{size}v{size}H0z" fill="#fff"/><path d="{path}" fill="#000"/></svg>'
    )


def qr_png(text: str, *, border: int = QUIET_ZONE, module: int = 8) -> bytes:
    """Return the QR code as a PNG, `module` pixels a module. Raises `ValueError` when the text is too long."""
    return png(qr_svg(text, border=border), width=(MODULES + 2 * border) * module)


def _runs(row: tuple[bool, ...]) -> list[tuple[int, int]]:
    """Return the dark stretches of a row as (start, length): one rectangle each leaves no hairline between modules."""
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and sum(runs[-1]) == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
