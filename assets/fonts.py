# ruff: noqa: INP001  (a script of the build, not a package)
"""Cut the Lexend variable font into the two small files that web pages load, and draw the icon's PNG forms.

Run before `npm run build`. The files are the same whenever the font package is the same.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from pathlib import Path

import fontpkg_lexend
import resvg_py
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
STATIC = HERE.parent / "accredit" / "web" / "static"
LEXEND = Path(fontpkg_lexend.__file__).parent / "files" / "Lexend[wght].ttf"
# What English and Welsh pages need; scss/_fonts.scss lists the same ranges.
CORE = {
    *range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x174, 0x178),
    0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2212, 0x20AC,
}  # fmt: skip
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "calt", "tnum"]


def cut(font: bytes, unicodes: Iterable[int], target: Path) -> None:
    """Write the letters `unicodes` of `font` to `target` as WOFF2."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    letters = TTFont(io.BytesIO(font), recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(letters)
    letters.flavor = "woff2"
    letters.save(target)
    print(f"{target.name} {target.stat().st_size / 1024:.1f} KB")


def main() -> None:
    """Write fonts, their licence and the icons."""
    (STATIC / "fonts").mkdir(parents=True, exist_ok=True)
    (STATIC / "licences").mkdir(exist_ok=True)
    full = TTFont(LEXEND, recalcTimestamp=False)
    known = set(full.getBestCmap())
    weights = instancer.instantiateVariableFont(full, {"wght": (400, 400, 600)})
    narrowed = io.BytesIO()
    weights.save(narrowed)
    cut(narrowed.getvalue(), CORE & known, STATIC / "fonts" / "lexend-core.woff2")
    cut(narrowed.getvalue(), known - CORE, STATIC / "fonts" / "lexend-more.woff2")
    shutil.copyfile(Path(fontpkg_lexend.__file__).parent / "LICENSE", STATIC / "licences" / "lexend.txt")
    icon = (HERE / "images" / "favicon.svg").read_text()
    for name, size in (("favicon.png", 48), ("touch-icon.png", 180)):
        ground = "#FFFDF9" if size == 180 else None
        picture = resvg_py.svg_to_bytes(svg_string=icon, width=size, height=size, background=ground)
        (STATIC / name).write_bytes(bytes(picture))


if __name__ == "__main__":
    main()
