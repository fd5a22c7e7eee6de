"""Between the web server and the application: a request is had whole before any thread waits for it.

Granian hands a request over as soon as its head is there, and sets no time for the rest (its issue 728). With a few
threads, each waiting for the body it was promised, a few dozen connections that send a byte a second would keep
everybody else out. Here bodies are gathered by one loop, which can wait for thousands, and only what is whole, and came
in time, goes to one of the threads. Files that nobody has a place for are refused without being read at all.

This is RSGI (Granian's own protocol) on one side and WSGI (PEP 3333) on the other. Which answers there are is not here.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import structlog
from flask import Flask

from accredit.web.admission import ADMITTED, PLACES, REFUSED, SMALL, Places, holds_a_file

LARGEST: Final = 12_000_000
"""No view takes a longer body: an announced one is left unread, and the application refuses it by its announcement."""
PATIENCE: Final = 10.0
"""Seconds until a first byte must be there, and more for each that came: see `SLOWEST`."""
SLOWEST: Final = 8_000
"""Bytes a second that the slowest telephone sends."""
FILES_ARRIVING: Final = 8
"""So many files may be on their way at once, each of which has no place yet."""
MEMORY: Final = 96_000_000
"""Bytes of bodies that may wait in one process."""
_BUSY_ANSWERS: Final = 64
_QUICK: Final = re.compile(r"/(?:(?:v|api/verify)/[^/]+|static/.+|healthz)").fullmatch
"""Answered in the loop itself. To hand a request to a thread and back costs a third of a millisecond, and a page behind
a code takes half a one."""

logger = structlog.get_logger()

Headers: TypeAlias = list[tuple[str, str]]
Recall: TypeAlias = Callable[[Mapping[str, Any], bytes], Mapping[str, Any]]
"""What an environment and a whole body need besides to be answered in the loop; empty where that needs a thread."""


class Scope(Protocol):
    """What Granian says of a request (RSGI 1.6); ``path`` comes decoded, ``headers`` in small letters."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None
    headers: Any


@dataclass(frozen=True)
class Answer:
    """One answer, whole."""

    status: int
    headers: Headers
    body: bytes


class _TooSlow(Exception):
    """The body did not come in time."""


class _TooMuch(Exception):
    """There is no room for the body just now."""


class _BrokenOff(Exception):
    """The chunks ended before the last one: what came is part of a body, and looks like a whole one."""


_UNREADABLE: Final = Answer(400, [("connection", "close"), ("content-type", "text/plain")], b"400\n")


class Gateway:
    """An application as Granian calls it. Of one event loop; the application is called in threads of a pool."""

    def __init__(self, app: Flask, *, threads: int, recall: Recall | None = None) -> None:
        self._app = app
        self._recall = recall or _recalls_nothing
        self._places: Places = app.extensions[PLACES]
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self._held = 0
        self._arriving = 0
        self._busy: dict[tuple[str, ...], Answer] = {}
        self._fixed: dict[str, Any] = {
            "SCRIPT_NAME": "",
            "SERVER_SOFTWARE": "Granian",
            "wsgi.errors": sys.stderr,
            "wsgi.input_terminated": True,
            "wsgi.multiprocess": True,
            "wsgi.multithread": True,
            "wsgi.run_once": False,
            "wsgi.version": (1, 0),
        }

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Let nothing wait for threads when the server ends."""
        self._pool.shutdown(wait=False)

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        """Answer one request."""
        if (refusal := self._refusal(scope)) is not None:
            protocol.response_bytes(refusal.status, refusal.headers, refusal.body)
            return
        environ = self._environ(scope)
        if _is_ambiguous(environ):
            protocol.response_bytes(_UNREADABLE.status, _UNREADABLE.headers, _UNREADABLE.body)
            return
        try:
            answer = await self._answer(environ, protocol)
        except _TooSlow:
            answer = await self._refused(environ, 408)
        except _TooMuch:
            answer = await self._busy_answer(environ)
        except _BrokenOff:
            answer = _UNREADABLE
        protocol.response_bytes(answer.status, answer.headers, answer.body)

    def _refusal(self, scope: Scope) -> Answer | None:
        """Return the answer to a file nobody has time for, once it was drawn: a flood of them must cost nothing."""
        if scope.method != "POST" or not self._is_full() or scope.path not in self._places.doors:
            return None
        said = scope.headers.get
        announced = said("content-length") or ""
        if announced.isascii() and announced.isdigit() and int(announced) <= SMALL:
            return None
        cookie = _language(said("cookie") or "")
        return self._busy.get((scope.path, *(str(said(name) or "")[:200] for name in _OF_BUSY), cookie))

    def _is_full(self) -> bool:
        return self._places.are_taken() or self._arriving >= FILES_ARRIVING

    async def _answer(self, environ: dict[str, Any], protocol: Any) -> Answer:
        length = _length(environ)
        if length == 0:
            if environ["REQUEST_METHOD"] in {"GET", "HEAD"} and _QUICK(environ["PATH_INFO"]):
                return self._run(environ | {"wsgi.input": io.BytesIO()})
            return await self._called(environ, b"")
        if not _is_large(environ, length, self._places.doors):
            body = await self._body(protocol, length)
            if recalled := self._recalled(environ, body):
                self._held -= len(body)
                return self._run({**environ, **recalled, "wsgi.input": io.BytesIO(body)})
            # Small files occupy whoever opens them as large ones do: a flood of them must not fill every thread.
            if not _is_at(environ, self._places.doors) or not holds_a_file(body):
                return await self._called_with(environ, body)
            return await self._called_in_place(environ, body)
        if self._is_full():
            raise _TooMuch
        self._arriving += 1
        try:
            body = await self._body(protocol, length)
        finally:
            self._arriving -= 1
        # Only now: whoever sends a file slowly keeps no place from those whose file is there.
        return await self._called_in_place(environ, body)

    async def _called_in_place(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Answer a file that is whole, or raise `_TooMuch`."""
        if not self._places.take():
            self._held -= len(body)
            raise _TooMuch
        try:
            return await self._called_with(environ | {ADMITTED: True}, body)
        finally:
            self._places.give_back()

    async def _body(self, protocol: Any, length: int | None) -> bytes:
        """Return the body, or of one that announced no length and is too long as much as shows that it is.

        ``length`` is None where none was announced. What is returned counts as held until it was answered
        (`_called_with`). Raises `_TooSlow`, `_TooMuch` and `_BrokenOff`.
        """
        if length is not None and length > LARGEST:
            return b""
        begun, pieces, received, is_whole = time.monotonic(), protocol.__aiter__(), 0, False
        gathered, ends = bytearray(), 0
        try:
            # Not until the end is told as well: to wait for that costs as much as to wait for the body.
            while received <= LARGEST and received != length:
                left = begun + PATIENCE + received / SLOWEST - time.monotonic()
                try:
                    async with asyncio.timeout(left):
                        piece = await pieces.__anext__()
                except StopAsyncIteration:
                    break
                except TimeoutError:
                    raise _TooSlow from None
                ends = 0 if piece else ends + 1
                gathered += piece
                received += len(piece)
                self._held += len(piece)
                if self._held > MEMORY:
                    raise _TooMuch
            if length is not None and received < length:
                raise _TooSlow
            if length is None and ends > 1:
                # Granian gives an empty piece for the end of chunks, and one more for whatever else ends them: a
                # connection that broke off, a chunk that is none, a trailer, which nobody sends. Half a list must not
                # be taken in as a whole one (RFC 9112 §8).
                raise _BrokenOff
            is_whole = True
            return bytes(gathered)
        finally:
            if not is_whole:
                self._held -= received

    def _recalled(self, environ: dict[str, Any], body: bytes) -> Mapping[str, Any]:
        try:
            return self._recall(environ, body)
        except Exception:
            # Whatever is wrong, the view meets it too, and has a page that says so.
            logger.exception("nothing could be recalled")
            return {}

    async def _called_with(self, environ: dict[str, Any], body: bytes) -> Answer:
        try:
            return await self._called(environ, body)
        finally:
            self._held -= len(body)

    async def _called(self, environ: dict[str, Any], body: bytes) -> Answer:
        environ["wsgi.input"] = io.BytesIO(body)
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, environ)

    def _run(self, environ: dict[str, Any]) -> Answer:
        said: list[tuple[str, Headers]] = []

        def start_response(status: str, headers: Headers, _error: object = None) -> Callable[[bytes], object]:
            said[:] = [(status, headers)]
            return _no_write

        try:
            body = _joined(self._app.wsgi_app(environ, start_response))
        except Exception:
            logger.exception("request failed outside the application")
            return Answer(500, [("Content-Type", "text/plain")], b"500\n")
        status, headers = said[0]
        return Answer(int(status[:3]), headers, body)

    async def _busy_answer(self, environ: Mapping[str, Any]) -> Answer:
        """Return the page (or problem) that asks to come again; at a door the same for everybody, and kept."""
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] not in self._places.doors:
            return await self._refused(environ, 503)
        asked = {_key(name): str(environ.get(_key(name), ""))[:200] for name in _OF_BUSY}
        asked["HTTP_COOKIE"] = _language(str(environ.get("HTTP_COOKIE", "")))
        key = (environ["PATH_INFO"], *asked.values())
        if (kept := self._busy.get(key)) is not None:
            return kept
        # Asked for without whoever asks, so that it holds nothing of one of them.
        answer = await self._refused({name: environ[name] for name in _OF_SERVER} | asked, 503)
        # A fault while it was drawn is nobody's answer tomorrow.
        if answer.status == 503:
            if len(self._busy) >= _BUSY_ANSWERS:
                self._busy.clear()
            self._busy[key] = answer
        return answer

    async def _refused(self, environ: Mapping[str, Any], status: int) -> Answer:
        """Have the application refuse a request whose body it is not given."""
        return await self._called(self._fixed | dict(environ) | {"CONTENT_LENGTH": "0", REFUSED: status}, b"")

    def _environ(self, scope: Scope) -> dict[str, Any]:
        host, _, port = scope.server.rpartition(":")
        environ = self._fixed | {
            "REQUEST_METHOD": scope.method,
            "PATH_INFO": scope.path.encode("utf-8", "surrogateescape").decode("latin-1"),
            "QUERY_STRING": scope.query_string,
            "SERVER_NAME": host,
            "SERVER_PORT": port,
            "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
            "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
            "wsgi.url_scheme": scope.scheme,
        }
        for name, value in scope.headers.items():
            # PEP 3333 writes a hyphen as an underscore, so that X_Forwarded_For could pose as the other.
            if "_" in name:
                continue
            key = _key(name)
            before = environ.get(key)
            environ[key] = value if before is None else f"{before}{'; ' if name == 'cookie' else ','}{value}"
        if "HTTP_HOST" not in environ and scope.authority is not None:
            # HTTP/2 says it so (RFC 9113 §8.3.1).
            environ["HTTP_HOST"] = scope.authority
        return environ


_BARE: Final = frozenset({"CONTENT_LENGTH", "CONTENT_TYPE"})
_OF_BUSY: Final = ("host", "accept", "accept-language")
_OF_SERVER: Final = (
    *("REQUEST_METHOD", "PATH_INFO", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR"),
    "wsgi.url_scheme",
)


def _key(name: str) -> str:
    upper = name.upper().replace("-", "_")
    return upper if upper in _BARE else f"HTTP_{upper}"


def _language(cookies: str) -> str:
    return "language=cy" if "language=cy" in cookies else ""


def _is_at(environ: Mapping[str, Any], doors: frozenset[str]) -> bool:
    return environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] in doors


def _is_large(environ: Mapping[str, Any], length: int | None, doors: frozenset[str]) -> bool:
    return _is_at(environ, doors) and (length is None or length > SMALL)


def _length(environ: Mapping[str, Any]) -> int | None:
    """Return how long the body is announced to be; None where it comes in chunks, or the number is none."""
    if "HTTP_TRANSFER_ENCODING" in environ:
        return None
    announced = environ.get("CONTENT_LENGTH", "0")
    return int(announced) if announced.isascii() and announced.isdigit() else None


def _is_ambiguous(environ: Mapping[str, Any]) -> bool:
    """Say whether another server before us may read the end of a body elsewhere.

    The one behind Granian takes any list of codings that ends in ``chunked`` (RFC 9112 §6.1).
    """
    return str(environ.get("HTTP_TRANSFER_ENCODING", "chunked")).lower() != "chunked"


def _joined(parts: Iterable[bytes]) -> bytes:
    try:
        return b"".join(parts)
    finally:
        if (close := getattr(parts, "close", None)) is not None:
            close()


def _recalls_nothing(_environ: Mapping[str, Any], _body: bytes) -> Mapping[str, Any]:
    return {}


def _no_write(_data: bytes) -> object:
    raise NotImplementedError("Flask never uses the write callable of PEP 3333.")
