"""Signed notes, as C2SP signed-note v1.0.0 writes them, with Ed25519 (key type 0x01).

A note is a text that ends in a newline, an empty line, and signature lines ``— <name> base64(key id ‖ signature)``.
Cosignatures (type 0x04) are in `cosignature`; both kinds of key satisfy `NoteKey`, so `verify` takes either.
A private key never comes here: the caller passes a function that signs bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accredit.kit.ledger.errors import NoteMalformed, NoteRejected

ED25519 = 0x01
KEY_ID_BYTES = 4
ED25519_KEY_BYTES = 32
ED25519_SIGNATURE_BYTES = 64
# The specification asks for at least 16 signatures and for a cap; the size is the one Go's library uses.
MAX_SIGNATURES = 100
MAX_NOTE_BYTES = 1_000_000
_DASH = "— "

Sign = Callable[[bytes], bytes]


class NoteKey(Protocol):
    """A key that can verify one kind of signature line."""

    @property
    def name(self) -> str:
        """The key's name, as it stands in the signature line."""

    @property
    def key_id(self) -> bytes:
        """The four bytes that, with the name, tell keys apart."""

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` (without the key id) is this key's over the note's text."""


@dataclass(frozen=True)
class NoteSignature:
    """One signature line: the key's name, its id (4 bytes) and the bytes that follow it."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def line(self) -> str:
        """Answer the line with its newline."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True)
class SignedNote:
    """A note as read, nothing verified: its text (with the last newline) and its signatures in order."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> str:
        """Write the note as it is sent and stored."""
        return self.text + "\n" + "".join(each.line for each in self.signatures)

    def with_signatures(self, more: Sequence[NoteSignature]) -> SignedNote:
        """Answer the same note with further signatures, for example those of witnesses, after its own."""
        return SignedNote(self.text, (*self.signatures, *more))


@dataclass(frozen=True)
class VerifiedNote:
    """A note of which every signature by a known key verified, and at least one did."""

    text: str
    verified: tuple[tuple[NoteKey, NoteSignature], ...]


@dataclass(frozen=True)
class Ed25519Key:
    """A log's own public key under its name; `str()` gives the verifier key."""

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
        return key_id(self.name, ED25519, self.public_key)

    def verifies(self, text: str, signature: bytes) -> bool:
        """Say whether `signature` is this key's over the text."""
        return ed25519_verifies(self.public_key, text.encode(), signature)

    def __str__(self) -> str:
        """Write the verifier key, ``name+hex(key id)+base64(type ‖ key)``."""
        return verifier_key(self.name, ED25519, self.public_key)

    @classmethod
    def parse(cls, text: str) -> Ed25519Key:
        """Read a verifier key of type 0x01. Raises NoteMalformed."""
        name, kind, public_key = parse_verifier_key(text)
        if kind != ED25519:
            raise NoteMalformed("key_type", f"verifier key of type {kind:#04x}, not {ED25519:#04x}")
        return cls(name, public_key)


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """Answer the first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key)."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:KEY_ID_BYTES]


def verifier_key(name: str, kind: int, public_key: bytes) -> str:
    """Write a verifier key, ``name+hex(key id)+base64(type ‖ public key)``."""
    encoded = base64.b64encode(bytes([kind]) + public_key).decode()
    return f"{name}+{key_id(name, kind, public_key).hex()}+{encoded}"


def parse_verifier_key(text: str) -> tuple[str, int, bytes]:
    """Read a verifier key as (name, type, public key).

    Raises NoteMalformed when it has another form, or its id is not the one its name and key give.
    """
    # The base64 part may itself hold a plus sign, so only the first two divide.
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteMalformed("verifier_key", "a verifier key is name+id+key")
    name, stated, encoded = parts
    check_name(name)
    data = decode_base64(encoded, "verifier_key")
    if len(data) < 2 or stated != key_id(name, data[0], data[1:]).hex():
        raise NoteMalformed("key_id", "the key id is not the one that name and key give")
    return name, data[0], data[1:]


def sign(note_text: str, name: str, sign: Sign, public_key: bytes) -> NoteSignature:
    """Sign a note's text with Ed25519 under a key's name and answer the signature line.

    `sign` is called once with the text's UTF-8 bytes and must answer 64 bytes; its answer is checked against
    `public_key`, so that a line that nobody could verify is never published. Raises NoteMalformed, NoteRejected.
    """
    check_text(note_text)
    key = Ed25519Key(name, public_key)
    signature = sign(note_text.encode())
    if not key.verifies(note_text, signature):
        raise NoteRejected("signature_invalid", f"the signer's answer is not a signature of {name}")
    return NoteSignature(name, key.key_id, signature)


def parse(note: str | bytes) -> SignedNote:
    """Read a signed note; nothing is verified yet.

    Raises NoteMalformed: over 1 MB, not UTF-8, control characters, no empty line, no signature line, more than
    100 of them, or a line of another form.
    """
    if isinstance(note, bytes):
        if len(note) > MAX_NOTE_BYTES:
            raise NoteMalformed("note_size", f"over {MAX_NOTE_BYTES} bytes")
        try:
            note = note.decode()
        except UnicodeDecodeError as error:
            raise NoteMalformed("note_encoding", f"not UTF-8 at byte {error.start}") from error
    # signed-note: the text ends before the LAST empty line, since a text may hold empty lines of its own.
    split = note.rfind("\n\n")
    if split < 0:
        raise NoteMalformed("note_form", "no empty line before the signatures")
    text, tail = note[: split + 1], note[split + 2 :]
    check_text(text)
    if not tail.endswith("\n"):
        raise NoteMalformed("note_form", "a signed note ends in signature lines, each with a newline")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteMalformed("note_signatures", f"{len(lines)} signatures, over {MAX_SIGNATURES}")
    return SignedNote(text, tuple(parse_signature_line(line) for line in lines))


def parse_signature_line(line: str) -> NoteSignature:
    """Read one signature line without its newline. Raises NoteMalformed."""
    name, found, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not found:
        raise NoteMalformed("signature_line", "a signature line is '— name base64'")
    check_name(name)
    data = decode_base64(encoded, "signature_line")
    if len(data) <= KEY_ID_BYTES:
        raise NoteMalformed("signature_line", "a signature follows the key id")
    return NoteSignature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])


def verify(note: str | bytes | SignedNote, keys: Iterable[NoteKey]) -> VerifiedNote:
    """Answer the note's text and the known keys that signed it; a key counts once.

    Lines of unknown keys are ignored; a key is known by name and id together. Raises NoteMalformed (see `parse`),
    NoteRejected ``signature_invalid`` when a known key's signature is wrong, ``no_known_key`` when none is known,
    ``ambiguous_keys`` when two of the keys given have one name and id.
    """
    signed = note if isinstance(note, SignedNote) else parse(note)
    known: dict[tuple[str, bytes], NoteKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise NoteRejected("ambiguous_keys", f"two keys of {key.name} share the id {key.key_id.hex()}")
    verified: dict[tuple[str, bytes], tuple[NoteKey, NoteSignature]] = {}
    for each in signed.signatures:
        found = known.get((each.name, each.key_id))
        if found is None:
            continue
        if not found.verifies(signed.text, each.signature):
            raise NoteRejected("signature_invalid", f"the signature of {each.name} does not fit the text")
        verified.setdefault((each.name, each.key_id), (found, each))
    if not verified:
        raise NoteRejected("no_known_key", "none of the signatures is by a known key")
    return VerifiedNote(signed.text, tuple(verified.values()))


def check_name(name: str) -> None:
    """Refuse a key name that is empty or holds a space, a plus sign or a control character. Raises NoteMalformed."""
    if not name or "+" in name or any(each.isspace() or not each.isprintable() for each in name):
        raise NoteMalformed("key_name", "a key name is not empty and holds no space, '+' or control character")


def check_text(text: str) -> None:
    """Refuse a note's text without a last newline, or with control characters or surrogates. Raises NoteMalformed."""
    if not text.endswith("\n"):
        raise NoteMalformed("note_form", "a note's text ends in a newline")
    for at, each in enumerate(text):
        if (each < " " and each != "\n") or "\ud800" <= each <= "\udfff":
            raise NoteMalformed("note_characters", f"character {at} is U+{ord(each):04X}")


def decode_base64(text: str, code: str) -> bytes:
    """Decode standard base64 with padding, in its one canonical spelling. Raises NoteMalformed with `code`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise NoteMalformed(code, "not base64") from error
    # Python ignores the spare bits of the last character; two spellings of one signature would be malleable.
    if base64.b64encode(data).decode() != text:
        raise NoteMalformed(code, "not the canonical base64")
    return data


def parse_decimal(text: str, code: str, limit: int) -> int:
    """Read a decimal without sign or leading zeros, at most `limit`. Raises NoteMalformed with `code`."""
    digits = len(text) <= len(str(limit)) and text.isascii() and text.isdigit()
    if not digits or (text[0] == "0" and text != "0") or int(text) > limit:
        raise NoteMalformed(code, "not a decimal number without leading zeros in range")
    return int(text)


def ed25519_verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether a 64-byte signature is that of a 32-byte Ed25519 key over the message (RFC 8032)."""
    if len(signature) != ED25519_SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
