"""SVG drawings as PNG pictures, with our own fonts only."""

from __future__ import annotations

import resvg_py

from accredit.rendering.fonts import FAMILIES


def png(svg: str, *, width: int) -> bytes:
    """Draw an SVG as a PNG of the given width in pixels. Raises `ValueError` when it is not an SVG."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=width,
            skip_system_fonts=True,
            font_files=[str(family.path) for family in FAMILIES],
        )
    )
