"""A folder of static files, checked by itself: what is whole passes, and each misfortune has its own sentence."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.kit.ledger import merkle, static_log
from accredit.kit.ledger.checkpoint import Checkpoint, sign_checkpoint
from accredit.kit.ledger.errors import NoteRejected
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.kit.ledger.static_log import CHECKPOINT, Examination, Held
from accredit.kit.ledger.tlog_proof import TlogProof

ORIGIN = "log.example/ledger"
KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
LOG_KEY = Ed25519Key(ORIGIN, KEY.public_key().public_bytes_raw())
SIZE = 600


@dataclass
class Log:
    """A log in memory: its entries, and the files of its folder."""

    entries: list[bytes]
    files: dict[str, bytes] = field(default_factory=dict)
    leaves: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.leaves = [merkle.leaf_hash(each) for each in self.entries]

    def note(self, size: int, key: Ed25519PrivateKey = KEY, origin: str = ORIGIN) -> str:
        stated = Checkpoint(origin=origin, size=size, root=merkle.root_of(self.leaves[:size]))
        return sign_checkpoint(stated, key.sign, key.public_key().public_bytes_raw())

    def receipt(self, index: int, size: int) -> bytes:
        proof = merkle.inclusion_proof(merkle.hashes_from_leaves(self.leaves), index, size)
        return TlogProof(index=index, hashes=tuple(proof), checkpoint=parse(self.note(size))).write().encode()

    def export(self, old_size: int, new_size: int) -> None:
        def between(start: int, end: int) -> list[bytes]:
            return self.entries[start:end]

        get_hash = merkle.hashes_from_leaves(self.leaves)
        self.files |= static_log.files(get_hash, between, old_size=old_size, new_size=new_size)
        self.files[CHECKPOINT] = self.note(new_size).encode()

    def examine(self, *held: tuple[str, bytes]) -> Examination:
        kept = [Held(name=name, note=note) for name, note in held]
        return static_log.examine(self.files.get, log_keys=[LOG_KEY], expected_origin=ORIGIN, held=kept)


def _log(size: int = SIZE, first: bytes = b"") -> Log:
    made = Log([first + number.to_bytes(32, "big") for number in range(size)])
    made.export(0, size)
    return made


@pytest.mark.parametrize("size", [0, 1, 2, 255, 256, 257, 511, 512, 600, 65_536, 65_537])
def test_a_folder_of_any_size_is_whole(size: int) -> None:
    assert _log(size).examine() == Examination(size=size, findings=())


def test_a_folder_that_grew_in_steps_is_whole_with_and_without_the_partial_tiles_left_over() -> None:
    log = Log([number.to_bytes(32, "big") for number in range(SIZE)])
    before = 0
    for size in (1, 200, 256, 300, SIZE):
        log.export(before, size)
        before = size
    assert "tile/0/000.p/200" in log.files
    assert log.examine().findings == ()
    for path in [each for each in log.files if each.startswith(("tile/0/000.p", "tile/entries/000.p"))]:
        del log.files[path]
    assert log.examine().findings == ()


def test_a_full_tile_serves_where_the_partial_one_was_taken_away() -> None:
    grown, log = _log(SIZE), _log(200)
    for path in ("tile/0/000", "tile/entries/000"):
        log.files[path] = grown.files[path]
        del log.files[f"{path}.p/200"]
    assert log.examine().findings == ()


def test_a_hundred_thousand_entries_are_checked_from_the_folder_alone() -> None:
    log = _log(100_000)
    assert log.examine(("half", log.note(50_000).encode())) == Examination(size=100_000, findings=())


Damage = Callable[[dict[str, bytes]], object]


@pytest.mark.parametrize(
    ("damage", "code", "path", "step"),
    [
        (lambda files: files.pop(CHECKPOINT), "no_checkpoint", CHECKPOINT, "fetch it again"),
        (
            lambda files: files.update({CHECKPOINT: files[CHECKPOINT].replace(b"\n600\n", b"\n601\n")}),
            "signature_invalid",
            CHECKPOINT,
            "was altered",
        ),
        (lambda files: files.update({CHECKPOINT: b"\xff"}), "note_encoding", CHECKPOINT, "cannot be read"),
        (
            lambda files: files.update({CHECKPOINT: _log().note(SIZE, OTHER_KEY).encode()}),
            "no_known_key",
            CHECKPOINT,
            "by a way you trust",
        ),
        (lambda files: files.update({"tile/0/001": files["tile/0/001"][:100]}), "tile_length", "tile/0/001", "again"),
        (lambda files: files.update({"tile/0/001": bytes(8192)}), "tile_hash", "tile/0/001", "altered"),
        (lambda files: files.pop("tile/0/001"), "tile_missing", "tile/0/001", "again"),
        (
            lambda files: files.update({"tile/0/002.p/88": files["tile/0/002.p/88"][32:] + bytes(32)}),
            "tile_hash",
            "tile/0/002.p/88",
            "altered",
        ),
        (lambda files: files.pop("tile/0/002.p/88"), "tile_missing", "tile/0/002.p/88", "again"),
        (
            lambda files: files.update({"tile/1/000.p/2": files["tile/1/000.p/2"][:32] + bytes(32)}),
            "tile_hash",
            "tile/1/000.p/2",
            "altered",
        ),
        (lambda files: files.pop("tile/entries/001"), "entries_missing", "tile/entries/001", "from 256"),
        (
            lambda files: files.update({"tile/entries/001": files["tile/entries/001"][:-5]}),
            "entries_length",
            "tile/entries/001",
            "cut short",
        ),
        (
            lambda files: files.update({"tile/entries/001": files["tile/entries/001"] + b"\0"}),
            "entries_length",
            "tile/entries/001",
            "too long",
        ),
        (
            lambda files: files.update(
                {"tile/entries/001": files["tile/entries/001"].replace(b"\x01\x01", b"\x01\x07", 1)}
            ),
            "tile_hash",
            "tile/0/001",
            "altered",
        ),
        (
            lambda files: files.update(
                {"tile/entries/001": files["tile/entries/001"][34:68] + files["tile/entries/001"][:34]
                 + files["tile/entries/001"][68:]}
            ),
            "tile_hash",
            "tile/0/001",
            "altered",
        ),
    ],
    ids=[
        "no checkpoint",
        "an altered checkpoint",
        "a checkpoint that is no text",
        "a checkpoint signed by another key",
        "a truncated tile",
        "LG02 a tile overwritten",
        "a tile that is missing",
        "a wrong partial tile",
        "a partial tile that is missing",
        "a wrong tile of the level above",
        "LG02 a bundle deleted in the middle",
        "LG02 a truncated bundle",
        "a bundle that is too long",
        "LG02 one byte of one entry",
        "LG02 two entries swapped",
    ],
)  # fmt: skip
@pytest.mark.attack("LG02")
def test_every_damage_is_named_with_its_place_and_the_next_step(
    damage: Damage, code: str, path: str, step: str
) -> None:
    log = _log()
    damage(log.files)
    found = log.examine().findings
    assert (found[0].code, found[0].path) == (code, path)
    assert step in found[0].sentence


def test_a_checkpoint_of_an_unknown_log_is_named() -> None:
    log = _log()
    log.files[CHECKPOINT] = log.note(SIZE, origin="other.example").encode()
    other = Ed25519Key("other.example", LOG_KEY.public_key)
    found = static_log.examine(log.files.get, log_keys=[LOG_KEY, other], expected_origin=ORIGIN).findings
    assert [each.code for each in found] == ["origin_mismatch"]


@pytest.mark.attack("LG03")
def test_entries_and_tiles_rewritten_together_miss_the_signed_root() -> None:
    log, rewritten = _log(), _log(first=b"!")
    log.files |= {path: data for path, data in rewritten.files.items() if path != CHECKPOINT}
    assert [each.code for each in log.examine().findings] == ["root"]


@pytest.mark.parametrize("size", [1, 255, 256, 300, 600])
@pytest.mark.attack("LG03")
def test_lg03_a_log_rewritten_and_signed_anew_is_a_fork_to_whoever_kept_a_checkpoint(size: int) -> None:
    log, rewritten = _log(), _log(first=b"!")
    assert rewritten.examine().findings == ()
    assert log.examine(("mine", log.note(size).encode())).findings == ()
    (found,) = rewritten.examine(("mine", log.note(size).encode())).findings
    assert (found.code, found.path) == ("fork", "mine")
    assert "prove the fork" in found.sentence


@pytest.mark.attack("LG03")
def test_lg03_a_receipt_from_a_certificate_proves_the_fork_too() -> None:
    log, rewritten = _log(), _log(first=b"!")
    assert log.examine(("receipt", log.receipt(37, 300)), ("another", log.receipt(599, SIZE))).findings == ()
    (found,) = rewritten.examine(("receipt", log.receipt(37, 300))).findings
    assert (found.code, found.path) == ("fork", "receipt")


@pytest.mark.attack("LG05")
def test_lg05_a_folder_that_was_rolled_back_is_told_from_one_that_is_whole() -> None:
    (found,) = _log(300).examine(("mine", _log().note(SIZE).encode())).findings
    assert (found.code, found.path) == ("rolled_back", "mine")


def test_what_was_held_must_itself_be_of_this_log() -> None:
    log = _log()
    wrong = TlogProof(index=38, hashes=TlogProof.parse(log.receipt(37, 300)).hashes, checkpoint=parse(log.note(300)))
    beyond = TlogProof(index=999, hashes=(), checkpoint=parse(log.note(300)))
    found = log.examine(
        ("foreign", log.note(5, OTHER_KEY).encode()),
        ("no note", b"hello"),
        ("other entry", wrong.write().encode()),
        ("no entry", beyond.write().encode()),
    ).findings
    assert [(each.code, each.path) for each in found] == [
        ("no_known_key", "foreign"),
        ("note_form", "no note"),
        ("receipt", "other entry"),
        ("receipt", "no entry"),
    ]


def test_a_thousand_damages_are_not_a_thousand_lines() -> None:
    log = _log(20_000)
    log.files |= {path: bytes(len(data)) for path, data in log.files.items() if path.startswith("tile/0/")}
    assert len(log.examine().findings) == static_log.MAX_FINDINGS


def test_the_keys_of_a_folder_are_read_strictly() -> None:
    second = Ed25519Key(ORIGIN, OTHER_KEY.public_key().public_bytes_raw())
    assert static_log.read_keys(f"{LOG_KEY}\n{second}\n".encode()) == (LOG_KEY, second)
    two_logs = f"{LOG_KEY}\n{Ed25519Key('other.example', second.public_key)}\n".encode()
    for text in (b"", b"hello\n", b"\xff", two_logs, base64.b64encode(LOG_KEY.public_key)):
        with pytest.raises(NoteRejected):
            static_log.read_keys(text)


def test_a_log_that_changed_its_key_is_whole_under_both() -> None:
    log = _log()
    second = Ed25519Key(ORIGIN, OTHER_KEY.public_key().public_bytes_raw())
    log.files[CHECKPOINT] = log.note(SIZE, OTHER_KEY).encode()
    found = static_log.examine(
        log.files.get,
        log_keys=[LOG_KEY, second],
        expected_origin=ORIGIN,
        held=[Held(name="old", note=log.note(300).encode())],
    )
    assert found.findings == ()
