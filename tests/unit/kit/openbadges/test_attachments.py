"""A further file beside the credential in PNG, SVG and PDF: it comes out as it went in, or is none."""

from __future__ import annotations

import zlib
from io import BytesIO
from types import ModuleType

import pytest
from openbadgeslib import baking
from PIL import Image

from accredit.kit.openbadges import detect, png, svg
from tests.unit.kit.openbadges.test_files import JSON, JWS, PNG, SVG
from tests.unit.kit.openbadges.test_files import _code as code_of
from tests.unit.kit.openbadges.test_files import _itxt as itxt
from tests.unit.kit.openbadges.test_files import _pdf as pdf_with
from tests.unit.kit.openbadges.test_files import _with as image_with

FILE = "credential.evidence"
MORE = b'{"a": "Zo\xc3\xab ]]> <openbadges:credential>", "b": "openbadgecredential"}'
BESIDE = pytest.mark.parametrize(("kind", "image"), [(png, PNG), (svg, SVG)], ids=["image", "drawing"])


@BESIDE
@pytest.mark.parametrize("text", [JSON, JWS], ids=["JSON", "token"])
def test_a_further_file_travels_beside_the_one_credential(kind: ModuleType, image: bytes, text: str) -> None:
    baked = kind.bake(image, text)
    both = kind.attach(baked, FILE, MORE)
    assert (detect.unbake(both), detect.attachment(both, FILE)) == (text, MORE)
    assert code_of(lambda data: detect.attachment(data, FILE), baked) == "no_attachment"
    assert code_of(lambda data: detect.attachment(data, "credential.other"), both) == "no_attachment"
    assert code_of(lambda data: kind.attach(data, FILE, MORE), both) == "already_attached"
    # What there was is left as it was, byte for byte.
    at = next(place for place in range(len(baked)) if both[place] != baked[place])
    assert baked == both[:at] + both[at + len(both) - len(baked) :]


@BESIDE
def test_another_library_finds_the_one_credential_beside_it(kind: ModuleType, image: bytes) -> None:
    both = kind.attach(kind.bake(image, JSON), FILE, MORE)
    if kind is png:
        assert baking.extract_png(both, keyword=baking.ITXT_KEYWORD_OB3) == JSON
        with Image.open(BytesIO(both)) as opened:
            opened.load()
            assert (opened.info["openbadgecredential"], opened.info[FILE]) == (JSON, MORE.decode())
    else:
        assert baking.extract_svg(both, element=baking.SVG_ELEMENT_OB3, text_fallback=True) == JSON


@BESIDE
@pytest.mark.parametrize("content", [b"", b"x" * 1_000_001], ids=["empty", "over a megabyte"])
def test_nothing_empty_or_too_large_travels_beside_it(kind: ModuleType, image: bytes, content: bytes) -> None:
    assert code_of(lambda data: kind.attach(data, FILE, content), kind.bake(image, JSON)) == "attachment_size"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (image_with(itxt(b"a", keyword=FILE.encode()) * 2), "no_attachment"),
        (image_with(itxt(b"a", keyword=FILE.encode(), kind=b"tEXt")), "no_attachment"),
        (image_with(itxt(zlib.compress(b"a"), flags=b"\x01\x00", keyword=FILE.encode())), "credential_compressed"),
        (SVG.replace(b"<g>", f'<g><file xmlns="{svg.FILES}" name="{FILE}">a</file>'.encode()), "no_attachment"),
        (SVG.replace(b"<g>", f'<file xmlns="{svg.FILES}" name="{FILE}">a</file><g>'.encode() * 2), "svg_syntax"),
        (SVG.replace(b"<g>", f'<file xmlns="{svg.FILES}" name="{FILE}">a</file>'.encode() * 2 + b"<g>"),
         "no_attachment"),
        (pdf_with((FILE, b"a"), ("other", b"b"))[:400], "pdf_damaged"),
        (b'{"a": 1}', "no_attachment"),
    ],
    ids=["twice in an image", "as a plain text", "compressed", "deeper in a drawing", "a drawing that does not end",
         "twice in a drawing", "a damaged PDF", "a file that carries no other"],
)  # fmt: skip
def test_there_is_one_file_of_a_name_or_none(data: bytes, code: str) -> None:
    assert code_of(lambda each: detect.attachment(each, FILE), data) == code


@pytest.mark.parametrize(
    ("drawing", "code"),
    [
        (SVG[39:].replace(b"\xc5\xb7", b"") + b"<!-- </svg> -->", None),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "svg_empty"),
    ],
    ids=["a comment behind its end", "one that draws nothing"],
)
def test_a_file_goes_in_before_the_end_of_the_drawing(drawing: bytes, code: str | None) -> None:
    if code is None:
        assert svg.attachment(svg.attach(drawing, FILE, MORE), FILE) == MORE
    else:
        assert code_of(lambda data: svg.attach(data, FILE, MORE), drawing) == code


def test_what_xml_would_not_keep_does_not_travel_in_a_drawing() -> None:
    for content in (b"a\x00b", b"a\r\nb", b"\xff"):
        assert code_of(lambda data: svg.attach(data, FILE, content), svg.bake(SVG, JSON)) == "attachment_encoding"  # noqa: B023
