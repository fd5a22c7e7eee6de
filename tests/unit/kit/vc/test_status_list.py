"""Status lists: the right bit, in the right order, and nothing else is ever "valid"."""

from __future__ import annotations

import base64
import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accredit.kit.linkeddata import canonicalise
from accredit.kit.vc import status_list
from accredit.kit.vc.errors import StatusListInvalid
from accredit.kit.vc.status_list import MIN_LENGTH, StatusBits, StatusEntry

URL = "https://accredit.example/status/1"


def raw(data: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(data).rstrip(b"=").decode()


PLACES = {"status_entry": "$.credentialStatus", "status_index": "$.credentialStatus.statusListIndex"}


def code(function: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(StatusListInvalid) as refused:
        function(*arguments, **named)
    assert refused.value.path == PLACES.get(refused.value.code, "$")
    return refused.value.code


@given(st.sets(st.integers(0, MIN_LENGTH - 1), max_size=50))
def test_vs17_reads_back_exactly_what_was_set(indices: set[int]) -> None:
    bits = status_list.decode(status_list.encode(indices))
    assert all(bits.is_set(index) for index in indices)
    assert int.from_bytes(bits.data, "big").bit_count() == len(indices)


def test_vs17_index_zero_is_the_left_most_bit() -> None:
    expanded = gzip.decompress(base64.urlsafe_b64decode(status_list.encode([0, 15])[1:] + "=="))
    assert expanded[:3] == b"\x80\x01\x00"
    assert len(expanded) == 16_384


def test_the_same_entries_give_the_same_text() -> None:
    assert status_list.encode([5, 1, 5]) == status_list.encode(iter([1, 5]))
    packed = base64.urlsafe_b64decode(status_list.encode([5])[1:] + "==")
    assert packed == gzip.compress(b"\x04" + bytes(16_383), compresslevel=6, mtime=0)


@pytest.mark.parametrize(("index", "length"), [(-1, MIN_LENGTH), (MIN_LENGTH, MIN_LENGTH)])
def test_nothing_outside_the_list_can_be_set_or_read(index: int, length: int) -> None:
    assert code(status_list.encode, [index], length) == "RANGE_ERROR"
    assert code(status_list.decode(status_list.encode([])).is_set, index) == "RANGE_ERROR"


def test_a_list_may_be_as_long_as_one_that_is_read() -> None:
    longest = 8 * 1024 * 1024 * 8
    bits = status_list.decode(status_list.encode([longest - 1], longest))
    assert (bits.length, bits.is_set(longest - 1), bits.is_set(longest - 2)) == (longest, True, False)
    assert status_list.decode(status_list.encode([0, 8], MIN_LENGTH + 8)).length == MIN_LENGTH + 8


def test_a_caller_may_read_less() -> None:
    encoded = status_list.encode([])
    assert len(status_list.decode(encoded, max_bytes=16_384).data) == 16_384
    assert code(status_list.decode, encoded, max_bytes=16_383) == "STATUS_LIST_TOO_LARGE"
    assert code(status_list.decode, encoded, size=2) == "STATUS_LIST_LENGTH_ERROR"
    assert code(status_list.read_list, credential(), ENTRY, max_bytes=16_383) == "STATUS_LIST_TOO_LARGE"
    assert code(status_list.read_list, credential(), replace(ENTRY, size=2)) == "STATUS_LIST_LENGTH_ERROR"


@pytest.mark.parametrize("length", [0, 8, MIN_LENGTH - 8, MIN_LENGTH + 1, 8 * 1024 * 1024 * 8 + 8, 2**40])
def test_a_list_is_neither_short_nor_endless(length: int) -> None:
    assert code(status_list.encode, [], length) == "STATUS_LIST_LENGTH_ERROR"


FULL = gzip.compress(bytes(16_384))
BROKEN = {
    "VS13 a short list": (raw(gzip.compress(bytes(16_383))), "STATUS_LIST_LENGTH_ERROR"),
    "VS14 a gigabyte in a megabyte": (raw(gzip.compress(bytes(64 * 1024 * 1024))), "STATUS_LIST_TOO_LARGE"),
    "VS15 two members": (raw(FULL + FULL), "STATUS_VERIFICATION_ERROR"),
    "VS15 trailing bytes": (raw(FULL + b"\x00"), "STATUS_VERIFICATION_ERROR"),
    "VS15 cut short": (raw(FULL[:-1]), "STATUS_VERIFICATION_ERROR"),
    "VS15 a wrong check sum": (raw(FULL[:-8] + b"\x00\x00\x00\x01" + FULL[-4:]), "STATUS_VERIFICATION_ERROR"),
    "no gzip": (raw(bytes(16_384)), "STATUS_VERIFICATION_ERROR"),
    "no multibase": (raw(FULL)[1:], "STATUS_VERIFICATION_ERROR"),
    "padding": (raw(FULL) + "=", "STATUS_VERIFICATION_ERROR"),
    "the other base64": (raw(FULL).replace("_", "/").replace("-", "+") + "+", "STATUS_VERIFICATION_ERROR"),
    "nothing": ("", "STATUS_VERIFICATION_ERROR"),
    "no text": (None, "STATUS_VERIFICATION_ERROR"),
}


@pytest.mark.parametrize("case", BROKEN.values(), ids=BROKEN)
def test_refuses_a_broken_list_at_once(case: tuple[object, str]) -> None:
    encoded, expected = case
    begun = time.process_time()
    assert code(status_list.decode, encoded) == expected
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("value", ["-1", "+1", " 7", "7 ", "07", "0x7", "7.0", "1e3", "abc", "", "٧", "9" * 16])
def test_vs12_an_index_has_one_spelling(value: str) -> None:
    assert code(status_list.parse_index, value) == "status_index"


@pytest.mark.parametrize("value", [-1, 1.0, True, None, ["1"], 2**63])
def test_vs12_only_a_whole_number_is_an_index(value: object) -> None:
    assert code(status_list.parse_index, value) == "status_index"


def test_an_index_as_a_number_is_a_choice_of_policy_and_noted() -> None:
    assert status_list.parse_index("94567") == (94567, ())
    assert status_list.parse_index("0") == (0, ())
    assert status_list.parse_index("9" * 15) == (10**15 - 1, ())
    assert status_list.parse_index(10**15 - 1) == (10**15 - 1, ("status_index_is_number",))
    assert code(status_list.parse_index, 10**15) == "status_index"
    as_number = {**status_list.entry(URL, 1), "statusListIndex": 1}
    assert status_list.parse_entry(as_number).notes == ("status_index_is_number",)
    assert code(status_list.parse_entry, as_number, accepts_integer=False) == "status_index"
    assert status_list.parse_index(0) == (0, ("status_index_is_number",))
    assert code(status_list.parse_index, 0, accepts_integer=False) == "status_index"


def test_an_entry_reads_back_as_it_was_built() -> None:
    entry = status_list.entry(URL, 94567)
    assert entry == {
        "id": f"{URL}#94567",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": URL,
    }
    found = status_list.parse_entry(entry)
    assert found == StatusEntry(list_url=URL, index=94567, purpose="revocation", id=f"{URL}#94567")
    assert code(status_list.entry, URL, -1) == "status_index"
    assert status_list.entry(URL, 1, purpose="suspension")["statusPurpose"] == "suspension"


def test_an_entry_may_be_written_in_other_ways() -> None:
    entry = {**status_list.entry(URL, 1), "type": ["BitstringStatusListEntry"], "statusSize": 32, "id": None}
    found = status_list.parse_entry(entry)
    assert (found.size, found.id, found.notes) == (32, None, ())
    del entry["id"], entry["statusSize"]
    assert status_list.parse_entry(entry) == StatusEntry(list_url=URL, index=1, purpose="revocation")


@pytest.mark.parametrize(
    "members",
    [
        *({"type": "StatusList2021Entry"}, {"type": None}, {"statusListCredential": "http://accredit.example/1"}),
        *({"statusListCredential": 7}, {"statusPurpose": ["revocation"]}, {"statusPurpose": ""}, {"id": URL}),
        *({"id": 7}, {"statusSize": 0}, {"statusSize": "1"}, {"statusSize": True}, {"statusSize": 33}),
    ],
    ids=str,
)
def test_vs06_an_entry_that_cannot_be_read_is_refused(members: dict[str, Any]) -> None:
    assert code(status_list.parse_entry, {**status_list.entry(URL, 1), **members}) == "status_entry"


def test_what_is_no_object_is_no_entry() -> None:
    assert code(status_list.parse_entry, [status_list.entry(URL, 1)]) == "status_entry"


@pytest.mark.parametrize(("size", "expected"), [(1, [1, 0, 1, 1]), (2, [2, 3, 1, 0]), (4, [11, 4, 0, 15])])
def test_vs18_entries_may_have_several_bits(size: int, expected: list[int]) -> None:
    bits = StatusBits(bytes([0b1011_0100, 0b0000_1111]), size)
    assert [bits.value(index) for index in range(4)] == expected
    assert bits.length == 16 // size


def test_vs18_an_entry_may_cross_a_byte() -> None:
    bits = StatusBits(bytes([0b1010_0111, 0b1000_0000]), 3)
    assert [bits.value(index) for index in range(3)] == [0b101, 0b001, 0b111]


def credential(**subject: Any) -> dict[str, Any]:
    found = status_list.list_credential(URL, "did:web:accredit.example", status_list.encode([7]), NOW)
    found["credentialSubject"].update(subject)
    return found


NOW = datetime(2026, 11, 23, tzinfo=UTC)
ENTRY = StatusEntry(list_url=URL, index=7, purpose="revocation")


def test_the_credential_of_a_list_is_complete_and_can_be_signed() -> None:
    found = status_list.list_credential(URL, "did:web:x.example", status_list.encode([7]), NOW, valid_until=NOW)
    assert found == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:x.example",
        "validFrom": "2026-11-23T00:00:00Z",
        "validUntil": "2026-11-23T00:00:00Z",
        "credentialSubject": {
            "id": f"{URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status_list.encode([7]),
            "ttl": 300_000,
        },
    }
    suspension = status_list.list_credential(URL, "did:web:x.example", "u", NOW, purpose="suspension", ttl_ms=1)
    assert "validUntil" not in suspension
    assert (suspension["credentialSubject"]["statusPurpose"], suspension["credentialSubject"]["ttl"]) == (
        "suspension",
        1,
    )
    assert b'status#ttl> "300000"^^<http://www.w3.org/2001/XMLSchema#integer>' in canonicalise(found)
    assert status_list.read_list(found, ENTRY).is_set(7)


def test_a_list_may_leave_out_its_id_and_have_its_type_in_a_list() -> None:
    found = credential(type=["BitstringStatusList"])
    del found["id"]
    assert status_list.read_list(found, ENTRY).is_set(7)


def test_one_of_several_purposes_is_enough() -> None:
    assert status_list.read_list(credential(statusPurpose=["suspension", "revocation"]), ENTRY).is_set(7)


@pytest.mark.parametrize(
    "found",
    [
        credential(statusPurpose="suspension"),
        credential(statusPurpose=None),
        credential(type="Other"),
        {**credential(), "type": ["VerifiableCredential"]},
        {**credential(), "type": "BitstringStatusListCredential"},
        {**credential(), "id": f"{URL}2"},
        {**credential(), "credentialSubject": []},
        None,
    ],
    ids=[
        "purpose",
        "no purpose",
        "another subject",
        "another type",
        "a type that is no list",
        "another list",
        "no subject",
        "nothing",
    ],
)
def test_vs11_a_list_about_something_else_says_nothing(found: object) -> None:
    assert code(status_list.read_list, found, ENTRY) == "STATUS_VERIFICATION_ERROR"
