"""How what happens is logged: one line an event, and of an error where it was raised, never the values at hand there.

The default of the logging library prints every local variable with an error: names, salts, documents.
"""

from __future__ import annotations

import sys

import structlog


def configure() -> None:
    """Log in this way from now on, in this process; repeatable."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stdout.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])
