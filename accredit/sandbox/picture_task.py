"""The task that runs in the child: draw a PNG or JPEG anew, small, cut to what is on it, as bare pixels.

- The first picture of a file is taken, turned as its camera held it; what else is in the file is not looked at.
- A border of one colour, or of nothing, is cut away, so that a logo fills its place.
- Of a signature the ink is kept: the paper it was written on becomes nothing.

The job is a letter (``L`` logo, ``S`` signature) and a file; the answer a letter and bytes, as `pictures` reads them:
``P`` pixels, ``R`` the code of a refusal.
"""

from __future__ import annotations

from io import BytesIO

# MpoImagePlugin is what a JPEG with a second picture in it is read by, and it is loaded on demand.
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat, JpegImagePlugin, MpoImagePlugin, PngImagePlugin

from accredit.sandbox.pictures import HEAD, LARGEST_LOGO, LARGEST_SIGNATURE, Advice

_LOADED = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin)
_MOST_JPEG, _MOST_PNG = 120_000_000, 16_000_000
_WORKING_SIDE = 1_800
_SMALLEST_SIDE = 12
# A border may be as uneven as a JPEG makes it.
_UNEVEN = 20
_PAPER = (255, 253, 249)
# Lighter than this, on paper, is hard to see from a chair; so much of what is drawn should be darker.
_LIGHT, _DARK_SHARE = 190, 0.04
_INK_DEPTH = 40
_STEP = 6
# EXIF 2.32, 4.6.5: how the camera was held.
_ORIENTATION = 0x0112


class _Refused(Exception):
    """Why there is no picture, as the code that is answered."""


def warm_up() -> None:
    """Use every step once, in the nursery: what is loaded only when it is needed could not be loaded in a child."""
    paper = Image.new("RGB", (96, 64), "white")
    paper.paste((20, 30, 90), (20, 20, 60, 40))
    for form in ("JPEG", "PNG"):
        written = BytesIO()
        paper.save(written, form)
        draw(b"L" + written.getvalue())
        draw(b"S" + written.getvalue())
    seen_through, written = paper.convert("RGBA"), BytesIO()
    seen_through.putalpha(120)
    seen_through.save(written, "PNG")
    draw(b"L" + written.getvalue())


def draw(job: bytes) -> bytes:
    """Draw one file anew."""
    is_signature, data = job[:1] == b"S", job[1:]
    try:
        picture = _opened(data)
        drawn = _ink(picture) if is_signature else _cut(picture)
        largest = LARGEST_SIGNATURE if is_signature else LARGEST_LOGO
        advice = _advice(drawn, largest)
        drawn.thumbnail(largest, Image.Resampling.LANCZOS)
    except _Refused as refused:
        return b"R" + str(refused).encode()
    # Decoders tell damage in many ways, and none of them may reach whoever sent the picture.
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, EOFError):
        return b"Rpicture-damaged"
    return b"P" + HEAD.pack(drawn.width, drawn.height, advice) + drawn.tobytes()


def _opened(data: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # Our own limits come first, and differ by format.
    with Image.open(BytesIO(data), formats=("JPEG", "PNG", "MPO")) as opened:
        most = _MOST_PNG if opened.format == "PNG" else _MOST_JPEG
        if opened.width * opened.height > most:
            raise _Refused("picture-pixels")
        # A JPEG is unpacked small from the start, so that a telephone's 50 million pixels cost little.
        opened.draft("RGB", (_WORKING_SIDE, _WORKING_SIDE))
        plain = _plain(opened)
        turned = opened.getexif().get(_ORIENTATION, 1)
    plain.thumbnail((_WORKING_SIDE, _WORKING_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    upright = _TURNS.get(turned)
    return (plain.transpose(upright) if upright is not None else plain).convert("RGBA")


def _plain(opened: Image.Image) -> Image.Image:
    if opened.mode.startswith("I"):
        # Sixteen bits of grey, of which eight are printed.
        return opened.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return opened.convert(opened.mode if opened.mode in {"RGB", "RGBA", "L"} else "RGBA")


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What the eight values of EXIF's Orientation ask for."""


def _cut(picture: Image.Image) -> Image.Image:
    """Cut away what is around a logo: what is seen through, then a border of one colour."""
    shown = picture.getchannel("A").point(lambda alpha: 255 * (alpha > 8)).getbbox()
    if shown is None:
        raise _Refused("picture-empty")
    picture = picture.crop(shown)
    corner = picture.getpixel((0, 0))
    far = picture.getpixel((picture.width - 1, picture.height - 1))
    # Two corners of one colour are a border; two different ones are the logo itself.
    if max(abs(one - other) for one, other in zip(corner, far, strict=True)) <= _UNEVEN:  # type: ignore[arg-type]
        border = ImageChops.difference(picture, Image.new("RGBA", picture.size, corner))
        differs = _largest(border).point(lambda value: 255 * (value > _UNEVEN)).getbbox()
        if differs is None:
            raise _Refused("picture-empty")
        is_light = min(corner[:3]) > 225  # type: ignore[index]
        # A coloured ground belongs to the logo, and a light one to the paper.
        picture = picture.crop(differs) if is_light or corner[3] < 8 else picture  # type: ignore[index]
    return _large_enough(picture)


def _largest(picture: Image.Image) -> Image.Image:
    channels = picture.split()
    found = channels[0]
    for channel in channels[1:]:
        found = ImageChops.lighter(found, channel)
    return found


def _ink(picture: Image.Image) -> Image.Image:
    """Keep what was written with a pen, in its colour, and nothing of the paper."""
    page = Image.new("RGBA", picture.size, "white")
    page.alpha_composite(picture)
    # How much darker each place is than the paper around it, for a hand and its telephone throw shadows.
    darker = ImageChops.subtract(_paper(grey := ImageOps.grayscale(page)), grey)
    deepest = _percentile(darker.histogram(), 0.998)
    if deepest < _INK_DEPTH:
        raise _Refused("picture-empty")
    # The grain of paper is a little darker than most of it.
    grain, deep = deepest // 4, deepest // 2
    covered = darker.point(lambda value: max(0, min(255, (value - grain) * 255 // max(1, deep - grain))))
    # A speck is no stroke: where the ink is, is looked for from a little further away.
    box = covered.reduce(_STEP).point(lambda alpha: 255 * (alpha > 50)).getbbox()
    if box is None:
        raise _Refused("picture-empty")
    box = (box[0] * _STEP, box[1] * _STEP, min(grey.width, box[2] * _STEP), min(grey.height, box[3] * _STEP))
    colour = tuple(int(value) for value in ImageStat.Stat(page.convert("RGB"), covered).mean)
    drawn = Image.new("RGBA", picture.size, (*colour, 0))
    drawn.putalpha(covered)
    return _large_enough(drawn.crop(box))


def _paper(grey: Image.Image) -> Image.Image:
    """Return how light the paper is at each place: the lightest of what is near, evened out."""
    coarse = grey.resize((max(1, grey.width // 24), max(1, grey.height // 24)), Image.Resampling.BOX)
    for _ in range(2):
        coarse = coarse.filter(ImageFilter.MaxFilter(5))
    return coarse.filter(ImageFilter.GaussianBlur(3)).resize(grey.size, Image.Resampling.BILINEAR)


def _percentile(counts: list[int], share: float) -> int:
    wanted, seen = sum(counts) * share, 0
    for value, count in enumerate(counts):
        seen += count
        if seen > wanted:
            return value
    return 255


def _large_enough(picture: Image.Image) -> Image.Image:
    if min(picture.size) < _SMALLEST_SIDE:
        raise _Refused("picture-tiny")
    return picture


def _advice(drawn: Image.Image, largest: tuple[int, int]) -> Advice:
    advice = Advice(0)
    # Printed at its largest it would have fewer than 150 dots an inch.
    if drawn.width * 2 < largest[0] and drawn.height * 2 < largest[1]:
        advice |= Advice.SMALL
    page = Image.new("RGBA", drawn.size, (*_PAPER, 255))
    page.alpha_composite(drawn)
    shown = drawn.getchannel("A").point(lambda alpha: 255 * (alpha > 32))
    counts = ImageOps.grayscale(page).histogram(shown)
    if sum(counts[:_LIGHT]) < _DARK_SHARE * sum(counts):
        advice |= Advice.PALE
    return advice
