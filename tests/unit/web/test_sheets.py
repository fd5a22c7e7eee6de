"""Numbers from paper, and the mark of a list."""

from __future__ import annotations

from uuid import UUID

import pytest

from accredit.web.sheets import mark_of, numbers_of

IDS = [UUID(int=number) for number in range(30)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("", set(), id="nobody"),
        pytest.param(" , ", set(), id="only a comma"),
        pytest.param("3", {3}, id="one"),
        pytest.param("3, 7; 12 and", None, id="a word"),
        pytest.param("3, 7; 12", {3, 7, 12}, id="commas and semicolons"),
        pytest.param("3 7\t12\n", {3, 7, 12}, id="spaces"),
        pytest.param("7-9", {7, 8, 9}, id="a range"),
        pytest.param("7 – 9, 1", {1, 7, 8, 9}, id="a range with a dash of print"),
        pytest.param("3.7.12.", {3, 7, 12}, id="dots"),
        pytest.param("30", {30}, id="the last one"),
        pytest.param("31", None, id="beyond the last one"),
        pytest.param("0", None, id="no such number"),
        pytest.param("9-7", None, id="a range that runs backwards"),
        pytest.param("-3", None, id="a negative number"),
        pytest.param("99999999", None, id="a telephone number"),
        pytest.param("²", None, id="a digit that is none"),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, numbers: set[int] | None) -> None:
    if numbers is None:
        with pytest.raises(ValueError, match=r".*"):
            numbers_of(text, most=30)
    else:
        assert numbers_of(text, most=30) == numbers


def test_another_list_bears_another_mark() -> None:
    assert mark_of(IDS) == mark_of(list(IDS))
    assert len({mark_of(IDS), mark_of(IDS[1:]), mark_of(reversed(IDS)), mark_of([])}) == 4
    assert len(mark_of(IDS)) == 4
