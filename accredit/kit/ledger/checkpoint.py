"""Checkpoints, as C2SP tlog-checkpoint v1.0.0 writes them: origin, size and root in a signed note.

Whether a checkpoint may be signed, because it continues the one signed last, is for the signer to know and to keep
(`domain.transparency`): nothing here remembers.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from accredit.kit.ledger.errors import NoteMalformed, NoteRejected
from accredit.kit.ledger.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE
from accredit.kit.ledger.signed_note import (
    NoteKey,
    Sign,
    SignedNote,
    VerifiedNote,
    check_name,
    check_text,
    decode_base64,
    parse_decimal,
    sign,
    verify,
)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a log: its origin (a URL without scheme), how many leaves it has, and their root (32 bytes)."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no log can state. Raises NoteMalformed."""
        check_name(self.origin)
        if not 0 <= self.size <= MAX_SIZE:
            raise NoteMalformed("checkpoint_size", f"{self.size} is no tree size")
        if len(self.root) != HASH_BYTES:
            raise NoteMalformed("checkpoint_root", f"a root has {HASH_BYTES} bytes, not {len(self.root)}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise NoteMalformed("checkpoint_root", "the root of an empty log is the hash of nothing")
        if any(not line or "\n" in line for line in self.extensions):
            raise NoteMalformed("checkpoint_extension", "an extension is one line that is not empty")
        check_text(self.text)

    @property
    def text(self) -> str:
        """Answer the note's text: origin, size, root, extensions, a line each."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extensions]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a checkpoint from a note's text. Raises NoteMalformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise NoteMalformed("checkpoint_form", "a checkpoint has a line each for origin, size and root")
        origin, size, root, *extensions = lines
        return cls(
            origin=origin,
            size=parse_decimal(size, "checkpoint_size", MAX_SIZE),
            root=decode_base64(root, "checkpoint_root"),
            extensions=tuple(extensions),
        )


def sign_checkpoint(checkpoint: Checkpoint, sign_bytes: Sign, public_key: bytes) -> str:
    """Write a checkpoint signed by its log; the key's name is the origin, as tlog-checkpoint advises.

    `sign_bytes` and `public_key` are as in `signed_note.sign`. Raises NoteMalformed, NoteRejected.
    """
    line = sign(checkpoint.text, checkpoint.origin, sign_bytes, public_key)
    return SignedNote(checkpoint.text, (line,)).encode()


def open_checkpoint(
    note: str | bytes | SignedNote, keys: Iterable[NoteKey], *, expected_origin: str
) -> tuple[Checkpoint, VerifiedNote]:
    """Answer a checkpoint that a known key of the expected log signed, and who else signed it.

    `keys` may hold witnesses beside the log's own; one that is named as the origin must be among those that signed.
    Raises NoteMalformed, or NoteRejected with ``origin_mismatch``, ``no_log_signature`` or a code of
    `signed_note.verify`.
    """
    verified = verify(note, keys)
    checkpoint = Checkpoint.parse(verified.text)
    if checkpoint.origin != expected_origin:
        raise NoteRejected("origin_mismatch", f"a checkpoint of {checkpoint.origin}, not of {expected_origin}")
    if all(key.name != expected_origin for key, _ in verified.verified):
        raise NoteRejected("no_log_signature", f"no signature by a key of {expected_origin} itself")
    return checkpoint, verified
