"""Letters measured and drawn: how wide a text is, how it fits a box, and its outlines as SVG paths.

Widths are sums of advances, so Arabic, whose letters are narrower when joined, measures a little too wide: it fits.
Shaping is not done here; outlines are therefore offered only for scripts whose letters stand side by side.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Any

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen

from accredit.rendering.fonts import FAMILIES, Family, characters, family_for, font, is_variable

# Kerning and rounding move a line by less than this part of its width.
_SAFETY = 1.02
_JOINED_BLOCKS = (range(0x0590, 0x0900), range(0x0900, 0x1000), range(0xFB1D, 0xFE00), range(0xFE70, 0xFF00))


@dataclass(frozen=True)
class Fitted:
    """A text broken into lines at a size at which they all fit; sizes in the unit the box was given in."""

    size: float
    lines: tuple[str, ...]


@cache
def _glyphs(family: Family, weight: int) -> Any:
    location = {"wght": float(weight), **dict(family.fixed_axes)} if is_variable(family) else None
    return font(family).getGlyphSet(location=location)


@cache
def _advance(character: str, weight: int) -> float:
    """Return a character's advance in ems; one that no font draws counts as wide as a square."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Cf":
        return 0.0
    family = family_for(character)
    if family is None:
        return 1.0
    glyph = _glyphs(family, weight)[characters(family)[ord(character)]]
    return float(glyph.width) / float(font(family)["head"].unitsPerEm)


def width(text: str, *, weight: int) -> float:
    """Return the width of one line in ems."""
    return sum(_advance(each, weight) for each in text)


def fit(text: str, *, weight: int, box: float, sizes: Sequence[float], max_lines: int) -> Fitted | None:
    """Return the text at the first of the sizes at which it stands in the box in at most `max_lines` lines.

    Lines are as even as they can be and break at spaces; a hyphen is a place to break only when no space will do.
    Returns nothing when no size fits.
    """
    for size in sizes:
        room = box / size / _SAFETY
        for count in range(1, max_lines + 1):
            for pieces in (text.split(), _at_hyphens(text)):
                lines = _break(pieces, count, room, weight)
                if lines is not None:
                    return Fitted(size, lines)
    return None


def _at_hyphens(text: str) -> list[str]:
    """Split at spaces and after hyphens; a piece after a hyphen starts with a mark that glues it to the one before."""
    pieces: list[str] = []
    for word in text.split():
        parts = word.split("-")
        ends = [part + "-" for part in parts[:-1]] + [parts[-1]]
        pieces += [part if number == 0 else "\0" + part for number, part in enumerate(ends) if part]
    return pieces


def _join(pieces: Sequence[str]) -> str:
    return " ".join(pieces).replace(" \0", "").replace("\0", "")


def _break(pieces: Sequence[str], count: int, room: float, weight: int) -> tuple[str, ...] | None:
    """Return the most even way to set the pieces in exactly `count` lines, none wider than `room` ems."""
    # Most texts that do not fit are told by their sum: nobody need try a thousand ways to set a far too long one.
    if len(pieces) < count or sum(width(each, weight=weight) for each in pieces) > room * count:
        return None
    best: tuple[float, tuple[str, ...]] | None = None
    for cuts in combinations(range(1, min(len(pieces), 24)), count - 1):
        edges = (0, *cuts, len(pieces))
        lines = tuple(_join(pieces[start:end]) for start, end in pairwise(edges))
        widest = max(width(line, weight=weight) for line in lines)
        if widest <= room and (best is None or widest < best[0]):
            best = (widest, lines)
    return best[1] if best else None


def line_count(widths: Sequence[float], *, gap: float, box: float) -> int:
    """Return how many lines things of these widths take when each line is filled before the next is begun."""
    lines, used = 1, 0.0
    for each in widths:
        if used and used + gap + each > box:
            lines, used = lines + 1, each
        else:
            used += gap + each if used else each
    return lines


def paragraph_size(text: str, *, weight: int, box: float, max_lines: dict[float, int]) -> float:
    """Return the first size at which the text, filled line by line, takes no more lines than that size may have.

    Falls to the last size when none fits.
    """
    for size, allowed in max_lines.items():
        words = [width(word, weight=weight) * size * _SAFETY for word in text.split()]
        if line_count(words, gap=width(" ", weight=weight) * size, box=box) <= allowed:
            return size
    return list(max_lines)[-1]


def has_outlines(text: str) -> bool:
    """Tell whether the text can be drawn letter by letter with our fonts."""
    return all(
        family_for(each) is not None
        and not unicodedata.combining(each)
        and not any(ord(each) in block for block in _JOINED_BLOCKS)
        for each in unicodedata.normalize("NFC", text)
    )


def line_outline(text: str, *, weight: int, size: float, centre: float, baseline: float) -> str:
    """Return the SVG path data of a text set on a straight line around a centre."""
    x = centre - width(text, weight=weight) * size / 2
    paths = []
    for character in text:
        paths.append(_letter(character, weight, (size, 0.0, 0.0, size, x, baseline)))
        x += _advance(character, weight) * size
    return "".join(paths)


def arc_outline(text: str, *, weight: int, size: float, radius: float, spacing: float, below: bool = False) -> str:
    """Return the SVG path data of a text set on a circle around (0, 0), centred at its top, or at its bottom."""
    total = width(text, weight=weight) * size + spacing * (len(text) - 1)
    turn = -1.0 if below else 1.0
    travelled = -total / 2
    paths = []
    for character in text:
        advance = _advance(character, weight) * size
        # Each letter is turned about its own middle, so that a wide one does not lean out of the circle.
        angle = (travelled + advance / 2) / radius
        x, y = radius * math.sin(angle), -turn * radius * math.cos(angle)
        cos, sin = math.cos(angle), turn * math.sin(angle)
        start = (x - cos * advance / 2, y - sin * advance / 2)
        paths.append(_letter(character, weight, (size * cos, size * sin, -size * sin, size * cos, *start)))
        travelled += advance + spacing
    return "".join(paths)


def arc_length(text: str, *, weight: int, size: float, spacing: float) -> float:
    """Return how long an arc the text takes."""
    return width(text, weight=weight) * size + spacing * max(len(text) - 1, 0)


def _letter(character: str, weight: int, matrix: tuple[float, float, float, float, float, float]) -> str:
    """Return one letter's path. `matrix` maps ems, with y downward as in SVG, to the picture."""
    family = family_for(character) or FAMILIES[0]
    glyphs = _glyphs(family, weight)
    unit = 1.0 / float(font(family)["head"].unitsPerEm)
    a, b, c, d, e, f = matrix
    pen = SVGPathPen(glyphs, ntos=lambda value: f"{value:.2f}".rstrip("0").rstrip("."))
    # Fonts count y upward.
    glyphs[characters(family)[ord(character)]].draw(TransformPen(pen, (a * unit, b * unit, -c * unit, -d * unit, e, f)))
    return str(pen.getCommands())
