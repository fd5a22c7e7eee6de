"""The body of a request is had whole or not at all. That it comes in time is the gateway's to see to (`web.gateway`).

A body that names no length may go on for ever. Werkzeug reads it up to the limit, and hands over what it has as if that
were all: half a file would be judged as a whole one.
"""

from __future__ import annotations

from typing import IO, cast

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.utils import cached_property
from werkzeug.wsgi import LimitedStream


class WholeRequest(Request):
    """A request whose body is whole: 413 once it is longer than allowed."""

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
    def readall(self) -> bytes:
        read = super().readall()
        if self._limit_is_max and self.is_exhausted and self._stream.read(1):
            raise RequestEntityTooLarge
        return read
