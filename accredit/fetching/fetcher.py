"""What the operator allows to be looked up, and how often.

1. an answer or a refusal that is remembered is given again; a refusal for a minute, so that nobody is asked in a loop
2. off unless the operator allows it; never an address of our own, whose answers are in our own record
3. few look-ups at one time: more are refused at once, so that fifty slow hosts hold nobody else up (attacks.md VN27)
4. resolve, check every address, dial the checked one (`connection`), all under the deadline of the verification

`Errand` is what one verification gets: at most four look-ups and one deadline for all of them together.
"""

from __future__ import annotations

import hashlib
import ssl
import threading
from collections import OrderedDict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from accredit.fetching import connection
from accredit.fetching.connection import Answer, Deadline, Dial, Proxy, Resolve
from accredit.fetching.errors import FetchRefused
from accredit.fetching.target import PORT, Target, target_of

logger = structlog.get_logger()

MAX_BYTES: Final = 1_000_000
SECONDS: Final = 5.0
PER_ERRAND: Final = 4
AT_ONE_TIME: Final = 8
REFUSAL_KEPT: Final = timedelta(seconds=60)
_REMEMBERED: Final = 64
# What the other side, or the way to it, is to blame for; what was refused before asking costs nothing to refuse again.
_KEPT_REFUSALS: Final = frozenset(
    {"unknown-host", "address-denied", "unreachable", "tls", "too-slow", "redirect", "status", "content-type",
     "too-large", "malformed"}
)  # fmt: skip


@dataclass(frozen=True)
class Fetched:
    """What an address answered, when it was asked, and SHA-256 of the bytes in hexadecimal."""

    url: str
    content_type: str
    body: bytes
    fetched_at: datetime

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True)
class _Refusal:
    code: str
    at: datetime


class Fetcher:
    """One for a process. It is safe to use from several threads."""

    def __init__(
        self,
        *,
        allowed: bool,
        own_hosts: Collection[str] = (),
        proxy: Proxy | None = None,
        tls: ssl.SSLContext | None = None,
        resolve: Resolve = connection.system_addresses,
        dial: Dial = connection.dial,
    ) -> None:
        """``own_hosts`` are never asked. ``tls``, ``resolve`` and ``dial`` are for tests; the defaults are strict."""
        self.allowed = allowed
        self._own_hosts = frozenset(host.lower().partition(":")[0] for host in own_hosts)
        self._proxy = proxy
        # Reading what the system trusts takes a moment, which nobody need wait for who looks nothing up.
        self._tls = tls or (strict_tls() if allowed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._resolve = resolve
        self._dial = dial
        self._room = threading.BoundedSemaphore(AT_ONE_TIME)
        self._resolvers = ThreadPoolExecutor(AT_ONE_TIME, thread_name_prefix="resolve") if allowed else None
        self._known: OrderedDict[str, Fetched | _Refusal] = OrderedDict()
        self._lock = threading.Lock()

    def get(
        self, url: str, *, accept: Collection[str], ttl: timedelta, now: datetime, deadline: Deadline | None = None
    ) -> Fetched:
        """Return what an address answers, or answered less than ``ttl`` ago.

        ``accept`` are the kinds of content that will do. Raises `FetchRefused`.
        """
        if not self.allowed:
            raise FetchRefused("fetching-is-off")
        target = target_of(url)
        if target.host in self._own_hosts:
            raise FetchRefused("own-address")
        known = self._remembered(target, ttl, now)
        if known is not None:
            return known
        try:
            answer = self._ask(target, accept, deadline or Deadline(SECONDS))
        except FetchRefused as refused:
            # The host and nothing more: the rest of an address can name a person.
            logger.info("look-up refused", host=target.host, code=refused.code)
            if refused.code in _KEPT_REFUSALS:
                self._remember(target, _Refusal(refused.code, now))
            raise
        found = Fetched(target.url, answer.content_type, answer.body, now)
        self._remember(target, found)
        return found

    def send(self, url: str, *, form: bytes, accept: Collection[str], now: datetime) -> Fetched:
        """Send a form to an address and return the answer, of which nothing is remembered. Raises `FetchRefused`."""
        if not self.allowed:
            raise FetchRefused("fetching-is-off")
        target = target_of(url)
        if target.host in self._own_hosts:
            raise FetchRefused("own-address")
        answer = self._ask(target, accept, Deadline(SECONDS), form)
        return Fetched(target.url, answer.content_type, answer.body, now)

    def _ask(self, target: Target, accept: Collection[str], deadline: Deadline, form: bytes | None = None) -> Answer:
        if not self._room.acquire(blocking=False):
            raise FetchRefused("busy")
        try:
            peer = self._peer(target, deadline)
            answer = connection.exchange(
                target,
                peer=peer,
                through=self._proxy,
                tls=self._tls,
                deadline=deadline,
                accept=", ".join(sorted(accept)),
                max_bytes=MAX_BYTES,
                dial=self._dial,
                form=form,
            )
        finally:
            self._room.release()
        if answer.content_type not in accept:
            raise FetchRefused("content-type")
        return answer

    def _peer(self, target: Target, deadline: Deadline) -> tuple[str, int]:
        if self._proxy is not None:
            # Only the proxy is contacted: not even its name server is ours to ask about somebody else's host.
            return self._proxy.host, self._proxy.port
        assert self._resolvers is not None
        # The system's resolver knows no deadline, so it is waited for and not run here.
        waiting = self._resolvers.submit(connection.checked_address, target.host, self._resolve)
        try:
            return waiting.result(timeout=deadline.left()), PORT
        except TooLong as error:
            waiting.cancel()
            raise FetchRefused("too-slow") from error

    def _remembered(self, target: Target, ttl: timedelta, now: datetime) -> Fetched | None:
        with self._lock:
            known = self._known.get(target.url)
        if isinstance(known, _Refusal):
            if now - known.at < REFUSAL_KEPT:
                raise FetchRefused(known.code)
            return None
        return known if known is not None and timedelta() <= now - known.fetched_at < ttl else None

    def _remember(self, target: Target, found: Fetched | _Refusal) -> None:
        with self._lock:
            self._known[target.url] = found
            self._known.move_to_end(target.url)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


class Errand:
    """What one verification may look up: four addresses at most, within one deadline."""

    def __init__(self, fetcher: Fetcher, *, now: datetime, seconds: float = SECONDS, at_most: int = PER_ERRAND) -> None:
        self.fetcher = fetcher
        self.now = now
        self._deadline = Deadline(seconds)
        self._left = at_most
        self._done: dict[str, Fetched | FetchRefused] = {}

    def get(self, url: str, *, accept: Collection[str], ttl: timedelta) -> Fetched:
        """Return what an address answers; the same one is asked once, so that one verification sees one answer.

        Raises `FetchRefused`, also with code ``too-many``.
        """
        known = self._done.get(url)
        if known is None:
            known = self._done[url] = self._asked(url, accept, ttl)
        if isinstance(known, FetchRefused):
            raise known
        return known

    def _asked(self, url: str, accept: Collection[str], ttl: timedelta) -> Fetched | FetchRefused:
        # Also what is remembered counts, or what can be verified would hang on who verified something before.
        if self._left <= 0:
            return FetchRefused("too-many")
        self._left -= 1
        try:
            return self.fetcher.get(url, accept=accept, ttl=ttl, now=self.now, deadline=self._deadline)
        except FetchRefused as refused:
            return refused


def strict_tls() -> ssl.SSLContext:
    """Trust what the system trusts, check names, and speak nothing older than TLS 1.2."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
