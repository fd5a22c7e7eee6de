"""Through the proxy of the operator, and through none that the environment names."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from accredit.fetching.connection import Proxy
from tests.unit.fetching.asking import DOCUMENT, PATH, code, get
from tests.unit.fetching.strange_host import PUBLIC, answer, strange_host


@pytest.mark.attack("VN25")
def test_vn25_only_the_proxy_is_contacted(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    heard: list[bytes] = []
    with strange_host() as host, socket.create_server(("127.0.0.1", 0)) as listener:
        host.pages[PATH] = answer(DOCUMENT)

        def relay() -> None:
            inside, _ = listener.accept()
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += inside.recv(1)
            heard.append(head)
            outside = socket.create_connection(("127.0.0.1", host.port))
            inside.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            ways = [
                threading.Thread(target=_pump, args=each, daemon=True)
                for each in ((inside, outside), (outside, inside))
            ]
            for way in ways:
                way.start()
            for way in ways:
                way.join(5)
            inside.close()
            outside.close()

        proxy = threading.Thread(target=relay, daemon=True)
        proxy.start()
        dialled: list[tuple[str, int]] = []

        def dial(peer: tuple[str, int], seconds: float) -> socket.socket:
            dialled.append(peer)
            return socket.create_connection(listener.getsockname(), seconds)

        through = host.fetcher(proxy=Proxy("proxy.inside", 3128), dial=dial)
        assert get(host, fetcher=through).body
        proxy.join(5)
    assert dialled == [("proxy.inside", 3128)]
    assert heard == [b"CONNECT school.example.org:443 HTTP/1.1\r\nHost: school.example.org:443\r\n\r\n"]
    # Not even a name server is asked.
    assert host.resolved == []


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


@pytest.mark.attack("VN25")
@pytest.mark.parametrize("said", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"nonsense\r\n\r\n", b"", b"x" * 20_000])
def test_vn25_a_proxy_that_refuses_is_the_end_of_it(said: bytes) -> None:
    with strange_host() as host, socket.create_server(("127.0.0.1", 0)) as listener:

        def refuse() -> None:
            inside, _ = listener.accept()
            with inside:
                inside.recv(4096)
                inside.sendall(said)

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        dial = lambda _peer, seconds: socket.create_connection(listener.getsockname(), seconds)  # noqa: E731
        through = host.fetcher(proxy=Proxy("proxy.inside", 3128), dial=dial)
        assert code(lambda: get(host, fetcher=through)) == "unreachable"
        thread.join(5)


@pytest.mark.attack("VN25")
def test_vn25_a_proxy_in_the_environment_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:1/")
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        get(host)
        assert host.dialled == [(PUBLIC, 443)]
