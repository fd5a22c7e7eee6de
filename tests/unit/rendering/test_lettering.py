"""Texts measured against their boxes."""

from __future__ import annotations

import pytest

from accredit.rendering.layout import lay_out
from accredit.rendering.lettering import arc_outline, fit, has_outlines, line_count, paragraph_size, width
from tests.unit.rendering.certificates import LONGEST_NAME, NAMES


def _layout(name: str, skills: tuple[str, ...] = ()) -> object:
    return lay_out(
        name=name,
        award="Peer Supporter",
        organisation="Example Valley School",
        sentence="Short.",
        skills=skills,
        signatory="Ms T. Exemplar",
        role="Lead",
        host="verify.example",
    )


def test_a_mark_above_a_letter_takes_no_room() -> None:
    assert width("w\u0302", weight=400) == width("w", weight=400)


def test_heavier_letters_are_wider() -> None:
    assert width("Example", weight=600) > width("Example", weight=400)


def test_a_text_steps_down_before_it_breaks_into_more_lines_than_allowed() -> None:
    fitted = fit("Peer Supporter", weight=500, box=120, sizes=(40, 20, 10), max_lines=1)
    assert fitted is not None
    assert fitted.size == 10
    assert fitted.lines == ("Peer Supporter",)


def test_two_lines_are_as_even_as_they_can_be() -> None:
    fitted = fit("aaaa aaaa aaaa aaaa", weight=400, box=200, sizes=(30,), max_lines=2)
    assert fitted is not None
    assert fitted.lines == ("aaaa aaaa", "aaaa aaaa")


def test_a_hyphen_is_broken_after_only_where_spaces_do_not_help() -> None:
    fitted = fit("Beispiel-Beispielsson", weight=400, box=220, sizes=(30,), max_lines=2)
    assert fitted is not None
    assert fitted.lines == ("Beispiel-", "Beispielsson")


def test_what_never_fits_is_told_by_nothing() -> None:
    assert fit("x" * 100, weight=400, box=100, sizes=(20, 10), max_lines=2) is None


@pytest.mark.parametrize("name", [name for name in NAMES if name != LONGEST_NAME])
def test_no_letter_of_a_name_is_lost_in_breaking_it(name: str) -> None:
    layout = _layout(name)
    assert " ".join(layout.name.lines) == name  # type: ignore[attr-defined]
    assert not layout.tall  # type: ignore[attr-defined]


def test_the_longest_name_takes_the_tall_layout_in_at_most_four_lines() -> None:
    layout = _layout(LONGEST_NAME)
    assert layout.tall  # type: ignore[attr-defined]
    assert len(layout.name.lines) <= 4  # type: ignore[attr-defined]
    assert "".join(layout.name.lines).replace(" ", "") == LONGEST_NAME.replace(" ", "")  # type: ignore[attr-defined]


def test_many_skills_are_set_smaller() -> None:
    few, many = _layout("E", ("Listening",)), _layout("E", ("Reflecting on practice",) * 9)
    assert many.chip_size < few.chip_size  # type: ignore[attr-defined]


@pytest.mark.parametrize(("widths", "lines"), [([], 1), ([4.0, 4.0], 1), ([4.0, 4.0, 4.0], 2), ([20.0], 1)])
def test_lines_are_counted_as_they_are_filled(widths: list[float], lines: int) -> None:
    assert line_count(widths, gap=1.0, box=10.0) == lines


def test_a_paragraph_that_is_too_long_falls_to_the_last_size() -> None:
    assert paragraph_size("word " * 500, weight=400, box=100, max_lines={12.0: 2, 9.0: 3}) == 9.0


@pytest.mark.parametrize(("text", "drawn"), [("ŴYN", True), ("ГОЛОС", True), ("مثال", False), ("張", False)])
def test_outlines_are_offered_only_where_letters_stand_side_by_side(text: str, *, drawn: bool) -> None:
    assert has_outlines(text) is drawn


def test_letters_on_an_arc_begin_on_the_left_above_and_below() -> None:
    above = arc_outline("IIIIII", weight=400, size=20, radius=100, spacing=4)
    below = arc_outline("IIIIII", weight=400, size=20, radius=100, spacing=4, below=True)
    for path in (above, below):
        first_x = float(path[1:].replace(",", " ").split()[0])
        assert first_x < 0
