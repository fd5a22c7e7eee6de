"""Which of the eight masks a QR code gets: the one with the fewest marks against it (ISO/IEC 18004 §7.8.3).

The library that makes the codes counts the marks module by module, which takes ten times as long as all the rest; here
the picture is one whole number, a bit a module, and a rule is a few operations on it. The choice is the library's.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

_KNOWN: Final[dict[int, tuple[int, ...]]] = {}
# Feature 3: dark 1:1:3:1:1 with four light modules on either side; each is the other's mirror image.
_FINDERS: Final = ("10111010000", "00001011101")


def choose(code: Any) -> int:
    """Return the mask for a code to which all data were added and whose version is set."""
    code.makeImpl(test=True, mask_pattern=0)
    size = code.modules_count
    first = _bits(code.modules)
    marks = [_marks_against(first ^ change, size) for change in _changes(code.version, code)]
    return marks.index(min(marks))


def _changes(version: int, code: Any) -> tuple[int, ...]:
    """Return what each mask changes of the picture under the first one; it is the same for every code of a version."""
    if version not in _KNOWN:
        pictures = []
        for mask in range(8):
            code.makeImpl(test=True, mask_pattern=mask)
            pictures.append(_bits(code.modules))
        _KNOWN[version] = tuple(each ^ pictures[0] for each in pictures)
    return _KNOWN[version]


def _bits(modules: Any) -> int:
    # The first module is the lowest bit, so that a shift to the right brings the next one, or the next row, to it.
    return int("".join("1" if module else "0" for row in modules for module in row)[::-1], 2)


@cache
def _corners(size: int, wide: int, high: int) -> int:
    """Return the modules at which a rectangle of this size can begin and stay within the picture."""
    row = (1 << size - wide + 1) - 1
    return sum(row << size * number for number in range(size - high + 1))


def _marks_against(picture: int, size: int) -> int:
    marks = 0
    for step, wide, high in ((1, 5, 1), (size, 1, 5)):
        alike = ~(picture ^ picture >> step)
        five = alike & alike >> step & alike >> 2 * step & alike >> 3 * step & _corners(size, wide, high)
        # A run of n modules of a colour, five or more, counts n - 2: its fives, and two for the run.
        marks += five.bit_count() + 2 * (five & ~(five << step)).bit_count()
    square = ~(picture ^ picture >> 1) & ~(picture ^ picture >> size) & ~(picture ^ picture >> size + 1)
    marks += 3 * (square & _corners(size, 2, 2)).bit_count()
    for step, wide, high in ((1, 11, 1), (size, 1, 11)):
        for finder in _FINDERS:
            there = _corners(size, wide, high)
            for place, module in enumerate(finder):
                shifted = picture >> place * step
                there &= shifted if module == "1" else ~shifted
            marks += 40 * there.bit_count()
    dark = picture.bit_count() / size**2
    return marks + int(abs(dark * 100 - 50) / 5) * 10
