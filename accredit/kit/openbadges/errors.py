"""Two errors: a document that breaks a rule, and a file that no credential can be read from or baked into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class OpenBadgesError(ValueError):
    """Root of the family; `code` is stable and documented."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the stable `code` beside the sentence."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Problem:
    """One broken rule: where (a JSON path), which (a stable id), and one sentence."""

    path: str
    rule: str
    message: str


class DocumentInvalid(OpenBadgesError):
    """A document breaks rules of Open Badges 3.0; `problems` names each with its path, in the order of the document."""

    def __init__(self, kind: str, problems: Sequence[Problem]) -> None:
        """Gather the problems of one document of the class `kind`."""
        told = "; ".join(f"{each.path} {each.rule}: {each.message}" for each in problems)
        super().__init__("document_invalid", f"{kind}: {told}")
        self.problems = tuple(problems)


class ContainerUnreadable(OpenBadgesError):
    """A PNG, SVG, PDF or text that holds no credential, more than one, or is damaged, protected or too large."""
