"""Witnesses over HTTP: asked after each checkpoint, believed as far as they verify, never waited for."""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from accredit.domain.transparency import operations, queries
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.errors import NotReady
from accredit.jobs import witnesses
from accredit.jobs.handlers import Desk, handlers_of
from accredit.jobs.reconciler import Reconciler
from accredit.jobs.witnesses import WitnessAddress, Witnesses, configured
from accredit.kit.ledger.cosignature import CosignerKey, cosigned_at
from accredit.kit.ledger.signed_note import Ed25519Key, parse, verify
from accredit.storage import Database
from accredit.storage.promises import Promise
from accredit.witness import house
from accredit.witness.application import WitnessApplication, open_witness

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORIGIN = "accredit.example/ledger"
LOG = Ed25519PrivateKey.generate()
SIGNER = LogSigner(public_key=LOG.public_key().public_bytes_raw(), sign=LOG.sign)
LOG_KEY = Ed25519Key(ORIGIN, SIGNER.public_key)
PASSPHRASE = "only for tests, only for tests"
STRANGER = CosignerKey("stranger.example", Ed25519PrivateKey.generate().public_key().public_bytes_raw())


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serve a WSGI application on this machine and return its address."""
    servers = []

    def start(application: Any) -> str:
        server = make_server("127.0.0.1", 0, application, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    house.found(tmp_path / "witness", "witness.example.org", PASSPHRASE)
    house.trust(tmp_path / "witness", str(LOG_KEY))
    return tmp_path / "witness"


@pytest.fixture
def address(folder: Path, serve: Callable[[Any], str]) -> WitnessAddress:
    url = serve(WitnessApplication(open_witness(folder, PASSPHRASE), lambda: NOW))
    return WitnessAddress(key=house.identity_of(folder).key, url=url)


def _grow(database: Database, count: int) -> int:
    entries = [Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record={"minutes": 45}) for _ in range(count)]
    with database.transaction() as db:
        operations.ensure_log(db, origin=ORIGIN)
        operations.append_many(db, entries=entries, now=NOW)
        signed = operations.checkpoint(db, signer=SIGNER, now=NOW)
    assert signed is not None
    return signed.size


def _seen(database: Database) -> list[str]:
    with database.reading() as db:
        latest = queries.latest_checkpoint(db)
        assert latest is not None
        return [each.name for each in queries.cosignatures(db, latest.size)]


def test_each_checkpoint_is_cosigned_and_stands_beside_it(database: Database, address: WitnessAddress) -> None:
    asked = Witnesses(database, [address], Clock())
    for count in (3, 300, 1):
        size = _grow(database, count)
        assert asked.collect() == 1
        assert asked.collect() == 0
        with database.reading() as db:
            latest = queries.latest_checkpoint(db)
            assert latest is not None
            assert latest.size == size
            note = queries.published_note(db, latest)
        (_, line) = verify(parse(note), [address.key]).verified[0]
        assert cosigned_at(line) == int(NOW.timestamp())


def test_a_witness_that_knows_more_than_we_remember_is_answered_from_there(
    database: Database, address: WitnessAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(database, 3)

    def lost(*_args: object, **_rest: object) -> datetime:
        raise witnesses.WitnessAway("the power went before it was kept")

    clock = Clock()
    asked = Witnesses(database, [address], clock)
    with monkeypatch.context() as patched:
        patched.setattr(operations, "keep_cosignature", lost)
        assert asked.collect() == 0
    _grow(database, 2)
    clock.now += timedelta(minutes=1)
    assert asked.collect() == 1
    assert _seen(database) == ["witness.example.org"]


@pytest.mark.attack("LG05")
def test_lg05_a_witness_that_has_seen_a_larger_log_is_reported(
    sqlite_database: Database, postgresql_database: Database, address: WitnessAddress
) -> None:
    _grow(sqlite_database, 7)
    assert Witnesses(sqlite_database, [address], Clock()).collect() == 1
    _grow(postgresql_database, 3)
    restored = Witnesses(postgresql_database, [address], Clock())
    assert restored.collect() == 0
    assert _seen(postgresql_database) == []
    (seen,) = restored.seen(ORIGIN, [LOG_KEY])
    assert seen.size == 7


def test_nobody_is_seen_who_has_cosigned_nothing_or_signs_with_another_key(
    sqlite_database: Database, address: WitnessAddress
) -> None:
    asked = Witnesses(sqlite_database, [address], Clock())
    assert asked.seen(ORIGIN, [LOG_KEY]) == []
    _grow(sqlite_database, 2)
    asked.collect()
    assert len(asked.seen(ORIGIN, [LOG_KEY])) == 1
    imposter = WitnessAddress(key=STRANGER, url=address.url)
    assert Witnesses(sqlite_database, [imposter], Clock()).seen(ORIGIN, [LOG_KEY]) == []
    assert asked.seen(ORIGIN, [Ed25519Key(ORIGIN, bytes(32))]) == []


def _answering(status: int, body: bytes, media_type: str = "text/plain", **headers: str) -> Any:
    @Request.application
    def application(_request: Request) -> Response:
        return Response(body, status=status, content_type=media_type, headers=headers)

    return application


@pytest.mark.parametrize(
    "application",
    [
        _answering(500, b"oh no"),
        _answering(403, b"who are you"),
        _answering(200, b"thank you"),
        _answering(200, b""),
        _answering(200, b"\xff" * 50),
        _answering(200, b"x" * 200_000),
        _answering(302, b"", Location="http://127.0.0.1:1/"),
        _answering(409, b"seven\n", "text/x.tlog.size"),
        _answering(409, b"2\n", "text/plain"),
        _answering(409, b"2\n", "text/x.tlog.size"),
        _answering(409, b"99999999999\n", "text/x.tlog.size"),
        _answering(200, "— witness.example.org AAAAAAAAAAAA\n".encode()),
    ],
    ids=[
        "an error",
        "a refusal",
        "a friendly word",
        "nothing",
        "no text",
        "far too much",
        "a redirect",
        "a size that is no number",
        "a size of another type",
        "the same size for ever",
        "a size nobody has",
        "a signature of somebody else",
    ],
)
def test_an_answer_that_is_no_cosignature_is_not_kept_and_nothing_breaks(
    sqlite_database: Database, folder: Path, serve: Callable[[Any], str], application: Any
) -> None:
    _grow(sqlite_database, 3)
    there = WitnessAddress(key=house.identity_of(folder).key, url=serve(application))
    assert Witnesses(sqlite_database, [there], Clock()).collect() == 0
    assert _seen(sqlite_database) == []


def test_one_that_is_away_is_left_in_peace_longer_each_time_and_keeps_no_other_waiting(
    sqlite_database: Database, address: WitnessAddress
) -> None:
    _grow(sqlite_database, 3)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = WitnessAddress(key=STRANGER, url=f"http://127.0.0.1:{nobody.getsockname()[1]}")
        clock = Clock()
        asked = Witnesses(sqlite_database, [away, address], clock)
        assert asked.collect() == 1
        pauses = []
        for _ in range(10):
            before = clock.now
            while asked._not_before[STRANGER] > clock.now:
                clock.now += timedelta(seconds=30)
            asked.collect()
            pauses.append(clock.now - before)
    assert pauses[0] == timedelta(seconds=30)
    assert pauses[1] == timedelta(seconds=60)
    assert pauses[-1] == timedelta(hours=1)


def test_one_that_drips_byte_by_byte_is_cut_off(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(sqlite_database, 3)
    monkeypatch.setattr(witnesses, "DEADLINE_SECONDS", 0.5)
    ended = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            while not ended.wait(0.1):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=[listener])
        thread.start()
        slow = WitnessAddress(key=house.identity_of(folder).key, url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        began = time.monotonic()
        assert Witnesses(sqlite_database, [slow], Clock()).collect() == 0
        assert time.monotonic() - began < 5
        ended.set()
        thread.join()


VKEY = str(STRANGER)


def test_the_setting_is_a_list_or_a_file_of_one(tmp_path: Path) -> None:
    text = json.dumps([{"vkey": VKEY, "url": "https://witness.example.org/add"}])
    (tmp_path / "witnesses.json").write_text(text)
    expected = (WitnessAddress(key=STRANGER, url="https://witness.example.org/add"),)
    assert configured(text) == configured(str(tmp_path / "witnesses.json")) == expected
    assert configured(None) == configured("") == configured("[]") == ()


@pytest.mark.parametrize(
    "setting",
    [
        "nowhere.json",
        "[",
        '[{"vkey": "x", "url": "https://a.example"}]',
        json.dumps([{"vkey": VKEY}]),
        json.dumps(["hello"]),
        json.dumps([{"vkey": VKEY, "url": "http://witness.example.org"}]),
        json.dumps([{"vkey": VKEY, "url": "file:///etc/passwd"}]),
        json.dumps([{"vkey": VKEY, "url": "https://user@a.example"}]),
        json.dumps([{"vkey": VKEY, "url": "https://a.example/?next=b"}]),
        json.dumps([{"vkey": VKEY, "url": "http://127.0.0.1.evil.example"}]),
        json.dumps([{"vkey": VKEY, "url": "https://a.example"}, {"vkey": VKEY, "url": "https://b.example"}]),
        json.dumps([{"vkey": str(LOG_KEY), "url": "https://a.example"}]),
    ],
    ids=[
        "a file that is not there",
        "half a list",
        "no key",
        "no address",
        "no object",
        "plain http elsewhere",
        "a file address",
        "a user in the address",
        "a query",
        "a name that only looks like this machine",
        "one witness twice",
        "a log's key",
    ],
)
def test_a_setting_that_is_not_right_stops_the_start(setting: str) -> None:
    with pytest.raises(NotReady, match="ACCREDIT_WITNESSES"):
        configured(setting)


def test_the_worker_that_talks_to_the_outside_asks_and_the_sweep_asks_again(
    sqlite_database: Database, address: WitnessAddress
) -> None:
    asked = Witnesses(sqlite_database, [address], Clock())
    desk = Desk(issuer=None, post=None, witnesses=asked)
    size = _grow(sqlite_database, 3)
    handlers_of(desk)[Promise.ASK_WITNESSES](str(size))
    assert _seen(sqlite_database) == ["witness.example.org"]
    _grow(sqlite_database, 3)
    Reconciler(sqlite_database, desk, Clock()).sweep()
    assert _seen(sqlite_database) == ["witness.example.org"]
