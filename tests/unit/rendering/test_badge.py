"""The badge family: every word drawn, the credential inside, a demonstration that cannot be overlooked."""

from __future__ import annotations

from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from accredit.kit.openbadges import png, svg
from accredit.rendering.badge import LEVELS, BadgeValues, badge_png, badge_svg, baked_png, baked_svg

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
