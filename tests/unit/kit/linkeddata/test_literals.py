"""Literals in canonical N-Quads: escapes, whole and broken numbers, languages and directions."""

from __future__ import annotations

import pytest

from accredit.kit.linkeddata import literals

XSD = literals.XSD


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ŵ 😀", '"plain ŵ 😀"'),
        ('"\\', r'"\"\\"'),
        ('"', r'"\""'),
        ("\\", r'"\\"'),
        ("\x80\\", '"\x80\\\\"'),
        ("\b\t\n\f\r", r'"\b\t\n\f\r"'),
        ("\x00\x0b\x1f\x7f", r'"\u0000\u000B\u001F\u007F"'),
        ("\x80", '"\x80"'),
    ],
)
def test_escapes_what_canonical_n_quads_escape_and_nothing_else(text: str, expected: str) -> None:
    assert literals.quote(text) == expected


@pytest.mark.parametrize("text", ["\ufffe", "a\uffff"])
def test_refuses_what_is_no_character(text: str) -> None:
    with pytest.raises(literals.AmbiguousCharacter):
        literals.quote(text)


@pytest.mark.parametrize(
    ("value", "datatype", "expected"),
    [
        (3, None, f'"3"^^<{XSD}integer>'),
        (3.0, None, f'"3"^^<{XSD}integer>'),
        (-0.0, None, f'"0"^^<{XSD}integer>'),
        (3.5, None, f'"3.5E0"^^<{XSD}double>'),
        (3, XSD + "double", f'"3.0E0"^^<{XSD}double>'),
        (0, XSD + "double", f'"0.0E0"^^<{XSD}double>'),
        (-120.25, "https://x.example/f", '"-1.2025E2"^^<https://x.example/f>'),
        (1e21, None, f'"1.0E21"^^<{XSD}double>'),
        (1e20, None, f'"100000000000000000000"^^<{XSD}integer>'),
        (0.1 + 0.2, None, f'"3.0E-1"^^<{XSD}double>'),
        (2251799813685250.5, None, f'"2.251799813685251E15"^^<{XSD}double>'),
        (5, XSD + "string", '"5"'),
    ],
)
def test_writes_numbers_as_json_ld_does(value: float, datatype: str | None, expected: str) -> None:
    assert literals.number(value, datatype) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2**53, False),
        (2**53 + 1, True),
        (2**60, False),
        (10**400, True),
        (1e-6, False),
        (9e-7, True),
        (-1e-7, True),
        (0.0, False),
        (float("nan"), True),
        (float("inf"), True),
    ],
)
def test_knows_the_numbers_on_which_readers_differ(value: float, expected: bool) -> None:
    assert literals.is_ambiguous(value) is expected


@pytest.mark.parametrize(
    ("language", "direction", "expected"),
    [
        (None, None, '"shwmae"'),
        ("cy-GB", None, '"shwmae"@cy-gb'),
        ("cy-GB", "ltr", '"shwmae"^^<https://www.w3.org/ns/i18n#cy-gb_ltr>'),
        (None, "rtl", '"shwmae"^^<https://www.w3.org/ns/i18n#_rtl>'),
    ],
)
def test_writes_language_and_direction(language: str | None, direction: str | None, expected: str) -> None:
    assert literals.in_language("shwmae", language, direction) == expected
