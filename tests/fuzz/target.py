"""What can be fuzzed: a reader of hostile input, and an oracle that says whether its answer was right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

MAX_INPUT = 1_000_000
"""Bytes: what the kit promises to be quick about."""


@dataclass(frozen=True)
class Answer:
    """How reading an input ended: `refusal` is an error of the kit's own family, or None when `value` was read."""

    value: Any = None
    refusal: Any = None

    @property
    def name(self) -> str:
        """Say it in one word, to be counted: ``accepted``, or the code of the refusal."""
        return "accepted" if self.refusal is None else str(self.refusal.code)


@dataclass(frozen=True)
class Target:
    """One reader under test.

    `reader` names the code under test and `asks` says what the oracle asks, both for the report.
    `seeds` are inputs to begin with, made from our own documents. `read` is the code under test: only it is timed, and
    only `refusals` may come out of it. `judge` is the oracle: an AssertionError from it, or anything that is raised by
    what it calls, is a finding. `mutate` makes an input of the same kind; `grow` makes a large one, of up to 1 MB.
    """

    name: str
    reader: str
    asks: str
    seeds: Callable[[], list[bytes]]
    read: Callable[[bytes], Any]
    refusals: tuple[type[Exception], ...]
    judge: Callable[[bytes, Answer], None]
    mutate: Callable[[bytes, Random], bytes]
    grow: Callable[[bytes, Random], bytes]
    largest: int = 8_192
    """Bytes of an ordinary input; small ones are tried far more often, and `grow` makes the large ones."""
    blind_share: float = 0.4
    """How many changes are left to libFuzzer, which knows nothing of the form; few, where hardly any would be read."""

    def answer(self, data: bytes) -> Answer:
        """Read an input; whatever is raised that is no refusal goes through."""
        try:
            return Answer(value=self.read(data))
        except self.refusals as refusal:
            return Answer(refusal=refusal)
