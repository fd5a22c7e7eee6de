"""Credentials go into and come out of PNG, SVG and PDF unaltered; damaged and hostile files are refused by code."""

from __future__ import annotations

import struct
import time
import zlib
from io import BytesIO
from types import ModuleType

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from accredit.kit.openbadges import detect, pdf, png, svg
from accredit.kit.openbadges.detect import Kind
from accredit.kit.openbadges.errors import ContainerUnreadable

JSON = '{"name": "Siân <b>]]></b> & \\"Zoë\\" 👩‍🏫"}'
JWS = "eyJhbGciOiJFUzI1NiJ9.eyJhIjoxfQ.c2lnbmF0dXJl"
SVG = b'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" a=\'>\'><g>\xc5\xb7</g></svg>\n'
DOCTYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"\n  "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'


def _png() -> bytes:
    out = BytesIO()
    Image.new("RGB", (3, 2), "green").save(out, "PNG")
    return out.getvalue()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _itxt(text: bytes, flags: bytes = b"\x00\x00", keyword: bytes = png.KEYWORD, kind: bytes = b"iTXt") -> bytes:
    return _chunk(kind, keyword + b"\x00" + flags + b"\x00\x00" + text)


PNG = _png()
IEND = _chunk(b"IEND", b"")
HEADER = PNG[:33]


def _with(extra: bytes, image: bytes = PNG) -> bytes:
    return image[: -len(IEND)] + extra + IEND


def _pdf(*files: tuple[str, bytes], encryption: pikepdf.Encryption | bool = False) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    for name, content in files:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, content, filename=name)  # type: ignore[call-arg]
    out = BytesIO()
    document.save(out, encryption=encryption)
    return out.getvalue()


def _code(read: object, data: bytes) -> str:
    with pytest.raises(ContainerUnreadable) as caught:
        read(data)  # type: ignore[operator]
    return caught.value.code


@pytest.mark.parametrize("text", [JSON, JWS])
def test_a_credential_comes_out_of_an_image_as_it_went_in(text: str) -> None:
    baked = png.bake(PNG, text)
    assert png.unbake(baked) == detect.unbake(baked) == text
    with Image.open(BytesIO(baked)) as image:
        image.load()
        assert image.info["openbadgecredential"] == text
        assert image.getpixel((2, 1)) == (0, 128, 0)


@pytest.mark.parametrize("text", [JSON, JWS, JSON + "\n"])
@pytest.mark.parametrize("drawing", [SVG, DOCTYPE + SVG[39:], SVG[39:]], ids=["plain", "doctype", "no declaration"])
def test_a_credential_comes_out_of_a_drawing_as_it_went_in(text: str, drawing: bytes) -> None:
    baked = svg.bake(drawing, text)
    assert svg.unbake(baked) == detect.unbake(baked) == text.strip()
    inserted = len(baked) - len(drawing)
    assert any(baked[:at] + baked[at + inserted :] == drawing for at in range(len(baked))) or DOCTYPE in drawing
    assert baked.endswith(b"<g>\xc5\xb7</g></svg>\n")


def test_a_second_credential_is_not_baked_over_the_first() -> None:
    for kind, image in ((png, PNG), (svg, SVG)):
        baked = kind.bake(image, JSON)
        with pytest.raises(ContainerUnreadable, match="already_baked"):
            kind.bake(baked, JWS)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (PNG, "no_credential"),
        (_with(_itxt(b"{}") + _itxt(b"{}")), "multiple_credentials"),
        (_with(_itxt(b"{}"), png.bake(PNG, JSON)), "multiple_credentials"),
        (_with(_itxt(b"{}") + _itxt(b"x", kind=b"tEXt")), "multiple_credentials"),
        (_with(_itxt(b"{}", kind=b"tEXt")), "png_text"),
        (_with(_itxt(b"{}", kind=b"zTXt")), "png_text"),
        (_with(_itxt(zlib.compress(bytes(10**7)), b"\x01\x00")), "credential_compressed"),
        (_with(_itxt(b"x" * 1_000_001)), "credential_size"),
        (_with(_itxt(b"\xff")), "credential_encoding"),
        (_with(_chunk(b"iTXt", png.KEYWORD + b"\x00\x00\x00en")), "png_text"),
        (PNG + _itxt(b"{}"), "png_trailing"),
        (PNG + b"\x00", "png_trailing"),
        (png.SIGNATURE + _itxt(b"{}") + PNG[8:], "png_chunk"),
        (_with(HEADER[8:]), "png_chunk"),
        (png.SIGNATURE + _chunk(b"IHDR", b"") + IEND, "png_chunk"),
        (_with(_chunk(b"i\x00Xt", b"")), "png_chunk"),
        (PNG[:-1], "png_cut"),
        (PNG[:-12], "png_cut"),
        (HEADER + struct.pack(">I", 2**31) + b"IDAT", "png_cut"),
        (HEADER + struct.pack(">I", 2**32 - 1) + b"iTXt" + bytes(100), "png_cut"),
        (_with(_itxt(b"{}"))[:-16] + b"\x00" * 4 + IEND, "png_crc"),
        (HEADER + _chunk(b"IDAT", b"") * 20_001 + IEND, "png_chunks"),
        (png.SIGNATURE + bytes(10**7), "png_size"),
        (b"GIF89a", "png_signature"),
        (b"", "png_signature"),
    ],
    ids=[
        "VX01 none", "VX01 two", "VX01 one baked and one added", "one as iTXt and one as tEXt", "as tEXt", "as zTXt",
        "VX04 compressed", "VX06 over a megabyte", "not UTF-8", "cut iTXt", "VX03 after the end",
        "a byte after the end",
        "VX03 before the header", "two headers", "a header of no length", "a chunk without a name", "VX08 cut",
        "VX08 no end", "VX08 a length of 2**31", "VX08 a length of 2**32-1", "VX08 bad CRC", "VX08 too many chunks",
        "VX30 too large", "another kind", "VX30 empty",
    ],
)  # fmt: skip
def test_an_image_is_refused(data: bytes, code: str) -> None:
    assert _code(png.unbake, data) == code


def test_an_image_of_any_claimed_size_is_read_without_its_pixels() -> None:
    """VX07: 60,000 by 60,000 pixels in a header of 13 bytes."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0))
    assert png.unbake(png.SIGNATURE + header + _itxt(JSON.encode()) + IEND) == JSON


def _drawing(inside: str, *, attributes: str = "") -> bytes:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{svg.NAMESPACE}"{attributes}>{inside}</svg>'
    ).encode()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SVG, "no_credential"),
        (_drawing("<openbadges:credential/>"), "no_credential"),
        (_drawing('<openbadges:credential verify="a.b.c"/><g><openbadges:credential>{}</openbadges:credential></g>'),
         "multiple_credentials"),
        (_drawing('<openbadges:credential verify="a.b.c">{}</openbadges:credential>'), "multiple_credentials"),
        (_drawing("<openbadges:credential>{<b/>}</openbadges:credential>"), "svg_credential"),
        (_drawing("<openbadges:credential>" + "x" * 1_000_001 + "</openbadges:credential>"), "credential_size"),
        (b'<!DOCTYPE svg [<!ENTITY a "aaa">]>' + SVG[39:], "svg_dtd"),
        (b'<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + SVG[39:], "svg_dtd"),
        (b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://127.0.0.1/">%a;]>' + SVG[39:], "svg_dtd"),
        (DOCTYPE + DOCTYPE + SVG[39:], "svg_dtd"),
        (DOCTYPE[:-1] + b' [<!ENTITY a "b">]>' + SVG[39:], "svg_dtd"),
        (b"<!-- " + DOCTYPE + b" --><!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG[39:], "svg_dtd"),
        (b'<?xml version="1.0" ' + DOCTYPE + b"?>" + SVG[39:], "svg_syntax"),
        (b"<?xml version='1.0'?" + DOCTYPE + b">" + SVG[39:], "svg_syntax"),
        (b"<!-- " + DOCTYPE + b" -->" + DOCTYPE + SVG[39:], "no_credential"),
        (b"<!--" * 200_000 + DOCTYPE + SVG[39:], "svg_syntax"),
        (DOCTYPE.replace(b"DTD SVG", b"DTD\tSVG") + SVG[39:], "svg_syntax"),
        (_drawing("&a;"), "svg_syntax"),
        (_drawing("<g>" * 200_000 + "</g>" * 200_000), "svg_depth"),
        (_drawing("<g>" * 64 + "</g>" * 64), "svg_depth"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'><svg/></html>", "svg_root"),
        (b"<svg/>", "svg_root"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "svg_syntax"),
        (b"<?xml version='1.0' encoding='klingon'?><svg/>", "svg_syntax"),
        (b"", "svg_syntax"),
        (b"<svg>" + b" " * 5_000_000, "svg_size"),
    ],
    ids=[
        "none", "an empty one", "two", "one in the attribute and one in the body", "elements inside",
        "over a megabyte", "VX11 entities", "VX11 an outside file", "VX11 parameter entities", "two document types",
        "entities in the known document type", "the known document type in a comment",
        "one in the declaration of XML", "one in the end of that declaration", "one in a comment and one behind it",
        "one behind comments without an end", "a tab inside its quotes", "VX11 an unknown entity",
        "VX14 200,000 deep", "VX14 65 deep", "another outermost element", "no namespace", "cut", "unknown encoding",
        "VX30 empty", "VX30 too large",
    ],
)  # fmt: skip
def test_a_drawing_is_refused(data: bytes, code: str) -> None:
    began = time.process_time()
    assert _code(svg.unbake, data) == code
    assert time.process_time() - began < 2


def test_a_drawing_64_deep_is_read() -> None:
    assert svg.unbake(_drawing("<g>" * 62 + "<openbadges:credential>{}</openbadges:credential>" + "</g>" * 62)) == "{}"


def test_the_words_of_a_document_type_inside_a_credential_are_kept() -> None:
    text = '{"a": "' + DOCTYPE.decode().replace('"', "'").replace("\n", " ") + '"}'
    text = text.replace("'", '\\"')
    assert svg.unbake(svg.bake(SVG, text)) == text


@pytest.mark.parametrize(
    ("drawing", "text", "code"),
    [
        (SVG, "", "credential_size"),
        (SVG, '{"a": "' + "x" * 1_000_000 + '"}', "credential_size"),
        (SVG, "<b>", "credential_form"),
        (SVG, '{"a":\r\n1}', "credential_encoding"),
        (SVG, '{"a":"\x00"}', "credential_encoding"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', JSON, "svg_empty"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="urn:x:1"></svg>', JSON, "svg_unbakeable"),
        (SVG.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1", "ignore"), JSON, "svg_unbakeable"),
        (SVG.decode().replace("UTF-8", "UTF-16").encode("utf-16"), JSON, "svg_unbakeable"),
    ],
    ids=["nothing", "too much", "neither form", "a carriage return", "a NUL", "an empty drawing", "the prefix is taken",
         "another encoding", "two bytes for each letter"],
)  # fmt: skip
def test_nothing_is_baked_that_would_not_come_out(drawing: bytes, text: str, code: str) -> None:
    with pytest.raises(ContainerUnreadable) as caught:
        svg.bake(drawing, text)
    assert caught.value.code == code


@pytest.mark.parametrize(("kind", "image"), [(png, PNG), (svg, SVG)], ids=["image", "drawing"])
def test_half_a_character_is_not_baked(kind: ModuleType, image: bytes) -> None:
    with pytest.raises(ContainerUnreadable, match="credential_encoding"):
        kind.bake(image, '{"a": "\ud800"}')


@pytest.mark.parametrize("text", ["", "x" * 1_000_001])
def test_nothing_empty_or_too_large_is_baked_into_an_image(text: str) -> None:
    with pytest.raises(ContainerUnreadable, match="credential_size"):
        png.bake(PNG, text)


@pytest.mark.parametrize("name", ["credential.json", "award.JSONLD", "a.jwt", "a.jws"])
def test_the_credential_attached_to_a_certificate_is_found(name: str) -> None:
    made = _pdf(("readme.txt", b"hello"), (name, JSON.encode()))
    assert pdf.extract(made) == detect.unbake(made) == JSON.encode()


def test_one_file_that_hangs_in_several_places_is_one_credential() -> None:
    with pikepdf.open(BytesIO(_pdf(("credential.json", b"{}")))) as document:
        spec = document.Root.Names.EmbeddedFiles.Names[1]
        document.Root.AF = pikepdf.Array([spec])
        document.pages[0].obj.AF = spec
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, FS=spec)
        document.pages[0].obj.Annots = pikepdf.Array([note])
        out = BytesIO()
        document.save(out)
    assert pdf.extract(out.getvalue()) == b"{}"


def test_a_credential_that_hangs_on_a_page_only_counts_too() -> None:
    with pikepdf.open(BytesIO(_pdf(("credential.json", b"{}"), ("other.json", b"[]")))) as document:
        spec = document.Root.Names.EmbeddedFiles.Names[3]
        del document.Root.Names.EmbeddedFiles.Names[3]
        del document.Root.Names.EmbeddedFiles.Names[2]
        note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, FS=spec)
        document.pages[0].obj.Annots = pikepdf.Array([note])
        out = BytesIO()
        document.save(out)
    assert _code(pdf.extract, out.getvalue()) == "multiple_credentials"


def _packed(content: bytes, **entries: object) -> bytes:
    with pikepdf.open(BytesIO(_pdf(("credential.json", b"{}")))) as document:
        spec = document.Root.Names.EmbeddedFiles.Names[1]
        stream = pikepdf.Stream(document, content)
        for key, value in entries.items():
            stream[f"/{key}"] = value
        spec.EF = pikepdf.Dictionary(F=document.make_indirect(stream))
        out = BytesIO()
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (_pdf(), "no_credential"),
        (_pdf(("a.txt", b"{}")), "no_credential"),
        (_pdf(("a.json", b"{}"), ("b.json", b"{}")), "multiple_credentials"),
        (_pdf(("a.json", b"")), "credential_size"),
        (_pdf(("a.json", bytes(1_000_001))), "credential_size"),
        (_packed(zlib.compress(bytes(10**8)), Filter=pikepdf.Name.FlateDecode), "credential_size"),
        (_packed(b"x", Filter=pikepdf.Array([pikepdf.Name.FlateDecode] * 10)), "pdf_filter"),
        (_packed(b"7b7d>", Filter=pikepdf.Name.ASCIIHexDecode), "pdf_filter"),
        (_packed(zlib.compress(b"{}"), Filter=pikepdf.Name.FlateDecode,
                 DecodeParms=pikepdf.Dictionary(Predictor=12)), "pdf_filter"),
        (_packed(b"not zlib", Filter=pikepdf.Name.FlateDecode), "pdf_damaged"),
        (_pdf(("a.json", b"{}"), encryption=pikepdf.Encryption(owner="o", user="u")), "pdf_encrypted"),
        (_pdf(("a.json", b"{}"), encryption=pikepdf.Encryption(owner="o", user="")), "pdf_encrypted"),
        (_pdf(*((f"{at}.txt", b"") for at in range(101))), "pdf_files"),
        (_pdf().replace(b"/Type", b"/Columns 499999999 /Type", 1), "pdf_filter"),
        (_pdf()[:-40], "pdf_damaged"),
        (b"%PDF-1.7\n", "pdf_damaged"),
        (b"", "pdf_damaged"),
        (b"%PDF-" + bytes(10**7), "pdf_size"),
    ],
    ids=[
        "none", "another file", "VX16 two", "an empty one", "over a megabyte", "VX18 a Flate bomb",
        "VX18 filters chained", "VX18 another filter", "a predictor", "damaged data", "VX20 user password",
        "VX20 owner password", "101 files",
        "VX18 a row of 500 million columns", "its end is missing", "cut", "VX30 empty", "VX30 too large",
    ],
)  # fmt: skip
def test_a_certificate_is_refused(data: bytes, code: str) -> None:
    began = time.process_time()
    assert _code(pdf.extract, data) == code
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (PNG, Kind.PNG), (SVG, Kind.SVG), (b"\xef\xbb\xbf <svg:svg>", Kind.SVG), (_pdf(), Kind.PDF),
        (b" \r\n{", Kind.JSON), (b"\xef\xbb\xbf{}", Kind.JSON), (f" {JWS}\n".encode(), Kind.JWT),
        (b"<html>", Kind.OTHER_FILE), (b"[]", Kind.UNKNOWN), (b"", Kind.UNKNOWN), (b"PK\x03\x04", Kind.OTHER_FILE),
        (b"\xff\xd8\xff\xe0", Kind.JPEG), (b"a.b", Kind.UNKNOWN), (b"a.b.c.d", Kind.UNKNOWN),
        (b"a.b." + b"c" * 1_000_000, Kind.UNKNOWN),
    ],
)  # fmt: skip
def test_the_kind_of_a_file_is_told_from_its_bytes(data: bytes, kind: Kind) -> None:
    assert detect.kind_of(data) is kind
    if kind in {Kind.UNKNOWN, Kind.OTHER_FILE}:
        assert _code(detect.unbake, data) == "unknown_kind"


def test_json_and_jwt_files_are_taken_as_they_are() -> None:
    assert detect.unbake(b" {}") == b" {}"
    assert detect.unbake(f" {JWS}\n".encode()) == JWS
    assert _code(detect.unbake, b"{" + b" " * 1_000_000) == "credential_size"


@given(st.binary(max_size=300), st.sampled_from([b"", png.SIGNATURE, HEADER, b"%PDF-1.7\n", b"<svg ", SVG[:60], b"{"]))
def test_no_bytes_raise_anything_but_our_own_error(data: bytes, start: bytes) -> None:
    try:
        taken = detect.unbake(start + data)
    except ContainerUnreadable:
        return
    assert taken == start + data or taken == (start + data).strip().decode()


@settings(max_examples=300)
@given(st.sampled_from([png.bake(PNG, JSON), svg.bake(SVG, JSON), _pdf(("a.json", JSON.encode()))]), st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 12))
    damaged = whole[:at] + data.draw(st.binary(max_size=12)) + whole[at + length :]
    try:
        taken = detect.unbake(damaged)
    except ContainerUnreadable:
        return
    assert taken
