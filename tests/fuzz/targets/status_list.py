"""Status lists: decoding in another way gives the same bits, and encoding followed by decoding changes nothing.

An input is one of three: ``{…}`` holds a list's credential and an entry as JSON; ``u…`` is an encoded list;
anything else is a set of indices, four bytes each, to be encoded.
"""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from dataclasses import dataclass
from random import Random
from typing import Any

from accredit.kit.vc import status_list
from accredit.kit.vc.errors import StatusListInvalid
from tests.fuzz import mutations
from tests.fuzz.target import MAX_INPUT, Answer, Target

URL = "https://accredit.example/status/1"
CAP = 8 * 1024 * 1024
CODES = {"STATUS_VERIFICATION_ERROR", "STATUS_LIST_TOO_LARGE", "STATUS_LIST_LENGTH_ERROR", "RANGE_ERROR"}
CODES |= {"status_index", "status_entry"}


@dataclass(frozen=True)
class Read:
    """A list that was read; with an entry, its value too."""

    bits: status_list.StatusBits
    entry: status_list.StatusEntry | None = None
    value: int | None = None
    set_indices: frozenset[int] | None = None


def read(data: bytes) -> Read:
    if data.startswith(b"{"):
        try:
            given = json.loads(data)
        except (ValueError, RecursionError):
            given = {}
        entry = status_list.parse_entry(given.get("entry"))
        bits = status_list.read_list(given.get("list"), entry)
        return Read(bits, entry, bits.value(entry.index))
    if data.startswith(b"u"):
        return Read(status_list.decode(data.decode("utf-8", "replace")))
    numbers = frozenset(int.from_bytes(data[at : at + 4], "big") % 140_000 for at in range(0, len(data), 4))
    return Read(status_list.decode(status_list.encode(numbers)), set_indices=numbers)


def another_way(text: object) -> bytes | None:
    """Expand a list with the standard library alone; None where it is not one gzip member in plain base64url."""
    if not isinstance(text, str) or not text.startswith("u"):
        return None
    try:
        padded = text[1:].encode("ascii") + b"=" * (-len(text[1:]) % 4)
        packed = base64.b64decode(padded, altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(packed).rstrip(b"=") != text[1:].encode():
            return None
        member = zlib.decompressobj(31)
        found = member.decompress(packed, CAP + 1)
    except (ValueError, zlib.error):
        return None
    if len(found) <= CAP and (not member.eof or member.unused_data or gzip.decompress(packed) != found):
        return None
    return found


def judge(data: bytes, answer: Answer) -> None:
    if answer.refusal is not None:
        _judge_refusal(data, answer.refusal)
        return
    found: Read = answer.value
    if found.set_indices is not None:
        assert found.bits.length == status_list.MIN_LENGTH
        assert int.from_bytes(found.bits.data, "big").bit_count() == len(found.set_indices)
        assert all(found.bits.is_set(index) for index in found.set_indices)
        return
    text = json.loads(data)["list"]["credentialSubject"]["encodedList"] if data.startswith(b"{") else data.decode()
    assert another_way(text) == found.bits.data, "other bits than the standard library finds"
    assert status_list.MIN_LENGTH <= found.bits.length <= CAP * 8
    if found.entry is not None and found.value is not None:
        _judge_value(found.bits, found.entry, found.value)
    if len(found.bits.data) == status_list.MIN_LENGTH // 8:
        indices = [
            at * 8 + bit for at, byte in enumerate(found.bits.data) if byte for bit in range(8) if byte & 0x80 >> bit
        ]
        assert status_list.decode(status_list.encode(indices)).data == found.bits.data, "encoding it again changes it"


def _judge_value(bits: status_list.StatusBits, entry: status_list.StatusEntry, value: int) -> None:
    assert 0 <= entry.index < bits.length
    assert entry.list_url.startswith("https://")
    first = entry.index * entry.size
    within = bits.data[first // 8 : (first + entry.size) // 8 + 1]
    digits = "".join(f"{byte:08b}" for byte in within)[first % 8 :][: entry.size]
    assert value == int(digits, 2), f"{value} where the bits are {digits}"
    assert bits.is_set(entry.index) == ("1" in digits)


def _judge_refusal(data: bytes, refusal: Any) -> None:
    code = refusal.code
    assert code in CODES, f"the code {code} is not documented"
    assert refusal.sentence.endswith(".")
    if data.startswith(b"u"):
        found = another_way(data.decode("utf-8", "replace"))
        fits = found is not None and status_list.MIN_LENGTH // 8 <= len(found) <= CAP
        assert not fits, f"{code} for a list that the standard library reads"
        assert (code == "STATUS_LIST_TOO_LARGE") == (found is not None and len(found) > CAP)
    elif not data.startswith(b"{"):
        numbers = [int.from_bytes(data[at : at + 4], "big") % 140_000 for at in range(0, len(data), 4)]
        assert code == "RANGE_ERROR"
        assert max(numbers) >= status_list.MIN_LENGTH


NAMES = (
    *("entry", "list", "credentialSubject", "encodedList", "statusSize", "statusPurpose", "statusListIndex", "type"),
    *("id", "statusListCredential", "ttl", "statusMessage"),
)


def packed(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(data, mtime=0)).rstrip(b"=").decode()


def mutate(data: bytes, chance: Random) -> bytes:
    if data.startswith(b"u") and chance.random() < 0.7:
        # What is inside is changed, and packed again, or hardly anything would get past gzip's check sum.
        found = another_way(data.decode("utf-8", "replace"))
        if found is not None and len(found) <= 400_000:
            changed = mutations.any_bytes(found, chance)
            changed += bytes(chance.choice((0, 0, 0, max(0, 16_384 - len(changed)))))
            return packed(changed).encode()
        return b"u" + base64.urlsafe_b64encode(mutations.any_bytes(mutations.unpacked(data[1:]), chance)).rstrip(b"=")
    if data.startswith(b"{") and chance.random() < 0.9:
        return mutations.json_tree(data, chance, names=NAMES, others=OTHERS)
    return mutations.any_bytes(data, chance)


def grow(data: bytes, chance: Random) -> bytes:
    """Make a list that expands to very much, one that holds very much, or very many indices."""
    match chance.randrange(4):
        case 0:
            return packed(bytes(chance.choice((CAP, CAP + 1, 60_000_000)))).encode()
        case 1:
            return packed(chance.randbytes(700_000)).encode()
        case 2:
            return b"\x00" + chance.randbytes(MAX_INPUT - 1)
        case _ if data.startswith(b"{"):
            return mutations.grown_json(data, chance, others=OTHERS)
        case _:
            return mutations.grown_bytes(data, chance)


def _case(encoded: str, index: object = "94567", size: int = 1, purpose: str = "revocation") -> bytes:
    entry: dict[str, Any] = {
        "id": f"{URL}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": index,
        "statusListCredential": URL,
        **({} if size == 1 else {"statusSize": size}),
    }
    subject = {"id": f"{URL}#list", "type": "BitstringStatusList", "statusPurpose": purpose, "encodedList": encoded}
    types = ["VerifiableCredential", "BitstringStatusListCredential"]
    return json.dumps({"entry": entry, "list": {"id": URL, "type": types, "credentialSubject": subject}}).encode()


def seeds() -> list[bytes]:
    some = status_list.encode((0, 7, 94_567, 131_071))
    wide = packed(bytes(range(256)) * 512)
    return [
        some.encode(),
        wide.encode(),
        packed(b"\x01" * 16_383).encode(),
        _case(some),
        _case(some, 94_568),
        _case(wide, "30000", 32, "message"),
        _case(wide, "40000", 3, "message"),
        _case(some, "131072"),
        b"\x00\x00\x00\x05\x00\x01\x00\x00",
        b"\x00\x01\xff\xff\x00\x02\x00\x00",
    ]


OTHERS = seeds()
TARGET = Target(
    name="status_list",
    reader="`status_list.decode`, `read_list`, `parse_entry`",
    asks="the standard library expands the same bits; encoding and decoding give the same list; "
    "a value is what its bits say",
    seeds=seeds,
    read=read,
    refusals=(StatusListInvalid,),
    judge=judge,
    mutate=mutate,
    grow=grow,
    largest=4_096,
    blind_share=0.2,
)
