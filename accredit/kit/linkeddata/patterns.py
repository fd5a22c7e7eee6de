"""JSON documents that are equal but for some texts: where two differ, and whether a third differs only there.

A place is the path of a text, as ``("credentialSubject", "result", 0, "value")``. Member order never matters; the
order of a list does. Numbers and booleans are compared with their type, for ``1 == True`` in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from accredit.kit.linkeddata.errors import Step

Path = tuple[Step, ...]
_CONTAINERS: Final = (dict, list)


class Pattern:
    """One object or list with its places; `match` reads them in the order in which they were given to `places`."""

    __slots__ = ("_constants", "_get_constants", "_get_places", "_inner", "_kind", "_length", "_typed")

    def __init__(self, value: Any, varying: frozenset[Path], places: list[Path], *, path: Path = ()) -> None:
        """Compile a pattern, and append the path of each place to `places`. `value` is an object or a list."""
        above = {inner[: len(path) + 1] for inner in varying if len(inner) > len(path) + 1}
        constants, found, deeper, typed = [], [], [], []
        for key, member in _members(value):
            inner = (*path, key)
            if inner in varying:
                found.append(key)
            elif inner in above:
                deeper.append(key)
            elif is_text(member):
                constants.append(key)
            else:
                typed.append(key)
        places += [(*path, key) for key in found]
        self._kind = type(value)
        self._length = len(value)
        self._get_constants = _getter(constants)
        self._constants = self._get_constants(value) if self._get_constants else ()
        self._get_places = _getter(found)
        self._typed = [(key, value[key]) for key in typed]
        self._inner = [(key, Pattern(value[key], varying, places, path=(*path, key))) for key in deeper]

    def match(self, value: Any, found: list[Any]) -> bool:
        """Tell whether `value` is the same outside the places, and append what stands in them to `found`."""
        if type(value) is not self._kind or len(value) != self._length:
            return False
        try:
            if self._get_constants is not None and self._get_constants(value) != self._constants:
                return False
            if self._get_places is not None:
                found += self._get_places(value)
            for key, constant in self._typed:
                if not is_same(value[key], constant):
                    return False
            for key, inner in self._inner:
                if not inner.match(value[key], found):
                    return False
        except KeyError:
            # As many members as there should be, and another name among them.
            return False
        return True


def differences(first: Any, second: Any) -> frozenset[Path] | None:
    """Find where two values hold different texts; None where they differ in anything else."""
    found: set[Path] = set()
    return frozenset(found) if _collect(first, second, (), found) else None


def with_marks(value: Mapping[str, Any], places: Sequence[Path], mark: Callable[[int], str]) -> dict[str, Any]:
    """Copy a document with a mark in each place; all of it is new, so that nobody else can change it."""
    copied: dict[str, Any] = _copied(value)
    for number, path in enumerate(places):
        holder: Any = copied
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = mark(number)
    return copied


def is_same(first: Any, second: Any) -> bool:
    """Compare two JSON values with the types of their numbers."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(is_same(member, second[name]) for name, member in first.items())
    if isinstance(first, list):
        return len(first) == len(second) and all(map(is_same, first, second))
    return bool(first == second)


def _members(value: Any) -> Iterable[tuple[Step, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def is_text(value: Any) -> bool:
    """Tell whether a value holds texts and nothing else, so that Python compares it as we mean it."""
    if type(value) in _CONTAINERS:
        return all(is_text(member) for _, member in _members(value))
    return type(value) is str


def _getter(keys: Sequence[Step]) -> Callable[[Any], tuple[Any, ...]] | None:
    """Read several members at once, `KeyError` where one is missing; None where there is nothing to read."""
    if len(keys) > 1:
        return itemgetter(*keys)
    if not keys:
        return None
    (key,) = keys
    return lambda value: (value[key],)


def _collect(first: Any, second: Any, path: Path, found: set[Path]) -> bool:
    if type(first) is not type(second):
        return False
    if isinstance(first, _CONTAINERS):
        if len(first) != len(second) or (isinstance(first, dict) and first.keys() != second.keys()):
            return False
        return all(_collect(member, second[key], (*path, key), found) for key, member in _members(first))
    if isinstance(first, str) and first != second:
        found.add(path)
        return True
    return bool(first == second)


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    return [_copied(member) for member in value] if isinstance(value, list) else value
