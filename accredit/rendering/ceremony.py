"""What a school prints and shows around a ceremony, apart from the certificates themselves.

Running order, what is read out, slides, assembly certificates for the youngest, lanyard cards, button badges. None of
them carries a code or an address by which a certificate could be checked: slides and lanyards are photographed. Whoever
would rather not be called up is on the running order, apart, and nowhere else that a hall sees or hears.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any, Final

from accredit.domain.organisations.paper import Look, Picture
from accredit.rendering import printing
from accredit.rendering.badge import LEVELS, badge_svg
from accredit.rendering.certificate import pictures_of
from accredit.rendering.environment import environment, translations
from accredit.rendering.fonts import FONT_STACK
from accredit.rendering.layout import Size, shown_size
from accredit.rendering.lettering import Fitted, fit

_POINT: Final = 25.4 / 72
_ON_A_SLIDE: Final = 8
_CARDS: Final = 8
_BUTTONS: Final = 12


class Paper(StrEnum):
    """The papers of a ceremony; the value is in the name of the file."""

    RUNNING_ORDER = "running-order"
    SCRIPT = "script"
    SLIDES = "slides"
    ASSEMBLY = "assembly-certificates"
    LANYARDS = "lanyard-cards"
    BUTTONS = "button-badges"


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody who is awarded; ``level`` is a key of `LEVELS`, ``said`` how the name is said."""

    name: str
    known_as: str
    said: str | None
    group: str
    award: str
    level: str
    skills: tuple[str, ...]
    is_called_up: bool


@dataclass(frozen=True, kw_only=True)
class Ceremony:
    """A ceremony: who is awarded, in the order in which they are called, and what the school prints of its own."""

    organisation: str
    day: str
    people: tuple[Person, ...]
    look: Look
    demonstration: bool
    language: str

    @property
    def called(self) -> tuple[Person, ...]:
        """Those who are called up."""
        return tuple(each for each in self.people if each.is_called_up)

    @property
    def quiet(self) -> tuple[Person, ...]:
        """Those who would rather not be."""
        return tuple(each for each in self.people if not each.is_called_up)

    @property
    def awards(self) -> tuple[tuple[str, tuple[Person, ...]], ...]:
        """The awards in the order of the people, each with those who are called up for it."""
        return tuple((award, tuple(people)) for award, people in groupby(self.called, key=lambda each: each.award))


def ceremony_pdf(paper: Paper, ceremony: Ceremony) -> bytes:
    """Return one paper of a ceremony as a tagged PDF. Raises `ValueError` when there would be nobody on it."""
    if not (ceremony.called if paper in {Paper.SLIDES, Paper.SCRIPT} else ceremony.people):
        raise ValueError("nobody is on this paper")
    html = ceremony_html(paper, ceremony)
    identifier = hashlib.sha256(repr((paper.value, ceremony)).encode()).digest()[:16]
    with printing.press(printing.NO_DATE) as press:
        return press.pdf([press.pages(html, _drawings(ceremony))], identifier=identifier)


def ceremony_html(paper: Paper, ceremony: Ceremony) -> str:
    """Return the pages that are printed; their pictures are named ``own:…`` and exist only while they are."""
    template = environment(ceremony.language).get_template(f"ceremony/{paper.value}.html")
    return template.render(ceremony=ceremony, fonts=FONT_STACK, looks=LEVELS, **_PREPARED[paper](ceremony))


def _drawings(ceremony: Ceremony) -> dict[str, str | bytes]:
    """Return the badge of each kind of award and the school's own pictures, by the names that the pages ask for."""
    return pictures_of(ceremony.look) | {
        badge_name(each): badge_svg(
            each.level,
            each.skills[:3],
            demonstration=ceremony.demonstration,
            title=each.award,
            language=ceremony.language,
        )
        for each in ceremony.people
    }


def badge_name(person: Person) -> str:
    """Return under which name a page asks for somebody's badge."""
    told = hashlib.sha256(repr((person.level, person.award, person.skills[:3])).encode()).hexdigest()
    return f"own:badge-{told[:16]}"


def _nothing(_ceremony: Ceremony) -> dict[str, Any]:
    return {}


def _slides(ceremony: Ceremony) -> dict[str, Any]:
    slides = [
        (award, part, badge_name(part[0])) for award, people in ceremony.awards for part in _evenly(people, _ON_A_SLIDE)
    ]
    return {"slides": slides, "fitted": _fitted(140, (30, 27, 24, 21, 18, 15), 2), "logo_size": _sized((70, 28))}


def _assembly(_ceremony: Ceremony) -> dict[str, Any]:
    # Fifteen metres from the stage, a capital of 25 mm is as large as 1.7 mm at arm's length.
    return {
        "fitted": _fitted(262, (100, 90, 80, 70, 60, 52, 44, 36, 30), 2),
        "badge_name": badge_name,
        "logo_size": _sized((52, 20)),
        "signature_size": _sized((70, 13)),
    }


def _lanyards(ceremony: Ceremony) -> dict[str, Any]:
    return {
        "sheets": _parts(ceremony.people, _CARDS),
        "fitted": _fitted(52, (22, 20, 18, 16, 14, 12, 10), 2),
        "badge_name": badge_name,
    }


def _buttons(ceremony: Ceremony) -> dict[str, Any]:
    return {"sheets": _parts(ceremony.people, _BUTTONS), "badge_name": badge_name}


_PREPARED: Final[dict[Paper, Callable[[Ceremony], dict[str, Any]]]] = {
    Paper.RUNNING_ORDER: _nothing,
    Paper.SCRIPT: _nothing,
    Paper.SLIDES: _slides,
    Paper.ASSEMBLY: _assembly,
    Paper.LANYARDS: _lanyards,
    Paper.BUTTONS: _buttons,
}


def _fitted(wide: float, sizes: Sequence[float], most: int) -> Callable[[str], Fitted]:
    """Return a function that sets a name in a box so many millimetres wide."""

    def fitted(text: str) -> Fitted:
        box = wide / _POINT
        found = fit(text, weight=600, box=box, sizes=sizes, max_lines=most)
        # The longest names take more lines before they are set too small to read.
        found = found or fit(text, weight=600, box=box, sizes=(*sizes, 9, 8, 7), max_lines=5)
        return found or Fitted(7, (text,))

    return fitted


def _sized(box: tuple[float, float]) -> Callable[[Picture], Size]:
    """Return a function that says how large a picture is in a box of so many millimetres."""
    return lambda picture: shown_size(picture, box)


def _parts(people: Sequence[Person], most: int) -> list[Sequence[Person]]:
    return [people[at : at + most] for at in range(0, len(people), most)]


def _evenly(people: Sequence[Person], most: int) -> list[Sequence[Person]]:
    """Share people out over as few slides as will do, as evenly as can be."""
    slides = -(-len(people) // most)
    each, more = divmod(len(people), slides)
    sizes = [each + (number < more) for number in range(slides)]
    starts = [sum(sizes[:number]) for number in range(slides)]
    return [people[start : start + size] for start, size in zip(starts, sizes, strict=True)]


def title_of(paper: Paper, language: str) -> str:
    """Return what a paper is called."""
    _ = translations(language).gettext
    return {
        Paper.RUNNING_ORDER: _("Running order"),
        Paper.SCRIPT: _("What to say"),
        Paper.SLIDES: _("Slides"),
        Paper.ASSEMBLY: _("Assembly certificates"),
        Paper.LANYARDS: _("Lanyard cards"),
        Paper.BUTTONS: _("Button badges"),
    }[paper]
