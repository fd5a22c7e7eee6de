"""The certificates of many as one file to print, in the order given, each page as its own file would show it.

One of each design is laid out, and every word that differs is set once, by WeasyPrint; then the words and the QR code
of each person are put into the page of their design. Whatever does not fit the fast way (letters that join, a text that
does not read back as it was given) is laid out whole. Nothing is attached: each holder's own file carries the
credential.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import Any, Final

import pikepdf

from accredit.rendering import printing, qr, splicing
from accredit.rendering.assembling import Element, Page, assemble, structures
from accredit.rendering.certificate import CertificateValues, certificate_html, drawings, issued_at, layout_of
from accredit.rendering.environment import environment, translations
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.layout import Heading, Layout
from accredit.rendering.lettering import has_outlines
from accredit.rendering.printing import Press
from accredit.rendering.splicing import Design, Line

# Of an A4 page, landscape, in millimetres; a sheet of words is so many of them one below the other.
_HEIGHT: Final = 210
_ON_A_SHEET: Final = 25
_PIXELS: Final = _HEIGHT / 25.4 * 96
# A longer text might reach down into the place of the next on a sheet of words.
_LONGEST: Final = 900
_NO_HEADING: Final = Heading(left=0.0, top=0.0, width=0.0, logo=None, partner=None, own=None)


@dataclass(frozen=True)
class _Word:
    """What is set on a sheet: who, what they did, or a code."""

    language: str
    kind: str
    text: str = ""
    size: float = 0.0
    layout: Layout | None = None
    tall: bool = False


@dataclass(frozen=True)
class _Order:
    """One certificate to be made: its design, and its words."""

    values: CertificateValues
    design: CertificateValues
    words: tuple[_Word, ...]


def certificates_pdf(certificates: Sequence[CertificateValues], *, title: str, moment: datetime | None = None) -> bytes:
    """Return the certificates as one tagged PDF, a page each, in the order given.

    The file states ``moment`` as its own; without one, the latest that a credential was issued at.

    Raises `ValueError` when there is none, and what `certificate_pdf` raises.
    """
    if not certificates:
        raise ValueError("no certificates to print")
    stated = moment or max(issued_at(each.credential_json) for each in certificates)
    orders = [_order(each) for each in certificates]
    identifier = hashlib.sha256(repr(list(certificates)).encode()).digest()[:16]
    with printing.press(stated) as press:
        made = _Batch(press, orders, title=title, identifier=identifier)
        unfit = {number for number, order in enumerate(orders) if not made.fits(order)}
        if unfit:
            orders = [_whole(each.values) if number in unfit else each for number, each in enumerate(orders)]
            made = _Batch(press, orders, title=title, identifier=identifier)
    return made.assembled(orders)


def _order(values: CertificateValues) -> _Order:
    # Letters that join are set by WeasyPrint in the order in which they are seen, which cannot be compared with a name.
    letters = "".join(dict.fromkeys(values.name + values.sentence))
    if not has_outlines(letters) or len(values.sentence) > _LONGEST:
        return _whole(values)
    layout = layout_of(values)
    only_who = replace(
        layout,
        # What else the layout says is nothing to the words.
        award=layout.name,
        organisation=layout.name,
        signatory=layout.name,
        role=layout.name,
        sentence_size=0.0,
        chip_size=0.0,
        host_size=0.0,
        heading=_NO_HEADING,
        head=None,
        head_title=None,
        signature=None,
    )
    words = (
        _Word(values.language, "who", layout=only_who, tall=layout.tall),
        _Word(values.language, "did", text=values.sentence, size=layout.sentence_size, tall=layout.tall),
        _Word(values.language, "code", text=values.code),
    )
    # What is left when all that differs is taken out; the QR code's size and the tall layout are of the design.
    design = replace(
        values,
        name="tall" if layout.tall else "",
        sentence="",
        code="",
        qr_text="#" if "#" in values.qr_text else "",
        credential_json=b"",
        receipt=None,
        evidence=None,
    )
    return _Order(values, design, words)


def _whole(values: CertificateValues) -> _Order:
    return _Order(values, replace(values, credential_json=b"", receipt=None, evidence=None), ())


class _Batch:
    """A file with one page of each design and all the words, read back and cut."""

    def __init__(self, press: Press, orders: Sequence[_Order], *, title: str, identifier: bytes) -> None:
        self._samples: dict[CertificateValues, _Order] = {}
        for order in orders:
            self._samples.setdefault(order.design, order)
        words = list(dict.fromkeys(word for order in orders for word in order.words))
        sheets = [list(group) for _, group in groupby(sorted(words, key=_language), key=_language)]
        designs = [_laid_out(press, order.values) for order in self._samples.values()]
        documents = designs + [press.pages(_words_html(each), {}) for each in sheets]
        written = press.pdf(documents, identifier=identifier, title=title)
        self._pdf = pikepdf.open(BytesIO(written))
        self._resources = self._pdf.pages[0].obj.Resources
        self._letters = splicing.letters(self._resources.Font)
        self._structures: dict[CertificateValues, Element] = {}
        self._contents: dict[CertificateValues, bytes] = {}
        self._cut: dict[CertificateValues, Design | None] = {}
        self._lines: dict[_Word, list[Line]] = {}
        self._box = _size(self._pdf.pages[0])
        self._read_designs()
        self._read_words(sheets)

    def assembled(self, orders: Sequence[_Order]) -> bytes:
        """Write the file; every order fits."""
        return assemble(self._pdf, self._resources, [self._page(each) for each in orders], box=self._box)

    def fits(self, order: _Order) -> bool:
        """Tell whether a certificate's words can be put into its design, or need not be."""
        return not order.words or (self._cut[order.design] is not None and self._lines_for(order) is not None)

    def _page(self, order: _Order) -> Page:
        structure = self._structures[order.design]
        design, lines = self._cut[order.design], self._lines_for(order) if order.words else None
        if design is None or lines is None:
            return Page([self._contents[order.design]], structure, {}, {}, order.values.language)
        marks: dict[int, Sequence[int]] = {}
        alternatives: dict[int, str] = {}
        free = design.marks
        parts = [design.between[0]]
        for slot, after in zip(design.slots, design.between[1:], strict=True):
            if slot.kind == "qr":
                alternatives[slot.marks[0]] = _qr_in_words(order.values)
                drawn = splicing.modules_drawn(qr.matrix(order.values.qr_text), border=qr.QUIET_ZONE)
            else:
                # As many marks as there are lines: the design's own, then new ones.
                own = (*slot.marks, *range(free, free + len(lines[slot.kind])))[: len(lines[slot.kind])]
                free = max(free, own[-1] + 1)
                marks |= dict.fromkeys(slot.marks[1:], ()) | {slot.marks[0]: own}
                # A code stands where the design's stands, whatever is said below it.
                shown = [each.at(slot.baseline) for each in lines["code"]] if slot.kind == "code" else lines[slot.kind]
                drawn = splicing.filled(slot, shown, own)
            parts.append(drawn)
            if after:
                parts.append(after)
        return Page(_joined(parts, design.between), structure, marks, alternatives, order.values.language)

    def _lines_for(self, order: _Order) -> dict[str, list[Line]] | None:
        who, did, code = (self._lines.get(word, []) for word in order.words)
        found = {"lead": who[:1], "name": who[1:], "did": did, "code": code}
        fit = all(splicing.reads_as(found[kind], text) and found[kind] for kind, text in _wanted(order.values))
        return found if fit else None

    def _read_designs(self) -> None:
        by_page = structures(self._pdf)
        for page, (design, order) in zip(self._pdf.pages, self._samples.items(), strict=False):
            self._structures[design] = Element("/Sect", b"", None, tuple(by_page[page.obj.objgen]))
            content = page.Contents.read_bytes()
            self._contents[design] = content
            self._cut[design] = splicing.cut(content, self._letters, _wanted(order.values)) if order.words else None

    def _read_words(self, sheets: Sequence[Sequence[_Word]]) -> None:
        pages = list(self._pdf.pages)[len(self._samples) :]
        for sheet in (each[at : at + _ON_A_SHEET] for each in sheets for at in range(0, len(each), _ON_A_SHEET)):
            found = splicing.lines_of(pages.pop(0).Contents.read_bytes(), self._letters, height=_PIXELS)
            self._lines |= {word: found.get(number, []) for number, word in enumerate(sheet)}


def _joined(parts: Sequence[bytes], shared: Sequence[bytes]) -> list[bytes]:
    """Join neighbours that are this page's own; what is shared with other pages stays by itself."""
    common = {id(each) for each in shared}
    joined: list[bytes] = []
    for part in parts:
        if joined and id(part) not in common and id(joined[-1]) not in common:
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def _wanted(values: CertificateValues) -> list[tuple[str, str]]:
    lead = translations(values.language).gettext("This is to say well done to")
    return [("lead", lead), ("name", values.name), ("did", values.sentence), ("code", values.code)]


def _qr_in_words(values: CertificateValues) -> str:
    say = translations(values.language).gettext
    return say("QR code that opens %(address)s") % {"address": values.qr_text.split("#")[0]}


def _laid_out(press: Press, values: CertificateValues) -> Any:
    return press.pages(certificate_html(values), drawings(values))


def _words_html(words: Sequence[_Word]) -> str:
    template = environment(words[0].language).get_template("certificate/words.html")
    sheets = [words[at : at + _ON_A_SHEET] for at in range(0, len(words), _ON_A_SHEET)]
    return template.render(
        language=words[0].language, sheets=sheets, height=_HEIGHT, on_a_sheet=_ON_A_SHEET, fonts=FONT_STACK
    )


def _language(word: _Word) -> str:
    return word.language


def _size(page: pikepdf.Page) -> tuple[float, float]:
    box = [float(each) for each in page.MediaBox]
    return box[2] - box[0], box[3] - box[1]
