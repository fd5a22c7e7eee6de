"""The witness as a server: over HTTP, its own state, its own key, and what is on disk before it answers."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.test import Client

from accredit.errors import Conflict, NotReady
from accredit.kit.ledger import merkle, witness
from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosigned_at
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.kit.ledger.witness import Submission
from accredit.storage.lock_store import Latest, LockStore
from accredit.witness import house
from accredit.witness.application import WitnessApplication, open_witness

ORIGIN = "log.example/ledger"
LOG = Ed25519PrivateKey.generate()
LOG_KEY = Ed25519Key(ORIGIN, LOG.public_key().public_bytes_raw())
LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(40)]
FORKED = [merkle.leaf_hash(b"rewritten"), *LEAVES[1:]]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
NAME = "witness.example.org"
PASSPHRASE = "correct horse battery staple"


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    house.found(tmp_path, NAME, PASSPHRASE)
    house.trust(tmp_path, str(LOG_KEY))
    return tmp_path


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(folder: Path, clock: Clock) -> Client:
    return Client(WitnessApplication(open_witness(folder, PASSPHRASE), clock))


def _body(old: int, new: int, leaves: list[bytes] = LEAVES) -> bytes:
    proof = merkle.consistency_proof(merkle.hashes_from_leaves(leaves), old, new) if 0 < old <= new else []
    stated = Checkpoint(origin=ORIGIN, size=new, root=merkle.root_of(leaves[:new]))
    note = sign_checkpoint(stated, LOG.sign, LOG_KEY.public_key)
    return Submission(old_size=old, proof=tuple(proof), note=parse(note)).write().encode()


def test_it_cosigns_what_continues_and_shows_it(client: Client, folder: Path) -> None:
    key = house.identity_of(folder).key
    for old, new in ((0, 3), (3, 8), (8, 8)):
        body = _body(old, new)
        answer = client.post("/add-checkpoint", data=body)
        assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
        line = witness.read_cosignature(answer.data, Submission.parse(body).note.text, key)
        assert cosigned_at(line) == int(NOW.timestamp())
    shown = client.get(witness.monitoring_path(ORIGIN))
    assert (shown.status_code, shown.content_type) == (200, "text/plain; charset=utf-8")
    checkpoint, verified = open_checkpoint(shown.data, [LOG_KEY, key], expected_origin=ORIGIN)
    assert checkpoint.size == 8
    assert {each.name for each, _ in verified.verified} == {ORIGIN, NAME}


@pytest.mark.attack("LG04")
def test_lg04_a_second_root_for_one_size_is_refused_and_the_first_is_still_shown(client: Client) -> None:
    assert client.post("/add-checkpoint", data=_body(0, 8)).status_code == 200
    shown = client.get(witness.monitoring_path(ORIGIN)).data
    assert client.post("/add-checkpoint", data=_body(8, 8, FORKED)).status_code == 422
    assert client.get(witness.monitoring_path(ORIGIN)).data == shown


def test_an_older_size_gets_the_size_that_is_known(client: Client) -> None:
    client.post("/add-checkpoint", data=_body(0, 8))
    answer = client.post("/add-checkpoint", data=_body(3, 9))
    assert (answer.status_code, answer.content_type, answer.text) == (409, "text/x.tlog.size", "8\n")


def test_it_remembers_after_a_restart(client: Client, folder: Path) -> None:
    client.post("/add-checkpoint", data=_body(0, 8))
    again = Client(WitnessApplication(open_witness(folder, PASSPHRASE), Clock()))
    assert again.post("/add-checkpoint", data=_body(0, 9, FORKED)).status_code == 409
    assert again.post("/add-checkpoint", data=_body(8, 9)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("POST", "/", 405),
        ("GET", "/nothing/here", 404),
        ("GET", witness.monitoring_path("other.example"), 404),
        ("GET", witness.monitoring_path(ORIGIN), 404),
        ("GET", "/", 200),
    ],
    ids=["reading where one writes", "writing where one reads", "no such page", "another log", "not yet", "its key"],
)
def test_other_requests(client: Client, method: str, path: str, status: int) -> None:
    assert client.open(path, method=method).status_code == status


def test_a_request_without_end_is_cut_off(client: Client) -> None:
    assert client.post("/add-checkpoint", data=b"old 0\n\n" + b"x" * 600_000).status_code == 413


def test_a_log_nobody_named_is_unknown_and_one_named_later_needs_no_restart(tmp_path: Path, clock: Clock) -> None:
    house.found(tmp_path, NAME, PASSPHRASE)
    client = Client(WitnessApplication(open_witness(tmp_path, PASSPHRASE), clock))
    assert client.post("/add-checkpoint", data=_body(0, 8)).status_code == 404
    house.trust(tmp_path, str(LOG_KEY))
    house.trust(tmp_path, str(LOG_KEY))
    assert (tmp_path / house.LOGS).read_text().count(str(LOG_KEY)) == 1
    assert client.post("/add-checkpoint", data=_body(0, 8)).status_code == 200


def test_a_clock_that_goes_back_does_not_make_a_later_checkpoint_look_earlier(
    client: Client, folder: Path, clock: Clock
) -> None:
    client.post("/add-checkpoint", data=_body(0, 3))
    clock.now = NOW - timedelta(days=400)
    body = _body(3, 8)
    answer = client.post("/add-checkpoint", data=body)
    line = witness.read_cosignature(answer.data, Submission.parse(body).note.text, house.identity_of(folder).key)
    assert cosigned_at(line) == int(NOW.timestamp())


def test_what_cannot_be_stored_is_not_cosigned(client: Client, folder: Path) -> None:
    (folder / house.STATE).unlink()
    (folder / house.STATE).mkdir()
    answer = client.post("/add-checkpoint", data=_body(0, 3))
    assert answer.status_code == 503
    assert NAME not in answer.text


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")], ids=["gone", "empty"])
def test_lg04_a_witness_that_lost_its_state_cosigns_nothing(
    client: Client, folder: Path, lose: Callable[[Path], object]
) -> None:
    assert client.post("/add-checkpoint", data=_body(0, 8)).status_code == 200
    lose(folder / house.STATE)
    assert client.post("/add-checkpoint", data=_body(0, 8, FORKED)).status_code == 503
    with pytest.raises(NotReady, match=house.STATE):
        open_witness(folder, PASSPHRASE)


def test_the_state_is_on_disk_before_the_answer(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = open_witness(folder, PASSPHRASE)

    def power_cut(*_args: object, **_rest: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(LockStore, "swap", power_cut)
        with pytest.raises(KeyboardInterrupt):
            served.add_checkpoint(_body(0, 8), now=NOW)
    # The signature that was made is nowhere, so the other history may still be the first.
    assert served.add_checkpoint(_body(0, 8, FORKED), now=NOW).startswith(f"— {NAME} ")


def test_of_two_requests_at_once_one_is_told_the_others_size(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served, swap = open_witness(folder, PASSPHRASE), LockStore.swap
    rival = Latest(size=5, root=merkle.root_of(LEAVES[:5]), note=_body(0, 5).decode().partition("\n\n")[2])

    def meanwhile(store: LockStore, origin: str, *, expected: Latest | None, new: Latest) -> None:
        monkeypatch.undo()
        swap(store, origin, expected=None, new=rival)
        swap(store, origin, expected=expected, new=new)

    monkeypatch.setattr(LockStore, "swap", meanwhile)
    with pytest.raises(witness.WitnessRefusal) as refused:
        served.add_checkpoint(_body(0, 8), now=NOW)
    assert (refused.value.status, refused.value.size) == (409, 5)


def test_a_witness_is_made_once_and_its_key_is_never_made_anew(folder: Path) -> None:
    with pytest.raises(Conflict, match="never replaced"):
        house.found(folder, NAME, PASSPHRASE)
    (only,) = (folder / "keys").glob("*.pem")
    assert b"ENCRYPTED" in only.read_bytes()
    assert only.stat().st_mode & 0o077 == 0
    only.unlink()
    with pytest.raises(NotReady, match="Restore"):
        open_witness(folder, PASSPHRASE)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda folder: (folder / house.IDENTITY).unlink(), "holds no witness"),
        (lambda folder: (folder / house.IDENTITY).write_text("{}"), "damaged"),
        (lambda folder: (folder / house.LOGS).write_text("log nonsense\n"), "line 1"),
        (lambda folder: (folder / house.LOGS).write_text("# fine\nwitness x\n"), "line 2"),
        (lambda folder: os.chmod(next((folder / "keys").glob("*.pem")), 0o644), "chmod"),
    ],
    ids=["nobody lives there", "a damaged identity", "a line that is no key", "another line", "a key others can read"],
)
def test_a_folder_that_is_not_right_is_refused_in_a_sentence(folder: Path, damage: object, sentence: str) -> None:
    assert callable(damage)
    damage(folder)
    with pytest.raises(NotReady, match=sentence):
        open_witness(folder, PASSPHRASE)


def test_names_and_keys_that_cannot_be_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(NotReady, match="cannot name a witness"):
        house.found(tmp_path_factory.mktemp("other"), "two words", PASSPHRASE)
    with pytest.raises(NotReady, match="verifier key"):
        house.trust(folder, "nonsense")
    with pytest.raises(NotReady, match="verifier key"):
        house.trust(folder, str(CosignerKey("log.example", bytes(32))))
