"""The font files that certificates and badges are drawn with, and which letters they hold.

Lexend for Latin (Welsh, Gaelic, Polish, Yoruba, Vietnamese, Turkish, Romanian and more), Noto Sans for Cyrillic, Greek,
Devanagari and whatever Latin Lexend lacks, IBM Plex Sans Arabic for Arabic, Persian, Urdu, Pashto and Kurdish. They
come from packages, so that every computer draws the same picture; the fonts of the machine are never looked at.
Nothing is drawn here.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from fontTools.ttLib import TTFont

# Format characters that shape text and have no picture of their own (zero-width joiners).
_INVISIBLE = frozenset("\u200c\u200d")


@dataclass(frozen=True, kw_only=True)
class Family:
    """A font family: its name in a style sheet, the package that carries it, and the file inside."""

    name: str
    package: str
    file: str
    fixed_axes: tuple[tuple[str, float], ...] = ()

    @property
    def path(self) -> Path:
        """Return where the font file lies. Raises `FileNotFoundError`, naming the package, when it is missing."""
        try:
            path = Path(str(distribution(self.package).locate_file(self.file)))
        except PackageNotFoundError:
            path = Path(self.file)
        if not path.is_file():
            msg = f"the font {self.name} is missing: install the package {self.package}"
            raise FileNotFoundError(msg)
        return path


LEXEND = Family(name="Lexend", package="fontpkg-lexend", file="fontpkg_lexend/files/Lexend[wght].ttf")
NOTO_SANS = Family(
    name="Noto Sans",
    package="fontpkg-noto-sans",
    file="fontpkg_noto_sans/files/NotoSans[wdth,wght].ttf",
    fixed_axes=(("wdth", 100.0),),
)
# Its letters are whole glyphs, dots and all. Noto Sans Arabic sets the dots as separate marks, and then neither a
# search nor a screen reader finds the name in a PDF. This weight is measured with; the folder holds the others.
PLEX_ARABIC = Family(
    name="IBM Plex Sans Arabic",
    package="fontpkg-ibm-plex-sans-arabic",
    file="fontpkg_ibm_plex_sans_arabic/files/IBMPlexSansArabic-SemiBold.ttf",
)
# In the order in which a letter is looked for.
FAMILIES = (LEXEND, NOTO_SANS, PLEX_ARABIC)
FONT_STACK = ", ".join(f'"{family.name}"' for family in FAMILIES)


@cache
def font(family: Family) -> Any:
    """Return the opened font; its tables are read when they are asked for."""
    return TTFont(family.path, lazy=True)


@cache
def is_variable(family: Family) -> bool:
    """Tell whether the file holds all weights at once."""
    return "fvar" in font(family)


@cache
def characters(family: Family) -> dict[int, str]:
    """Return the characters a family draws, as code point → glyph name."""
    return dict(font(family).getBestCmap())


def family_for(character: str) -> Family | None:
    """Return the first family that draws the character, or nothing."""
    return next((family for family in FAMILIES if ord(character) in characters(family)), None)


def missing_letters(text: str) -> str:
    """Return, each once and in order, the characters of the text that no font of ours draws."""
    unseen = dict.fromkeys(unicodedata.normalize("NFC", text))
    return "".join(each for each in unseen if each not in _INVISIBLE and family_for(each) is None)


@cache
def fontconfig_file() -> Path:
    """Write a fontconfig file that knows our folders only, and return its path; it goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="accredit-fonts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    places = "".join(f"<dir>{escape(str(family.path.parent))}</dir>" for family in FAMILIES)
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{places}<cachedir>{escape(str(folder / 'cache'))}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return path
