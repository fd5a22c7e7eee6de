"""What the classes share: the base model, its single values and lists, and how problems are told.

Building is strict: an unknown property is an error. Reading (`Node.read`) keeps unknown properties of extensible
classes, takes a single value where a list belongs and a list of one where a single value does (facts a.3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic.main import IncEx
from pydantic_core import PydanticCustomError

from accredit.kit.openbadges.errors import DocumentInvalid, Problem
from accredit.kit.openbadges.vocabularies import AchievementType, IdentityType, ResultType, TargetType
from accredit.kit.vc import timestamps
from accredit.kit.vc.errors import TimestampInvalid

# Whoever repairs a document needs the first few; a hostile one may have a hundred thousand.
MAX_PROBLEMS = 100
# `model_validate(context=READING)` marks a document that somebody else wrote.
READING: dict[str, bool] = {"reading": True}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f<>\"{}|\\^`\s]+")
_EXTENSION = re.compile(r"ext:[a-zA-Z0-9.\-_]+")
# What pydantic calls its own findings, in the words of this package's rules.
_RULES = {"missing": "required", "extra_forbidden": "unknown-property", "string_pattern_mismatch": "pattern"}

T = TypeVar("T")


def is_reading(info: ValidationInfo) -> bool:
    """Say whether a document is being read rather than built."""
    return bool(info.context and info.context.get("reading"))


def broken(rule: str, message: str) -> PydanticCustomError:
    """Answer the error by which a validator refuses a value; `rule` is the stable id."""
    # Braces would be read as places for values.
    return PydanticCustomError(rule, "{message}", {"message": message})


def _uri(value: str) -> str:
    if not _URI.fullmatch(value):
        raise broken("uri", "not an absolute URI")
    return value


def _date_time(value: object) -> datetime:
    """Accept an aware datetime or its text with an offset; answer it in UTC (facts l.20)."""
    if isinstance(value, str):
        try:
            return timestamps.parse(value)
        except TimestampInvalid:
            sentence = "not a date and time with an offset that exists, such as 2026-11-23T09:30:00Z"
            raise broken("date-time-z", sentence) from None
    if not isinstance(value, datetime):
        raise broken("date-time-z", "not a date and time")
    if value.tzinfo is None or value.utcoffset() is None:
        raise broken("date-time-z", "a time without an offset could be any of many")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise broken("date-time-z", "no such time in UTC") from None


def date_time_z(value: datetime) -> str:
    """Write an aware time in UTC with ``Z``; parts of a second only where there are any."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _as_list(value: object) -> object:
    return value if isinstance(value, list | tuple) else (value,)


def _as_single(value: object) -> object:
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def _term(vocabulary: type[StrEnum]) -> AfterValidator:
    known = frozenset(vocabulary)

    def check(value: str) -> str:
        if value not in known and not _EXTENSION.fullmatch(value):
            raise broken("vocabulary", f"not a term of {vocabulary.__name__}, nor an extension such as ext:Term")
        return str(value)

    return AfterValidator(check)


def _plain_text(value: object, info: ValidationInfo) -> object:
    """Read a language value object as its text (VCDM 11.1); building takes plain strings only (facts l.15)."""
    if not is_reading(info):
        return value
    if isinstance(value, list | tuple) and value:
        languages = [each.get("@language") if isinstance(each, Mapping) else None for each in value]
        if len(set(map(str, languages))) != len(value):
            raise broken("single", "two texts in one language, and nobody could say which one counts")
        value = value[0]
    if isinstance(value, Mapping) and set(value) <= {"@value", "@language", "@direction"}:
        return value.get("@value")
    return value


Uri = Annotated[str, AfterValidator(_uri)]
DateTimeZ = Annotated[
    datetime, BeforeValidator(_date_time), PlainSerializer(date_time_z, return_type=str, when_used="json")
]
Text = Annotated[str, BeforeValidator(_plain_text)]
# A number in quotation marks may be signed as it stands and yet be read as another, "1e1" or "nan".
Number = Annotated[float, Field(strict=True)]
Truth = Annotated[bool, Field(strict=True)]
LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$")]
CompactJws = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+$")]
# A list on paper and in the document; a single value is taken for a list of one.
Many = Annotated[tuple[T, ...], BeforeValidator(_as_list)]
# A single value on paper and in the document; a list of one is taken for its value.
Single = Annotated[T, BeforeValidator(_as_single)]
AchievementTypeTerm = Annotated[str, _term(AchievementType)]
TargetTypeTerm = Annotated[str, _term(TargetType)]
ResultTypeTerm = Annotated[str, _term(ResultType)]
IdentityTypeTerm = Annotated[str, _term(IdentityType)]


def _alias(name: str) -> str:
    return "@context" if name == "context" else to_camel(name)


def _step(step: int | str) -> str:
    """Write one step of a path; a field's Python name, as a builder was called with it, under its name in JSON."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{_alias(step)}" if "_" in step or step == "context" else f".{step}"


def problems_of(error: ValidationError) -> list[Problem]:
    """Tell pydantic's findings as problems with JSON paths; tags of unions, which start with '~', are no part."""
    found = []
    for each in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]:
        path = "$" + "".join(_step(step) for step in each["loc"] if not str(step).startswith("~"))
        found.append(Problem(path, _RULES.get(each["type"], each["type"].replace("_", "-")), each["msg"]))
    return found


if TYPE_CHECKING:
    _Base = BaseModel
else:

    class _Told(type(BaseModel)):
        """Makes building strict, and lets its mistakes out as `DocumentInvalid`: nothing raw leaks from here."""

        def __call__(cls, **given: Any) -> Any:
            """Build a node, strictly; pydantic itself does not pass here for the nodes inside."""
            try:
                return cls.model_validate(given, extra="forbid")
            except ValidationError as error:
                raise DocumentInvalid(cls.__name__, problems_of(error)) from None

    class _Base(BaseModel, metaclass=_Told):
        """A model built through `_Told`."""


class Node(_Base):
    """One object of a document. Snake case in Python, camelCase in the document; frozen once built."""

    model_config = ConfigDict(
        alias_generator=_alias,
        validate_by_name=True,
        validate_by_alias=True,
        frozen=True,
        # Kept when read and written back; what is built may have no property that the class has not.
        extra="allow",
        allow_inf_nan=False,
    )

    # Image, IdentityObject and IdentifierEntry take no further properties, not even when read (facts a.1).
    closed: ClassVar[bool] = False

    @model_validator(mode="after")
    def _nothing_more_when_closed(self) -> Self:
        if self.closed and self.model_extra:
            raise broken("unknown-property", f"a closed class does not have: {', '.join(sorted(self.model_extra))}")
        return self

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Read one object that somebody wrote; unknown properties of extensible classes are kept.

        Raises DocumentInvalid with every problem and its path.
        """
        try:
            return cls.model_validate(document, context=READING)
        except ValidationError as error:
            raise DocumentInvalid(cls.__name__, problems_of(error)) from None

    def document(self) -> dict[str, Any]:
        """Answer the JSON object: camelCase, arrays always, no nulls and no empty arrays, times in UTC with ``Z``."""
        return self._written()

    def _written(self, *, without: IncEx | None = None) -> dict[str, Any]:
        return _object_without_empty(self.model_dump(mode="json", by_alias=True, exclude_none=True, exclude=without))


def _object_without_empty(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out nulls and empty arrays at every depth, which is that of a document already read or built."""
    kept = {key: _without_empty(each) for key, each in value.items()}
    return {key: each for key, each in kept.items() if each is not None and each != []}


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return _object_without_empty(value)
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def of_type(*demanded: str) -> AfterValidator:
    """Demand that a `type` array names one of these (facts a.1)."""

    def check(types: Sequence[str]) -> Sequence[str]:
        if not set(demanded) & set(types):
            raise broken("type", f"the type must name {' or '.join(demanded)}")
        return types

    return AfterValidator(check)
