"""Canonical N-Quads of documents that differ only in some texts, without mapping and naming everything again.

A `Template` is compiled from one document and the places where others differ from it. What stays the same is written
once; to canonicalise another document is to compare it with the first, to put its texts in their places, and to name
the blank nodes and sort the lines again. It gives the bytes of the general path, or says that it cannot:

1. Everything outside the places must be equal, so a document that was changed anywhere else never fits.
2. Compiling maps the document with a mark in each place. A place counts only where its mark comes out as one whole
   term, a literal or an IRI that is no type; any other text then comes out in the same way, up to 3 and 4.
3. A text is quoted as the mapper does it. An IRI must begin so that no context can give it another meaning. It may
   not be that of the document itself, nor of two nodes that are described.
4. What is said of a blank node is hashed again if there is a place in it. Two nodes that are alike, or two values
   that have become one, are left to the general path, and so is every dataset with more than the default graph.

Not here: which documents are worth a template; see `accredit.kit.linkeddata.kept_templates`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, Final

from accredit.kit.linkeddata import literals, mapper
from accredit.kit.linkeddata.active_context import IRI_CHARACTERS
from accredit.kit.linkeddata.dataset import Quad
from accredit.kit.linkeddata.errors import LinkedDataError
from accredit.kit.linkeddata.patterns import Path, Pattern, with_marks

Piece = str | int
"""Part of a line: a constant text, or the number of what is put there (a place, a blank node, a run of lines)."""

Texts = list[bytes]
"""All texts of one document as UTF-8: the constants, then by number the places, the blank nodes and the runs.

Bytes of UTF-8 sort as characters do (RDFC-1.0 sorts by code point), and need not be encoded again to be hashed.
"""

_MAX_PLACES: Final = 256
_MAX_QUADS: Final = 2_000
_MARK: Final = "urn:x-accredit-place:"
_MARKED: Final = re.compile(rf'<{_MARK}([0-9]+)>|"{_MARK}([0-9]+)"([^"]*)')
# Whatever begins like this is no keyword, no blank node, no term and no compact IRI in any pinned context (a test
# looks).
_PLAIN_IRI: Final = re.compile(rf"(?:urn:|did:|https?://){IRI_CHARACTERS}*")
_RDF_TYPE: Final = f"<{literals.RDF}type>"


def compiled(document: Mapping[str, Any], varying: frozenset[Path]) -> Template | None:
    """Compile a template for documents that differ from this one only in `varying`; None where that is not safe."""
    places: list[Path] = []
    # A copy, for whoever made the document may go on changing it.
    kept = with_marks(document, (), str)
    pattern = Pattern(kept, varying, places)
    if len(places) > _MAX_PLACES or _MARK in json.dumps(kept):
        return None
    marked = with_marks(kept, places, lambda number: f"{_MARK}{number}")
    try:
        root, dataset = mapper.described(marked)
    except LinkedDataError:
        # A mark may not stand there: in a type, in the name of a language, in a list of contexts.
        return None
    quads = list(dataset)
    endings = _endings(quads, len(places))
    return None if endings is None else Template(pattern, marked, _Plan(quads, root, endings))


def _endings(quads: Sequence[Quad], count: int) -> list[str | None] | None:
    """Find for each place what follows its literal, or None for an IRI; None in all where one is no whole term."""
    found: dict[int, str | None] = {}
    if len(quads) > _MAX_QUADS:
        return None
    for subject, predicate, value, graph in quads:
        if graph or _MARK in predicate:
            return None
        for term in (subject, value):
            if _MARK not in term:
                continue
            match = _MARKED.fullmatch(term)
            if match is None or _MARK in (match[3] or "") or (predicate == _RDF_TYPE and term is value):
                return None
            found[int(match[1] or match[2])] = match[3]
    return [found[number] for number in range(count)] if len(found) == count else None


class _Plan:
    """The lines of a dataset with marks in it, as pieces."""

    def __init__(self, quads: Sequence[Quad], root: str, endings: list[str | None]) -> None:
        self.endings = endings
        self.nodes = list(dict.fromkeys(part for quad in quads for part in (quad[0], quad[2]) if part[0] == "_"))
        self._numbers = {node: len(endings) + number for number, node in enumerate(self.nodes)}
        lines = [(self._piece(subject), f" {name} ", self._piece(value)) for subject, name, value, _ in quads]
        self.root = self._piece(root)
        self.subjects = {subject for subject, _, _ in lines}
        self.constant_iris = {part for line in lines for part in line if isinstance(part, str) and part[0] == "<"}
        self.said = [self._said_of(self._numbers[node], lines) for node in self.nodes]
        self.runs: list[tuple[Piece, str, list[Piece]]] = []
        self.groups = [self._group(subject, lines) for subject in dict.fromkeys(line[0] for line in lines)]

    def _piece(self, term: str) -> Piece:
        match = _MARKED.fullmatch(term)
        return self._numbers.get(term, term) if match is None else int(match[1] or match[2])

    def _said_of(self, node: int, lines: Sequence[tuple[Piece, str, Piece]]) -> list[list[Piece]]:
        """Write what is said of a node directly, itself as ``_:a``, others as ``_:z`` (RDFC-1.0 §4.6).

        There is one list of pieces where the order of the lines cannot change, else one for each line.
        """

        def seen(piece: Piece) -> Piece:
            is_node = isinstance(piece, int) and piece >= len(self.endings)
            return piece if not is_node else "_:a" if piece == node else "_:z"

        said: list[list[Piece]] = [
            [seen(subject), name, seen(value), " .\n"] for subject, name, value in lines if node in (subject, value)
        ]
        leads = sorted((self._lead(line) for line in said), key=itemgetter(0))
        if any(after[0].startswith(before[0]) for before, after in pairwise(leads) if not (before[1] and after[1])):
            return said
        said.sort(key=lambda line: self._lead(line)[0])
        return [list(chain.from_iterable(said))]

    def _lead(self, line: Sequence[Piece]) -> tuple[str, bool]:
        """Write a line up to its first place and the first character there; and tell whether it is whole."""
        text = ""
        for piece in line:
            if isinstance(piece, int):
                return text + ("<" if self.endings[piece] is None else '"'), False
            text += piece
        return text, True

    def _group(self, subject: Piece, lines: Sequence[tuple[Piece, str, Piece]]) -> list[Piece]:
        """Write all lines of one subject in their order; where the order can change there is a run instead."""
        by_name: dict[str, list[Piece]] = defaultdict(list)
        for start, name, value in lines:
            if start == subject:
                by_name[name].append(value)
        pieces: list[Piece] = []
        for name, values in sorted(by_name.items()):
            constants = sorted(value for value in values if isinstance(value, str))
            if len(constants) == len(values) or len(values) == 1:
                pieces += chain.from_iterable((subject, name, value, " .\n") for value in constants or values)
            else:
                pieces.append(len(self.endings) + len(self.nodes) + len(self.runs))
                self.runs.append((subject, name, values))
        return pieces


class _Pool:
    """The constants of a plan, each once; numbers of pieces are counted on from them."""

    def __init__(self, plan: _Plan) -> None:
        lists = [_joined(pieces) for pieces in (*chain.from_iterable(plan.said), *plan.groups)]
        lists += [[subject, name, *values] for subject, name, values in plan.runs]
        constants = dict.fromkeys(piece for pieces in lists for piece in pieces if isinstance(piece, str))
        self._positions = {text: position for position, text in enumerate(("", *constants))}
        self.texts = [text.encode("utf-8") for text in self._positions]

    def position(self, piece: Piece) -> int:
        return self._positions[piece] if isinstance(piece, str) else len(self.texts) + piece

    def getter(self, pieces: Sequence[Piece]) -> Callable[[Texts], tuple[bytes, ...]]:
        """Read the texts of pieces all at once."""
        # With a single position, itemgetter would give a text and no tuple; the empty text does no harm.
        positions = [self.position(piece) for piece in _joined(pieces)]
        return itemgetter(0, 0, *positions)


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        if joined and isinstance(piece, str) and isinstance(last := joined[-1], str):
            joined[-1] = last + piece
        else:
            joined.append(piece)
    return joined


class Template:
    """The constant part of many documents; it never changes, so threads may share it."""

    def __init__(self, pattern: Pattern, marked: dict[str, Any], plan: _Plan) -> None:
        pool = _Pool(plan)
        self.marked: Final = marked
        self._pattern = pattern
        self._endings = [None if ending is None else f'"{ending}'.encode() for ending in plan.endings]
        self._texts = pool.texts
        hashes = [_hash_of(lines, pool) for lines in plan.said]
        self._hashes = [found if isinstance(found, bytes) else b"" for found in hashes]
        self._changing = [(node, found) for node, found in enumerate(hashes) if not isinstance(found, bytes)]
        self._labels = [f"_:c14n{number}".encode() for number in range(len(plan.nodes))]
        self._runs = [
            (pool.position(subject), name.encode("utf-8"), itemgetter(*(pool.position(value) for value in values)))
            for subject, name, values in plan.runs
        ]
        groups = [_joined(pieces) for pieces in plan.groups]
        fixed = (group[0] for group in groups if len(group) == 1 and isinstance(group[0], str))
        # In their order already, since a list that is nearly sorted is sorted fast.
        self._fixed = sorted(text.encode("utf-8") for text in fixed)
        self._blocks = [pool.getter(group) for group in groups if not (len(group) == 1 and isinstance(group[0], str))]
        iris = [number for number, ending in enumerate(plan.endings) if ending is None]
        self._iris = [pool.position(number) for number in iris]
        self._subjects = [pool.position(number) for number in iris if number in plan.subjects]
        self._constant_subjects = {subject.encode("utf-8") for subject in plan.subjects if isinstance(subject, str)}
        self._constant_iris = {iri.encode("utf-8") for iri in plan.constant_iris}
        self._root = pool.position(plan.root) if isinstance(plan.root, int) and plan.root in iris else None
        self._constant_root = str(plan.root).encode("utf-8")

    def apply(self, document: Mapping[str, Any]) -> bytes | None:
        """Write a document as canonical N-Quads (SHA-256, pinned contexts); None where only the general path can."""
        found = self.read(document)
        return None if found is None else self.write(found)

    def read(self, document: Mapping[str, Any]) -> list[Any] | None:
        """Read what stands in the places; None for a document that differs anywhere else."""
        found: list[Any] = []
        return found if self._pattern.match(document, found) else None

    def write(self, found: list[Any]) -> bytes | None:
        """Write the document in whose places this was found; it depends on nothing else. None as `apply` says."""
        try:
            texts = self._filled(found)
            if texts is None or not self._are_apart(texts) or not self._name_nodes(texts):
                return None
            for subject, name, values in self._runs:
                # No term is the beginning of another that goes on with a space or less, so terms sort as lines do.
                terms = sorted(values(texts))
                if len(set(terms)) < len(terms):
                    return None
                start = texts[subject] + name
                texts.append(start + (b" .\n" + start).join(terms) + b" .\n")
            blocks = [*self._fixed, *[b"".join(get(texts)) for get in self._blocks]]
            # Every block begins with another subject, so sorting blocks sorts their lines.
            blocks.sort()
            return b"".join(blocks)
        except (literals.AmbiguousCharacter, UnicodeEncodeError):
            return None

    def _filled(self, found: list[Any]) -> Texts | None:
        try:
            joined = "".join(found)
        except TypeError:
            # Something other than a text stands in a place.
            return None
        # Asked once of all texts together: one by one takes longer than writing them.
        is_plain = literals.escaped(joined) is joined
        texts = self._texts.copy()
        for value, ending in zip(found, self._endings, strict=True):
            if ending is not None:
                texts.append(b'"' + (value if is_plain else literals.escaped(value)).encode() + ending)
            elif _PLAIN_IRI.fullmatch(value):
                texts.append(b"<" + value.encode() + b">")
            else:
                return None
        return texts

    def _are_apart(self, texts: Texts) -> bool:
        """Tell whether no two nodes have become one, and nothing else has the name of the document."""
        subjects = [texts[position] for position in self._subjects]
        if len(set(subjects)) < len(subjects) or not self._constant_subjects.isdisjoint(subjects):
            return False
        iris = [texts[position] for position in self._iris]
        if self._root is None:
            return self._constant_root not in iris
        root = texts[self._root]
        return iris.count(root) == 1 and root not in self._constant_iris

    def _name_nodes(self, texts: Texts) -> bool:
        """Append the canonical names of the blank nodes, in the order of their hashes; False where two are alike."""
        hashes, sha256 = self._hashes.copy(), hashlib.sha256
        for node, said in self._changing:
            hashes[node] = sha256(b"".join(said(texts))).digest()
        labels = dict(zip(sorted(hashes), self._labels, strict=True))
        if len(labels) < len(hashes):
            return False
        texts += [labels[found] for found in hashes]
        return True


def _hash_of(lines: list[list[Piece]], pool: _Pool) -> bytes | Callable[[Texts], Sequence[bytes]]:
    """Prepare the first-degree hash of a node: the hash where it is constant, else what gives the lines in order."""
    if len(lines) > 1:
        getters = [pool.getter(line) for line in lines]
        return lambda texts: sorted(b"".join(get(texts)) for get in getters)
    joined = _joined(lines[0])
    if len(joined) == 1 and isinstance(joined[0], str):
        return hashlib.sha256(joined[0].encode("utf-8")).digest()
    return pool.getter(joined)
