"""Receipts that verify offline, as C2SP tlog-proof writes them (file extension ``.tlog-proof``).

A receipt holds a leaf's index, its inclusion proof and a signed checkpoint. Whoever holds it, the entry and the log's
key can show that the entry is in the log, with nobody's help; cosignatures add when a witness saw it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from accredit.kit.ledger.checkpoint import Checkpoint, open_checkpoint
from accredit.kit.ledger.cosignature import CosignerKey, cosigned_at
from accredit.kit.ledger.errors import NoteMalformed, NoteRejected
from accredit.kit.ledger.merkle import HASH_BYTES, MAX_SIZE, verify_inclusion
from accredit.kit.ledger.signed_note import Ed25519Key, SignedNote, decode_base64, parse, parse_decimal

HEADER = "c2sp.org/tlog-proof@v1"
# 63 levels are the deepest tree; 1 MB is what the rest of the kit reads.
MAX_PROOF_HASHES = 63
MAX_RECEIPT_BYTES = 1_000_000


@dataclass(frozen=True, kw_only=True)
class TlogProof:
    """A receipt as read, nothing verified: the index, the proof's hashes from the leaf's sibling up, the checkpoint.

    `extra` is carried along and authenticated by nothing.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: SignedNote
    extra: bytes | None = None

    def write(self) -> str:
        """Write the receipt."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines.extend(base64.b64encode(each).decode() for each in self.hashes)
        return "\n".join(lines) + "\n\n" + self.checkpoint.encode()

    @classmethod
    def parse(cls, receipt: str | bytes) -> TlogProof:
        """Read a receipt. Raises NoteMalformed when it is over 1 MB, not UTF-8 or of another form."""
        if len(receipt) > MAX_RECEIPT_BYTES:
            raise NoteMalformed("receipt_size", f"over {MAX_RECEIPT_BYTES} bytes")
        try:
            text = receipt.decode() if isinstance(receipt, bytes) else receipt
        except UnicodeDecodeError as error:
            raise NoteMalformed("receipt_encoding", f"not UTF-8 at byte {error.start}") from error
        # The first empty line ends our part; the checkpoint after it has an empty line of its own.
        head, found, note = text.partition("\n\n")
        lines = head.split("\n")
        if not found or lines.pop(0) != HEADER:
            raise NoteMalformed("receipt_form", f"a receipt starts with {HEADER} and ends with a checkpoint")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = decode_base64(lines.pop(0).removeprefix("extra "), "receipt_extra")
        if not lines or not lines[0].startswith("index "):
            raise NoteMalformed("receipt_index", "no line 'index <number>'")
        index = parse_decimal(lines.pop(0).removeprefix("index "), "receipt_index", MAX_SIZE)
        if len(lines) > MAX_PROOF_HASHES:
            raise NoteMalformed("receipt_proof", f"{len(lines)} hashes, over {MAX_PROOF_HASHES}")
        hashes = tuple(decode_base64(line, "receipt_proof") for line in lines)
        if any(len(each) != HASH_BYTES for each in hashes):
            raise NoteMalformed("receipt_proof", f"every hash has {HASH_BYTES} bytes")
        return cls(index=index, hashes=hashes, checkpoint=parse(note), extra=extra)


@dataclass(frozen=True, kw_only=True)
class VerifiedReceipt:
    """What a verified receipt shows: where the leaf stands, in which state of the log, and who saw that state when.

    `seen` maps each known witness's name to the POSIX time it cosigned; empty means only the log itself says so.
    """

    index: int
    checkpoint: Checkpoint
    seen: dict[str, int]


def verify_receipt(
    receipt: TlogProof | str | bytes,
    hashed_leaf: bytes,
    *,
    log_key: Ed25519Key,
    expected_origin: str,
    witnesses: Sequence[CosignerKey] = (),
    quorum: int = 0,
) -> VerifiedReceipt:
    """Check that a receipt proves the leaf hash (`merkle.leaf_hash` of the entry) to be in the expected log.

    `quorum` of the `witnesses` must have cosigned. Raises NoteMalformed, NoteRejected (``origin_mismatch``,
    ``no_log_signature``, ``quorum`` or a code of `signed_note.verify`), ProofInvalid.
    """
    proof = receipt if isinstance(receipt, TlogProof) else TlogProof.parse(receipt)
    checkpoint, verified = open_checkpoint(proof.checkpoint, [log_key, *witnesses], expected_origin=expected_origin)
    if log_key not in [key for key, _ in verified.verified]:
        raise NoteRejected("no_log_signature", f"not signed by the key given for {expected_origin}")
    seen = {key.name: cosigned_at(line) for key, line in verified.verified if isinstance(key, CosignerKey)}
    if len(seen) < quorum:
        raise NoteRejected("quorum", f"{len(seen)} known witnesses cosigned, {quorum} are needed")
    verify_inclusion(hashed_leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return VerifiedReceipt(index=proof.index, checkpoint=checkpoint, seen=seen)
