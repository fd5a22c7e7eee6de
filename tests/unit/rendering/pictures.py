"""Pictures of a school that is made up, as they are kept."""

from __future__ import annotations

import hashlib

from accredit.domain.organisations.paper import Look, Picture
from accredit.domain.organisations.rules import PicturePlace
from accredit.kit.plain_png import png_of


def picture(place: PicturePlace, *, width: int = 240, height: int = 120, words: str | None = None) -> Picture:
    """Return a framed picture, in a colour of its own for each place."""
    colour = {"logo": (15, 90, 110, 255), "partner": (150, 60, 20, 255), "signature": (20, 30, 110, 255)}[place.value]
    inside = (255, 255, 255, 0) if place is PicturePlace.SIGNATURE else (250, 210, 90, 255)
    rows = [
        bytes(colour if y < 8 or y >= height - 8 or x < 8 or x >= width - 8 or abs(x - 2 * y) < 6 else inside)
        for y in range(height)
        for x in range(width)
    ]
    png = png_of(b"".join(rows), width=width, height=height)
    return Picture(
        place=place,
        digest=hashlib.sha256(png).hexdigest(),
        png=png,
        width=width,
        height=height,
        words=words,
        is_small=False,
        is_pale=False,
    )


LOGO = picture(PicturePlace.LOGO)
PARTNER = picture(PicturePlace.PARTNER, width=480, height=120, words="Example Youth Trust")
SIGNATURE = picture(PicturePlace.SIGNATURE, width=500, height=100, words="Dr H. Specimen")
OWN_LOOK = Look(
    own_line="Kindness first",
    head_name="Dr H. Specimen",
    head_title="Headteacher",
    logo=LOGO,
    partner=PARTNER,
    signature=SIGNATURE,
)
"""Everything that a school can print of its own."""
