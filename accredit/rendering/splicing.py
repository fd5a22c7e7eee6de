"""Pages cut where they differ: what WeasyPrint laid out once for a design, and the words that go into it.

A design's page is cut at the words and at the picture that differ from one certificate to the next. The words come from
sheets on which WeasyPrint set them at the very same places, so no letter is set here and no place is known here: only
the operators that draw a line of text are moved from one page to another, each with its own letters (ISO 32000-1 §9.4).
What is drawn is read back through the fonts' own tables; words that do not read as they were given are not spliced.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

_SPAN: Final = re.compile(rb"/\w+\n<</MCID (\d+)>>\nBDC\n((?:(?!/Artifact|\nEMC\n).)*?BT\n.*?)\nEMC\n", re.DOTALL)
_FIGURE: Final = re.compile(rb"/Figure\n<</MCID (\d+)>>\nBDC\n")
# An SVG path as WeasyPrint draws it: the black modules of a QR code.
_MODULES: Final = re.compile(rb"(0 0 0 rg\n(?:[^\n]*\n){0,6}?0 0 m\n)((?:[\d. ]+ [mlh]\n|h\n)+)(?=f\n)")
_TEXT: Final = re.compile(rb"BT\n.*?\nET", re.DOTALL)
_PLACE: Final = re.compile(rb"1 0 0 -1 ([-\d.]+) ([-\d.]+) Tm")
_FONT: Final = re.compile(rb"/(\w+) [\d.]+ Tf")
_SHOWN: Final = re.compile(rb"<([0-9a-f]+)>")
_MAPPED: Final = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")

Letters = Mapping[bytes, Mapping[bytes, str]]
"""What each glyph of each font reads as."""


@dataclass(frozen=True)
class Line:
    """One line of text: the operators that draw it, how far they have to be moved up, and what it reads as."""

    drawn: bytes
    up: float
    text: str

    def at(self, baseline: float) -> Line:
        """Return the line as it stands on another baseline, in pixels from the top."""
        return Line(self.drawn, _baseline(self.drawn) - baseline, self.text)


@dataclass(frozen=True)
class Slot:
    """A place on a design that is filled anew: its marked contents, the pen they begin with, and the first baseline."""

    kind: str
    marks: tuple[int, ...]
    pen: bytes = b""
    baseline: float = 0.0


@dataclass(frozen=True)
class Design:
    """A page cut at its slots: `between` has one part more than there are slots."""

    between: tuple[bytes, ...]
    slots: tuple[Slot, ...]
    marks: int
    """How many marked contents there are: the next free number."""


def letters(fonts: Any) -> Letters:
    """Read what the glyphs of the fonts of a page read as (ToUnicode, ISO 32000-1 §9.10.3)."""
    return {
        str(name).lstrip("/").encode(): {
            glyph: bytes.fromhex(text.decode()).decode("utf-16-be")
            for glyph, text in _MAPPED.findall(font.ToUnicode.read_bytes())
        }
        for name, font in fonts.items()
    }


def lines_of(content: bytes, known: Letters, *, height: float) -> dict[int, list[Line]]:
    """Return the lines of text of a sheet of words, by the certificate in whose place they stand, from the top."""
    found: dict[int, list[Line]] = {}
    for drawn in _TEXT.findall(content):
        number = int(_baseline(drawn) // height)
        found.setdefault(number, []).append(Line(drawn, number * height, _read(drawn, known)))
    return found


def cut(content: bytes, known: Letters, wanted: Sequence[tuple[str, str]]) -> Design | None:
    """Cut a design's page at the words it shows, each named with its text, and at the modules of its last figure.

    The words stand on the page in the order in which they are wanted. Returns nothing when one of them does not read as
    it should: such a page is good as it is, and nothing can be put into it.
    """
    spans = [(int(mark), at, _read(drawn, known)) for mark, drawn, at in _spans(content)]
    slots: list[tuple[slice, Slot]] = []
    begin = 0
    for kind, text in wanted:
        found = _run(spans, begin, _squeezed(text))
        if found is None:
            return None
        first, last = found
        marks = tuple(mark for mark, _, _ in spans[first : last + 1])
        whole = slice(spans[first][1].start, spans[last][1].stop)
        pen, drawn = content[whole].split(b"BDC\n", 1)[1].split(b"BT\n", 1)
        slots.append((whole, Slot(kind, marks, pen, _baseline(drawn))))
        begin = last + 1
    modules = _modules(content)
    if modules is None:
        return None
    slots.append(modules)
    slots.sort(key=lambda each: each[0].start)
    edges = [0, *(edge for each, _ in slots for edge in (each.start, each.stop)), len(content)]
    between = tuple(content[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True))
    return Design(between, tuple(slot for _, slot in slots), 1 + max(map(int, re.findall(rb"/MCID (\d+)", content))))


def reads_as(lines: Sequence[Line], text: str) -> bool:
    """Tell whether the lines say a text, letter for letter."""
    return _squeezed("".join(line.text for line in lines)) == _squeezed(text)


def filled(slot: Slot, lines: Sequence[Line], marks: Sequence[int]) -> bytes:
    """Return the content that stands in a slot: each line with its mark."""
    pen = slot.pen
    parts = []
    for mark, line in zip(marks, lines, strict=True):
        place = b"1 0 0 -1 \\1 %.6f Tm" % (_baseline(line.drawn) - line.up)
        parts.append(b"/Span\n<</MCID %d>>\nBDC\n%s%s\nEMC\n" % (mark, pen, _PLACE.sub(place, line.drawn)))
        pen = b""
    return b"".join(parts)


def modules_drawn(rows: Sequence[Sequence[bool]], *, border: int) -> bytes:
    """Draw the dark modules of a QR code, in modules from the corner, as one path."""
    parts = []
    for y, row in enumerate(rows, start=border):
        start = None
        for x, dark in enumerate((*row, False), start=border):
            if dark and start is None:
                start = x
            elif not dark and start is not None:
                parts.append(b"%d %d %d 1 re\n" % (start, y, x - start))
                start = None
    return b"".join(parts)


def _spans(content: bytes) -> list[tuple[bytes, bytes, slice]]:
    return [(each.group(1), each.group(2), slice(each.start(), each.end())) for each in _SPAN.finditer(content)]


def _run(spans: Sequence[tuple[int, slice, str]], begin: int, text: str) -> tuple[int, int] | None:
    """Find the first run of spans that together say a text."""
    for first in range(begin, len(spans)):
        said = ""
        for last in range(first, len(spans)):
            said += _squeezed(spans[last][2])
            if said == text:
                return first, last
            if not text.startswith(said):
                break
    return None


def _modules(content: bytes) -> tuple[slice, Slot] | None:
    figures = list(_FIGURE.finditer(content))
    if not figures:
        return None
    drawn = _MODULES.search(content, figures[-1].end())
    if drawn is None:
        return None
    return slice(*drawn.span(2)), Slot("qr", (int(figures[-1].group(1)),))


def _baseline(drawn: bytes) -> float:
    place = _PLACE.search(drawn)
    return float(place.group(2)) if place is not None else 0.0


def _read(drawn: bytes, known: Letters) -> str:
    said = []
    glyphs: Mapping[bytes, str] = {}
    for part in drawn.split(b"\n"):
        font = _FONT.search(part)
        if font is not None:
            glyphs = known.get(font.group(1), {})
        elif part.endswith(b"TJ"):
            for shown in _SHOWN.findall(part):
                said += [glyphs.get(shown[at : at + 4], "\ufffd") for at in range(0, len(shown), 4)]
    return "".join(said)


def _squeezed(text: str) -> str:
    return "".join(text.split())
