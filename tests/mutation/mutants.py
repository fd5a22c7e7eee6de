"""Every small change of a module that a test should notice.

The operators come from mutmut. Its own runner is not used: it leaves out whatever stands outside a function and every
function with a decorator, which in this kit are the patterns, the lists of what is allowed and the remembered keys; and
it tries all mutants in one process, whose memories are warm already.

Left out here: type annotations, and the sentences of errors, which no test holds word by word.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

ERRORS: Final = ("Refused", "Invalid", "Unreadable", "TooComplex", "_Anomaly", "Error")


@dataclass(frozen=True)
class Mutant:
    """One changed module; `first` and `last` are the lines of the changed expression, counted from 1."""

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
        return super()._skip_node_and_children(node)


def of(file: str, source: str) -> Iterator[Mutant]:
    """Make the mutants of a module, in the order of its lines; the same source always gives the same keys."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = _Visitor()
    wrapper.visit(visitor)
    positions = wrapper.resolve(PositionProvider)
    seen: dict[str, int] = {}
    for mutation in visitor.mutations:
        if _only_words(mutation):
            continue
        place = positions.get(mutation.original_node)
        changed = cst.ensure_type(
            wrapper.module.deep_replace(mutation.original_node, mutation.mutated_node), cst.Module
        ).code
        if changed == source:
            continue
        before, after = _difference(source, changed)
        first, last = (place.start.line, place.end.line) if place else _changed_lines(source, changed)
        said = f"{file}:{first}: {before} -> {after}"
        seen[said] = seen.get(said, 0) + 1
        key = hashlib.sha256(f"{said} #{seen[said]} {hashlib.sha256(source.encode()).hexdigest()}".encode()).hexdigest()
        yield Mutant(file, first, last, before, after, changed, key[:16])


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


def _difference(source: str, changed: str) -> tuple[str, str]:
    """Show the lines that a mutant changes, without their indentation."""
    lines = list(difflib.unified_diff(source.splitlines(), changed.splitlines(), n=0, lineterm=""))[3:]
    removed, added = (
        " / ".join(line[1:].strip() for line in lines if line.startswith(sign) and not line.startswith("@@"))
        for sign in "-+"
    )
    return removed, added


def _changed_lines(source: str, changed: str) -> tuple[int, int]:
    matcher = difflib.SequenceMatcher(None, source.splitlines(), changed.splitlines(), autojunk=False)
    blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
    return blocks[0][1] + 1, max(blocks[-1][2], blocks[0][1] + 1)
