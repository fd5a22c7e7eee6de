"""Every small change of a module that a test should notice.

The operators come from mutmut. Its own runner is not used: it leaves out whatever stands outside a function and every
function with a decorator, which in this kit are the patterns, the lists of what is allowed and the remembered keys; and
it tries all mutants in one process, whose memories are warm already.

Left out here: type annotations, what a module exports by a star, and the sentences of errors, which no test holds word
by word.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Final

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ERRORS: Final = ("Refused", "Invalid", "Unreadable", "TooComplex", "_Anomaly", "Error")


@dataclass(frozen=True)
class Mutant:
    """One changed module; `first` and `last` are the lines that differ from the original, counted from 1."""

    file: str
    first: int
    last: int
    before: str
    after: str
    source: str
    key: str


class _Visitor(MutationVisitor):
    """As mutmut's, but functions with decorators are changed too, since each mutant has a process of its own."""

    def __init__(self) -> None:
        super().__init__(mutation_operators, IgnoredCode(set(), set(), set()))
        self.sentences = 0

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef) and node.decorators:
            return False
        if isinstance(node, cst.FormattedString) and _is_sentence(node):
            return True
        if m.matches(node, m.Assign(targets=[m.AssignTarget(target=m.Name("__all__"))])):
            return True
        return super()._skip_node_and_children(node)


def of(file: str, source: str) -> Iterator[Mutant]:
    """Make the mutants of a module, in the order of its lines; the same source always gives the same keys."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor()
    wrapper.visit(visitor)
    text = _Text(wrapper, source)
    digest = hashlib.sha256(source.encode()).hexdigest()
    seen: dict[str, int] = {}
    for mutation in visitor.mutations:
        changed = source if _only_words(mutation) else text.with_change(mutation)
        if changed == source:
            continue
        first, last, before, after = _difference(source.splitlines(), changed.splitlines())
        said = f"{file}:{first}: {before} -> {after}"
        seen[said] = seen.get(said, 0) + 1
        key = hashlib.sha256(f"{said} #{seen[said]} {digest}".encode()).hexdigest()
        yield Mutant(file, first, last, before, after, changed, key[:16])


class _Text:
    """The text of a module, and what it becomes by one mutation."""

    def __init__(self, wrapper: MetadataWrapper, source: str) -> None:
        self._module, self._source = wrapper.module, source
        self._positions = wrapper.resolve(PositionProvider)
        self._lines = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]

    def with_change(self, mutation: Mutation) -> str:
        node = mutation.original_node
        place = self._positions.get(node)
        if place is not None:
            start, end = (self._lines[at.line - 1] + at.column for at in (place.start, place.end))
            if self._source[start:end] == self._module.code_for_node(node):
                return self._source[:start] + self._module.code_for_node(mutation.mutated_node) + self._source[end:]
        # An operator has the spaces around it, which are not in its place.
        return cst.ensure_type(self._module.deep_replace(node, mutation.mutated_node), cst.Module).code


def _is_sentence(node: cst.CSTNode) -> bool:
    """Tell whether this is text for a reader: it has words with spaces between, which no code or path has."""
    if isinstance(node, cst.Name):
        return node.value == "sentence"
    if isinstance(node, cst.SimpleString):
        return " " in node.value.strip("'\" ") and node.value.strip("'\" ")[:1].isalpha() and '\\"' not in node.value
    if isinstance(node, cst.FormattedString):
        return " " in "".join(part.value for part in node.parts if isinstance(part, cst.FormattedStringText)).strip()
    return isinstance(node, cst.ConcatenatedString) and _is_sentence(node.left)


def _only_words(mutation: Mutation) -> bool:
    """Tell whether a mutation changes nothing but what an error says to a reader."""
    original = mutation.original_node
    if isinstance(original, cst.Assign):
        return _is_sentence(original.targets[0].target)
    if isinstance(original, cst.Call) and isinstance(original.func, cst.Name) and original.func.value.endswith(ERRORS):
        mutated = cst.ensure_type(mutation.mutated_node, cst.Call)
        kept = {id(argument) for argument in mutated.args}
        return any(_is_sentence(argument.value) for argument in original.args if id(argument) not in kept)
    return _is_sentence(original)


def _difference(source: list[str], changed: list[str]) -> tuple[int, int, str, str]:
    """Find the lines that a mutant changes (first and last, from 1), and show them before and after."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(source, changed, strict=False)))
    rest = min(len(source), len(changed)) - same
    tail = zip(source[::-1][:rest], changed[::-1][:rest], strict=True)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], tail))
    removed, added = source[same : len(source) - alike], changed[same : len(changed) - alike]
    before, after = (" / ".join(line.strip() for line in lines) for lines in (removed, added))
    return same + 1, max(same + 1, len(source) - alike), before, after
