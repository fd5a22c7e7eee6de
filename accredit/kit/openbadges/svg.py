"""A credential in an SVG: one ``openbadges:credential`` directly inside ``svg`` (facts e).

JSON stands in its body as CDATA, a compact JWS in its attribute ``verify``. Reading follows no entity and no link: a
document type is refused, except the one line of SVG 1.0 and 1.1 themselves, which declares nothing and is ignored.
The drawing is never rendered here, nor judged safe to be shown.

A further file may stand at the end of the drawing, in an element of a namespace of our own, which no reader of Open
Badges takes for a credential, and no browser shows.
"""

from __future__ import annotations

import re
from contextlib import suppress
from xml.etree.ElementTree import ParseError
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from accredit.kit.openbadges.errors import ContainerUnreadable

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_ASSERTION_OF_2 = "{http://openbadges.org}assertion"
FILES = "urn:uuid:6f0a7a1e-3c0b-4a53-9d6e-5a9b1f2d7c84"
"""The namespace of files that travel beside a credential."""
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
MAX_SVG_BYTES = 5_000_000
MAX_TEXT_BYTES = 1_000_000
MAX_DEPTH = 64
_COMPACT_JWS = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")
# XML 1.0 §2.2 has no other characters, and §2.11 turns a carriage return into a line feed.
_NOT_IN_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What may stand before a document type (XML 1.0 §2.8); each part is taken once, so that a long one costs no more.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:(?>\s+|<\?.*?\?>|<!--.*?-->))*+", re.DOTALL)
# White space may differ between its parts and never inside quotes, where XML allows no tab (§2.3, PubidChar).
_DOCTYPE = re.compile(
    rb'<!DOCTYPE\s+svg\s+PUBLIC\s+(?:"-//W3C//DTD SVG 1\.0//EN"\s+"http://www\.w3\.org/TR/2001/REC-SVG-20010904/DTD/svg10'
    rb'|"-//W3C//DTD SVG 1\.1//EN"\s+"http://www\.w3\.org/Graphics/SVG/1\.1/DTD/svg11)\.dtd"\s*>'
)


def bake(svg: bytes, text: str) -> bytes:
    """Answer the drawing with a credential in it: JSON when the text starts with ``{``, otherwise a compact JWS.

    The rest of the drawing is left as it was, byte for byte. Raises ContainerUnreadable when the drawing cannot be
    read, is not UTF-8, or holds a credential already, or the text is neither form or over 1 MB.
    """
    # White space around the credential is not kept by those who lay XML out, so it is not put in.
    text = text.strip()
    if not text or len(text.encode(errors="surrogatepass")) > MAX_TEXT_BYTES:
        raise ContainerUnreadable("credential_size", f"a credential has 1 to {MAX_TEXT_BYTES} bytes")
    if _scan(svg).found:
        raise ContainerUnreadable("already_baked", "the drawing holds a credential already")
    if text.startswith("{"):
        if _NOT_IN_XML.search(text):
            raise ContainerUnreadable("credential_encoding", "the JSON has characters that XML does not keep")
        body = f"<openbadges:credential>{_as_cdata(text)}</openbadges:credential>"
    elif _COMPACT_JWS.fullmatch(text):
        body = f"<openbadges:credential verify={quoteattr(text)}/>"
    else:
        raise ContainerUnreadable("credential_form", "a credential is a JSON object or a compact JWS")
    start, end = _root_tag(svg)
    tag = svg[start:end]
    if tag.endswith(b"/>"):
        raise ContainerUnreadable("svg_empty", "the drawing draws nothing")
    declared = b"" if b"xmlns:openbadges=" in tag else f' xmlns:openbadges="{NAMESPACE}"'.encode()
    baked = svg[: end - 1] + declared + b">" + body.encode() + svg[end:]
    # A prefix bound to something else, or an encoding that is not UTF-8, would show here and nowhere earlier.
    if not _holds(baked, text):
        raise ContainerUnreadable("svg_unbakeable", "the credential does not come out of this drawing as it went in")
    return baked


def unbake(svg: bytes) -> str:
    """Answer the text of the one credential in the drawing.

    Raises ContainerUnreadable: ``no_credential``, ``open_badges_2`` for a badge of the older kind alone,
    ``multiple_credentials`` (facts l.7), ``credential_size`` over 1 MB, ``svg_dtd`` for a document type or entities,
    ``svg_depth`` over 64, ``svg_size``, ``svg_syntax``, ``svg_root``.
    """
    scan = _scan(svg)
    found = scan.found
    if not found and scan.has_older_badge:
        raise ContainerUnreadable("open_badges_2", "the drawing holds a badge of Open Badges 2")
    if not found:
        raise ContainerUnreadable("no_credential", "the drawing holds no credential")
    if len(found) > 1:
        raise ContainerUnreadable("multiple_credentials", f"the drawing holds {len(found)} credentials")
    if len(found[0].encode()) > MAX_TEXT_BYTES:
        raise ContainerUnreadable("credential_size", f"the credential is over {MAX_TEXT_BYTES} bytes")
    return found[0]


def attach(svg: bytes, name: str, content: bytes) -> bytes:
    """Answer a baked drawing with a further file (UTF-8 text) at its end; the rest is left as it was.

    Raises ContainerUnreadable when the drawing cannot be read or has one of this name, ``attachment_size`` for a file
    that is empty or over 1 MB, and ``attachment_encoding`` for one that XML does not keep to the letter.
    """
    if not 0 < len(content) <= MAX_TEXT_BYTES:
        raise ContainerUnreadable("attachment_size", f"a file has 1 to {MAX_TEXT_BYTES} bytes")
    if _Files.of(svg, name):
        raise ContainerUnreadable("already_attached", "the drawing holds a file of this name already")
    element = f'<file xmlns="{FILES}" name={quoteattr(name)}>{_as_cdata(content.decode(errors="replace"))}</file>'
    end = _end_tag(svg)
    whole = svg[:end] + element.encode() + svg[end:]
    with suppress(ContainerUnreadable):
        if attachment(whole, name) == content:
            return whole
    raise ContainerUnreadable("attachment_encoding", "the file does not come out of this drawing as it went in")


def attachment(svg: bytes, name: str) -> bytes:
    """Answer the bytes of the one further file of a name. Raises ContainerUnreadable where there is not one."""
    found = _Files.of(svg, name)
    if len(found) != 1:
        raise ContainerUnreadable("no_attachment", f"the drawing holds {len(found)} files of this name")
    content = found[0].encode()
    if len(content) > MAX_TEXT_BYTES:
        raise ContainerUnreadable("attachment_size", f"the file is over {MAX_TEXT_BYTES} bytes")
    return content


def _as_cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _holds(baked: bytes, text: str) -> bool:
    try:
        return unbake(baked) == text
    except ContainerUnreadable:
        return False


class _Scan:
    """What the parser tells: depth is counted, credentials are kept, all else is let go; there is no tree."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.has_older_badge = False
        self._depth = 0
        self._inside = 0
        self._body: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and tag != f"{{{SVG_NAMESPACE}}}svg":
            raise ContainerUnreadable("svg_root", "the outermost element is not svg")
        if self._depth > MAX_DEPTH:
            raise ContainerUnreadable("svg_depth", f"elements lie deeper than {MAX_DEPTH}")
        if self._inside:
            raise ContainerUnreadable("svg_credential", "the credential has elements inside")
        self.has_older_badge |= tag == _ASSERTION_OF_2
        if tag == f"{{{NAMESPACE}}}credential":
            self._inside, self._body = self._depth, []
            # An empty attribute states nothing; a full one beside a full body states two credentials.
            if stated := attributes.get("verify", "").strip():
                self.found.append(stated)

    def end(self, tag: str) -> None:
        if self._inside == self._depth:
            self._inside = 0
            if body := "".join(self._body).strip():
                self.found.append(body)
        self._depth -= 1

    def data(self, data: str) -> None:
        if self._inside:
            self._body.append(data)

    def close(self) -> None:
        """Nothing is left to be done."""


class _Files:
    """What the parser tells of the further files of one name, directly inside ``svg``; no element in one counts."""

    def __init__(self, name: str) -> None:
        self.found: list[str] = []
        self._name = name
        self._depth = 0
        self._is_inside = False
        self._body: list[str] = []

    @classmethod
    def of(cls, svg: bytes, name: str) -> list[str]:
        """Return the texts of those in a drawing."""
        target = cls(name)
        _parse(svg, target)
        return target.found

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ContainerUnreadable("svg_depth", f"elements lie deeper than {MAX_DEPTH}")
        if self._depth == 2 and tag == f"{{{FILES}}}file" and attributes.get("name") == self._name:
            self._is_inside, self._body = True, []

    def end(self, _tag: str) -> None:
        if self._is_inside and self._depth == 2:
            self._is_inside = False
            self.found.append("".join(self._body))
        self._depth -= 1

    def data(self, data: str) -> None:
        if self._is_inside and self._depth == 2:
            self._body.append(data)

    def close(self) -> None:
        """Nothing is left to be done."""


def _scan(svg: bytes) -> _Scan:
    target = _Scan()
    _parse(svg, target)
    return target


def _parse(svg: bytes, target: _Scan | _Files) -> None:
    if len(svg) > MAX_SVG_BYTES:
        raise ContainerUnreadable("svg_size", f"over {MAX_SVG_BYTES} bytes")
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(_without_doctype(svg))
        parser.close()
    except DefusedXmlException:
        raise ContainerUnreadable("svg_dtd", "document types and entities are not read") from None
    except (ParseError, LookupError, ValueError) as error:
        if isinstance(error, ContainerUnreadable):
            raise
        raise ContainerUnreadable("svg_syntax", "not well-formed XML") from None


def _without_doctype(svg: bytes) -> bytes:
    """Blank out the document type of SVG 1.0 or 1.1: many drawing programs write it, and it declares nothing."""
    # Anywhere but behind the prolog the same bytes would be somebody's text, a credential's perhaps, or a fault.
    prolog = _PROLOG.match(svg)
    start = prolog.end() if prolog else 0
    found = _DOCTYPE.match(svg, start)
    if found is None:
        return svg
    end = found.end()
    return svg[:start] + b" " * (end - start) + svg[end:]


def _end_tag(svg: bytes) -> int:
    """Answer where the end tag of the outermost element begins, in bytes. Call `_Files.of` first."""
    parser = expat.ParserCreate()
    ended: list[int] = []
    parser.EndElementHandler = lambda _name: ended.append(parser.CurrentByteIndex)
    parser.Parse(_without_doctype(svg), True)  # noqa: FBT003 - expat takes it by place only
    if not svg.startswith(b"</", ended[-1]):
        raise ContainerUnreadable("svg_empty", "the drawing draws nothing")
    return ended[-1]


def _root_tag(svg: bytes) -> tuple[int, int]:
    """Answer where the start tag of the outermost element begins and ends, in bytes. Call `_scan` first."""
    data = _without_doctype(svg)
    parser = expat.ParserCreate()
    began: list[int] = []
    parser.StartElementHandler = lambda _name, _attributes: began.append(parser.CurrentByteIndex)
    parser.Parse(data, True)  # noqa: FBT003 - expat takes it by place only
    start = began[0]
    quote = b""
    for at in range(start, len(data)):
        each = data[at : at + 1]
        # A ">" may stand inside an attribute's value.
        if quote:
            quote = b"" if each == quote else quote
        elif each in (b'"', b"'"):
            quote = each
        elif each == b">":
            return start, at + 1
    raise ContainerUnreadable("svg_syntax", "the svg element does not end")
