"""The guarded fetcher against a real HTTPS server that means no good."""

from __future__ import annotations

import gzip
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from accredit.fetching import fetcher as module
from accredit.fetching.connection import Deadline, Proxy, checked_address
from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Errand, Fetched, Fetcher
from tests.unit.fetching.strange_host import JSON_TYPES, NOW, PUBLIC, StrangeHost, answer, strange_host

URL = "https://school.example.org/did.json"
PATH = "/did.json"
TTL = timedelta(minutes=5)
DOCUMENT = {"id": "did:web:school.example.org"}


def get(host: StrangeHost, url: str = URL, *, fetcher: Fetcher | None = None, seconds: float = 5.0) -> Fetched:
    found = fetcher or host.fetcher()
    return found.get(url, accept=JSON_TYPES, ttl=TTL, now=NOW, deadline=Deadline(seconds))


def code(ask: Callable[[], object]) -> str:
    with pytest.raises(FetchRefused) as caught:
        ask()
    return caught.value.code


def drip(head: bytes, more: bytes, *, every: float = 0.05) -> Callable[[ssl.SSLSocket], None]:
    def say(channel: ssl.SSLSocket) -> None:
        channel.sendall(head)
        for _ in range(400):
            channel.sendall(more)
            time.sleep(every)

    return say


def raw(data: bytes) -> Callable[[ssl.SSLSocket], None]:
    return lambda channel: channel.sendall(data)


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


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


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


@pytest.mark.attack("VN14")
def test_vn14_one_verification_looks_up_four_addresses_at_most() -> None:
    with strange_host() as host:
        urls = [f"https://school.example.org/status/{number}" for number in range(100)]
        for number in range(100):
            host.pages[f"/status/{number}"] = answer(DOCUMENT)
        errand = Errand(host.fetcher(), now=NOW)
        codes = []
        for url in urls:
            try:
                errand.get(url, accept=JSON_TYPES, ttl=TTL)
                codes.append("had")
            except FetchRefused as refused:
                codes.append(refused.code)
        assert codes == ["had"] * 4 + ["too-many"] * 96
        assert len(host.asked) == 4


def test_one_verification_sees_one_answer() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        errand = Errand(host.fetcher(), now=NOW)
        first = errand.get(URL, accept=JSON_TYPES, ttl=timedelta())
        host.pages[PATH] = answer({"id": "another"})
        assert errand.get(URL, accept=JSON_TYPES, ttl=timedelta()) is first
        assert len(host.asked) == 1


def test_a_refusal_is_the_same_within_one_verification() -> None:
    with strange_host() as host:
        errand = Errand(host.fetcher(), now=NOW)
        assert [code(lambda: errand.get(URL, accept=JSON_TYPES, ttl=TTL)) for _ in range(3)] == ["status"] * 3
        assert len(host.asked) == 1


def test_all_of_one_verification_shares_a_deadline() -> None:
    with strange_host() as host:
        for path in ("/a", "/b"):
            host.pages[path] = drip(HEAD + b"\r\n", b" ")
        errand = Errand(host.fetcher(), now=NOW, seconds=0.5)
        began = time.monotonic()
        for path in ("/a", "/b"):
            assert (
                code(partial(errand.get, f"https://school.example.org{path}", accept=JSON_TYPES, ttl=TTL)) == "too-slow"
            )
        assert time.monotonic() - began < 1.0


def test_an_answer_is_remembered_for_its_time_and_not_longer() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        kept = host.fetcher()
        for minutes in (0, 4, 5, 6):
            kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW + timedelta(minutes=minutes))
        assert len(host.asked) == 2


def test_an_answer_from_the_future_is_not_used() -> None:
    with strange_host() as host:
        host.pages[PATH] = answer(DOCUMENT)
        kept = host.fetcher()
        kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW + timedelta(days=3_650))
        assert kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW).fetched_at == NOW


def test_a_refusal_is_remembered_for_a_minute() -> None:
    with strange_host() as host:
        kept = host.fetcher()
        for seconds in (0, 1, 59):
            later = NOW + timedelta(seconds=seconds)
            ask = partial(kept.get, URL, accept=JSON_TYPES, ttl=TTL, now=later)
            assert code(ask) == "status"
        assert len(host.asked) == 1
        host.pages[PATH] = answer(DOCUMENT)
        assert kept.get(URL, accept=JSON_TYPES, ttl=TTL, now=NOW + timedelta(seconds=60)).body


def test_no_more_is_remembered_than_there_is_room_for() -> None:
    with strange_host() as host:
        kept = host.fetcher()
        for number in range(70):
            code(partial(kept.get, f"https://school.example.org/{number}", accept=JSON_TYPES, ttl=TTL, now=NOW))
        assert len(kept._known) == 64


@pytest.mark.attack("VN27")
def test_vn27_fifty_slow_hosts_hold_nobody_up() -> None:
    with strange_host() as host:
        slow = drip(HEAD + b"\r\n", b" ")
        for number in range(50):
            host.pages[f"/{number}"] = slow
        fetcher = host.fetcher()

        def ask(number: int) -> str:
            return code(lambda: get(host, f"https://school.example.org/{number}", fetcher=fetcher, seconds=0.8))

        began = time.monotonic()
        with ThreadPoolExecutor(50) as everybody:
            codes = list(everybody.map(ask, range(50)))
        assert time.monotonic() - began < 3
        assert codes.count("busy") >= 34
        assert set(codes) == {"busy", "too-slow"}
        # And then there is room again.
        host.pages[PATH] = answer(DOCUMENT)
        assert get(host, fetcher=fetcher).body


def test_no_address_is_written_to_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with strange_host() as host:
        code(lambda: get(host, "https://school.example.org/pupil/ama-asante"))
    said = capsys.readouterr()
    assert "school.example.org" in said.out + said.err
    assert "ama" not in said.out + said.err
