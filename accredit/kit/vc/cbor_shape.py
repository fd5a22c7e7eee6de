"""Read and write CBOR (RFC 8949) of a shape that is known before reading: bytes, texts, small numbers, and counts.

There is one way to write each value (§4.2.1): every length is definite and in its shortest form, and nothing is tagged.
Whoever calls says what must come next, so no input can make a value of another kind, or a deep or a large one.

What is always the same (a tag, a negative key) is compared as it stands. Not here: floats, and every other thing that
CBOR has.
"""

from __future__ import annotations

from typing import Final

_NUMBER: Final = 0
_BYTES: Final = 2
_TEXT: Final = 3
_ARRAY: Final = 4
_MAP: Final = 5


class Reader:
    """Reads one value after the other; each method raises `ValueError` where something else stands there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = 0

    def number(self, *, below: int) -> int:
        """Read a number from 0."""
        found = self._head(_NUMBER)
        if found >= below:
            raise ValueError("a number is too large")
        return found

    def octets(self, length: int) -> bytes:
        """Read a byte string of exactly this length."""
        if self._head(_BYTES) != length:
            raise ValueError("a byte string has another length")
        return self._take(length)

    def some_octets(self, *, at_most: int) -> bytes:
        """Read a byte string of any length up to `at_most`."""
        return self._take(self._count(_BYTES, at_most))

    def text(self, *, at_most: int) -> str:
        """Read a text of up to `at_most` bytes of UTF-8."""
        # UnicodeDecodeError is a ValueError.
        return self._take(self._count(_TEXT, at_most)).decode("utf-8")

    def literal(self, expected: bytes) -> None:
        """Read what is always the same."""
        if self._take(len(expected)) != expected:
            raise ValueError("something else stands where there is no choice")

    def array(self, *, at_most: int) -> int:
        """Begin an array; give how many values follow."""
        return self._count(_ARRAY, at_most)

    def map(self, *, at_most: int) -> int:
        """Begin a map; give how many pairs follow, each a key and a value."""
        return self._count(_MAP, at_most)

    def end(self) -> None:
        """Check that nothing is left."""
        if self._next != len(self._data):
            raise ValueError("something stands behind the end")

    def _count(self, major: int, at_most: int) -> int:
        found = self._head(major)
        if found > at_most:
            raise ValueError("there are too many values")
        return found

    def _head(self, major: int) -> int:
        """Read the kind of a value and its argument (§3)."""
        first = self._take(1)[0]
        argument = first & 31
        # From 28 on an argument is reserved, or says that no length is given.
        if first >> 5 != major or argument > 27:
            raise ValueError("a value is of another kind")
        if argument < 24:
            return argument
        width = 1 << (argument - 24)
        found = int.from_bytes(self._take(width), "big")
        if found < (24 if width == 1 else 1 << 4 * width):
            raise ValueError("a number is not in its shortest form")
        return found

    def _take(self, length: int) -> bytes:
        start, self._next = self._next, self._next + length
        if self._next > len(self._data):
            raise ValueError("it ends too early")
        return self._data[start : self._next]


def number(value: int) -> bytes:
    """Write a number from 0."""
    return _written(_NUMBER, value)


def octets(value: bytes) -> bytes:
    """Write a byte string."""
    return _written(_BYTES, len(value)) + value


def text(value: str) -> bytes:
    """Write a text."""
    data = value.encode("utf-8")
    return _written(_TEXT, len(data)) + data


def array(*items: bytes) -> bytes:
    """Write an array of values that are written already."""
    return _written(_ARRAY, len(items)) + b"".join(items)


def _written(major: int, argument: int) -> bytes:
    for width, info in ((0, argument), (1, 24), (2, 25), (4, 26), (8, 27)):
        if argument < (24 if width == 0 else 1 << 8 * width):
            return bytes([major << 5 | info]) + (argument.to_bytes(width, "big") if width else b"")
    raise ValueError("a number is too large")
