"""What stands where on a certificate: sizes stepped down until every text fits its box. Measures only, draws nothing.

All boxes are fixed, so that only a name too long for two lines at a readable size moves anything: it takes the tall
layout, with room for four.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accredit.rendering.lettering import Fitted, fit, line_count, paragraph_size, width

_POINT = 25.4 / 72
# In millimetres, as in certificate.css.
TEXT_WIDTH = 188.0
SIGNATURE_WIDTH = 74.0
HOST_WIDTH = 48.0
_CHIP_PADDING, _CHIP_GAP = 8.8, 2.0


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
) -> Layout:
    """Choose the sizes at which everything fits."""
    two_lines = _fit_or_none(name, 600, TEXT_WIDTH, (40, 36, 33, 30), 1) or _fit_or_none(
        name, 600, TEXT_WIDTH, (32, 30, 28, 26, 24, 22), 2
    )
    tall = two_lines is None
    award_sizes = (18, 16, 15, 14, 13, 12) if tall else (22, 20, 18, 17, 16, 15, 14, 13)
    lines_at = {12.0: 3, 11.0: 4, 10.0: 4, 9.0: 5} if tall else {13.0: 4, 12.0: 4, 11.0: 5, 10.0: 5, 9.0: 6}
    return Layout(
        tall=tall,
        name=two_lines or _fit(name, 600, TEXT_WIDTH, (27, 26, 25, 24, 22, 20, 18, 16), 4),
        award=_fit(award, 500, TEXT_WIDTH, award_sizes, 1),
        organisation=_fit(organisation, 500, TEXT_WIDTH, (12.5, 11.5, 10.5), 2),
        sentence_size=paragraph_size(sentence, weight=400, box=180.0 / _POINT, max_lines=lines_at),
        chip_size=_chip_size(skills),
        signatory=_fit(signatory, 600, SIGNATURE_WIDTH, (9.5, 8.5, 7.5), 2),
        role=_fit(role, 400, SIGNATURE_WIDTH, (9.5, 8.5, 7.5), 2),
        host_size=_fit(host, 400, HOST_WIDTH, (7.6, 7.0, 6.4, 6.0), 1).size,
    )


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
