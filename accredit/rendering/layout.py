"""What stands where on a certificate: sizes stepped down until every text fits its box. Measures only, draws nothing.

All boxes are fixed, so that only a name too long for two lines at a readable size moves anything: it takes the tall
layout, with room for four. What a school prints of its own stands in the head of the page and where it is signed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accredit.domain.organisations.paper import PLAIN, Look, Picture
from accredit.rendering.lettering import Fitted, fit, line_count, paragraph_size, width

_POINT = 25.4 / 72
# In millimetres, as in certificate.css.
TEXT_WIDTH = 188.0
SIGNATURE_WIDTH = 74.0
NARROW_SIGNATURE_WIDTH = 58.0
HOST_WIDTH = 48.0
_CHIP_PADDING, _CHIP_GAP = 8.8, 2.0
# The head of the page: what is in it is set around one height, below the line that a preview has at its top.
_LEFT, _MIDDLE, _HIGHEST = 94.0, 22.0, 12.5
_LOGO_BOX, _SIGNATURE_BOX, _BESIDE = (40.0, 18.0), (50.0, 9.6), 5.0
_FEWEST_DOTS = 96


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a picture is printed, in millimetres."""

    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The head of the page, in millimetres: where the organisation's name begins, and how large the logos are."""

    left: float
    top: float
    width: float
    logo: Size | None
    partner: Size | None
    own: Fitted | None

    @property
    def logo_top(self) -> float:
        """Where the logo begins."""
        return _MIDDLE - self.logo.height / 2 if self.logo else 0.0

    @property
    def partner_top(self) -> float:
        """Where the partner's logo begins."""
        return _MIDDLE - self.partner.height / 2 if self.partner else 0.0


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Sizes in points and lines; `tall` when the name takes more than two lines."""

    tall: bool
    name: Fitted
    award: Fitted
    organisation: Fitted
    sentence_size: float
    chip_size: float
    signatory: Fitted
    role: Fitted
    host_size: float
    heading: Heading
    head: Fitted | None
    head_title: Fitted | None
    signature: Size | None


def lay_out(
    *,
    name: str,
    award: str,
    organisation: str,
    sentence: str,
    skills: Sequence[str],
    signatory: str,
    role: str,
    host: str,
    look: Look = PLAIN,
) -> Layout:
    """Choose the sizes at which everything fits."""
    two_lines = _fit_or_none(name, 600, TEXT_WIDTH, (40, 36, 33, 30), 1) or _fit_or_none(
        name, 600, TEXT_WIDTH, (32, 30, 28, 26, 24, 22), 2
    )
    tall = two_lines is None
    heading, named = _heading(organisation, look)
    # Whoever decided on the award may be the head: then one name is enough.
    has_head = look.head_name is not None and look.head_name != signatory
    signed = NARROW_SIGNATURE_WIDTH if has_head else SIGNATURE_WIDTH
    award_sizes = (18, 16, 15, 14, 13, 12) if tall else (22, 20, 18, 17, 16, 15, 14, 13)
    lines_at = {12.0: 3, 11.0: 4, 10.0: 4, 9.0: 5} if tall else {13.0: 4, 12.0: 4, 11.0: 5, 10.0: 5, 9.0: 6}
    return Layout(
        tall=tall,
        name=two_lines or _fit(name, 600, TEXT_WIDTH, (27, 26, 25, 24, 22, 20, 18, 16), 4),
        award=_fit(award, 500, TEXT_WIDTH, award_sizes, 1),
        organisation=named,
        sentence_size=paragraph_size(sentence, weight=400, box=180.0 / _POINT, max_lines=lines_at),
        chip_size=_chip_size(skills),
        signatory=_fit(signatory, 600, signed, (9.5, 8.5, 7.5), 2),
        role=_fit(role, 400, signed, (9.5, 8.5, 7.5), 2),
        host_size=_fit(host, 400, HOST_WIDTH, (7.6, 7.0, 6.4, 6.0), 1).size,
        heading=heading,
        head=_fit(look.head_name, 600, signed, (9.5, 8.5, 7.5), 2) if has_head and look.head_name else None,
        head_title=_fit(look.head_title, 400, signed, (9.5, 8.5, 7.5), 2) if has_head and look.head_title else None,
        signature=shown_size(look.signature, _SIGNATURE_BOX) if look.signature else None,
    )


def shown_size(picture: Picture, box: tuple[float, float]) -> Size:
    """Return how large a picture is printed in a box of so many millimetres: as large as it can be and still clear."""
    scale = min(box[0] / picture.width, box[1] / picture.height, 25.4 / _FEWEST_DOTS)
    return Size(width=round(picture.width * scale, 2), height=round(picture.height * scale, 2))


def _heading(organisation: str, look: Look) -> tuple[Heading, Fitted]:
    logo = shown_size(look.logo, _LOGO_BOX) if look.logo else None
    partner = shown_size(look.partner, _LOGO_BOX) if look.partner else None
    before = logo.width + _BESIDE if logo else 0.0
    wide = TEXT_WIDTH - before - (partner.width + _BESIDE if partner else 0.0)
    named = _fit(organisation, 500, wide, (12.5, 11.5, 10.5) if wide == TEXT_WIDTH else (12.5, 11.5, 10.5, 9.5, 8.5), 2)
    own = _fit(look.own_line, 400, wide, (9.5, 8.5, 7.5), 2) if look.own_line else None
    top = _MIDDLE
    if logo or partner or own:
        high = len(named.lines) * named.size * 1.3 + (len(own.lines) * own.size * 1.35 + 2 if own else 0.0)
        top = max(_HIGHEST, _MIDDLE - high * _POINT / 2)
    return Heading(left=_LEFT + before, top=round(top, 2), width=wide, logo=logo, partner=partner, own=own), named


def _fit_or_none(text: str, weight: int, box: float, sizes: Sequence[float], max_lines: int) -> Fitted | None:
    return fit(text, weight=weight, box=box / _POINT, sizes=sizes, max_lines=max_lines)


def _fit(text: str, weight: int, box: float, sizes: Sequence[float], max_lines: int) -> Fitted:
    # What fits at no size is set at the smallest, as one line that the style sheet may break anywhere.
    return _fit_or_none(text, weight, box, sizes, max_lines) or Fitted(sizes[-1], (text,))


def _chip_size(skills: Sequence[str]) -> float:
    for size in (12.0, 11.0, 10.0, 9.0):
        widths = [width(skill, weight=500) * size * _POINT * 1.02 + _CHIP_PADDING for skill in skills]
        if line_count(widths, gap=_CHIP_GAP, box=TEXT_WIDTH) <= 2:
            return size
    return 8.0
