"""What every HTML answer must be: parsed without a fault, named, labelled, and free of anything inline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # only the type; html5lib builds the tree

import html5lib

SELF_NAMED = {"hidden", "submit", "button", "reset", "image"}


def lint(html: str) -> list[str]:
    """Return one sentence for each fault; an empty list for a good page."""
    parser = html5lib.HTMLParser(tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    root: Element = parser.parse(html)
    faults = [f"does not parse: {code} at line {position[0]}" for position, code, _data in parser.errors]
    for check in (_head, _ids, _inline, _headings, _landmarks, _fields, _forms, _pictures, _links, _tables):
        faults.extend(check(root))
    return faults


def text_of(element: Element) -> str:
    """Return what a reader hears of ``element``: its text, the words of its pictures, its label."""
    label = element.get("aria-label", "")
    pictures = " ".join(picture.get("alt", "") for picture in element.iter("img"))
    return f"{label} {pictures} {''.join(element.itertext())}".strip()


def _head(root: Element) -> Iterator[str]:
    if not root.get("lang"):
        yield "html has no lang"
    title = root.find("head/title")
    if title is None or not (title.text or "").removesuffix("– accredit").strip():
        yield "no title of its own"
    if root.find("head/meta[@name='viewport']") is None:
        yield "no viewport"


def _ids(root: Element) -> Iterator[str]:
    counted = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
    for name, times in counted.items():
        if times > 1:
            yield f"id {name!r} stands {times} times"
        if not name or any(letter.isspace() for letter in name):
            yield f"id {name!r} is not a name"
    for element in root.iter():
        for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            for name in (element.get(attribute) or "").split():
                if name not in counted:
                    yield f"{attribute} points to {name!r}, which is not there"
        target = element.get("href", "")
        if element.tag == "a" and target.startswith("#") and target[1:] not in counted:
            yield f"link to {target!r}, which is not there"


def _inline(root: Element) -> Iterator[str]:
    for element in root.iter():
        if element.tag == "style":
            yield "inline style element"
        if element.tag == "script" and not element.get("src"):
            yield "inline script"
        for name in element.attrib:
            if name == "style":
                yield f"style attribute on {element.tag}"
            elif name.startswith("on"):
                yield f"{name} attribute on {element.tag}"
        for name in ("href", "src", "action"):
            if element.get(name, "").strip().lower().startswith("javascript:"):
                yield f"script in {name} of {element.tag}"


def _headings(root: Element) -> Iterator[str]:
    levels = [int(element.tag[1]) for element in root.iter() if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} h1 elements, not one"
    for element in root.iter():
        if element.tag in {"h1", "h2", "h3", "h4", "h5", "h6"} and not text_of(element):
            yield f"empty {element.tag}"


def _landmarks(root: Element) -> Iterator[str]:
    mains = list(root.iter("main"))
    if len(mains) != 1:
        yield f"{len(mains)} main elements, not one"
    for element in root.iter("nav"):
        if not element.get("aria-label") and not element.get("aria-labelledby"):
            yield "nav without a name"


def _fields(root: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in root.iter("label") if text_of(label)}
    wrapped = {field for label in root.iter("label") for field in label.iter() if text_of(label)}
    for field in root.iter():
        if field.tag not in {"input", "select", "textarea", "progress", "meter"}:
            continue
        if field.tag == "input" and field.get("type", "text") in SELF_NAMED:
            continue
        named = (
            field.get("id") in labelled or field in wrapped or field.get("aria-label") or field.get("aria-labelledby")
        )
        if not named:
            yield f"{field.tag} {field.get('name') or field.get('id')!r} has no label"
    for button in root.iter("button"):
        if not text_of(button):
            yield "button without words"
    for fieldset in root.iter("fieldset"):
        legend = fieldset.find("legend")
        if legend is None or not text_of(legend):
            yield "fieldset without a legend"


# What is sent there changes nothing, and a token would give every stranger a cookie: a name, a file, the language.
CHANGES_NOTHING = ("/v/", "/V/", "/verify", "/language", "/s/")


def _forms(root: Element) -> Iterator[str]:
    for form in root.iter("form"):
        names = {field.get("name") for field in form.iter("input")}
        changes = not (form.get("action") or "").startswith(CHANGES_NOTHING)
        if form.get("method", "get").lower() == "post" and changes and "csrf_token" not in names:
            yield f"form to {form.get('action')!r} has no csrf_token"
        if form.get("method", "get").lower() == "get" and "csrf_token" in names:
            yield f"form to {form.get('action')!r} would write its csrf_token into the address"
        if not any(field.tag == "button" or field.get("type") == "submit" for field in form.iter()):
            yield f"form to {form.get('action')!r} has no button"


def _pictures(root: Element) -> Iterator[str]:
    for picture in root.iter("img"):
        if picture.get("alt") is None:
            yield f"img {picture.get('src')!r} has no alt"
    for picture in root.iter():
        if str(picture.tag).rpartition("}")[2] == "svg" and not (
            picture.get("aria-hidden") == "true" or picture.get("aria-label") or picture.get("aria-labelledby")
        ):
            yield "svg neither hidden from screen readers nor named"


def _links(root: Element) -> Iterator[str]:
    for link in root.iter("a"):
        if not text_of(link):
            yield f"link to {link.get('href')!r} has no words"
        if link.get("href") is None:
            yield f"link {text_of(link)!r} leads nowhere"
        if link.get("target") == "_blank":
            yield f"link {text_of(link)!r} opens another window"


def _tables(root: Element) -> Iterator[str]:
    for table in root.iter("table"):
        caption = table.find("caption")
        if caption is None or not text_of(caption):
            yield "table without a caption"
        if next(table.iter("th"), None) is None:
            yield "table without headers"
        for header in table.iter("th"):
            if header.get("scope") not in {"col", "row", "colgroup", "rowgroup"}:
                yield f"header {text_of(header)!r} has no scope"
