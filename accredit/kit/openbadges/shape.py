"""The classes of Open Badges as plain data: what each property takes when a document is read.

For a reader in another language, so that the classes are written once. A rule that needs more than one property is not
here, nor what only binds those who build a document; a reader states those itself.
"""

from __future__ import annotations

import types
import typing
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, StringConstraints
from pydantic.fields import FieldInfo

from accredit.kit.openbadges import values
from accredit.kit.openbadges.credential import OpenBadgeCredential
from accredit.kit.openbadges.values import Node

_PLAIN = {str: "text", float: "number", bool: "truth", int: "whole", date: "day", datetime: "moment", dict: "object"}


def classes(start: type[Node] = OpenBadgeCredential) -> dict[str, Any]:
    """Answer every class that a document may hold, by name: whether it is closed, and its properties by name in JSON.

    Raises `TypeError` for a property written in a way that this module does not know, so that nothing is left out.
    """
    found: dict[str, Any] = {}
    waiting: list[type[Node]] = [start]
    while waiting:
        each = waiting.pop()
        if each.__name__ in found:
            continue
        properties = {field.alias or name: _of_field(field, waiting) for name, field in each.model_fields.items()}
        found[each.__name__] = {"closed": each.closed, "properties": properties}
    return dict(sorted(found.items()))


def _of_field(field: FieldInfo, waiting: list[type[Node]]) -> dict[str, Any]:
    told = _of(field.annotation, list(field.metadata), waiting)
    return {"required": True, **told} if field.is_required() else told


def _of(annotation: Any, metadata: list[Any], waiting: list[type[Node]]) -> dict[str, Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _of(inner, [*more, *metadata], waiting)
    told = _of_type(annotation, origin, waiting)
    for each in metadata:
        told |= _of_validator(each)
    return told


def _of_type(annotation: Any, origin: Any, waiting: list[type[Node]]) -> dict[str, Any]:
    arguments = get_args(annotation)
    if origin in (Union, types.UnionType):
        return {"any": [_of(each, [], waiting) for each in arguments]}
    if origin is tuple:
        return {"list": _of(arguments[0], [], waiting)}
    if origin is Literal:
        return {"is": "text", "words": list(arguments)}
    if annotation is types.NoneType:
        return {"is": "nothing"}
    return _of_class(origin or annotation, waiting)


def _of_class(kind: Any, waiting: list[type[Node]]) -> dict[str, Any]:
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"is": "text", "words": [each.value for each in kind]}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        waiting.append(typing.cast("type[Node]", kind))
        return {"node": kind.__name__}
    if kind in _PLAIN:
        return {"is": _PLAIN[kind]}
    raise TypeError(f"no plain form for {kind!r}")


def _of_validator(each: Any) -> dict[str, Any]:
    if isinstance(each, StringConstraints):
        return {"pattern": str(each.pattern)}
    if isinstance(each, BeforeValidator):
        return _BEFORE[each.func]
    if isinstance(each, AfterValidator):
        return _of_function(each.func)
    # Tags of a union, how a value is written back, and strictness, which JSON's own kinds give.
    if type(each).__module__.startswith(("pydantic", "annotated_types")):
        return {}
    raise TypeError(f"no plain form for {each!r}")


def _of_function(function: Any) -> dict[str, Any]:
    if function in _AFTER:
        return _AFTER[function]
    held = dict(zip(function.__code__.co_freevars, (cell.cell_contents for cell in function.__closure__), strict=True))
    if "known" in held:
        return {"words": sorted(map(str, held["known"])), "orExtension": True}
    if "demanded" in held:
        return {"naming": list(held["demanded"])}
    raise TypeError(f"no plain form for {function!r}")


_BEFORE: dict[Any, dict[str, Any]] = {
    values._as_list: {"wraps": True},  # noqa: SLF001  # the functions are what the annotations hold
    values._as_single: {"unwraps": True},  # noqa: SLF001
    values._date_time: {},  # noqa: SLF001
    values._plain_text: {"plain": True},  # noqa: SLF001
}
_AFTER: dict[Any, dict[str, Any]] = {values._uri: {"is": "uri"}}  # noqa: SLF001
