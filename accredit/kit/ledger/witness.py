"""What a witness takes and answers, as C2SP tlog-witness v1.0.0 writes it: decisions only, no server and no memory.

A witness cosigns a checkpoint only where it continues the last one it cosigned of that log, so nobody can be shown
another history than everybody else. What it cosigned last is handed in as `Seen`, and whoever hands it in must store
the answer in the same atomic step, before a word of it leaves the house: `accredit.witness` does. The log's side of the
conversation is here too, so that both are written once.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from accredit.kit.ledger.checkpoint import Checkpoint
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.errors import LedgerError, NoteMalformed, NoteRejected, ProofInvalid
from accredit.kit.ledger.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE, verify_consistency
from accredit.kit.ledger.signed_note import (
    Ed25519Key,
    NoteSignature,
    SignedNote,
    decode_base64,
    parse,
    parse_decimal,
    parse_signature_line,
    verify,
)

ADD_CHECKPOINT: Final = "/add-checkpoint"
SIZE_TYPE: Final = "text/x.tlog.size"
# A tree is at most 63 levels deep (tlog-witness, "add-checkpoint").
MAX_PROOF_LINES: Final = 63
# 63 lines of 45 bytes, and a checkpoint with its hundred signatures, even of the large kind, fit well.
MAX_REQUEST_BYTES: Final = 500_000
MAX_ANSWER_BYTES: Final = 100_000


class WitnessRefusal(LedgerError):
    """A request that gets no cosignature: `status` is the answer of tlog-witness, `size` the one known, for 409."""

    def __init__(self, status: int, code: str, message: str, size: int | None = None) -> None:
        """Keep the status beside code and sentence."""
        super().__init__(code, message)
        self.status = status
        self.size = size


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A request as read, nothing verified: the size proved from, the proof, and the checkpoint's note."""

    old_size: int
    proof: tuple[bytes, ...]
    note: SignedNote

    @property
    def origin(self) -> str:
        """Answer the log that the checkpoint says it is of."""
        return self.note.text.partition("\n")[0]

    def write(self) -> str:
        """Write the request's body."""
        lines = [f"old {self.old_size}", *(base64.b64encode(each).decode() for each in self.proof)]
        return "\n".join(lines) + "\n\n" + self.note.encode()

    @classmethod
    def parse(cls, body: bytes) -> Submission:
        """Read a request's body. Raises WitnessRefusal 400, or 403 for signature lines that nobody could check."""
        try:
            return cls._parsed(body)
        except UnicodeDecodeError as error:
            raise WitnessRefusal(400, "request_form", "the proof lines are not ASCII") from error
        except NoteMalformed as error:
            # A signature that cannot even be read is one that does not verify, and that has an answer of its own.
            if error.code == "signature_line":
                raise WitnessRefusal(403, "invalid_signature", f"invalid signature: {error.message}") from error
            raise WitnessRefusal(400, error.code, error.message) from error

    @classmethod
    def _parsed(cls, body: bytes) -> Submission:
        head, found, note = body.partition(b"\n\n")
        first, *proof_lines = head.decode("ascii").split("\n")
        if not found or len(body) > MAX_REQUEST_BYTES or not first.startswith("old "):
            raise NoteMalformed("request_form", "a request is 'old <size>', proof lines, an empty line, a note")
        if len(proof_lines) > MAX_PROOF_LINES:
            raise NoteMalformed("request_proof", f"{len(proof_lines)} proof lines, over {MAX_PROOF_LINES}")
        proof = tuple(decode_base64(line, "request_proof") for line in proof_lines)
        if any(len(each) != HASH_BYTES for each in proof):
            raise NoteMalformed("request_proof", f"every hash has {HASH_BYTES} bytes")
        old_size = parse_decimal(first.removeprefix("old "), "request_size", MAX_SIZE)
        return cls(old_size=old_size, proof=proof, note=parse(note))


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The checkpoint of a log that the witness cosigned last: its size and root."""

    size: int
    root: bytes


NEVER_SEEN: Final = Seen(size=0, root=EMPTY_ROOT)


def accept(submission: Submission, logs: Mapping[str, Collection[Ed25519Key]], seen: Seen) -> Checkpoint:
    """Decide whether a checkpoint may be cosigned, and return it.

    `logs` maps the origins that the witness knows to the keys it trusts for each; `seen` is what it cosigned last of
    this origin (`NEVER_SEEN`). Raises WitnessRefusal with the status that tlog-witness demands: 404 unknown origin, 403
    no trusted signature or a wrong one, 400 proved from a larger size, 409 proved from another size than the last,
    422 a proof that does not prove it.
    """
    if submission.origin not in logs:
        raise WitnessRefusal(404, "unknown_log", "unknown log")
    try:
        verify(submission.note, logs[submission.origin])
    except NoteRejected as error:
        raise WitnessRefusal(403, error.code, f"invalid signature: {error.message}") from error
    checkpoint = _checkpoint(submission.note.text)
    if submission.old_size > checkpoint.size:
        raise WitnessRefusal(400, "old_size", f"a log of {checkpoint.size} did not grow from {submission.old_size}")
    if submission.old_size != seen.size:
        raise WitnessRefusal(409, "stale", f"{seen.size} leaves were cosigned last", size=seen.size)
    _check_continues(submission, checkpoint, seen)
    return checkpoint


def _checkpoint(text: str) -> Checkpoint:
    try:
        return Checkpoint.parse(text)
    except NoteMalformed as error:
        # An empty log with a root of its own is well written and wrong, which tlog-witness tells apart.
        is_empty = error.code == "checkpoint_root" and text.split("\n")[1:2] == ["0"]
        raise WitnessRefusal(422 if is_empty else 400, error.code, error.message) from error


def _check_continues(submission: Submission, checkpoint: Checkpoint, seen: Seen) -> None:
    if seen.size == 0:
        # tlog-witness: from nothing to anything there is nothing to prove, and the proof must be empty.
        if submission.proof:
            raise WitnessRefusal(422, "proof_not_empty", "the consistency proof from an empty log must be empty")
        return
    try:
        verify_consistency(seen.size, checkpoint.size, submission.proof, seen.root, checkpoint.root)
    except ProofInvalid as error:
        raise WitnessRefusal(422, error.code, f"bad consistency proof: {error.message}") from error


def monitoring_path(origin: str) -> str:
    """Return where a witness shows the last checkpoint of a log it cosigned, below its monitoring prefix."""
    return f"/{hashlib.sha256(origin.encode()).hexdigest()}/checkpoint"


def read_cosignature(answer: bytes, checkpoint_text: str, witness: CosignerKey) -> NoteSignature:
    """Return the witness's line from its answer to a request; lines of other keys are passed over.

    Raises NoteMalformed for an answer of another form, NoteRejected (``no_known_key``, ``signature_invalid``) when the
    witness's key did not sign this checkpoint: an answer is believed only as far as it verifies.
    """
    if len(answer) > MAX_ANSWER_BYTES:
        raise NoteMalformed("answer_size", f"over {MAX_ANSWER_BYTES} bytes")
    try:
        lines = answer.decode().rstrip("\n").split("\n")
    except UnicodeDecodeError as error:
        raise NoteMalformed("answer_form", "the answer is not UTF-8") from error
    signatures: Sequence[NoteSignature] = [parse_signature_line(line) for line in itertools.islice(lines, 100)]
    verified = verify(SignedNote(checkpoint_text, tuple(signatures)), [witness])
    return verified.verified[0][1]
