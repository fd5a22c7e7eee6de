"""Characters are counted as UCAS's form counts them."""

from __future__ import annotations

import pytest

from accredit.kit import ucas


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("a b", 3, id="a space is one"),
        pytest.param("a  b ", 5, id="two spaces are two, and one at the end is one"),
        pytest.param("a\r\nb", 3, id="a line break of a browser is one"),
        pytest.param("a\nb", 3, id="a line break of a script is one"),
        pytest.param("a\rb", 3, id="a line break of an old machine is one"),
        pytest.param("\r\n\r\n", 2, id="an empty line is one more"),
        pytest.param("Llŷr’s ½", 8, id="letters with marks and signs are one each"),
        pytest.param("🙂", 1, id="a sign that some machines keep in two parts is one"),
    ],
)
def test_each_character_is_counted_once(text: str, number: int) -> None:
    assert ucas.characters(text) == number


def test_the_limits_are_those_of_the_form() -> None:
    assert (ucas.MOST_TOGETHER, ucas.FEWEST_EACH, ucas.MOST_OF_REFERENCE) == (4_000, 350, 3_800)


@pytest.mark.parametrize(
    ("lengths", "left", "needed", "fits"),
    [
        pytest.param((0, 0, 0), 4_000, (350, 350, 350), False, id="nothing written"),
        pytest.param((349, 350, 351), 2_950, (1, 0, 0), False, id="one letter short"),
        pytest.param((350, 350, 3_300), 0, (0, 0, 0), True, id="all of it used, divided freely"),
        pytest.param((350, 350, 3_301), -1, (0, 0, 0), False, id="one letter too many"),
    ],
)
def test_the_three_answers_are_read_as_one(
    lengths: tuple[int, ...], left: int, needed: tuple[int, ...], fits: bool
) -> None:
    counted = ucas.count(["x" * length for length in lengths])
    assert (counted.together, counted.left) == (sum(lengths), left)
    assert (counted.still_needed, counted.fits) == (needed, fits)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("Plain text, 26 hours.", None, id="what any form takes is left alone"),
        pytest.param("The school’s record", None, id="a curly apostrophe is safe to paste"),
        pytest.param("Llŷr and Siân", "Llyr and Sian", id="Welsh"),
        pytest.param("26½ hours, ¼ hour", "26.5 hours, 0.25 hour", id="quarters of an hour keep their number"),
        pytest.param("Łucja Åse Straße Đorđe", "Lucja Ase Strasse Dorde", id="other European letters"),
        pytest.param("A – B…", "A - B...", id="dashes and dots"),
        pytest.param("ليلى, 3 hours", None, id="a script that has no plain spelling"),
    ],
)
def test_a_plain_spelling_is_offered_where_there_is_one(text: str, plain: str | None) -> None:
    assert ucas.plain_spelling(text) == plain
