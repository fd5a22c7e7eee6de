"""The badge family: every word drawn, the credential inside, a demonstration that cannot be overlooked."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageChops

from accredit.kit.openbadges import png, svg
from accredit.rendering.badge import (
    COLOURS,
    LEVELS,
    SHAPES,
    BadgeValues,
    Choice,
    badge_png,
    badge_svg,
    baked_png,
    baked_svg,
    colour_of,
)

CREDENTIAL = '{"type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "Llŷr"}'.encode()


def _badge(level: str = "peer", words: tuple[str, ...] = ("Listening",), *, demonstration: bool = False) -> str:
    return badge_svg(level, words, demonstration=demonstration, title="Peer Supporter badge")


@pytest.mark.parametrize("level", LEVELS)
def test_a_badge_needs_no_font_and_says_its_title(level: str) -> None:
    drawing = _badge(level)
    root = ET.fromstring(drawing)
    assert root.get("aria-label") == "Peer Supporter badge"
    assert "<text" not in drawing
    assert LEVELS[level].colour in drawing
    assert drawing.count('cy="300"') == LEVELS[level].dots


def test_a_title_cannot_break_out_of_the_drawing() -> None:
    drawing = badge_svg("peer", (), demonstration=False, title='"><script>alert(1)</script>')
    assert "<script>" not in drawing
    ET.fromstring(drawing)


def test_a_demonstration_wears_its_ribbon() -> None:
    plain, shown = _badge(), _badge(demonstration=True)
    assert "#1F2937" not in plain
    assert "#1F2937" in shown


@pytest.mark.parametrize("words", [(), ("مثال",), ("x" * 80,)], ids=["none", "must-be-joined", "no-room"])
def test_words_that_cannot_stand_on_the_ring_are_left_out(words: tuple[str, ...]) -> None:
    assert _badge(words=words) == _badge(words=())


def test_words_without_room_go_from_the_end() -> None:
    assert _badge(words=("Listening", "Empathy", "x" * 80)) == _badge(words=("Listening", "Empathy"))


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KeyError):
        _badge("gold")


def test_the_picture_is_square_see_through_at_its_corners_and_always_the_same() -> None:
    picture = badge_png(_badge(), 400)
    image = Image.open(BytesIO(picture)).convert("RGBA")
    assert image.size == (400, 400)
    corner = image.getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert corner[3] == 0
    assert badge_png(_badge(), 400) == picture


def test_the_credential_comes_out_of_the_png_and_the_svg_as_it_went_in() -> None:
    values = BadgeValues(level="senior", skills_words=("Listening",), title="Senior badge", demonstration=True)
    assert png.unbake(baked_png(values, CREDENTIAL)).encode() == CREDENTIAL
    assert svg.unbake(baked_svg(values, CREDENTIAL)).encode() == CREDENTIAL


def _luminance(colour: str) -> float:
    # WCAG 2.2, relative luminance.
    parts = [each / 255 for each in bytes.fromhex(colour.lstrip("#"))]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colour", COLOURS)
def test_every_colour_can_be_read(colour: str) -> None:
    paint = COLOURS[colour]
    assert _contrast(paint.strong, "#FFFFFF") >= 4.5, "the words on the ring"
    assert _contrast(paint.word or paint.strong, paint.pale) >= 4.5, "the level, on the disc"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("level", LEVELS)
def test_no_word_leaves_any_shape(level: str, shape: str) -> None:
    """Whatever is drawn white, words and ring, lies on the strong colour: nothing of it touches the rim."""
    drawing = badge_svg(level, ("Listening", "Empathy"), demonstration=False, title="x", choice=Choice(shape=shape))
    bare = badge_svg(level, (), demonstration=False, title="x", choice=Choice(shape=shape))
    picture, without = (Image.open(BytesIO(badge_png(each, 400))).convert("RGBA") for each in (drawing, bare))
    changed = (
        ImageChops.difference(picture, without).convert("RGB").convert("L").point(lambda value: 255 if value else 0)
    )
    assert changed.getbbox() is not None
    solid = Image.new("RGBA", picture.size, LEVELS[level].colour)
    # The thin ring is the only other thing where words stand.
    off = Image.composite(ImageChops.difference(without, solid), Image.new("RGBA", picture.size), changed)
    farthest = [max(each.tobytes()) for each in off.split()]
    assert max(farthest[:3]) <= 140
    assert farthest[3] == 0, "no word stands where the badge is see-through"


def test_what_is_chosen_changes_the_picture_and_never_the_credential() -> None:
    values = BadgeValues(level="senior", skills_words=("Listening",), title="Senior badge", demonstration=False)
    usual = baked_png(values, CREDENTIAL)
    seen = {usual}
    for colour in COLOURS:
        for shape in SHAPES:
            wanted = replace(values, choice=Choice(colour=colour, shape=shape))
            picture, drawing = baked_png(wanted, CREDENTIAL), baked_svg(wanted, CREDENTIAL)
            assert png.unbake(picture).encode() == CREDENTIAL
            assert svg.unbake(drawing).encode() == CREDENTIAL
            seen.add(picture)
    assert len(seen) == len(COLOURS) * len(SHAPES), "one of them is the usual one"
    assert colour_of("senior") == "plum"


def test_a_shape_or_colour_that_is_none_of_ours_is_refused() -> None:
    for choice in (Choice(shape="star"), Choice(colour="gold")):
        with pytest.raises(KeyError):
            badge_svg("peer", (), demonstration=False, title="x", choice=choice)
