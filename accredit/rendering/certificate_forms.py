"""The certificate in the form somebody reads best: as it was designed, in large print, easy-read, or high contrast.

All of them say the same and carry the same: the signed credential, its receipt, its evidence; each is tagged, PDF/A-3a
and PDF/UA-1. None says in its name, its title or anywhere outside the page which one it is: what somebody needs to
read well is nobody else's business.

- Large print: nothing smaller than 18 point, one column, as many pages as it takes.
- Easy-read: short sentences at 18 point, each with a picture of ours beside it.
- High contrast: the usual page in black on white, without tints, and with its small print larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from accredit.domain.credentials.plain_words import Told
from accredit.rendering.badge import CORAL, LEVELS, Choice, Level
from accredit.rendering.certificate import (
    CertificateValues,
    certificate_html,
    certificate_pdf,
    drawings,
    layout_of,
    pressed,
)
from accredit.rendering.environment import environment
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.lettering import Fitted, fit

_POINT: Final = 25.4 / 72
_WIDE: Final = 174.0 / _POINT
_BLACK_ON_WHITE: Final = Level(colour="#000000", pale="#FFFFFF", on_pale="#000000", dots=0)


class Form(StrEnum):
    """The forms of a certificate; the value stands in a request's body and nowhere else."""

    STANDARD = "standard"
    LARGE_PRINT = "large-print"
    EASY_READ = "easy-read"
    HIGH_CONTRAST = "high-contrast"


def certificate_in_form(values: CertificateValues, form: Form, *, told: Sequence[Told]) -> bytes:
    """Return the certificate in a form as a PDF; ``told`` is what was done in short sentences.

    Raises what `certificate_pdf` raises.
    """
    match form:
        case Form.STANDARD:
            return certificate_pdf(values)
        case Form.HIGH_CONTRAST:
            html = certificate_html(values, look=_BLACK_ON_WHITE, also="certificate/high-contrast.css")
            return pressed(values, html, drawings(values, choice=Choice(colour="black-and-white")), form=form.value)
        case Form.LARGE_PRINT | Form.EASY_READ:
            files = drawings(values) | pictograms(LEVELS[values.level])
            return pressed(values, flowing_html(values, form, told=told), files, form=form.value)


def flowing_html(values: CertificateValues, form: Form, *, told: Sequence[Told]) -> str:
    """Return the pages of a form that flows from one page to the next."""
    return (
        environment(values.language)
        .get_template(f"certificate/{form.value}.html")
        .render(
            values=values,
            layout=layout_of(values),
            look=LEVELS[values.level],
            fonts=FONT_STACK,
            told=told,
            pictures=tuple(_PICTOGRAMS),
            name=_set_in(values.name, (40, 36, 33, 30, 28), 600),
            award=_set_in(values.award, (26, 24, 22, 20), 500),
        )
    )


def _set_in(text: str, sizes: Sequence[float], weight: int) -> Fitted:
    found = fit(text, weight=weight, box=_WIDE, sizes=sizes, max_lines=4)
    return found or Fitted(sizes[-1], (text,))


def pictograms(look: Level) -> dict[str, str | bytes]:
    """Return the pictures beside easy-read sentences, in a level's colours, by the names a page asks for."""
    return {
        f"own:{name}": '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
        f'<circle cx="32" cy="32" r="32" fill="{look.pale}"/>'
        + drawn.replace("STRONG", look.colour).replace("PALE", look.pale).replace("CORAL", CORAL)
        + "</svg>"
        for name, drawn in _PICTOGRAMS.items()
    }


_LINE: Final = 'fill="none" stroke-linecap="round" stroke-linejoin="round"'
_PICTOGRAMS: Final = {
    # A building with a door.
    "school": '<path d="M13 49V30L32 16L51 30V49Z" fill="STRONG"/><path d="M27 49V37H37V49Z" fill="PALE"/>',
    # An open book.
    "training": '<path d="M32 22C26 17 18 17 12 19V46C18 44 26 44 32 49C38 44 46 44 52 46V19C46 17 38 17 32 22Z" '
    f'fill="STRONG"/><path d="M32 23V47" stroke="PALE" stroke-width="3" {_LINE}/>',
    # A clock.
    "hours": '<circle cx="32" cy="32" r="20" fill="STRONG"/>'
    f'<path d="M32 20V32L41 38" stroke="PALE" stroke-width="4" {_LINE}/>',
    # Two voices, as on the badge.
    "meetings": '<path d="M14 16H34A5 5 0 0 1 39 21V31A5 5 0 0 1 '
    '34 36H25L18 42V36H14A5 5 0 0 1 9 31V21A5 5 0 0 1 14 16Z"'
    ' fill="STRONG"/><path d="M50 25H33A5 5 0 0 0 28 30V40A5 5 0 0 0 33 45H41L48 51V45H50A5 5 0 0 0 55 40V30A5 5 0 0'
    ' 0 50 25Z" fill="CORAL"/>',
    # Somebody who says yes.
    "adults": '<circle cx="24" cy="24" r="8" fill="STRONG"/><path d="M9 49C9 39 15 34 24 34S39 39 39 49Z" '
    f'fill="STRONG"/><path d="M38 29L44 36L54 21" stroke="CORAL" stroke-width="5" {_LINE}/>',
    # A folder.
    "earlier": '<path d="M12 19H26L31 25H52V47H12Z" fill="STRONG"/>',
    # A heart.
    "skills": '<path d="M32 50C21 41 11 34 11 24C11 13 26 11 32 22C38 11 53 13 53 24C53 34 43 41 32 50Z" '
    'fill="CORAL"/>',
    # The way to somebody.
    "help": f'<path d="M10 36H29M22 29L29 36L22 43" stroke="CORAL" stroke-width="5" {_LINE}/>'
    '<circle cx="45" cy="24" r="7" fill="STRONG"/><path d="M33 49C33 39 38 34 45 34S57 39 57 49Z" fill="STRONG"/>',
}
