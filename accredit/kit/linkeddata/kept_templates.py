"""A bounded store of templates, which learns from documents that the caller vouches for.

Reading never changes what is learnt: whoever may send documents can neither fill the store nor spoil what is in it.
`learn` is for documents whose signature has just been made or has held, and what it learns is kept apart by owner, so
that one signer cannot touch what was learnt from another. A template is used only where it fits exactly, so that
nothing in here can make a wrong answer, only a slower one.

Of a document that was learnt from, only what every other of its kind shares is kept for long.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from accredit.kit.linkeddata import mapper, rdfc10
from accredit.kit.linkeddata.patterns import Path, differences, with_marks
from accredit.kit.linkeddata.templates import Template, compiled

Kind = int
"""The hash of what documents of one kind share. Should two kinds ever meet in one, both are only slower."""

_MAX_OWNER: Final = 300
_MAX_MEMBERS: Final = 64
_MAX_CHARACTERS: Final = 40_000
_MAX_DEPTH: Final = 64
_MAX_FAILURES: Final = 4


@dataclass(frozen=True)
class _Learnt:
    """What is known of one kind: a document with marks, where others differ from it, and how often that was no use."""

    example: dict[str, Any]
    varying: frozenset[Path] = frozenset()
    template: Template | None = None
    failures: int = 0


class Written(NamedTuple):
    """A document as canonical N-Quads, whether a template fitted, and its kind where one may be learnt from it."""

    quads: bytes
    fitted: bool
    kind: Kind | None = None


class _Awaited(NamedTuple):
    """What was written of a document that comes again: it is read once, so that nobody's words are kept for long."""

    template: Template
    found: list[Any]
    written: bytes


class KeptTemplates:
    """Templates by kind of document; at most `size` of them, and as many again times sixteen that were seen once."""

    def __init__(self, *, size: int = 128) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._seen: OrderedDict[Kind, None] = OrderedDict()
        self._learnt: OrderedDict[Kind, _Learnt] = OrderedDict()
        self._latest: OrderedDict[tuple[str, int], Template] = OrderedDict()
        self._awaited: _Awaited | None = None

    def canonicalise(self, document: Mapping[str, Any], *, owner: str, comes_again: bool = False) -> Written:
        """Write a document as canonical N-Quads (SHA-256, pinned contexts), and tell whether a template fitted.

        With `comes_again` what was written is kept until the same document comes once more, or another is written so:
        what has just been signed is about to be verified. Raises as `linkeddata.canonicalise` does.
        """
        # Credentials of one signer mostly come in rows of one kind, and trying a template costs less than asking which.
        near = (owner, len(document))
        latest = self._latest.get(near)
        found = None if latest is None else latest.read(document)
        if latest is not None and found is not None:
            awaited = self._awaited
            # Outside its places the document has just been compared with the template, and here are all the places.
            if awaited is not None and awaited.template is latest and awaited.found == found:
                self._awaited = None
                return Written(awaited.written, fitted=True)
            if (written := latest.write(found)) is not None:
                if comes_again:
                    self._awaited = _Awaited(latest, found, written)
                return Written(written, fitted=True)
        kind = _kind_of(document, owner)
        template = None if kind is None else self._template(kind)
        if template is None or template is latest or (written := template.apply(document)) is None:
            return Written(_by_general_path(document), fitted=False, kind=kind)
        with self._lock:
            self._latest[near] = template
            while len(self._latest) > self._size:
                self._latest.popitem(last=False)
        return Written(written, fitted=True)

    def learn(
        self, document: Mapping[str, Any], *, owner: str, kind: Kind | None = None, comes_again: bool = False
    ) -> None:
        """Learn from a document that was canonicalised and is genuine, once another of its kind has come.

        `kind` is what `canonicalise` told. With `comes_again` a template is made even where both are the same
        throughout. Raises as `canonicalise` does.
        """
        if kind is None:
            kind = _kind_of(document, owner)
        if kind is None:
            return
        with self._lock:
            learnt = self._learnt.get(kind)
            if learnt is None and not self._was_seen(kind):
                return
        if learnt is None:
            found = _first_of_its_kind(document)
        elif learnt.failures < _MAX_FAILURES:
            found = _improved(learnt, document, comes_again)
        else:
            return
        with self._lock:
            self._learnt[kind] = found
            self._learnt.move_to_end(kind)
            while len(self._learnt) > self._size:
                self._learnt.popitem(last=False)

    def __len__(self) -> int:
        return len(self._learnt)

    def _template(self, kind: Kind) -> Template | None:
        with self._lock:
            learnt = self._learnt.get(kind)
            if learnt is None:
                return None
            self._learnt.move_to_end(kind)
            return learnt.template

    def _was_seen(self, kind: Kind) -> bool:
        """Tell whether a kind was seen before; most credentials that a verifier meets are the only ones of theirs."""
        if kind in self._seen:
            return True
        self._seen[kind] = None
        while len(self._seen) > 16 * self._size:
            self._seen.popitem(last=False)
        return False


def _by_general_path(document: Mapping[str, Any]) -> bytes:
    return rdfc10.canonicalise(mapper.to_dataset(document))


def _kind_of(document: Mapping[str, Any], owner: str) -> Kind | None:
    """Name the documents that may share a template: of one owner, the same in outline, and of the same things.

    It only saves comparisons; whether a template fits is asked afterwards. None for what gets no template.
    """
    subject = document.get("credentialSubject")
    if type(subject) is list and len(subject) == 1:
        subject = subject[0]
    nodes = [document, subject] if type(subject) is dict else [document]
    if len(owner) > _MAX_OWNER or any(len(node) > _MAX_MEMBERS for node in nodes):
        return None
    kind: list[Any] = [owner]
    for node in nodes:
        kind += node
        kind += [_in_short(value) for value in node.values() if type(value) is list]
    if len(nodes) > 1:
        named = [value.get("id") for value in nodes[1].values() if type(value) is dict]
        kind += [name for name in named if type(name) is str]
    return hash(tuple(kind))


def _in_short(values: list[Any]) -> tuple[Any, ...]:
    """Describe a list by the sizes of its members, and by the last where that is a text (a context, a type)."""
    try:
        return (*map(len, values), values[-1] if values and type(values[-1]) is str else None)
    except TypeError:
        return (len(values),)


def _is_deep(value: Any, left: int = _MAX_DEPTH) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    members = value.values() if isinstance(value, dict) else value
    return not left or any(_is_deep(member, left - 1) for member in members)


def _first_of_its_kind(document: Mapping[str, Any]) -> _Learnt:
    # Nothing is known yet, so nothing is written about it: a large document would only take room.
    if _is_deep(document) or len(json.dumps(document)) > _MAX_CHARACTERS:
        return _Learnt(example={}, failures=_MAX_FAILURES)
    return _Learnt(example=with_marks(document, (), str))


def _improved(learnt: _Learnt, document: Mapping[str, Any], comes_again: bool) -> _Learnt:
    """Compile what is known together with one more document; it must give what the general path gives."""
    if learnt.example == document and (learnt.template is not None or not comes_again):
        return learnt
    found = differences(learnt.example, document)
    failed = _Learnt(learnt.example, learnt.varying, learnt.template, learnt.failures + 1)
    if found is None or (found <= learnt.varying and learnt.template is not None):
        return failed
    template = compiled(document, learnt.varying | found)
    if template is None or template.apply(document) != _by_general_path(document):
        return failed
    # The marked copy holds nothing of what differs from person to person.
    return _Learnt(template.marked, learnt.varying | found, template, learnt.failures)
