"""The benches of what travels in files: status lists, and credentials in pictures."""

from __future__ import annotations

import base64
import io
import json
import random
import zlib
from importlib import import_module
from typing import Final

from accredit.bench import credentials
from accredit.bench.harness import Bench, Contender, Work
from accredit.kit.openbadges import png, svg
from accredit.kit.vc import status_list
from accredit.rendering.badge import badge_png, badge_svg

_MEMORY: Final = 16 + zlib.MAX_WBITS


def status() -> Bench:
    """Decode a status list of 131,072 entries, 1 % of them set; also check one entry, and encode the list."""
    length = status_list.MIN_LENGTH
    # Always the same list, so that two runs compare; nothing is guarded by these numbers.
    chosen = random.Random(1_311).sample(range(length), length // 100)  # noqa: S311
    taken = frozenset(chosen)
    encoded = status_list.encode(chosen)
    bits = status_list.decode(encoded)
    compressed = base64.urlsafe_b64decode(encoded[1:] + "=" * (-(len(encoded) - 1) % 4))

    def check(number: int) -> bool:
        index = number * 7_919 % length
        return bits.is_set(index) == (index in taken)

    return Bench(
        name="status",
        unit="lists decoded per CPU second",
        ours=Contender(key="ours", work=lambda _: status_list.decode(encoded).length == length),
        more=(
            Contender(key="check", work=check),
            Contender(key="encode", work=lambda _: status_list.encode(chosen) == encoded),
        ),
        baselines=(
            Contender(key="raw_gunzip", work=lambda _: len(zlib.decompress(compressed, _MEMORY)) == length // 8),
        ),
        wrong=sum(bits.is_set(index) != (index in taken) for index in range(length)),
        facts={"entries": length, "set": len(chosen), "encoded_bytes": len(encoded)},
    )


def bake() -> Bench:
    """Put a credential into the PNG of a badge; also take it out, and both for the SVG."""
    text = json.dumps(credentials.of_one_achievement()[0], ensure_ascii=False, separators=(",", ":"))
    drawing = badge_svg("peer", ("Listening", "Empathy"), demonstration=False, title="Peer Supporter")
    drawn, picture = drawing.encode(), badge_png(drawing)
    baked_svg, baked_png = svg.bake(drawn, text), png.bake(picture, text)
    pillow = _pillow(picture, text)
    return Bench(
        name="bake",
        unit="pictures per CPU second",
        ours=Contender(key="ours", work=lambda _: len(png.bake(picture, text)) == len(baked_png)),
        more=(
            Contender(key="png_unbake", work=lambda _: png.unbake(baked_png) == text),
            Contender(key="svg_bake", work=lambda _: len(svg.bake(drawn, text)) == len(baked_svg)),
            Contender(key="svg_unbake", work=lambda _: svg.unbake(baked_svg) == text),
        ),
        baselines=() if pillow is None else (Contender(key="pillow", work=pillow),),
        missing={} if pillow else {"pillow": "Pillow is not installed here; it is among the development dependencies."},
        wrong=(png.unbake(baked_png) != text) + (svg.unbake(baked_svg) != text),
        facts={"png_bytes": len(picture), "svg_bytes": len(drawn), "credential_bytes": len(text.encode())},
    )


def _pillow(picture: bytes, text: str) -> Work | None:
    """Bake by reading and writing the picture anew, as most programs do."""
    try:
        image = import_module("PIL.Image")
        plugin = import_module("PIL.PngImagePlugin")
    except ImportError:
        return None

    def work(_number: int) -> bool:
        information = plugin.PngInfo()
        information.add_itxt("openbadgecredential", text)
        out = io.BytesIO()
        with image.open(io.BytesIO(picture)) as opened:
            opened.save(out, "PNG", pnginfo=information)
        return out.tell() > len(text)

    return work
