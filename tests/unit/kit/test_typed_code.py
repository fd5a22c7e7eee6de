"""Every single slip and every swap is noticed; what carries nothing is ignored."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from accredit.kit import typed_code
from accredit.kit.typed_code import ALPHABET, LENGTH, TypedCodeError, make, read, show


@pytest.fixture(params=range(5))
def code(request: pytest.FixtureRequest) -> str:
    return make(random.Random(request.param).randrange)


def test_the_alphabet_has_no_symbol_that_looks_like_another() -> None:
    assert len(set(ALPHABET)) == 31
    assert not set("0O1IL") & set(ALPHABET)


def test_a_fresh_code_reads_back(code: str) -> None:
    assert read(code) == code


def test_every_single_slip_is_noticed(code: str) -> None:
    for place, symbol in itertools.product(range(LENGTH), ALPHABET):
        if symbol != code[place]:
            with pytest.raises(TypedCodeError) as caught:
                read(code[:place] + symbol + code[place + 1 :])
            assert caught.value.fault == "check"


def test_every_swap_of_two_symbols_is_noticed(code: str) -> None:
    for first, second in itertools.combinations(range(LENGTH), 2):
        symbols = list(code)
        symbols[first], symbols[second] = symbols[second], symbols[first]
        if "".join(symbols) != code:
            with pytest.raises(TypedCodeError, match="check"):
                read("".join(symbols))


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(str.lower, id="in small letters"),
        pytest.param(show, id="as printed"),
        pytest.param(lambda code: f"  {show(code).replace('-', ' ')} \n", id="with spaces"),
        pytest.param(lambda code: show(code).replace("-", "–"), id="with the dashes a telephone makes"),
    ],
)
def test_what_carries_nothing_is_ignored(code: str, write: Callable[[str], str]) -> None:
    assert read(write(code)) == code


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("", "length", id="nothing typed"),
        pytest.param("23456", "length", id="too short"),
        pytest.param("2" * 15, "length", id="too long"),
        pytest.param("2" * 5000, "length", id="far too long"),
        pytest.param("0" + "2" * 13, "symbol", id="a zero"),
        pytest.param("ß" + "2" * 13, "symbol", id="a letter that grows in capitals"),
        pytest.param("２" + "2" * 13, "symbol", id="a digit of another script"),
    ],
)
def test_what_is_not_a_code_is_refused_with_its_fault(text: str, fault: str) -> None:
    with pytest.raises(TypedCodeError) as caught:
        read(text)
    assert caught.value.fault == fault


def test_a_code_is_shown_five_five_four() -> None:
    code = make(lambda _n: 0)
    assert show(code) == "22222-22222-2222"
    assert typed_code.check_symbol("3" + "2" * 12) != "2"


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("K7QMX-29TRB-4WPZ", True),
        ("k7qmx 29trb 4wp", True),
        ("K7QMX-29TRB-4WPZA2", True),
        ("Dear Sir, please find attached", False),
        ("Siobhan Kowalczyk", False),
        ("Ama Sample", False),
        ("12345", False),
        ("7" * 200, False),
        ("ключ7ключ7ключ7", False),
    ],
)
def test_what_somebody_meant_as_a_code_is_told_from_what_they_did_not(text: str, is_meant: bool) -> None:
    assert typed_code.is_meant(text) is is_meant


def test_a_code_without_a_digit_is_meant_as_one() -> None:
    body = "ABCDEFGHJKMNP"
    while typed_code.check_symbol(body).isdigit():
        body = body[1:] + body[0]
    assert typed_code.is_meant(body + typed_code.check_symbol(body))


def test_every_swap_of_neighbours_is_explained_or_left_alone(code: str) -> None:
    explained = 0
    for place in range(LENGTH - 1):
        one, other = code[place], code[place + 1]
        if one == other:
            continue
        slips = typed_code.likely_slips(code[:place] + other + one + code[place + 2 :])
        assert len(slips) <= typed_code.MOST_SLIPS
        explained += typed_code.Slip(place=place + 1, typed=other + one, meant=one + other) in slips
    # Some slips have too many explanations to help anybody.
    assert explained >= 8


@pytest.mark.parametrize(
    ("right", "typed", "slip"),
    [
        ("8", "B", typed_code.Slip(place=3, typed="B", meant="8")),
        ("Q", "0", typed_code.Slip(place=3, typed="0", meant="Q")),
        ("S", "SS", typed_code.Slip(place=3, typed="SS", meant="S")),
    ],
    ids=["one that looks like another", "one that no code holds", "one too many"],
)
def test_a_likely_slip_is_named(right: str, typed: str, slip: typed_code.Slip) -> None:
    body = "7K" + right + "MD9RTWX4HP"
    code = body + typed_code.check_symbol(body)
    assert read(code) == code
    assert slip in typed_code.likely_slips(
        show(code.replace(right, typed, 1)) if len(typed) == 1 else code[:2] + typed + code[3:]
    )


def test_a_code_that_fits_and_a_letter_have_no_slips(code: str) -> None:
    assert typed_code.likely_slips("Dear Sir, Ama Sample has asked me to write") == ()
    assert typed_code.likely_slips("") == ()
    assert typed_code.likely_slips("x" * 100_000) == ()
