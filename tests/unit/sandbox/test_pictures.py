"""A school's pictures: what is on them comes through, and nothing else that a file can hold."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageDraw, PngImagePlugin

from accredit.sandbox import pictures
from accredit.sandbox.pictures import LARGEST_LOGO, LARGEST_SIGNATURE, Advice, PictureRefused, Redrawn, redraw
from accredit.sandbox.sandbox import Sandbox

SECRET = b"51.5074N 0.1278W <script>alert(1)</script>"


@pytest.fixture(scope="module")
def child() -> Iterator[Sandbox]:
    made = Sandbox("accredit.sandbox.picture_task:draw")
    # The processor time of the file is what counts here, however many others use this machine.
    made.wall_seconds = 60
    yield made
    made.close()


def _file(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    written = BytesIO()
    picture.save(written, form, **options)
    return written.getvalue()


def _logo(mode: str = "RGB", size: tuple[int, int] = (600, 400), ground: str = "white") -> Image.Image:
    picture = Image.new(mode, size, ground)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((size[0] // 4, size[1] // 4, 3 * size[0] // 4, 3 * size[1] // 4), fill="#0F5A6E")
    return picture


def _deep(picture: Image.Image) -> Image.Image:
    """Return a picture with sixteen bits of grey."""
    grey = picture.convert("L")
    return Image.frombytes("I;16", grey.size, bytes(byte for value in grey.tobytes() for byte in (0, value)))


def _signature(paper: str = "#E6E2DA", ink: str = "#18206A") -> Image.Image:
    picture = Image.new("RGB", (1_600, 900), paper)
    ImageDraw.Draw(picture).line([(300, 500), (500, 300), (700, 600), (1_200, 350)], fill=ink, width=14)
    return picture


def _pixel(drawn: Redrawn, x: int, y: int) -> tuple[int, ...]:
    at = 4 * (y * drawn.width + x)
    return tuple(drawn.pixels[at : at + 4])


def _refused(data: bytes, child: Sandbox, *, is_signature: bool = False) -> str:
    with pytest.raises(PictureRefused) as refused:
        redraw(data, is_signature=is_signature, sandbox=child)
    return refused.value.code


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *(("PNG", mode) for mode in ("RGB", "L", "P", "RGBA", "1", "I;16")),
        *(("JPEG", mode) for mode in ("RGB", "L", "CMYK")),
    ],
)
def test_a_logo_is_cut_to_what_is_on_it(child: Sandbox, form: str, mode: str) -> None:
    picture = _deep(_logo()) if mode == "I;16" else _logo().convert(mode)
    drawn = redraw(_file(picture, form), is_signature=False, sandbox=child)
    # Half the width and half the height of the file, 300 by 200, and nothing of the ground around it.
    assert (drawn.width, drawn.height) == pytest.approx((300, 200), abs=10)
    assert _pixel(drawn, drawn.width // 2, drawn.height // 2)[3] == 255


def test_a_logo_is_no_larger_than_it_is_printed(child: Sandbox) -> None:
    drawn = redraw(_file(_logo(size=(3_000, 2_000))), is_signature=False, sandbox=child)
    assert drawn.width <= LARGEST_LOGO[0]
    assert drawn.height == LARGEST_LOGO[1]


def test_a_coloured_ground_belongs_to_the_logo(child: Sandbox) -> None:
    drawn = redraw(_file(_logo(size=(300, 200), ground="#7A1F2B")), is_signature=False, sandbox=child)
    assert (drawn.width, drawn.height) == (300, 200)


def test_what_is_seen_through_stays_so(child: Sandbox) -> None:
    picture = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((50, 50, 249, 199), fill=(15, 90, 110, 255))
    drawn = redraw(_file(picture), is_signature=False, sandbox=child)
    assert (drawn.width, drawn.height) == pytest.approx((200, 150), abs=2)
    assert _pixel(drawn, 0, 0)[3] == 0


def test_a_telephone_that_was_held_upright_gives_an_upright_picture(child: Sandbox) -> None:
    picture = Image.new("RGB", (600, 300), "#0F5A6E")
    picture.paste("#F2C14E", (0, 0, 300, 300))
    exif = Image.Exif()
    exif[0x0112] = 6
    drawn = redraw(_file(picture, "JPEG", exif=exif), is_signature=False, sandbox=child)
    assert drawn.height > drawn.width
    assert _pixel(drawn, drawn.width // 2, 4)[0] > 200


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_of_a_signature_the_ink_is_kept_and_the_paper_is_not(child: Sandbox, form: str) -> None:
    drawn = redraw(_file(_signature(), form), is_signature=True, sandbox=child)
    assert drawn.width <= LARGEST_SIGNATURE[0]
    assert drawn.height <= LARGEST_SIGNATURE[1]
    alphas = drawn.pixels[3::4]
    assert max(alphas) == 255
    assert sum(alpha < 10 for alpha in alphas) > len(alphas) // 2
    darkest = _pixel(drawn, *divmod(alphas.index(255), drawn.width)[::-1])
    assert darkest[2] > darkest[0]


@pytest.mark.parametrize("darkest", [230, 150, 90], ids=["even light", "a shadow", "a deep shadow"])
def test_a_shadow_on_the_paper_is_no_ink(child: Sandbox, darkest: int) -> None:
    light = (
        Image.linear_gradient("L").resize((1_600, 900)).point(lambda value: darkest + (240 - darkest) * value // 255)
    )
    grain = ImageChops.add(light, Image.effect_noise(light.size, 12), offset=-128)
    picture = ImageChops.multiply(grain.convert("RGB"), _signature(paper="white"))
    drawn = redraw(_file(picture, "JPEG"), is_signature=True, sandbox=child)
    alphas = drawn.pixels[3::4]
    # The line alone: 900 by 300 of the photo, and next to nothing of what is around it.
    assert drawn.width / drawn.height == pytest.approx(3, rel=0.1)
    assert sum(alpha > 90 for alpha in alphas) < len(alphas) // 6


@pytest.mark.parametrize(
    ("picture", "advice"),
    [
        pytest.param(_logo(size=(1_200, 800)), Advice(0), id="a good one"),
        pytest.param(_logo(size=(120, 90)), Advice.SMALL, id="a stamp of a picture"),
        pytest.param(
            Image.eval(_logo(size=(1_200, 800)), lambda value: 255 - (255 - value) // 10), Advice.PALE, id="a pale one"
        ),
    ],
)
def test_advice_is_given_before_it_is_used(child: Sandbox, picture: Image.Image, advice: Advice) -> None:
    assert redraw(_file(picture), is_signature=False, sandbox=child).advice == advice


def test_a_white_logo_for_dark_walls_is_called_pale(child: Sandbox) -> None:
    picture = Image.new("RGBA", (900, 600), (0, 0, 0, 0))
    ImageDraw.Draw(picture).ellipse((100, 100, 800, 500), fill=(255, 255, 255, 255))
    assert redraw(_file(picture), is_signature=False, sandbox=child).advice == Advice.PALE


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "picture-kind", id="nothing"),
        pytest.param(b"%PDF-1.7 logo", "picture-kind", id="a PDF"),
        pytest.param(b"GIF89a" + bytes(50), "picture-kind", id="a GIF"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "picture-kind", id="a WebP"),
        pytest.param(b"PK\x03\x04 a document", "picture-kind", id="a Word document"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(80), "picture-damaged", id="a PNG's beginning alone"),
        pytest.param(_file(_logo())[:400], "picture-damaged", id="half a PNG"),
        pytest.param(_file(_logo(), "JPEG")[:60], "picture-damaged", id="the beginning of a JPEG"),
        pytest.param(_file(Image.new("RGB", (300, 300), "white")), "picture-empty", id="white paper"),
        pytest.param(_file(Image.new("RGBA", (300, 300), (0, 0, 0, 0))), "picture-empty", id="nothing to be seen"),
        pytest.param(_file(Image.new("RGB", (5, 5), "red")), "picture-empty", id="a dot of one colour"),
        pytest.param(bytes(pictures.MOST_BYTES + 1), "picture-too-large", id="four megabytes and a byte"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_reason(child: Sandbox, data: bytes, code: str) -> None:
    assert _refused(data, child) == code


def test_an_unwritten_page_is_no_signature(child: Sandbox) -> None:
    assert _refused(_file(Image.new("RGB", (800, 400), "#EEE9E0"), "JPEG"), child, is_signature=True) == "picture-empty"


@pytest.mark.attack("WI09")
@pytest.mark.parametrize(
    "inside",
    [
        pytest.param("<script>fetch('https://evil.example')</script>", id="a script"),
        pytest.param('<image href="file:///etc/passwd" width="9" height="9"/>', id="another file"),
        pytest.param('<filter id="f"><feTurbulence numOctaves="99999"/></filter>', id="a huge filter"),
        pytest.param('<g id="a"><use href="#b"/></g><g id="b"><use href="#a"/></g>', id="drawings of drawings"),
        pytest.param('<!DOCTYPE s [<!ENTITY a "b">]>', id="entities"),
    ],
)
def test_wi09_a_drawing_is_refused_whatever_is_in_it(child: Sandbox, inside: str) -> None:
    drawing = f'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    assert _refused(drawing.encode(), child) == "picture-svg"


def _bomb(width: int, height: int) -> bytes:
    """Return a PNG whose head promises far more pixels than the file has bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = zlib.compress(bytes(2_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.attack("WI09")
@pytest.mark.parametrize(
    "size", [(60_000, 60_000), (1, 20_000_000), (2_147_483_647, 2_147_483_647)], ids=["square", "tall", "largest"]
)
def test_wi09_a_bomb_of_pixels_goes_off_in_nobodys_memory(child: Sandbox, size: tuple[int, int]) -> None:
    assert _refused(_bomb(*size), child) in {"picture-pixels", "picture-damaged"}


@pytest.mark.attack("WI09")
def test_wi09_nothing_but_pixels_comes_out_of_a_file(child: Sandbox) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Location", SECRET.decode())
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    for data in (
        _file(_logo(), pnginfo=text, exif=exif) + b"PK\x03\x04" + SECRET,
        _file(_logo(), "JPEG", exif=exif, comment=SECRET) + b"<html>" + SECRET,
    ):
        assert SECRET in data
        drawn = redraw(data, is_signature=False, sandbox=child)
        assert SECRET not in drawn.pixels
        assert len(drawn.pixels) == 4 * drawn.width * drawn.height


@pytest.mark.attack("WI09")
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="none"),
        pytest.param(b"P", id="a letter"),
        pytest.param(b"P" + pictures.HEAD.pack(10, 10, 0) + bytes(399), id="a byte too few"),
        pytest.param(b"P" + pictures.HEAD.pack(10, 10, 0) + bytes(401), id="a byte too many"),
        pytest.param(b"P" + pictures.HEAD.pack(0, 10, 0), id="no width"),
        pytest.param(b"P" + pictures.HEAD.pack(481, 1, 0) + bytes(4 * 481), id="wider than any"),
        pytest.param(b"P" + pictures.HEAD.pack(1, 1, 9) + bytes(4), id="advice nobody knows"),
        pytest.param(b"R<script>", id="a code nobody knows"),
        pytest.param(b"R\xff", id="no text"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="a file"),
    ],
)
def test_wi09_a_child_that_lies_is_not_believed(answer: bytes) -> None:
    class Liar(Sandbox):
        def run(self, job: bytes) -> bytes:
            return answer

    assert _refused(_file(_logo()), Liar("nobody:asks")) == "picture-damaged"
