"""Cosignatures of witnesses and mirrors, as C2SP tlog-cosignature v1.0.1 writes them (Ed25519, key type 0x04).

A cosigner states that it saw a checkpoint continue all it had seen before, and when. ML-DSA-44 (type 0x06) is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from accredit.kit.ledger.errors import NoteMalformed, NoteRejected
from accredit.kit.ledger.signed_note import (
    ED25519_KEY_BYTES,
    ED25519_SIGNATURE_BYTES,
    NoteSignature,
    Sign,
    check_name,
    check_text,
    ed25519_verifies,
    key_id,
    parse_verifier_key,
    verifier_key,
)

COSIGNATURE_V1 = 0x04
A_SECOND = timedelta(seconds=1)
_TIME_BYTES = 8
_MAX_TIME = 2**63 - 1


@dataclass(frozen=True)
class CosignerKey:
    """A witness's public key (32 bytes) under its name; `str()` gives the verifier key."""

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        """Refuse a name or key that no signature line can carry. Raises NoteMalformed."""
        check_name(self.name)
        if len(self.public_key) != ED25519_KEY_BYTES:
            raise NoteMalformed("public_key", f"an Ed25519 key has {ED25519_KEY_BYTES} bytes")

    @property
    def key_id(self) -> bytes:
        """Answer the id that this name and key give."""
        return key_id(self.name, COSIGNATURE_V1, self.public_key)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` (time ‖ 64 bytes) is this cosigner's over the note's text."""
        if len(signature) != _TIME_BYTES + ED25519_SIGNATURE_BYTES:
            return False
        time, over = int.from_bytes(signature[:_TIME_BYTES], "big"), signature[_TIME_BYTES:]
        return ed25519_verifies(self.public_key, message(text, time), over)

    def __str__(self) -> str:
        """Write the verifier key, ``name+hex(key id)+base64(type ‖ key)``."""
        return verifier_key(self.name, COSIGNATURE_V1, self.public_key)

    @classmethod
    def parse(cls, text: str) -> CosignerKey:
        """Read a verifier key of type 0x04. Raises NoteMalformed."""
        name, kind, public_key = parse_verifier_key(text)
        if kind != COSIGNATURE_V1:
            raise NoteMalformed("key_type", f"verifier key of type {kind:#04x}, not {COSIGNATURE_V1:#04x}")
        return cls(name, public_key)


def message(note_text: str, time: int) -> bytes:
    """Answer what a cosigner signs: the header, the POSIX time in seconds, and the whole note text."""
    return f"cosignature/v1\ntime {time}\n{note_text}".encode()


def cosign(note_text: str, name: str, sign: Sign, public_key: bytes, *, time: int) -> NoteSignature:
    """Cosign a checkpoint's text at `time` (POSIX seconds) and answer the signature line.

    `sign` and `public_key` are as in `signed_note.sign`; the key must not be one that signs anything else.
    Raises NoteMalformed, NoteRejected.
    """
    check_text(note_text)
    if not 0 <= time <= _MAX_TIME:
        raise NoteMalformed("cosignature_time", f"{time} is no POSIX time")
    key = CosignerKey(name, public_key)
    signature = time.to_bytes(_TIME_BYTES, "big") + sign(message(note_text, time))
    if not key.verifies(note_text, signature):
        raise NoteRejected("signature_invalid", f"the signer's answer is not a cosignature of {name}")
    return NoteSignature(name, key.key_id, signature)


def is_surely_before(cosigned: datetime, moment: datetime) -> bool:
    """Say whether a cosignature was made before a moment: the second that it states must be over by then.

    C2SP tlog-cosignature states whole seconds. One that was made a moment after a theft states the same second, and a
    thief must not gain by that.
    """
    return cosigned + A_SECOND <= moment


def cosigned_at(signature: NoteSignature) -> int:
    """Answer the POSIX time that a cosignature states; verify it first. Raises NoteMalformed for another form."""
    if len(signature.signature) != _TIME_BYTES + ED25519_SIGNATURE_BYTES:
        raise NoteMalformed("cosignature_form", "a cosignature is a time of 8 bytes and a signature of 64")
    return int.from_bytes(signature.signature[:_TIME_BYTES], "big")
