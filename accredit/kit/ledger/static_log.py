"""A log as a folder of files, which any web server can carry, and the check of such a folder by itself.

The names are those of C2SP tlog-tiles: ``checkpoint``, ``tile/<level>/…``, ``tile/entries/…``; ``log-key`` beside them
holds the verifier keys the log ever had, a line each. `files` says what must be written; writing is the caller's.
`examine` reads through a function, so that a folder, a web server or an archive can all stand behind it, and computes
everything again from the entries: whoever has the folder and the key needs nobody's word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint
from accredit.kit.ledger.errors import LedgerError, NoteRejected, ProofInvalid, TileInvalid
from accredit.kit.ledger.merkle import CompactRange, GetHash, leaf_hash, verify_inclusion
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.kit.ledger.tiles import (
    TILE_BITS,
    TILE_WIDTH,
    TileRef,
    decode_bundle,
    encode_bundle,
    new_bundles,
    new_tiles,
    split_tile,
    tile,
    tile_at,
)
from accredit.kit.ledger.tlog_proof import HEADER, TlogProof

CHECKPOINT: Final = "checkpoint"
KEY: Final = "log-key"
# What is wrong a thousand times over is wrong in one way; nobody reads further.
MAX_FINDINGS: Final = 20

Read = Callable[[str], bytes | None]
"""Answers a file's bytes by its path below the log's prefix; None where there is no such file."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong: a stable code, where, and a sentence that ends with the next step."""

    code: str
    path: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """A checkpoint or receipt that somebody kept, under the name by which the findings call it."""

    name: str
    note: bytes


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What the check of a folder came to; `size` is None where not even the checkpoint could be believed."""

    size: int | None
    findings: tuple[Finding, ...]


def files(
    get_hash: GetHash, entries: Callable[[int, int], Sequence[bytes]], *, old_size: int, new_size: int
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and bytes of every bundle and tile that a folder of `old_size` leaves lacks.

    `entries(start, end)` answers entries in order. Whoever writes them puts the checkpoint down last, so that a folder
    never states what it does not hold.
    """
    for ref in new_bundles(old_size, new_size):
        start = ref.index * TILE_WIDTH
        yield ref.path, encode_bundle(entries(start, start + ref.width))
    for ref in new_tiles(old_size, new_size):
        yield ref.path, tile(get_hash, ref)


def examine(
    read: Read, *, log_keys: Sequence[Ed25519Key], expected_origin: str, held: Iterable[Held] = ()
) -> Examination:
    """Check a folder by itself, and that it continues every checkpoint and receipt somebody kept.

    1. the checkpoint is of the expected log and signed by one of its keys;
    2. every bundle of entries is there and whole, and every tile holds the hashes that the entries give;
    3. the root computed from the entries is the checkpoint's;
    4. what is `held` was signed by one of the same keys, is not larger, and states the root the log had at its size.

    Memory holds one bundle and a row of each level, however large the log is.
    """
    stated = _stated(read, log_keys, expected_origin)
    if isinstance(stated, Finding):
        return Examination(size=None, findings=(stated,))
    walk = _Walk(read, stated)
    kept, refused = _held(held, log_keys, stated)
    walk.findings += refused
    walk.run(kept)
    return Examination(size=stated.size, findings=tuple(walk.findings[:MAX_FINDINGS]))


def _stated(read: Read, log_keys: Sequence[Ed25519Key], expected_origin: str) -> Checkpoint | Finding:
    note = read(CHECKPOINT)
    if note is None:
        return Finding(
            code="no_checkpoint",
            path=CHECKPOINT,
            sentence="There is no checkpoint, so nothing is stated that could be checked; export or fetch it again.",
        )
    try:
        return open_checkpoint(note, log_keys, expected_origin=expected_origin)[0]
    except LedgerError as error:
        return _of_note(CHECKPOINT, error, expected_origin)


def _of_note(path: str, error: LedgerError, expected_origin: str) -> Finding:
    match error.code:
        case "origin_mismatch":
            told = f"{path} is of another log than {expected_origin}; make sure that you have the right folder."
        case "no_known_key" | "no_log_signature":
            told = f"{path} is not signed by the key given; ask the service for its key by a way you trust."
        case "signature_invalid":
            told = f"The signature on {path} does not fit its text, so it was altered; fetch it again."
        case _:
            told = f"{path} cannot be read as a checkpoint ({error.message}); fetch it again."
    return Finding(code=error.code, path=path, sentence=told)


@dataclass
class _Kept:
    """A held checkpoint that the log's key did sign, and the leaf that a receipt says is under it."""

    name: str
    checkpoint: Checkpoint
    receipt: TlogProof | None
    leaf: bytes | None = None


def _held(
    held: Iterable[Held], log_keys: Sequence[Ed25519Key], stated: Checkpoint
) -> tuple[list[_Kept], list[Finding]]:
    kept, findings = list[_Kept](), list[Finding]()
    for each in held:
        try:
            receipt = TlogProof.parse(each.note) if each.note.startswith(HEADER.encode()) else None
            note = receipt.checkpoint if receipt else each.note
            checkpoint, _ = open_checkpoint(note, log_keys, expected_origin=stated.origin)
        except LedgerError as error:
            findings.append(_of_note(each.name, error, stated.origin))
            continue
        if checkpoint.size > stated.size:
            told = (
                f"{each.name} covers {checkpoint.size:,} entries and this folder {stated.size:,}: the log was rolled "
                "back, or the folder is out of date; fetch it again, and if that does not help, keep both and ask."
            )
            findings.append(Finding(code="rolled_back", path=each.name, sentence=told))
            continue
        kept.append(_Kept(each.name, checkpoint, receipt))
    return sorted(kept, key=lambda one: one.checkpoint.size), findings


@dataclass
class _Walk:
    """One pass over the entries, in order, comparing tiles as their hashes come to be known."""

    read: Read
    stated: Checkpoint
    tree: CompactRange = field(default_factory=CompactRange)
    rows: list[list[bytes]] = field(default_factory=lambda: [[]])
    findings: list[Finding] = field(default_factory=list)

    def run(self, kept: Sequence[_Kept]) -> None:
        """Walk to the end, or to the first bundle that cannot be used, since nothing after it can be told."""
        waiting = list(kept)
        self._roots(waiting)
        for ref in new_bundles(0, self.stated.size):
            entries = self._bundle(ref)
            if entries is None or len(self.findings) >= MAX_FINDINGS:
                return
            for entry in entries:
                self._append(entry, waiting)
        self._last_tiles()
        if self.tree.root() != self.stated.root:
            told = (
                "The entries give another root than the checkpoint signs, so at least one of them was altered; fetch "
                "the folder again, and if that does not help, keep it and ask the service to explain."
            )
            self._found("root", CHECKPOINT, told)

    def _append(self, entry: bytes, waiting: list[_Kept]) -> None:
        hashed = leaf_hash(entry)
        for each in waiting:
            if each.receipt is not None and each.receipt.index == self.tree.size:
                each.leaf = hashed
        for level, index, value in self.tree.append(hashed):
            if level % TILE_BITS == 0:
                self._add(level // TILE_BITS, index, value)
        self._roots(waiting)

    def _add(self, level: int, index: int, value: bytes) -> None:
        if level == len(self.rows):
            self.rows.append([])
        self.rows[level].append(value)
        if len(self.rows[level]) == TILE_WIDTH:
            self._compare(TileRef(level=level, index=index // TILE_WIDTH), self.rows[level])
            self.rows[level] = []

    def _last_tiles(self) -> None:
        for level, row in enumerate(self.rows):
            if row:
                index = (self.stated.size >> (TILE_BITS * level)) // TILE_WIDTH
                self._compare(tile_at(level, index, self.stated.size), row)

    def _compare(self, ref: TileRef, expected: list[bytes]) -> None:
        data, ref = self._content(ref)
        if data is None:
            told = f"{ref.path} is missing; export or fetch it again."
            self._found("tile_missing", ref.path, told)
            return
        try:
            found = split_tile(data, ref)
        except TileInvalid:
            told = f"{ref.path} has {len(data):,} bytes, which is not its length; export or fetch it again."
            self._found("tile_length", ref.path, told)
            return
        wrong = next((at for at, each in enumerate(expected) if found[at] != each), None)
        if wrong is not None:
            told = (
                f"{ref.path} holds another hash at place {wrong} than the entries give, so one of the two was altered; "
                "export or fetch both again."
            )
            self._found("tile_hash", ref.path, told)

    def _bundle(self, wanted: TileRef) -> list[bytes] | None:
        data, ref = self._content(wanted)
        if data is None:
            told = f"{ref.path} is missing, and with it the entries from {ref.index * TILE_WIDTH:,}; fetch it again."
            self._found("entries_missing", ref.path, told)
            return None
        try:
            return decode_bundle(data, ref.width)[: wanted.width]
        except TileInvalid as error:
            told = f"{ref.path} is cut short or too long ({error.message}); export or fetch it again."
            self._found("entries_length", ref.path, told)
            return None

    def _content(self, ref: TileRef) -> tuple[bytes | None, TileRef]:
        data = self.read(ref.path)
        if data is None and ref.width < TILE_WIDTH:
            # tlog-tiles: a partial tile may be taken away once the full one is there, which begins with the same.
            data = self.read(ref.full.path)
            return (data, ref) if data is None else (data, ref.full)
        return data, ref

    def _roots(self, waiting: list[_Kept]) -> None:
        """Compare with what was held of the size the tree has now."""
        while waiting and waiting[0].checkpoint.size == self.tree.size:
            each = waiting.pop(0)
            if each.checkpoint.root != self.tree.root():
                told = (
                    f"{each.name} states another root for {each.checkpoint.size:,} entries: two histories were signed "
                    "by the log. Keep both; together they prove the fork to anybody."
                )
                self._found("fork", each.name, told)
            elif each.receipt is not None:
                self._check_receipt(each, each.receipt)

    def _check_receipt(self, each: _Kept, receipt: TlogProof) -> None:
        stated = each.checkpoint
        try:
            # An entry that is not there has no hash, and no proof fits it.
            verify_inclusion(each.leaf or b"", receipt.index, stated.size, receipt.hashes, stated.root)
        except ProofInvalid:
            told = f"{each.name} does not prove the entry {receipt.index:,} of this folder; ask for the receipt again."
            self._found("receipt", each.name, told)

    def _found(self, code: str, path: str, sentence: str) -> None:
        self.findings.append(Finding(code=code, path=path, sentence=sentence))


def read_keys(text: bytes) -> tuple[Ed25519Key, ...]:
    """Read ``log-key``. Raises NoteRejected (``log_key``) for anything but verifier keys, a line each."""
    try:
        keys = tuple(Ed25519Key.parse(line.strip()) for line in text.decode().splitlines())
    except (LedgerError, UnicodeDecodeError) as error:
        raise NoteRejected("log_key", f"{KEY} holds something else than verifier keys of a log") from error
    if not keys or len({key.name for key in keys}) != 1:
        raise NoteRejected("log_key", f"{KEY} holds no verifier key, or those of several logs")
    return keys
