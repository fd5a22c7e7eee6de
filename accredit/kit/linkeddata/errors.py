"""The one small family of errors that this package raises.

Every refusal has a stable ``code`` in lower case, a ``path`` that says where
(a JSON path such as ``$.issuer.name``, or ``offset 17`` where no path can be known) and one sentence
a developer can act on. Nothing raw (`ValueError`, `RecursionError`, `KeyError` …) leaves the package.
"""

from __future__ import annotations

from typing import Any

Step = str | int
Trail = tuple[Any, ...]
"""Where we are: ``(outer trail, step)``; it is written out only when something is refused."""


class LinkedDataError(Exception):
    """A document was refused; `code`, `path` and `sentence` say why, where and what to do."""

    def __init__(self, code: str, path: str, sentence: str) -> None:
        super().__init__(f"{code} at {path}: {sentence}")
        self.code = code
        self.path = path
        self.sentence = sentence


class JsonRefused(LinkedDataError):
    """The bytes are not JSON that every reader would read in the same way."""


class ContextRefused(LinkedDataError):
    """A context is unknown, inline, out of order, or contradicts a protected term."""


class MappingRefused(LinkedDataError):
    """The document holds something that would not be signed, or that readers would sign differently."""


class TooComplex(LinkedDataError):
    """The document is over a limit of size, or the work it asks for is over the budget."""


def json_path(steps: list[Step]) -> str:
    """Write steps (member names and list positions) as a JSON path, ``$`` for the document itself."""
    text = "$"
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}"
        else:
            text += "['" + step.replace("\\", "\\\\").replace("'", "\\'") + "']"
    return text


def path_of(trail: Trail) -> str:
    """Write a trail as a JSON path."""
    steps: list[Step] = []
    while trail:
        trail, step = trail
        steps.append(step)
    return json_path(steps[::-1])
