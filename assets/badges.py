# ruff: noqa: INP001  (a script of the build, not a package)
"""Turn the words of the badge pictures into outlines: a browser shows them as images, where no web font is loaded.

Reads `images/badges/`, writes `accredit/web/static/badges/`. Certificates and signed badges are drawn elsewhere.
"""

from __future__ import annotations

import io
import math
import re
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree as ET  # our own pictures, not a stranger's

import fontpkg_lexend
from fontTools.misc.transform import Identity, Transform
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

HERE = Path(__file__).parent
STATIC = HERE.parent / "accredit" / "web" / "static" / "badges"
LEXEND = Path(fontpkg_lexend.__file__).parent / "files" / "Lexend[wght].ttf"
SVG = "{http://www.w3.org/2000/svg}"
ARC = re.compile(r"M([\d.]+) ([\d.]+) A([\d.]+) [\d.]+ 0 0 ([01])")


@lru_cache
def lexend(weight: int) -> TTFont:
    """Return Lexend at one weight."""
    font = instancer.instantiateVariableFont(TTFont(LEXEND), {"wght": weight})
    written = io.BytesIO()
    font.save(written)
    return TTFont(io.BytesIO(written.getvalue()))


def outlined(text: ET.Element, arcs: dict[str, tuple[float, ...]], shapes: dict[str, str]) -> ET.Element:
    """Return the letters of a `<text>`, set straight or along the circle its `<textPath>` names.

    Each letter is drawn once, into `shapes`, and used wherever it stands: half the size of drawing them all.
    """
    weight = text.get("font-weight", "400")
    font = lexend(int(weight))
    glyphs, letters = font.getGlyphSet(), font.getBestCmap()
    scale = float(text.get("font-size", "16")) / font["head"].unitsPerEm
    along = text.find(f"{SVG}textPath")
    names = [letters[ord(letter)] for letter in (along.text if along is not None else text.text) or ""]
    widths = [glyphs[name].width * scale + float(text.get("letter-spacing", "0")) for name in names]
    group = ET.Element(f"{SVG}g", {"fill": text.get("fill", "#000")})
    place = -sum(widths) / 2
    for name, width in zip(names, widths, strict=True):
        middle = place + width / 2
        if along is None:
            where = Identity.translate(float(text.get("x", "0")) + middle, float(text.get("y", "0")))
        else:
            where = _on_circle(middle, *arcs[along.get("href", "")[1:]])
        where = where.scale(scale, -scale).translate(-glyphs[name].width / 2, 0)
        pen = SVGPathPen(glyphs, ntos=lambda number: f"{round(number)}")
        glyphs[name].draw(pen)
        shape = f"{name}{weight}"
        if pen.getCommands():
            shapes[shape] = pen.getCommands()
            numbers = [f"{number:.4f}" for number in where[:4]] + [f"{number:.1f}" for number in where[4:]]
            ET.SubElement(group, f"{SVG}use", {"href": f"#{shape}", "transform": f"matrix({' '.join(numbers)})"})
        place += width
    return group


def _on_circle(distance: float, x: float, y: float, radius: float, clockwise: float) -> Transform:
    # Half a turn from the left end lies the middle of the arc: its top when clockwise, else its bottom.
    turn = 1 if clockwise else -1
    angle = math.pi + turn * (math.pi / 2 + distance / radius)
    centre = x + radius
    here = Identity.translate(centre + radius * math.cos(angle), y + radius * math.sin(angle))
    return here.rotate(angle + turn * math.pi / 2)


def _draw_rim_once(root: ET.Element, drawn: ET.Element) -> None:
    # The scalloped rim stands twice, white and coloured, and is the longest path of all.
    rims = [path for path in root.iter(f"{SVG}path") if len(path.get("d", "")) > 1000]
    for rim in rims:
        if drawn.find(f"{SVG}path[@id='rim']") is None:
            ET.SubElement(drawn, f"{SVG}path", {"id": "rim", "d": rim.get("d", "").replace(".0 ", " ")})
        rim.tag = f"{SVG}use"
        del rim.attrib["d"]
        rim.set("href", "#rim")


def main() -> None:
    """Write one picture for each level."""
    STATIC.mkdir(parents=True, exist_ok=True)
    ET.register_namespace("", SVG[1:-1])
    for source in sorted((HERE / "images" / "badges").glob("*.svg")):
        root = ET.parse(source).getroot()  # noqa: S314
        found = {path.get("id"): ARC.match(path.get("d", "")) for path in root.iter(f"{SVG}path") if path.get("id")}
        arcs = {str(name): tuple(map(float, arc.groups())) for name, arc in found.items() if arc}
        shapes: dict[str, str] = {}
        for parent in list(root.iter()):
            for place, child in enumerate(list(parent)):
                if child.tag == f"{SVG}text":
                    parent[place] = outlined(child, arcs, shapes)
                elif child.get("id") in arcs:
                    child.set("d", "")  # Only a line to write along, and it is written now.
        for parent in list(root.iter()):
            for child in [child for child in parent if child.get("d") == ""]:
                parent.remove(child)
        drawn = ET.Element(f"{SVG}defs")
        _draw_rim_once(root, drawn)
        for shape, path in shapes.items():
            ET.SubElement(drawn, f"{SVG}path", {"id": shape, "d": path})
        root.insert(0, drawn)
        target = STATIC / source.name
        target.write_text(ET.tostring(root, encoding="unicode").replace("\n", "") + "\n")
        print(f"{target.name} {target.stat().st_size / 1024:.1f} KB")


if __name__ == "__main__":
    main()
