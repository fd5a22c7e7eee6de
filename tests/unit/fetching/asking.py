"""Asking the strange host, and ways in which it answers."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from accredit.fetching.connection import Deadline
from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Fetched, Fetcher
from tests.unit.fetching.strange_host import JSON_TYPES, NOW, StrangeHost

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


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
