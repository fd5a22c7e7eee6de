"""WI24: what two servers could read in two ways never hides a request in another one, asked of the real web server.

Each message is a request with a second one behind it, which is answered 200 when it is found. What is refused takes the
connection with it, so that nothing behind it is read at all.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import pytest

from tests.processes import Service

pytestmark = pytest.mark.attack("WI24")
HOST = "127.0.0.1"
CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"
REFUSED = {
    "a vertical tab before chunked": "Transfer-Encoding: \x0bchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "a space of another kind before chunked": "Transfer-Encoding: \xa0chunked\r\n\r\n0\r\n\r\n",
    "a coding that nobody knows": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "a coding in quotation marks": 'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    "identity and a length": "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "identity behind chunked": "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "identity in a line of its own": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "chunked twice": "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunked in two lines": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon of chunks": "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon of a length": "Content-Length : 5\r\n\r\n0\r\n\r\n",
    "a space before a name": " Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a folded line of chunks": "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a folded line of a length": "X-A: b\r\n Content-Length: 5\r\n\r\n",
    "a carriage return alone": "X-A: b\rContent-Length: 5\r\n\r\n0\r\n\r\n",
    "a NUL in a value": "X-A: b\x00c\r\n\r\n",
    "a NUL in a name": "X-A\x00: b\r\n\r\n",
    "a letter in a name that none may hold": "Transfer-Encod\xefng: chunked\r\n\r\n",
    "a line without a name": ": chunked\r\n\r\n",
    "a line without a colon": "Transfer-Encoding chunked\r\n\r\n",
    "two lengths": "Content-Length: 5\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
    "two lengths in a line": "Content-Length: 5, 0\r\n\r\n0\r\n\r\n",
    "one length twice in a line": "Content-Length: 5, 5\r\n\r\n0\r\n\r\n",
    "a length below nothing": "Content-Length: -1\r\n\r\n",
    "a length of base sixteen": "Content-Length: 0x5\r\n\r\n0\r\n\r\n",
    "a length with an underscore": "Content-Length: 1_0\r\n\r\n0\r\n\r\n",
    "a length in two words": "Content-Length: 5 0\r\n\r\n",
    "a length beyond all numbers": "Content-Length: 18446744073709551617\r\n\r\n",
    "no length": "Content-Length: \r\n\r\n",
}
BROKEN_OFF = {
    # RFC 9112 §6.3: chunks count and not the length, and the connection ends with the answer.
    "chunks and a length": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length and chunks": "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
    "a chunk with a prefix": CHUNKED + "0x0\r\n\r\n",
    "a chunk below nothing": CHUNKED + "-1\r\n\r\n",
    "a chunk with a sign": CHUNKED + "+0\r\n\r\n",
    "a chunk beyond all numbers": CHUNKED + "10000000000000000\r\n\r\n",
    "a chunk that ends with a line feed": CHUNKED + "0\n\n",
    "a chunk that is longer than it says": CHUNKED + "1\r\naXX0\r\n\r\n",
    "a line feed in what may follow a size": CHUNKED + "0;a=\nb\r\n\r\n",
    "a carriage return in what may follow a size": CHUNKED + "0;a=\rb\r\n\r\n",
    # RFC 9112 §7.1.2 allows it; nobody sends one, and it cannot be told from chunks that broke off.
    "a length behind the body": CHUNKED + "0\r\nContent-Length: 42\r\n\r\n",
}
READ_IN_ONE_WAY = {
    # RFC 9110 §8.6 lets a server take equal lengths for one.
    "the same length in two lines": "Content-Length: 5\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    # RFC 9112 §2.2 lets a line feed alone end a line, which the length then is one of.
    "a line feed alone": "X-A: b\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    # RFC 9112 §7: codings are named without regard to case.
    "chunked in mixed letters": "Transfer-Encoding: cHuNkEd\r\n\r\n0\r\n\r\n",
}
LINES = {
    "chunks in the old protocol": ("POST /healthz HTTP/1.0", CHUNKED + "0\r\n\r\n"),
    "a protocol of another number": ("POST /healthz HTTP/1.2", "\r\n"),
    "a protocol in small letters": ("POST /healthz http/1.1", "\r\n"),
    "tabs in the first line": ("POST\t/healthz\tHTTP/1.1", "\r\n"),
    "two spaces in the first line": ("POST  /healthz HTTP/1.1", "\r\n"),
    "a space in the address": ("POST /healthz x HTTP/1.1", "\r\n"),
    "no protocol": ("GET /healthz", "\r\n"),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    found = Service(tmp_path_factory.mktemp("smuggling"))
    found.run("migrate")
    found.start("serve")
    found.wait_until_served()
    yield found
    found.stop()


def answers(service: Service, line: str, rest: str) -> list[int]:
    """Return the status of every answer to a message and what hides behind it, until the connection is closed."""
    host = f"Host: {HOST}:{service.port}\r\n"
    hidden = f"GET /healthz HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
    with socket.create_connection((HOST, service.port), timeout=30) as connection:
        connection.sendall(f"{line}\r\n{host}{rest}{hidden}".encode("latin-1"))
        found = bytearray()
        try:
            while piece := connection.recv(65_536):
                found += piece
        except ConnectionResetError:
            # Closed while it was still being sent to: what was answered by then counts.
            pass
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", bytes(found))]


@pytest.mark.parametrize("message", REFUSED)
def test_what_can_be_read_in_two_ways_is_refused_with_all_behind_it(service: Service, message: str) -> None:
    assert answers(service, "POST /healthz HTTP/1.1", REFUSED[message]) in ([400], [])


@pytest.mark.parametrize("message", BROKEN_OFF)
def test_behind_a_body_whose_end_is_in_doubt_nothing_is_read(service: Service, message: str) -> None:
    # The head was whole, so it has its answer (nobody posts here); the connection ends with it.
    assert answers(service, "POST /healthz HTTP/1.1", BROKEN_OFF[message]) in ([400], [405], [])


@pytest.mark.parametrize("first", LINES)
def test_a_first_line_of_another_shape_is_refused(service: Service, first: str) -> None:
    line, rest = LINES[first]
    assert answers(service, line, rest) in ([400], [])


@pytest.mark.parametrize("message", READ_IN_ONE_WAY)
def test_what_a_server_may_read_is_read_in_the_way_that_is_written_down(service: Service, message: str) -> None:
    # 405 is for the first: nobody posts to it. The second is a request of its own, and never part of the first.
    assert answers(service, "POST /healthz HTTP/1.1", READ_IN_ONE_WAY[message]) == [405, 200]
