"""The badge family as SVG and PNG, and with a credential baked in.

Every word is drawn as an outline, so a badge looks the same alone in a browser, in a wallet and in print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accredit.domain.verification.evidence import FILE_NAME as EVIDENCE_NAME
from accredit.kit.openbadges import png as png_baking
from accredit.kit.openbadges import svg as svg_baking
from accredit.rendering.environment import environment, translations
from accredit.rendering.lettering import arc_length, arc_outline, fit, has_outlines, line_outline
from accredit.rendering.raster import png

PNG_SIZE = 800

CORAL = "#F97360"


@dataclass(frozen=True, kw_only=True)
class Level:
    """How a level looks: its strong colour, its pale one, text on the pale one, and how many dots."""

    colour: str
    pale: str
    on_pale: str
    dots: int


LEVELS = {
    "trained": Level(colour="#0F766E", pale="#CFF2EC", on_pale="#0B524C", dots=1),
    "peer": Level(colour="#1D4ED8", pale="#DCE7FF", on_pale="#1E3A8A", dots=2),
    "senior": Level(colour="#7E22CE", pale="#EFDDFB", on_pale="#5B1792", dots=3),
    "ambassador": Level(colour="#B45309", pale="#FDEBC8", on_pale="#7C2D12", dots=4),
}


@dataclass(frozen=True, kw_only=True)
class Paint:
    """The colours of a badge: the strong one, the one behind it, the second voice, and the heart where both meet."""

    strong: str
    pale: str
    second: str = CORAL
    heart: str = "#fff"
    edge: str | None = None
    """A line around the second voice, where its colour is the one behind it."""
    word: str | None = None
    """The colour of the word in the middle, where the strong one would be too weak on the pale one."""


def _paint_of(level: str) -> Paint:
    return Paint(strong=LEVELS[level].colour, pale=LEVELS[level].pale)


COLOURS = {
    "teal": _paint_of("trained"),
    "blue": _paint_of("peer"),
    "plum": _paint_of("senior"),
    "amber": replace(_paint_of("ambassador"), word=LEVELS["ambassador"].on_pale),
    "berry": Paint(strong="#9D174D", pale="#FCE1EC"),
    "ink": Paint(strong="#1F2937", pale="#E5E7EB"),
    "black-and-white": Paint(strong="#000000", pale="#FFFFFF", second="#FFFFFF", heart="#000000", edge="#000000"),
}
"""What its holder may choose from. The level stands in words and dots, and never in the colour alone."""

SHAPES = ("flower", "circle", "tile", "eight-sides", "bubble")
"""The outlines of the family; every word lies inside each of them."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """How somebody wants their badge: a key of `COLOURS`, or None for the level's own, and one of `SHAPES`."""

    colour: str | None = None
    shape: str = SHAPES[0]


AS_AWARDED = Choice()


def colour_of(level: str) -> str:
    """Return the key of `COLOURS` that a level has by itself."""
    return next(name for name, paint in COLOURS.items() if paint.strong == LEVELS[level].colour)


@dataclass(frozen=True, kw_only=True)
class BadgeValues:
    """What a badge says. `level` is a key of `LEVELS`; `title` is read aloud in place of the picture."""

    level: str
    skills_words: tuple[str, ...]
    title: str
    demonstration: bool
    language: str = "en"
    choice: Choice = AS_AWARDED


def badge_svg(
    level: str,
    skills_words: Sequence[str],
    *,
    demonstration: bool,
    title: str,
    language: str = "en",
    choice: Choice = AS_AWARDED,
) -> str:
    """Draw a badge. Words that cannot be drawn letter by letter, or find no room, are left out, the last ones first.

    Raises `KeyError` for a level that is not in `LEVELS`, a colour or a shape that is none of ours.
    """
    if choice.shape not in SHAPES:
        raise KeyError(choice.shape)
    look = LEVELS[level]
    paint = COLOURS[choice.colour or colour_of(level)]
    _ = translations(language).gettext
    words = {"trained": _("Trained"), "peer": _("Peer Supporter"), "senior": _("Senior"), "ambassador": _("Ambassador")}
    values = {
        "title": title,
        "paint": paint,
        "shape": choice.shape,
        "dots": [200 + 26 * number - 13 * (look.dots - 1) for number in range(look.dots)],
        "level_path": _level_outline(words[level]),
        "ring_path": _ring_outline([_("Peer support")], weight=600, size=25, radius=142, spacing=3.2),
        # The ribbon lies where the skills would be.
        "skills_path": ""
        if demonstration
        else _ring_outline(skills_words, weight=500, size=17, radius=156, spacing=2, below=True),
        "ribbon_path": line_outline(_("Demonstration").upper(), weight=600, size=30, centre=200, baseline=348)
        if demonstration
        else "",
    }
    return environment(language).get_template("badge/badge.svg").render(values)


def badge_png(svg: str, size: int = PNG_SIZE) -> bytes:
    """Draw a badge's SVG as a PNG, `size` pixels wide and high, transparent around the rim."""
    return png(svg, width=size)


def baked_svg(values: BadgeValues, credential_json: bytes, evidence: bytes | None = None) -> bytes:
    """Return the badge as an SVG that carries the credential, and beside it what checks it without us.

    Raises `ContainerUnreadable` when it cannot be baked.
    """
    baked = svg_baking.bake(_drawn(values).encode(), credential_json.decode())
    return baked if evidence is None else svg_baking.attach(baked, EVIDENCE_NAME, evidence)


def baked_png(values: BadgeValues, credential_json: bytes, evidence: bytes | None = None) -> bytes:
    """Return the badge as a PNG that carries the credential, and beside it what checks it without us.

    Raises `ContainerUnreadable` when it cannot be baked.
    """
    baked = png_baking.bake(badge_png(_drawn(values)), credential_json.decode())
    return baked if evidence is None else png_baking.attach(baked, EVIDENCE_NAME, evidence)


def _drawn(values: BadgeValues) -> str:
    return badge_svg(
        values.level,
        values.skills_words,
        demonstration=values.demonstration,
        title=values.title,
        language=values.language,
        choice=values.choice,
    )


def _level_outline(word: str) -> str:
    # The pale disc is 146 wide where the tops of the letters stand.
    fitted = fit(word, weight=600, box=146, sizes=(26, 24, 22, 21, 20, 18, 16, 14, 12), max_lines=1)
    size = fitted.size if fitted else 12
    return line_outline(word, weight=600, size=size, centre=200, baseline=120 - (26 - size) * 0.2)


def _ring_outline(
    words: Sequence[str], *, weight: int, size: float, radius: float, spacing: float, below: bool = False
) -> str:
    """Set as many of the words as there is room for on a little over a third of the circle."""
    room = radius * 2.3
    kept = [
        word.upper()
        for word in words
        if has_outlines(word.upper()) and arc_length(word.upper(), weight=weight, size=size, spacing=spacing) <= room
    ]
    while kept:
        text = " · ".join(kept)
        if arc_length(text, weight=weight, size=size, spacing=spacing) <= room:
            return arc_outline(text, weight=weight, size=size, radius=radius, spacing=spacing, below=below)
        kept.pop()
    return ""
