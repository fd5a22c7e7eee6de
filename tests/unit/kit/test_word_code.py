"""Five plain words: made from lists of ours, read back however they are typed."""

from __future__ import annotations

import math
import random
import re

import pytest

from accredit.kit import typed_code, word_code
from accredit.kit.word_code import COUNT, LISTS, WordCodeError


@pytest.mark.parametrize("language", LISTS)
def test_five_words_of_a_list_hold_fifty_bits(language: str) -> None:
    words = word_code.words(language)
    assert COUNT * math.log2(len(words)) >= 50
    assert list(words) == sorted(set(words)), "each once, in the order of the alphabet"
    assert [word for word in words if not re.fullmatch(r"[a-z]{3,10}", word)] == []


def test_words_are_drawn_from_the_whole_list_of_their_language() -> None:
    assert word_code.make(lambda most: 0, "en").split() == [word_code.words("en")[0]] * COUNT
    assert word_code.make(lambda most: most - 1, "cy").split() == [word_code.words("cy")[-1]] * COUNT
    assert word_code.make(lambda most: 0, "fr") == word_code.make(lambda most: 0, "en")


@pytest.mark.parametrize("language", LISTS)
def test_what_is_made_is_read_back(language: str) -> None:
    draw = random.Random(7).randrange
    for _ in range(200):
        made = word_code.make(draw, language)
        assert word_code.read(made) == made
        assert word_code.is_meant(made)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("Apple KITE river stamp goat", id="capitals"),
        pytest.param(" apple  kite\nriver\tstamp goat. ", id="spaces, lines and a full stop"),
        pytest.param("apple-kite-river-stamp-goat", id="dashes"),
        pytest.param("apple, kite, river, stamp, goat", id="commas"),
        pytest.param("1 apple 2 kite 3 river 4 stamp 5 goat", id="the numbers of the card"),
        pytest.param("àpple kïte river stamp goat", id="marks over letters"),
    ],
)
def test_words_are_read_however_they_are_typed(typed: str) -> None:
    assert word_code.read(typed) == "apple kite river stamp goat"


@pytest.mark.parametrize(
    ("typed", "fault", "count", "word"),
    [
        pytest.param("apple kite river stamp", "count", 4, "", id="one word short"),
        pytest.param("apple kite river stamp goat goat", "count", 6, "", id="one too many"),
        pytest.param("aple kite river stamp goat", "word", 5, "aple", id="a word with a letter left out"),
        pytest.param("", "count", 0, "", id="nothing"),
        pytest.param("苹果 kite", "count", 1, "", id="letters of another script are no words of ours"),
        pytest.param("x" * 100_000, "word", 1, "x" * 200, id="a flood is cut off"),
    ],
)
def test_what_is_wrong_is_told(typed: str, fault: str, count: int, word: str) -> None:
    with pytest.raises(WordCodeError) as told:
        word_code.read(typed)
    assert (told.value.fault, told.value.count, told.value.word) == (fault, count, word)


def test_a_word_with_a_slip_is_told_what_it_may_be() -> None:
    with pytest.raises(WordCodeError) as told:
        word_code.read("balloom kite river stamp goat")
    assert "balloon" in told.value.alike


def test_a_code_of_letters_and_digits_is_not_taken_for_words() -> None:
    draw = random.Random(3).randrange
    codes = [typed_code.show(typed_code.make(draw)) for _ in range(500)]
    assert [code for code in codes if word_code.is_meant(code)] == []
    assert not word_code.is_meant("no")
    assert word_code.is_meant("four long words perhaps")
