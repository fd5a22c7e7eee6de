"""The body of a request is had whole, in time, or not at all.

A body that names no length may go on for ever. Werkzeug reads it up to the limit, and hands over what it has as if that
were all: half a file would be judged as a whole one. What comes slowly is left after half a minute, which is noticed
between two pieces of 64 kB. While nothing comes at all nobody can look at a watch here: that is for the web server in
front (docs/operating/install.md).
"""

from __future__ import annotations

import time
from typing import IO, Any, cast

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge, RequestTimeout
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream

SECONDS = 30.0


class WholeRequest(Request):
    """A request whose body is whole: 413 once it is longer than allowed, 408 once it took half a minute."""

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body, which `get_data` and the forms read. Raises `RequestEntityTooLarge` for a declared length."""
        declared, most = self.content_length, self.max_content_length
        if declared is not None and most is not None and declared > most:
            raise RequestEntityTooLarge
        if declared is None and (most is None or not self.environ.get("wsgi.input_terminated")):
            # As Werkzeug has it: where nobody says where it ends, there is nothing to be read.
            return super().stream
        limit = cast("int", most if declared is None else declared)
        return cast("IO[bytes]", _Body(self.environ["wsgi.input"], limit, is_max=declared is None))


class _Body(LimitedStream):
    def __init__(self, stream: Any, limit: int, *, is_max: bool) -> None:
        super().__init__(stream, limit, is_max)
        self._until = time.monotonic() + SECONDS

    def readinto(self, b: bytearray) -> int | None:  # type: ignore[override]  # as the class above it
        if time.monotonic() > self._until:
            raise RequestTimeout
        return super().readinto(b)

    def readall(self) -> bytes:
        read = super().readall()
        if self._limit_is_max and self.is_exhausted and self._stream.read(1):
            raise RequestEntityTooLarge
        return read
