"""A language of our own in which every translated word is marked, and the words of a page that stand outside the marks.

What a reader sees or hears outside ⟦…⟧ was never offered to a translator. Data is not either: names, what a school
typed, codes. Nothing here knows what data is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # only the type; html5lib builds the tree

import html5lib
from babel.support import NullTranslations

OPEN, CLOSE = "⟦", "⟧"
# What a screen reader says, or a pointer brings up, beside the text itself.
SAID = ("alt", "title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "label")
BUTTONS = ("submit", "button", "reset")
_NOT_READ = {"script", "style", "template", "noscript"}
LETTERS = re.compile(r"[^\W\d_]{2,}")


class Marking(NullTranslations):
    """A translation into ⟦itself⟧ of every text that is asked for; what was asked for is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def ugettext(self, message: str) -> str:
        """Mark a text."""
        self.asked.add(message)
        return f"{OPEN}{message}{CLOSE}"

    def ungettext(self, singular: str, plural: str, num: int) -> str:
        """Mark one of two texts."""
        self.asked.add(singular)
        return f"{OPEN}{singular if num == 1 else plural}{CLOSE}"


def unmarked(html: str) -> Iterator[str]:
    """Yield each piece of text that stands outside every mark: of the page's text, and of what is said beside it."""
    root: Element = html5lib.parse(html, treebuilder="etree", namespaceHTMLElements=False)
    pieces: list[str] = []
    _read(root, pieces)
    yield from _outside(pieces)
    for element in root.iter():
        said = [element.get(name) or "" for name in SAID]
        if element.tag == "input" and element.get("type") in BUTTONS:
            said.append(element.get("value") or "")
        if element.tag == "meta" and element.get("name") == "description":
            said.append(element.get("content") or "")
        for text in said:
            yield from _outside([text])


def _read(element: Element, pieces: list[str]) -> None:
    if element.tag in _NOT_READ:
        return
    pieces.append(element.text or "")
    for child in element:
        _read(child, pieces)
        pieces.append(child.tail or "")


def _outside(pieces: list[str]) -> Iterator[str]:
    """Yield what lies at depth nought; a mark may open in one element and close in another."""
    depth = 0
    for piece in pieces:
        kept = ""
        for letter in piece:
            if letter == OPEN:
                depth += 1
            elif letter == CLOSE:
                depth -= 1
            elif depth == 0:
                kept += letter
            if depth and letter == OPEN:
                kept += "\0"
        for part in kept.split("\0"):
            text = " ".join(part.split())
            if LETTERS.search(text):
                yield text
