"""Bitstring Status List 1.0: one bit per credential, in a list so long that reading it betrays nobody.

Index 0 is the left-most bit (the most significant of byte 0). A list is decoded under a cap, since 51 bytes of gzip
can stand for 16 kB and a megabyte for a gigabyte.

Not here: which index a credential gets (that is random, and reserved by the issuer), fetching, and signing.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accredit.kit.vc import multibase, timestamps
from accredit.kit.vc.errors import StatusListInvalid

MIN_LENGTH: Final = 131_072
"""The fewest entries that a list may have (§2.2): 16 KiB of bits."""
MAX_BYTES: Final = 8 * 1024 * 1024
TTL_MS: Final = 300_000
ENTRY_TYPE: Final = "BitstringStatusListEntry"

_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,14}")


@dataclass(frozen=True)
class StatusBits:
    """A decoded list; `size` is how many bits one entry has."""

    data: bytes
    size: int = 1

    @property
    def length(self) -> int:
        """How many entries the list holds."""
        return len(self.data) * 8 // self.size

    def value(self, index: int) -> int:
        """Read the entry at `index`; raises `StatusListInvalid` with code ``RANGE_ERROR`` outside the list (§3.2)."""
        if not 0 <= index < self.length:
            raise StatusListInvalid("RANGE_ERROR", f"The list holds {self.length} entries; {index} is not among them.")
        position = index * self.size
        first, last = position // 8, (position + self.size - 1) // 8
        chunk = int.from_bytes(self.data[first : last + 1], "big")
        return chunk >> ((last + 1) * 8 - position - self.size) & ((1 << self.size) - 1)

    def is_set(self, index: int) -> bool:
        """Tell whether the entry at `index` says anything but "valid"; raises as `value` does."""
        return self.value(index) != 0


@dataclass(frozen=True, kw_only=True)
class StatusEntry:
    """What a credential says of its status: where, which, and for what purpose."""

    list_url: str
    index: int
    purpose: str
    size: int = 1
    id: str | None = None
    notes: tuple[str, ...] = ()


def encode(set_indices: Iterable[int], length: int = MIN_LENGTH) -> str:
    """Encode a list of `length` entries in which those at `set_indices` are set, as ``u`` and base64url of gzip.

    The same entries always give the same text. Raises `StatusListInvalid` with code ``STATUS_LIST_LENGTH_ERROR`` or
    ``RANGE_ERROR``.
    """
    if length < MIN_LENGTH or length % 8 or length > MAX_BYTES * 8:
        sentence = f"A list has a multiple of 8 entries, from {MIN_LENGTH} to {MAX_BYTES * 8}."
        raise StatusListInvalid("STATUS_LIST_LENGTH_ERROR", sentence)
    bits = bytearray(length // 8)
    for index in set_indices:
        if not 0 <= index < length:
            raise StatusListInvalid("RANGE_ERROR", f"The list holds {length} entries; {index} is not among them.")
        bits[index >> 3] |= 0x80 >> (index & 7)
    return multibase.encode_base64url(gzip.compress(bytes(bits), compresslevel=6, mtime=0))


def decode(encoded: object, *, size: int = 1, max_bytes: int = MAX_BYTES) -> StatusBits:
    """Expand ``encodedList`` to at most `max_bytes` bytes, for entries of `size` bits.

    Raises `StatusListInvalid` with code ``STATUS_VERIFICATION_ERROR`` for what is not exactly one gzip member in
    base64url, ``STATUS_LIST_TOO_LARGE``, or ``STATUS_LIST_LENGTH_ERROR`` for a list below 131,072 entries (§3.2).
    """
    try:
        compressed = multibase.decode_base64url(encoded) if isinstance(encoded, str) else b""
        expander = zlib.decompressobj(wbits=31)
        data = expander.decompress(compressed, max_bytes + 1)
    except (ValueError, zlib.error):
        raise _unreadable() from None
    if len(data) > max_bytes:
        raise StatusListInvalid("STATUS_LIST_TOO_LARGE", f"The list expands to over {max_bytes} bytes.")
    # A truncated list ends before its check sum; a second member or trailing bytes are read differently elsewhere.
    if not expander.eof or expander.unused_data:
        raise _unreadable()
    bits = StatusBits(data, size)
    if bits.length < MIN_LENGTH:
        raise StatusListInvalid("STATUS_LIST_LENGTH_ERROR", f"A list must hold at least {MIN_LENGTH} entries.")
    return bits


def _unreadable() -> StatusListInvalid:
    return StatusListInvalid("STATUS_VERIFICATION_ERROR", "encodedList must be u and the base64url of one gzip member.")


def parse_index(value: object, *, accepts_integer: bool = True) -> tuple[int, tuple[str, ...]]:
    """Read ``statusListIndex``: a decimal text, or with `accepts_integer` a JSON integer, which gives a note.

    Raises `StatusListInvalid` with code ``status_index`` for signs, spaces, leading zeros, fractions and the rest.
    """
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return int(value), ()
    if accepts_integer and isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**15:
        return value, ("status_index_is_number",)
    sentence = "statusListIndex must be a decimal number from 0, written as text without leading zeros."
    raise StatusListInvalid("status_index", sentence, path="$.credentialStatus.statusListIndex")


def entry(list_url: str, index: int, *, purpose: str = "revocation") -> dict[str, Any]:
    """Build the ``credentialStatus`` of a credential: one entry of one bit (§2.1)."""
    position, _ = parse_index(index)
    return {
        "id": f"{list_url}#{position}",
        "type": ENTRY_TYPE,
        "statusPurpose": purpose,
        "statusListIndex": str(position),
        "statusListCredential": list_url,
    }


def parse_entry(value: object, *, accepts_integer: bool = True) -> StatusEntry:
    """Read one ``credentialStatus``; raises `StatusListInvalid` with code ``status_entry`` or ``status_index``."""
    path = "$.credentialStatus"
    if not isinstance(value, dict) or value.get("type") not in (ENTRY_TYPE, [ENTRY_TYPE]):
        raise StatusListInvalid("status_entry", f"Only a {ENTRY_TYPE} can be read here.", path=path)
    list_url, purpose = value.get("statusListCredential"), value.get("statusPurpose")
    size, identifier = value.get("statusSize", 1), value.get("id")
    if not isinstance(list_url, str) or not list_url.startswith("https://"):
        raise StatusListInvalid("status_entry", "statusListCredential must be an https URL.", path=path)
    if not isinstance(purpose, str) or not purpose:
        raise StatusListInvalid("status_entry", "statusPurpose must be one text.", path=path)
    if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= 32:
        raise StatusListInvalid("status_entry", "statusSize must be a number of bits from 1 to 32.", path=path)
    if identifier is not None and (not isinstance(identifier, str) or identifier == list_url):
        raise StatusListInvalid("status_entry", "The id of an entry must be another URL than the list's.", path=path)
    index, notes = parse_index(value.get("statusListIndex"), accepts_integer=accepts_integer)
    return StatusEntry(list_url=list_url, index=index, purpose=purpose, size=size, id=identifier, notes=notes)


def list_credential(
    url: str,
    issuer: str,
    encoded: str,
    valid_from: datetime,
    *,
    purpose: str = "revocation",
    valid_until: datetime | None = None,
    ttl_ms: int = TTL_MS,
) -> dict[str, Any]:
    """Build the credential, still unsigned, that publishes a list at `url` (§2.2); `ttl_ms` is in milliseconds."""
    credential: dict[str, Any] = {
        "@context": [_CONTEXT],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": timestamps.write(valid_from),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encoded,
            "ttl": ttl_ms,
        },
    }
    if valid_until is not None:
        credential["validUntil"] = timestamps.write(valid_until)
    return credential


def check_list(credential: Mapping[str, Any]) -> None:
    """Refuse a credential that publishes a list and does not keep the rules of one (§2.2).

    Raises `StatusListInvalid` with code ``status_list`` or as `decode` does.
    """
    subject, types = credential.get("credentialSubject"), credential.get("type")
    if "BitstringStatusListCredential" not in (types if isinstance(types, list) else [types]):
        sentence = "Only a BitstringStatusListCredential publishes a list."
        raise StatusListInvalid("status_list", sentence, path="$.type")
    if not isinstance(subject, dict) or subject.get("type") not in ("BitstringStatusList", ["BitstringStatusList"]):
        sentence = "The one subject of such a credential is a BitstringStatusList."
        raise StatusListInvalid("status_list", sentence, path="$.credentialSubject")
    found = subject.get("statusPurpose")
    purposes = found if isinstance(found, list) else [found]
    if not purposes or not all(isinstance(purpose, str) and purpose for purpose in purposes):
        sentence = "A list says for what purpose it is, in one text or several."
        raise StatusListInvalid("status_list", sentence, path="$.credentialSubject.statusPurpose")
    decode(subject.get("encodedList"))


def read_list(credential: object, status: StatusEntry, *, max_bytes: int = MAX_BYTES) -> StatusBits:
    """Decode the list of a credential that has been verified, for one entry of another credential.

    Raises `StatusListInvalid` with code ``STATUS_VERIFICATION_ERROR`` where it is no list of that URL and purpose,
    and as `decode` does.
    """
    subject = credential.get("credentialSubject") if isinstance(credential, dict) else None
    types = credential.get("type") if isinstance(credential, dict) else None
    if not isinstance(subject, dict) or not isinstance(types, list) or "BitstringStatusListCredential" not in types:
        raise StatusListInvalid("STATUS_VERIFICATION_ERROR", "This is no BitstringStatusListCredential.")
    # A host may not answer with another list of the same issuer.
    if isinstance(credential, dict) and credential.get("id", status.list_url) != status.list_url:
        raise StatusListInvalid("STATUS_VERIFICATION_ERROR", "The list has another id than its address.")
    if subject.get("type") not in ("BitstringStatusList", ["BitstringStatusList"]):
        raise StatusListInvalid("STATUS_VERIFICATION_ERROR", "The subject is no BitstringStatusList.")
    found = subject.get("statusPurpose")
    if status.purpose not in (found if isinstance(found, list) else [found]):
        raise StatusListInvalid("STATUS_VERIFICATION_ERROR", f"The list is not about {status.purpose}.")
    return decode(subject.get("encodedList"), size=status.size, max_bytes=max_bytes)
