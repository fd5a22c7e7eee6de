"""A real HTTPS server on loopback that answers as it is told, and a name server that says where it is."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Self

import trustme

from accredit.fetching.connection import Proxy
from accredit.fetching.fetcher import Fetcher

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
PUBLIC = "93.184.215.14"
"""What the name server says of every host unless told otherwise; a dial there ends at the server on loopback."""
JSON_TYPES = frozenset({"application/json", "application/did+json"})

Say = Callable[[ssl.SSLSocket], None]


def answer(body: bytes | str | dict[str, Any], *, kind: str = "application/json", status: str = "200 OK",
           headers: str = "", length: int | None = None) -> Say:  # fmt: skip
    """Answer once, as a plain server would."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body.encode() if isinstance(body, str) else body
    size = len(data) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{headers}\r\n"
    return lambda channel: channel.sendall(head.encode() + data)


class StrangeHost:
    """``pages`` maps paths to what is said; ``asked`` are the requests as they came, ``dialled`` who was dialled."""

    def __init__(self, *names: str, expired: bool = False, tls: ssl.TLSVersion | None = None) -> None:
        self.authority = trustme.CA()
        ends = datetime(2026, 1, 1, tzinfo=UTC) if expired else None
        certificate = self.authority.issue_cert(*(names or ("school.example.org",)), not_after=ends)
        self._server_tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(self._server_tls)
        if tls is not None:
            self._server_tls.minimum_version = ssl.TLSVersion.TLSv1
            self._server_tls.maximum_version = tls
            self._server_tls.set_ciphers("ALL:@SECLEVEL=0")
        self.pages: dict[str, Say] = {}
        self.asked: list[str] = []
        self.dialled: list[tuple[str, int]] = []
        self.resolved: list[str] = []
        self.addresses: dict[str, list[str]] = {}
        self.stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._listen, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        with contextlib.suppress(OSError):
            # Closing alone does not wake somebody who waits to accept.
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)

    def _listen(self) -> None:
        while not self.stop.is_set():
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(plain,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), plain, self._server_tls.wrap_socket(plain, server_side=True) as channel:
            request = b""
            while not _is_whole(request):
                more = channel.recv(4096)
                if not more:
                    return
                request += more
            text = request.decode()
            self.asked.append(text)
            say = self.pages.get(text.split(" ")[1], answer("nothing here", status="404 Not Found"))
            say(channel)

    def resolve(self, host: str) -> list[str]:
        """Answer as a name server."""
        self.resolved.append(host)
        return self.addresses.get(host, [PUBLIC])

    def dial(self, peer: tuple[str, int], seconds: float) -> socket.socket:
        """Connect to the server, wherever somebody meant to go."""
        self.dialled.append(peer)
        return socket.create_connection(self._listener.getsockname(), seconds)

    @property
    def port(self) -> int:
        """Where the server listens."""
        port: int = self._listener.getsockname()[1]
        return port

    def fetcher(self, *, allowed: bool = True, proxy: Proxy | None = None, **options: Any) -> Fetcher:
        """A fetcher whose names lead here and that trusts this server's authority."""
        tls = ssl.create_default_context()
        tls.minimum_version = ssl.TLSVersion.TLSv1_2
        self.authority.configure_trust(tls)
        given: dict[str, Any] = {"tls": tls, "resolve": self.resolve, "dial": self.dial} | options
        return Fetcher(allowed=allowed, proxy=proxy, **given)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    told = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
    return bool(end) and len(body) >= int(told[1] if told else 0)


@contextlib.contextmanager
def strange_host(*names: str, **options: Any) -> Iterator[StrangeHost]:
    """A server for one test."""
    with StrangeHost(*names, **options) as host:
        yield host
