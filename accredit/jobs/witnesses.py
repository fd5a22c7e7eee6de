"""Ask witnesses of other houses to cosign the latest checkpoint, and keep what they answer.

Nothing waits for them: a credential is released when our own checkpoint is durable, and a receipt gains its witness
later. Only the addresses in the settings are asked, over https (or plain http on this machine), without following
redirects; an answer is kept only as far as the witness's key bears it out. A witness that is away is asked again,
later each time.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

import structlog

from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency import queries as log
from accredit.domain.transparency.rules import CheckpointFacts
from accredit.errors import AccreditError, NotReady
from accredit.kit.ledger import witness
from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.merkle import consistency_proof
from accredit.kit.ledger.signed_note import Ed25519Key, parse, parse_decimal
from accredit.kit.ledger.witness import Submission
from accredit.storage import Database

logger = structlog.get_logger()

DEADLINE_SECONDS: Final = 10.0
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, kw_only=True)
class WitnessAddress:
    """A witness as the settings name it: its key, and the prefix of its addresses."""

    key: CosignerKey
    url: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a witness said."""

    status: int
    media_type: str
    body: bytes


class WitnessAway(Exception):
    """No answer could be had, or none that can be used; the message says why, and quotes nothing."""


def configured(setting: str | None) -> tuple[WitnessAddress, ...]:
    """Read ``ACCREDIT_WITNESSES``: a JSON list, or the path of a file that holds one.

    Raises `NotReady` (``witnesses``) for anything else, an address that is neither https nor of this machine, and two
    entries of one key.
    """
    if not setting:
        return ()
    try:
        text = setting if setting.lstrip().startswith("[") else Path(setting).read_text()
        found = tuple(WitnessAddress(key=CosignerKey.parse(each["vkey"]), url=each["url"]) for each in json.loads(text))
        for each in found:
            _check_address(urlsplit(each.url))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        detail = f"ACCREDIT_WITNESSES is not a list of witnesses, each with vkey and url ({error})."
        raise NotReady("witnesses", detail) from error
    if len({each.key for each in found}) != len(found):
        raise NotReady("witnesses", "ACCREDIT_WITNESSES names one witness twice.")
    return found


class Witnesses:
    """The witnesses of one log, asked one after another."""

    def __init__(self, database: Database, addresses: Sequence[WitnessAddress], clock: Callable[[], datetime]) -> None:
        """Join the log with those who watch it."""
        self.addresses = tuple(addresses)
        self._database = database
        self._clock = clock
        self._turn = threading.Lock()
        self._failures: dict[CosignerKey, int] = {}
        self._not_before: dict[CosignerKey, datetime] = {}

    def collect(self) -> int:
        """Have the latest checkpoint cosigned by every witness that has not yet, and is not left in peace for a while.

        Returns how many did. A witness that refuses or is away is no error of ours: it is named in the log of events.
        """
        with self._turn:
            return sum(self._collect(each) for each in self.addresses)

    def seen(self, origin: str, log_keys: Sequence[Ed25519Key]) -> list[Checkpoint]:
        """Return the last checkpoint of this log that each witness shows; those that are away are left out."""
        found = []
        for each in self.addresses:
            try:
                answer = _ask(each.url, "GET", witness.monitoring_path(origin), None)
                if answer.status == http.HTTPStatus.NOT_FOUND:
                    continue
                # Signed by the log and by the witness: neither could make the other's history up.
                checkpoint, verified = open_checkpoint(answer.body, [*log_keys, each.key], expected_origin=origin)
            except (WitnessAway, LedgerError) as error:
                logger.warning("witness not heard", witness=each.key.name, cause=str(error))
                continue
            if any(key == each.key for key, _ in verified.verified):
                found.append(checkpoint)
        return found

    def _collect(self, address: WitnessAddress) -> bool:
        key, now = address.key, self._clock()
        if now < self._not_before.get(key, now):
            return False
        try:
            done = self._cosigned(address)
        except (WitnessAway, LedgerError, AccreditError) as error:
            self._failures[key] = failures = self._failures.get(key, 0) + 1
            self._not_before[key] = now + min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
            logger.warning("witness did not cosign", witness=key.name, cause=str(error), failures=failures)
            return False
        self._failures.pop(key, None)
        self._not_before.pop(key, None)
        return done

    def _cosigned(self, address: WitnessAddress) -> bool:
        with self._database.reading() as db:
            latest = log.latest_checkpoint(db)
            last = log.last_cosigned(db, str(address.key))
        old_size = last.size if last else 0
        if latest is None or old_size == latest.size:
            return False
        answer = self._submit(address, latest, old_size)
        if answer.status == http.HTTPStatus.CONFLICT:
            # It knows another size than we remember: perhaps its answer was lost, or ours was restored.
            answer = self._submit(address, latest, self._known(address, answer, latest))
        if answer.status != http.HTTPStatus.OK:
            raise WitnessAway(f"answered {answer.status}")
        with self._database.transaction() as db:
            transparency.keep_cosignature(db, size=latest.size, witness=address.key, answer=answer.body)
        return True

    def _submit(self, address: WitnessAddress, latest: CheckpointFacts, old_size: int) -> Answer:
        proof: list[bytes] = []
        if old_size:
            with self._database.reading() as db:
                proof = consistency_proof(log.hashes(db, latest.size), old_size, latest.size)
        request = Submission(old_size=old_size, proof=tuple(proof), note=parse(latest.note))
        return _ask(address.url, "POST", witness.ADD_CHECKPOINT, request.write().encode())

    def _known(self, address: WitnessAddress, answer: Answer, latest: CheckpointFacts) -> int:
        if answer.media_type.partition(";")[0] != witness.SIZE_TYPE:
            raise WitnessAway("answered 409 without a size")
        size = parse_decimal(answer.body.decode("ascii", "replace").removesuffix("\n"), "size", 2**63 - 1)
        if size <= latest.size:
            return size
        logger.error(
            "a witness has seen more of this log than this database holds: stop the worker and see docs/ledger.md",
            witness=address.key.name,
            witnessed=size,
            held=latest.size,
        )
        raise WitnessAway("has seen more of this log than this database holds")


def _check_address(parts: SplitResult) -> None:
    is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
    if (
        not parts.hostname
        or not (parts.scheme == "https" or is_here)
        or parts.query
        or parts.fragment
        or parts.username
    ):
        msg = "a witness's address starts with https:// and has neither query nor user"
        raise ValueError(msg)


def _ask(url: str, method: str, path: str, body: bytes | None) -> Answer:
    """Ask once, with one deadline for the whole conversation. Raises `WitnessAway`."""
    parts = urlsplit(url)
    _check_address(parts)
    connection = _connection(parts)
    try:
        connection.connect()
        # A timeout of the socket starts anew with every byte; this does not.
        ends = threading.Timer(DEADLINE_SECONDS, _cut, [connection.sock])
        ends.daemon = True
        ends.start()
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, {"Content-Type": "text/plain"})
            answer = connection.getresponse()
            content = answer.read(witness.MAX_ANSWER_BYTES + 1)
        finally:
            ends.cancel()
    except (OSError, http.client.HTTPException) as error:
        raise WitnessAway(f"not reached ({type(error).__name__})") from error
    finally:
        connection.close()
    if len(content) > witness.MAX_ANSWER_BYTES:
        raise WitnessAway("answered at too great length")
    return Answer(status=answer.status, media_type=answer.headers.get("Content-Type", ""), body=content)


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=DEADLINE_SECONDS, context=context)
    return http.client.HTTPConnection(host, parts.port, timeout=DEADLINE_SECONDS)


def _cut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It ended by itself in the same moment.
        return
