"""The guarded fetcher against a real HTTPS server that means no good."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable

import pytest

from accredit.fetching import fetcher as module
from accredit.fetching.connection import Deadline, checked_address
from accredit.fetching.fetcher import Fetcher
from tests.unit.fetching.asking import DOCUMENT, HEAD, PATH, TTL, URL, code, drip, get, raw
from tests.unit.fetching.strange_host import JSON_TYPES, NOW, PUBLIC, answer, strange_host


def test_a_document_is_had() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT, kind="application/did+json; charset=utf-8")
        found = get(host)
    assert found.body == b'{"id": "did:web:school.example.org"}'
    assert (found.content_type, found.fetched_at, len(found.digest)) == ("application/did+json", NOW, 64)
    assert host.dialled == [(PUBLIC, 443)]
    (request,) = host.asked
    assert request.splitlines()[:2] == ["GET /did.json HTTP/1.1", "Host: school.example.org"]
    assert "cookie" not in request.lower()
    assert "authorization" not in request.lower()


def test_chunks_are_joined() -> None:
    with strange_host() as host:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        host.pages[PATH] = raw(head + b"2\r\n{}\r\n0\r\n\r\n")
        assert get(host).body == b"{}"


@pytest.mark.attack("VN24")
def test_vn24_nothing_is_looked_up_unless_the_operator_allows_it() -> None:
    with strange_host() as host:
        assert code(lambda: get(host, fetcher=host.fetcher(allowed=False))) == "fetching-is-off"
        assert (host.dialled, host.resolved, host.asked) == ([], [], [])


@pytest.mark.attack("VN22")
@pytest.mark.parametrize("url", [URL, "https://SCHOOL.example.org:443/status/1"])
def test_vn22_our_own_address_is_never_asked(url: str) -> None:
    with strange_host() as host:
        own = host.fetcher(own_hosts=["School.example.org:8443"])
        assert code(lambda: get(host, url, fetcher=own)) == "own-address"
        assert (host.dialled, host.resolved) == ([], [])


@pytest.mark.attack("VN06")
@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.7"], [PUBLIC, "127.0.0.1"], ["2606:2800:21f::1", "::1"], [PUBLIC, "fe80::1%eth0"], ["::ffff:127.0.0.1"]],
    ids=["a private one", "mixed", "mixed in IPv6", "link-local beside a public one", "IPv4 in disguise"],
)
def test_vn06_a_host_with_any_address_inside_is_not_dialled(addresses: list[str]) -> None:
    with strange_host() as host:
        host.addresses["school.example.org"] = addresses
        assert code(lambda: get(host)) == "address-denied"
        assert host.dialled == []


@pytest.mark.attack("VN05")
@pytest.mark.parametrize("spelled", ["127.1", "2130706433", "0x7f.1", "017700000001", "0", "①②⑦.0.0.1"])
def test_vn05_what_the_system_makes_of_odd_spellings_is_denied(spelled: str) -> None:
    from accredit.fetching.connection import system_addresses

    assert code(lambda: checked_address(spelled, system_addresses)) in {"address-denied", "unknown-host"}


@pytest.mark.attack("VN07")
def test_vn07_the_checked_address_is_dialled_whatever_the_name_says_later() -> None:
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        rebinding = host.fetcher(resolve=lambda _host: next(answers))
        get(host, fetcher=rebinding)
        # One question, one answer, one dial there, and the name only inside TLS and Host.
        assert host.dialled == [(PUBLIC, 443)]
        assert "Host: school.example.org\r\n" in host.asked[0]
        assert next(answers) == ["127.0.0.1"]


@pytest.mark.attack("VN08", "VI09")
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.1/", "file:///etc/passwd", URL, "https://other.example.org/did.json", "/elsewhere"],
    ids=["inside", "a file", "in a circle", "another host", "the same host"],
)
def test_vn08_nobody_is_sent_on(status: str, location: str) -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(b"body", status=status, headers=f"Location: {location}\r\n")
        assert code(lambda: get(host)) == "redirect"
        assert len(host.asked) == 1


@pytest.mark.attack("VN12", "VI10")
@pytest.mark.parametrize(
    "say",
    [
        pytest.param(drip(HEAD + b"\r\n", b" "), id="a byte of the body at a time"),
        pytest.param(drip(HEAD, b"X-A: b\r\n"), id="a header at a time"),
        pytest.param(drip(b"HTTP/1.1 200", b" "), id="a first line that never ends"),
        pytest.param(drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0"), id="a chunk's length that never ends"),
        pytest.param(drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"), id="wait, always"),
        pytest.param(lambda _channel: time.sleep(1), id="nothing at all"),
    ],
)
def test_vn12_a_slow_host_is_given_up_at_the_deadline(say: Callable[[ssl.SSLSocket], None]) -> None:
    with strange_host() as host:
        host.pages[PATH] = say
        began = time.monotonic()
        assert code(lambda: get(host, seconds=0.6)) == "too-slow"
        assert time.monotonic() - began < 1.5


@pytest.mark.attack("VN12")
def test_vn12_a_slow_name_server_is_given_up_at_the_deadline() -> None:
    let_go = threading.Event()

    def resolve(_host: str) -> list[str]:
        let_go.wait(5)
        return [PUBLIC]

    with strange_host() as host:
        began = time.monotonic()
        assert code(lambda: get(host, fetcher=host.fetcher(resolve=resolve), seconds=0.3)) == "too-slow"
        assert time.monotonic() - began < 1.0
        let_go.set()
    assert host.dialled == []


@pytest.mark.attack("VN12")
def test_vn12_a_host_that_never_finishes_the_handshake_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        mute = Fetcher(
            allowed=True,
            resolve=lambda _host: [PUBLIC],
            dial=lambda _peer, seconds: socket.create_connection(silent.getsockname(), seconds),
        )
        ask = lambda: mute.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW, deadline=Deadline(0.4))  # noqa: E731
        assert code(ask) in {"too-slow", "tls"}


def endless(head: bytes, piece: bytes) -> Callable[[ssl.SSLSocket], None]:
    def say(channel: ssl.SSLSocket) -> None:
        channel.sendall(head)
        for _ in range(3_000):
            channel.sendall(piece)

    return say


@pytest.mark.attack("VN13", "VI10")
@pytest.mark.parametrize(
    ("say", "expected"),
    [
        pytest.param(endless(HEAD + b"\r\n", b"x" * 65_536), "too-large", id="a body without end or length"),
        pytest.param(
            endless(HEAD + b"Content-Length: 5368709120\r\n\r\n", b"x" * 65_536), "too-large", id="five gigabytes"
        ),
        pytest.param(
            endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
            "too-large",
            id="chunks without end",
        ),
        pytest.param(answer(b"x" * 1_000_001), "too-large", id="a byte too many"),
        pytest.param(endless(HEAD, b"X-A: " + b"b" * 4_000 + b"\r\n"), "malformed", id="headers without end"),
        pytest.param(
            answer(gzip.compress(b"[" + b"0," * 5_000_000 + b"0]"), headers="Content-Encoding: gzip\r\n"),
            "malformed",
            id="ten megabytes in a few kilobytes",
        ),
        pytest.param(answer(b"{}", headers="Content-Encoding: br\r\n"), "malformed", id="an encoding nobody asked for"),
        pytest.param(answer(b"{}", length=9), "malformed", id="less than was announced"),
    ],
)
def test_vn13_no_more_is_read_than_a_document_can_have(say: Callable[[ssl.SSLSocket], None], expected: str) -> None:
    with strange_host() as host:
        host.pages[PATH] = say
        assert code(lambda: get(host)) == expected


def test_the_largest_document_is_read() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(b"x" * 1_000_000)
        assert len(get(host).body) == 1_000_000


@pytest.mark.attack("VI10")
@pytest.mark.parametrize(
    ("say", "expected"),
    [
        pytest.param(answer("<html>", kind="text/html"), "content-type", id="a page"),
        pytest.param(answer(DOCUMENT, status="404 Not Found"), "status", id="not found"),
        pytest.param(answer(DOCUMENT, status="206 Partial Content"), "status", id="a part"),
        pytest.param(answer(DOCUMENT, status="429 Too Many Requests"), "status", id="VS21 too many requests"),
        pytest.param(answer(DOCUMENT, status="500 Oh"), "status", id="VS21 a fault of theirs"),
        pytest.param(raw(b"SSH-2.0-OpenSSH_9\r\n"), "malformed", id="another protocol"),
        pytest.param(raw(b""), "unreachable", id="a hang-up"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 101 + b"\r\n"), "malformed", id="too many headers"),
    ],
)
def test_vi10_what_is_no_document_is_refused(say: Callable[[ssl.SSLSocket], None], expected: str) -> None:
    with strange_host() as host:
        host.pages[PATH] = say
        assert code(lambda: get(host)) == expected


@pytest.mark.attack("VN16", "VI10")
def test_vn16_an_expired_certificate_is_refused() -> None:
    with strange_host(expired=True) as host:
        assert code(lambda: get(host)) == "tls"
        assert host.asked == []


@pytest.mark.attack("VN16", "VI10")
def test_vn16_a_certificate_nobody_vouches_for_is_refused() -> None:
    with strange_host() as host:
        assert code(lambda: get(host, fetcher=host.fetcher(tls=module.strict_tls()))) == "tls"
        assert host.asked == []


@pytest.mark.attack("VN16")
def test_vn16_the_certificate_of_another_name_is_refused() -> None:
    with strange_host("other.example.org") as host:
        assert code(lambda: get(host)) == "tls"


@pytest.mark.attack("VN16")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_vn16_an_old_tls_is_refused() -> None:
    with strange_host(tls=ssl.TLSVersion.TLSv1_1) as host:
        assert code(lambda: get(host)) in {"tls", "unreachable"}
        assert host.asked == []


def test_nobody_at_home() -> None:
    def dial(_peer: tuple[str, int], seconds: float) -> socket.socket:
        raise ConnectionRefusedError

    with strange_host() as host:
        assert code(lambda: get(host, fetcher=host.fetcher(dial=dial))) == "unreachable"


@pytest.mark.parametrize("trouble", [socket.gaierror("no such host"), UnicodeError("a label is too long")])
def test_a_host_nobody_knows(trouble: Exception) -> None:
    def resolve(_host: str) -> list[str]:
        raise trouble

    with strange_host() as host:
        assert code(lambda: get(host, fetcher=host.fetcher(resolve=resolve))) == "unknown-host"
        assert code(lambda: get(host, fetcher=host.fetcher(resolve=lambda _host: []))) == "unknown-host"
