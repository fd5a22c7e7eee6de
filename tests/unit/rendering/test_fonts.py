"""Which letters our fonts hold, and that only our fonts are looked at."""

from __future__ import annotations

import pytest

from accredit.rendering.fonts import FAMILIES, PLEX_ARABIC, Family, family_for, fontconfig_file, missing_letters
from tests.unit.rendering.certificates import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_letter_of_a_name_is_drawn(name: str) -> None:
    assert missing_letters(name) == ""


def test_a_welsh_letter_written_as_two_characters_is_drawn_as_one() -> None:
    assert missing_letters("Llyr w\u0302") == ""


@pytest.mark.parametrize("letters", ["ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئ", "پچژگکی", "ٹڈڑںےہھ"])
def test_arabic_persian_and_urdu_letters_come_from_one_font(letters: str) -> None:
    assert {family_for(letter) for letter in letters} == {PLEX_ARABIC}


def test_letters_that_no_font_has_are_named_once_and_in_order() -> None:
    assert missing_letters("張 Ann 三張") == "張三"


def test_the_fontconfig_file_knows_our_folders_only() -> None:
    text = fontconfig_file().read_text(encoding="utf-8")
    assert text.count("<dir>") == len(FAMILIES)
    assert "/usr/share/fonts" not in text
    assert "<include" not in text


def test_a_missing_font_package_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="fontpkg-nowhere"):
        _ = Family(name="Nowhere", package="fontpkg-nowhere", file="nowhere.ttf").path
