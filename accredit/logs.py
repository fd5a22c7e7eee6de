"""How what happens is logged: one line an event, and of an error where it was raised, never the values at hand there.

The default of the logging library prints every local variable with an error: names, salts, documents. It also prints
texts as they are; here a control character is written out, so that no text poses as an entry of its own or colours a
terminal (attacks.md WI22).
"""

from __future__ import annotations

import io
import re
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, ExcInfo, WrappedLogger

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROLS_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def configure() -> None:
    """Log in this way from now on, in this process; repeatable."""
    renderer = structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=_traceback)
    before = [each for each in structlog.get_config()["processors"][:-1] if each is not _on_one_line]
    structlog.configure(processors=[*before, _on_one_line, renderer])


def _on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # Whatever is no text is written by its repr, which does the same.
    return {key: _CONTROLS.sub(_written_out, each) if isinstance(each, str) else each for key, each in event.items()}


def _traceback(target: TextIO, exc_info: ExcInfo) -> None:
    plain = io.StringIO()
    structlog.dev.plain_traceback(plain, exc_info)
    target.write(_CONTROLS_BUT_LINES.sub(_written_out, plain.getvalue()))


def _written_out(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")
