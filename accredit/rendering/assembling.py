"""A tagged PDF of very many pages, written from the few that WeasyPrint made: each page with a structure of its own.

What is the same on many pages (fonts, colours, the constant parts of their content) stands in the file once. The pages,
their content and their structure elements are written as an update of a file that holds the rest (ISO 32000-1 §7.5.6).
Nothing is laid out here.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pikepdf

# Elements that say nothing but that something stands there: what they hold is held by what is around them.
_SEE_THROUGH: Final = "/Span"
# Attributes of an element that are kept: its words, its layout.
_KEPT: Final = ("/Alt", "/A", "/Lang", "/ActualText")


@dataclass(frozen=True)
class Element:
    """A structure element: its type, what else is said of it, and what it holds, marked contents as numbers."""

    type: str
    said: bytes
    alternative: str | None
    holds: tuple[Element | int, ...]


@dataclass(frozen=True)
class Page:
    """One page: its content in parts, the structure of its design, and what differs from it.

    ``marks`` says which marked contents stand in the place of one of the design's; ``alternatives`` the words for a
    figure, by its marked content.
    """

    parts: Sequence[bytes]
    structure: Element
    marks: Mapping[int, Sequence[int]]
    alternatives: Mapping[int, str]
    language: str


def structures(pdf: pikepdf.Pdf) -> dict[tuple[int, int], list[Element]]:
    """Return the structure of each page of a file, the elements right under the document's, by the page's object."""
    found: dict[tuple[int, int], list[Element]] = {}
    for document in _kids(pdf.Root.StructTreeRoot):
        for each in _kids(document):
            page = _page_of(each)
            if page is not None:
                kept = found.setdefault(page, [])
                kept += [part for part in _elements(each) if isinstance(part, Element)]
    return found


def assemble(source: pikepdf.Pdf, resources: Any, pages: Sequence[Page], *, box: tuple[float, float]) -> bytes:
    """Write the pages, with everything else that the source says of itself, in the order given."""
    root = source.Root
    root.Carried = resources
    root.StructTreeRoot = source.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot))
    root.Pages = source.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=[], Count=0))
    if "/Outlines" in root:
        del root.Outlines
    target = BytesIO()
    source.save(target, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True, linearize=False)
    written = target.getvalue()
    with pikepdf.open(BytesIO(written)) as again:
        numbers = {name: again.Root[name].objgen[0] for name in ("/Carried", "/StructTreeRoot", "/Pages")}
        size = int(again.trailer.Size)
        trailer = {"root": again.Root.objgen[0], "id": again.trailer.ID[0].unparse() + again.trailer.ID[1].unparse()}
        info = again.trailer.Info.objgen[0] if "/Info" in again.trailer else None
    return _Writer(written, numbers, size).finish(pages, box, trailer, info)


class _Writer:
    """Adds objects to the end of a file."""

    def __init__(self, written: bytes, numbers: Mapping[str, int], size: int) -> None:
        self._parts = [written if written.endswith(b"\n") else written + b"\n"]
        self._at = len(self._parts[0])
        self._before = int(written.rsplit(b"startxref", 1)[1].split()[0])
        self._numbers = numbers
        self._next = size
        self._places: dict[int, int] = {}
        self._streams: dict[bytes, int] = {}

    def finish(
        self, pages: Sequence[Page], box: tuple[float, float], trailer: Mapping[str, Any], info: int | None
    ) -> bytes:
        tree, roots, document = self._numbers["/Pages"], self._numbers["/StructTreeRoot"], self._number()
        made = [self._page(page, number, box, document) for number, page in enumerate(pages)]
        self._add(tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(made), _refs(page for page, _, _ in made)))
        tops = [top for _, top, _ in made]
        self._add(document, b"<</Type/StructElem/S/Document/P %d 0 R/K[%s]>>" % (roots, _refs(tops)))
        parents = self._number()
        entries = b"".join(b"%d[%s]" % (number, _parents(held)) for number, (_, _, held) in enumerate(made))
        self._add(parents, b"<</Nums[%s]>>" % entries)
        root = b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
        self._add(roots, root % (document, parents, len(made)))
        return self._closed(trailer, info)

    def _page(
        self, page: Page, number: int, box: tuple[float, float], document: int
    ) -> tuple[int, int, dict[int, int]]:
        contents = [self._stream(part) for part in page.parts if part]
        own = self._number()
        held: dict[int, int] = {}
        top = self._element(page.structure, document, own, page, held)
        self._add(
            own,
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %f %f]/TrimBox[0 0 %f %f]/Resources %d 0 R/Contents[%s]"
            b"/StructParents %d/Tabs/S>>"
            % (self._numbers["/Pages"], *box, *box, self._numbers["/Carried"], _refs(contents), number),
        )
        return own, top, held

    def _element(self, element: Element, parent: int, own: int, page: Page, held: dict[int, int]) -> int:
        number = self._number()
        kids = []
        alternative = element.alternative
        for each in element.holds:
            if isinstance(each, Element):
                kids.append(b"%d 0 R" % self._element(each, number, own, page, held))
                continue
            alternative = page.alternatives.get(each, alternative)
            for mark in page.marks.get(each, (each,)):
                held[mark] = number
                kids.append(b"%d" % mark)
        said = element.said
        if alternative is not None:
            said += b"/Alt" + pikepdf.String(alternative).unparse()
        if element.type == "/Sect":
            said += b"/Lang" + pikepdf.String(page.language).unparse()
        self._add(
            number,
            b"<</Type/StructElem/S%s/P %d 0 R/Pg %d 0 R%s/K[%s]>>"
            % (element.type.encode(), parent, own, said, b" ".join(kids)),
        )
        return number

    def _stream(self, content: bytes) -> int:
        # The parts of a design are the same bytes on every page.
        known = self._streams.get(content)
        if known is None:
            known = self._streams[content] = self._number()
            packed = zlib.compress(content, 6)
            head = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed)
            self._add(known, head + packed + b"\nendstream")
        return known

    def _number(self) -> int:
        self._next += 1
        return self._next - 1

    def _add(self, number: int, content: bytes) -> None:
        self._places[number] = self._at
        whole = b"%d 0 obj\n%s\nendobj\n" % (number, content)
        self._parts.append(whole)
        self._at += len(whole)

    def _closed(self, trailer: Mapping[str, Any], info: int | None) -> bytes:
        # ISO 32000-1 §7.5.4: twenty bytes an entry, in runs of numbers that follow each other.
        table = [b"xref\n"]
        numbers = sorted(self._places)
        run: list[int] = []
        for number in [*numbers, None]:
            if run and (number is None or number != run[-1] + 1):
                table.append(b"%d %d\n" % (run[0], len(run)))
                table += [b"%010d 00000 n \n" % self._places[each] for each in run]
                run = []
            if number is not None:
                run.append(number)
        about = b"/Info %d 0 R" % info if info is not None else b""
        end = b"trailer\n<</Size %d/Root %d 0 R/Prev %d%s/ID[%s]>>\nstartxref\n%d\n%%%%EOF\n"
        closing = end % (self._next, trailer["root"], self._before, about, trailer["id"], self._at)
        return b"".join([*self._parts, *table, closing])


def _refs(numbers: Any) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _parents(held: Mapping[int, int]) -> bytes:
    return b" ".join(b"%d 0 R" % held[mark] if mark in held else b"null" for mark in range(max(held, default=-1) + 1))


def _kids(element: Any) -> list[Any]:
    held = element.get("/K")
    if held is None:
        return []
    return list(held) if isinstance(held, pikepdf.Array) else [held]


def _page_of(element: Any) -> tuple[int, int] | None:
    if isinstance(element, int):
        return None
    if "/Pg" in element:
        number, generation = element.Pg.objgen
        return number, generation
    return next((page for each in _kids(element) if (page := _page_of(each)) is not None), None)


def _elements(element: Any) -> list[Element | int]:
    """Read an element; one that says nothing by itself is what it holds, and one that holds nothing is nothing."""
    if isinstance(element, int):
        return [element]
    if "/MCID" in element:
        return [int(element.MCID)]
    held = [part for each in _kids(element) for part in _elements(each)]
    if not held:
        return []
    kept = {name: element[name] for name in _KEPT if name in element}
    if str(element.S) == _SEE_THROUGH and not kept:
        return held
    alternative = str(kept.pop("/Alt")) if "/Alt" in kept else None
    said = b"".join(name.encode() + value.unparse(resolved=True) for name, value in kept.items())
    return [Element(str(element.S), said, alternative, tuple(held))]
