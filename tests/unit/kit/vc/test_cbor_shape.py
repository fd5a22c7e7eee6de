"""CBOR of a known shape: one way to write each value, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accredit.kit.vc.cbor_shape import Reader
from tests.unit.kit.vc import selective_disclosure as sd

LARGE = 1 << 64


@pytest.mark.parametrize("number", [0, 23, 24, 255, 256, 65_535, 65_536, (1 << 32) - 1])
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    reader = Reader(sd.head(0, number))
    assert reader.number(below=LARGE) == number
    reader.end()


def test_a_number_of_eight_bytes_is_read() -> None:
    assert Reader(bytes.fromhex("1b0000000100000000")).number(below=LARGE) == 1 << 32


def test_values_are_read_in_their_order() -> None:
    reader = Reader(bytes.fromhex("82420102a10305"))
    assert (reader.array(at_most=2), reader.octets(2), reader.map(at_most=1)) == (2, b"\1\2", 1)
    assert (reader.number(below=4), reader.number(below=6)) == (3, 5)
    reader.end()


@pytest.mark.parametrize(
    ("written", "read", "sentence"),
    [
        pytest.param("1817", lambda found: found.number(below=LARGE), "not in its shortest form", id="23 in two bytes"),
        pytest.param(
            "1900ff", lambda found: found.number(below=LARGE), "not in its shortest form", id="255 in three bytes"
        ),
        pytest.param(
            "1a0000ffff", lambda found: found.number(below=LARGE), "not in its shortest form", id="65,535 in five bytes"
        ),
        pytest.param(
            "1b00000000ffffffff",
            lambda found: found.number(below=LARGE),
            "not in its shortest form",
            id="32 bits in nine bytes",
        ),
        pytest.param("1c", lambda found: found.number(below=LARGE), "of another kind", id="a reserved argument"),
        pytest.param("20", lambda found: found.number(below=LARGE), "of another kind", id="a negative number"),
        pytest.param("c100", lambda found: found.number(below=LARGE), "of another kind", id="a tag"),
        pytest.param(
            "05", lambda found: found.number(below=5), "too large", id="a number that is no longer small enough"
        ),
        pytest.param(
            "19", lambda found: found.number(below=LARGE), "ends too early", id="an argument that is not there"
        ),
        pytest.param("", lambda found: found.number(below=LARGE), "ends too early", id="nothing"),
        pytest.param("4101", lambda found: found.octets(2), "another length", id="too few bytes"),
        pytest.param("43010203", lambda found: found.octets(2), "another length", id="too many bytes"),
        pytest.param("4201", lambda found: found.octets(2), "ends too early", id="bytes that end too early"),
        pytest.param(
            "580101",
            lambda found: found.octets(1),
            "not in its shortest form",
            id="a length that is not in its shortest form",
        ),
        pytest.param("5f4101ff", lambda found: found.octets(1), "of another kind", id="bytes without a length"),
        pytest.param("6161", lambda found: found.octets(1), "of another kind", id="text"),
        pytest.param("9f00ff", lambda found: found.array(at_most=9), "of another kind", id="an array without a length"),
        pytest.param("83", lambda found: found.array(at_most=2), "too many", id="an array that is too long"),
        pytest.param("a0", lambda found: found.array(at_most=2), "of another kind", id="a map for an array"),
        pytest.param("80", lambda found: found.map(at_most=2), "of another kind", id="an array for a map"),
        pytest.param("00", lambda found: found.end(), "behind the end", id="something behind the end"),
    ],
)
def test_anything_else_is_refused(written: str, read: Callable[[Reader], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(Reader(bytes.fromhex(written)))
