"""One HTTPS exchange: dial a checked address, speak TLS under the host's name, ask once, and read under a cap.

The standard library is used rather than urllib3 or httpx: both resolve the name themselves behind a pool, take proxies
from the environment and count a time-out for each read, so that address, name and total time could only be held by
reaching into them. `http.client` reads an answer from any object with `makefile`, which is where both limits sit.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final, Self
from urllib.parse import urlsplit

from accredit.fetching.addresses import is_allowed
from accredit.fetching.errors import FetchRefused
from accredit.fetching.target import PORT, Target

HEAD_BYTES: Final = 16_384
"""What the first lines and headers of an answer may have, and beside its body what chunks cost."""
_AGENT: Final = "accredit (verification of credentials)"

Resolve = Callable[[str], Iterable[str]]
"""Every address of a host, as texts; raises `OSError` for an unknown one."""
Dial = Callable[[tuple[str, int], float], socket.socket]
"""Connects to an address and port within some seconds."""


@dataclass(frozen=True)
class Proxy:
    """The operator's own way out. It alone is dialled, and what it lets through is its own affair."""

    host: str
    port: int

    @classmethod
    def at(cls, address: str | None) -> Self | None:
        """Read ``http://host:port``; None for none."""
        parts = urlsplit(address or "")
        return None if not parts.hostname or not parts.port else cls(parts.hostname, parts.port)


@dataclass
class Deadline:
    """One end for everything, however the other side spreads its bytes; in seconds from the start."""

    seconds: float
    _began: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Return what is left. Raises `FetchRefused` (``too-slow``) when nothing is."""
        left = self.seconds - (time.monotonic() - self._began)
        if left <= 0:
            raise FetchRefused("too-slow")
        return left


@dataclass(frozen=True)
class Answer:
    """What came back: the kind of content in lower case without parameters, and the bytes."""

    content_type: str
    body: bytes


def checked_address(host: str, resolve: Resolve) -> str:
    """Return the address to dial: the first of a host whose every address is allowed.

    A host with one address inside and one outside is refused whole: which of them answers would be the sender's choice.
    Raises `FetchRefused` (``unknown-host``, ``address-denied``).
    """
    try:
        found = list(dict.fromkeys(resolve(host)))
    except (OSError, UnicodeError) as error:
        raise FetchRefused("unknown-host") from error
    if not found:
        raise FetchRefused("unknown-host")
    if not all(is_allowed(address) for address in found):
        raise FetchRefused("address-denied")
    return found[0]


def system_addresses(host: str) -> list[str]:
    """Ask the system for every address of a host."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(address[0]) for *_, address in found]


def dial(peer: tuple[str, int], seconds: float) -> socket.socket:
    """Connect to an address and port."""
    return socket.create_connection(peer, timeout=seconds)


def exchange(
    target: Target,
    *,
    peer: tuple[str, int],
    through: Proxy | None,
    tls: ssl.SSLContext,
    deadline: Deadline,
    accept: str,
    max_bytes: int,
    dial: Dial,
    form: bytes | None = None,
) -> Answer:
    """Ask once. ``peer`` is what is dialled: a checked address, or the proxy; ``form`` is sent where there is one.

    Raises `FetchRefused`.
    """
    try:
        with dial(peer, deadline.left()) as plain:
            if through is not None:
                _ask_proxy(plain, target, deadline)
            plain.settimeout(deadline.left())
            # The certificate is that of the name that stands in the document, whatever the address belongs to.
            with tls.wrap_socket(plain, server_hostname=target.host) as secured:
                return _ask(secured, target, deadline, accept, max_bytes, form)
    except FetchRefused:
        raise
    except ssl.SSLError as error:
        raise FetchRefused("tls", type(error).__name__) from error
    except TimeoutError as error:
        raise FetchRefused("too-slow") from error
    except OSError as error:
        raise FetchRefused("unreachable", type(error).__name__) from error
    except (http.client.HTTPException, ValueError) as error:
        raise FetchRefused("malformed", type(error).__name__) from error


def _ask(
    channel: ssl.SSLSocket, target: Target, deadline: Deadline, accept: str, max_bytes: int, form: bytes | None
) -> Answer:
    method = "GET" if form is None else "POST"
    told = "" if form is None else f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
    request = (
        f"{method} {target.path} HTTP/1.1\r\nHost: {target.host}\r\nAccept: {accept}\r\n{told}"
        f"Accept-Encoding: identity\r\nUser-Agent: {_AGENT}\r\nConnection: close\r\n\r\n"
    )
    channel.sendall(request.encode("ascii") + (form or b""))
    response = http.client.HTTPResponse(_Channel(channel, deadline, max_bytes + HEAD_BYTES), method=method)  # type: ignore[arg-type]  # it asks for makefile, and for nothing else
    response.begin()
    if 300 <= response.status < 400:
        # Nobody is sent on: the next address would be the sender's choice again (ASVS V15.3.2).
        raise FetchRefused("redirect")
    if response.status != 200:
        raise FetchRefused("status", str(response.status))
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # Nothing packed was asked for, and little of it can stand for much.
        raise FetchRefused("malformed", "an encoding that was not asked for")
    if (response.length or 0) > max_bytes:
        raise FetchRefused("too-large")
    body = response.read(max_bytes + 1)
    if len(body) > max_bytes:
        raise FetchRefused("too-large")
    if response.length:
        raise FetchRefused("malformed", "less than was announced")
    return Answer(content_type=response.headers.get_content_type().lower(), body=body)


def _ask_proxy(plain: socket.socket, target: Target, deadline: Deadline) -> None:
    """Have the proxy open a tunnel (RFC 9110 §9.3.6). It sees the name, and nothing of what is said."""
    name = f"{target.host}:{PORT}"
    plain.settimeout(deadline.left())
    plain.sendall(f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode("ascii"))
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        plain.settimeout(deadline.left())
        # One byte at a time: what follows the empty line belongs to TLS.
        more = plain.recv(1)
        head += more
        if not more or len(head) > HEAD_BYTES:
            raise FetchRefused("unreachable", "the proxy's answer")
    status = head.split(b"\r\n", 1)[0].split(b" ")
    if len(status) < 2 or status[1] != b"200":
        raise FetchRefused("unreachable", "the proxy refused")


class _Channel(io.RawIOBase):
    """Reads from a socket under the deadline, and no more than a number of bytes in all."""

    def __init__(self, channel: ssl.SSLSocket, deadline: Deadline, at_most: int) -> None:
        super().__init__()
        self._channel = channel
        self._deadline = deadline
        self._left = at_most

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Answer what `http.client` reads from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the base says Any
        if self._left <= 0:
            raise FetchRefused("too-large")
        self._channel.settimeout(self._deadline.left())
        found = self._channel.recv_into(buffer, min(len(buffer), self._left))
        self._left -= found
        return found
