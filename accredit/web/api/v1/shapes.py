"""What every shape for programs is made of, and the shape of an error."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from accredit.domain.people.class_list import Level as Answer

_UNWRITABLE = re.compile(r"[\x00-\x1f\x7f]")


def _writable(text: str) -> str:
    if _UNWRITABLE.search(text):
        msg = "holds a character that cannot be kept"
        raise ValueError(msg)
    return text


Text = Annotated[str, AfterValidator(_writable), Field(max_length=150)]
Short = Annotated[str, AfterValidator(_writable), Field(max_length=40)]
Form = Annotated[str, AfterValidator(_writable), Field(max_length=20)]
Title = Annotated[str, AfterValidator(_writable), Field(min_length=1, max_length=120)]


class Shape(BaseModel):
    """What every shape has in common: nothing else is taken, and nothing else is told."""

    model_config = ConfigDict(extra="forbid")


class Fault(Shape):
    """One member of what was sent that is not as described."""

    at: str = Field(description="Where it stands: names and places, joined by dots.")
    text: str


class Row(Shape):
    """What was noticed in one record of a class list."""

    record: int = Field(description="The record, from 1 after the headings; 0 is the headings.")
    line: int
    column: str
    answer: Answer
    code: str = Field(description="Stable; the same words as in returned class lists.")
    text: str
    person: str = Field(description="What to know the record by, as the file has it.")


class Trouble(Shape):
    """An error (RFC 9457). ``code`` is stable, the sentences are not."""

    type: Literal["about:blank"]
    status: int
    title: str
    code: str
    detail: str
    errors: list[Fault] = Field(default=[], description="With not-as-described: every fault.")
    rows: list[Row] = Field(default=[], description="With rows-need-attention and columns-need-attention.")
