"""The real web server in front of the real application: bodies come whole and in time, or cost nobody anything."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest

from tests.processes import Service

HOST = "127.0.0.1"
LINES = b"\r\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    found = Service(tmp_path_factory.mktemp("gateway"))
    found.run("migrate")
    found.start("serve")
    found.wait_until_served()
    yield found
    found.stop()


def head(service: Service, line: str, *headers: str) -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", f"Host: {HOST}:{service.port}", *headers, "", ""]).encode()


def opened(service: Service, data: bytes) -> socket.socket:
    connection = socket.create_connection((HOST, service.port), timeout=30)
    connection.sendall(data)
    return connection


def answer(service: Service, data: bytes) -> tuple[int, bytes]:
    with opened(service, data) as connection:
        return read(connection)


def read(connection: socket.socket) -> tuple[int, bytes]:
    """Return status and everything of an answer after which the connection is closed."""
    found = bytearray()
    while piece := connection.recv(65_536):
        found += piece
    return int(found[9:12]), bytes(found)


CLOSE = "Connection: close"


@pytest.mark.attack("VX30", "WI25")
def test_vx30_a_hundred_bodies_that_never_come_keep_nobody_waiting(service: Service) -> None:
    begun = head(service, "POST /sign-in", "Content-Type: application/x-www-form-urlencoded", "Content-Length: 100")
    waiting = [opened(service, begun + b"a") for _ in range(100)]
    try:
        assert answer(service, head(service, "GET /verify", CLOSE))[0] == 200
        assert answer(service, head(service, "GET /v/anything-at-all", CLOSE))[0] == 404
    finally:
        for each in waiting:
            each.close()


@pytest.mark.attack("VX30", "WI25")
def test_vx30_a_body_that_does_not_come_in_time_is_told_so(service: Service) -> None:
    with opened(service, head(service, "POST /verify", "Content-Length: 100", CLOSE) + b"a") as connection:
        status, said = read(connection)
    assert status == 408
    assert b"took too long to arrive" in said


@pytest.mark.attack("VX30")
def test_vx30_a_body_in_chunks_is_taken_whole_and_one_without_an_end_is_left(service: Service) -> None:
    asked = ("POST /api/verify", "Transfer-Encoding: chunked", "Content-Type: application/json", CLOSE)
    text = b'{"no": "certificate"}'
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(text), text)
    status, said = answer(service, head(service, *asked) + chunked)
    assert status == 200
    assert b'"verdict"' in said
    piece = b"%x\r\n%s\r\n" % (1_000_000, b" " * 1_000_000)
    with opened(service, head(service, *asked)) as connection:
        sent = 0
        with pytest.raises(ConnectionError):
            while sent < 200:
                connection.sendall(piece)
                sent += 1
    assert sent < 100


@pytest.mark.attack("WI24")
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"15\r\n{", id="in the middle of a chunk"),
        pytest.param(b'15\r\n{"no": "certificate"}\r\n', id="behind a chunk, where it looks whole"),
        pytest.param(b'15\r\n{"no": "certificate"}\r\nzz\r\n', id="with a chunk that is none"),
    ],
)
def test_wi24_what_breaks_off_in_the_middle_is_not_taken_for_whole(service: Service, sent: bytes) -> None:
    asked = ("POST /api/verify", "Transfer-Encoding: chunked", "Content-Type: application/json", CLOSE)
    with opened(service, head(service, *asked) + sent) as connection:
        connection.shutdown(socket.SHUT_WR)
        status, said = read(connection)
    assert status == 400
    assert b"verdict" not in said


def test_a_body_that_is_announced_too_long_is_refused_unread_by_a_page(service: Service) -> None:
    status, said = answer(service, head(service, "POST /verify", "Content-Length: 2000000000", CLOSE))
    assert status == 413
    assert b"That file is too large" in said


@pytest.mark.attack("VX30")
def test_vx30_files_without_a_place_are_refused_unread_and_pages_are_answered(service: Service) -> None:
    asked = ("POST /api/verify", "Content-Length: 5000000", "Content-Type: application/pdf", "Accept: application/json")
    arriving = [opened(service, head(service, *asked, CLOSE) + b"%PDF-") for _ in range(40)]
    try:
        time.sleep(0.5)
        assert answer(service, head(service, "GET /verify", CLOSE))[0] == 200
        told = []
        for each in arriving:
            each.settimeout(0.5)
            try:
                told.append(read(each))
            except TimeoutError:
                told.append((0, b""))
        refused = [said for status, said in told if status == 503]
        # Eight are waited for; the others need not send what nobody has time for.
        assert len(refused) == 32
        assert all(b"retry-after: 5" in said.lower() for said in refused)
        assert json.loads(refused[0].partition(b"\r\n\r\n")[2])["status"] == 503
    finally:
        for each in arriving:
            each.close()


@pytest.mark.attack("WI24")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param(("X_Forwarded_For: 1.2.3.4", "CONTENT_LENGTH: 5"), 200, id="names with underscores are not heard"),
        pytest.param(("Host: elsewhere.example",), 400, id="two hosts are none"),
        pytest.param(("Content-Length: 5", "Content-Length: 6"), 400, id="two lengths are none"),
        pytest.param(("Content-Length: +5",), 400, id="a length with a sign is none"),
    ],
)
def test_wi24_what_two_servers_could_read_in_two_ways_is_refused(
    service: Service, headers: tuple[str, ...], status: int
) -> None:
    assert answer(service, head(service, "GET /verify", *headers, CLOSE))[0] == status


def test_two_cookie_headers_are_one_and_a_head_has_no_body(service: Service) -> None:
    status, said = answer(service, head(service, "HEAD /verify", "Cookie: a=1", "Cookie: b=2", CLOSE))
    assert status == 200
    assert said.partition(b"\r\n\r\n")[2] == b""


def test_a_connection_is_used_for_one_request_after_another(service: Service) -> None:
    with opened(service, head(service, "GET /healthz")) as connection:
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        connection.sendall(head(service, "GET /healthz", CLOSE))
        assert read(connection)[0] == 200


def test_an_address_in_other_letters_arrives_as_it_was_meant(service: Service) -> None:
    status, said = answer(service, head(service, "GET /verify?code=%C3%A9%20x", CLOSE))
    assert status in {303, 404, 422}
    assert b"500" not in said[:12]
    assert answer(service, head(service, "GET /%C3%A9/%FF/%00", CLOSE))[0] == 404
