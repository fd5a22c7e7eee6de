"""Published status lists, one of them with known bits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from accredit.kit.vc import status_list


@pytest.mark.suite("proofs made again")
def test_the_list_with_known_bits(shared: Path) -> None:
    name = "bitstring-status-list-revoked-0-7-8-94567-131071.json"
    vector = json.loads((shared / "standards" / "vectors" / "own-signed" / name).read_text(encoding="utf-8"))
    expected = [0, 7, 8, 94567, 131071]
    bits = status_list.decode(vector["signed"]["credentialSubject"]["encodedList"])
    assert [index for index in range(bits.length) if bits.is_set(index)] == expected
    assert status_list.decode(status_list.encode(expected)) == bits


def _published(shared: Path, name: str) -> status_list.StatusBits:
    path = shared / "standards" / "vectors" / "bitstring-status-list" / name
    credential = json.loads(path.read_text(encoding="utf-8"))
    return status_list.decode(credential["credentialSubject"]["encodedList"])


@pytest.mark.suite("bitstring status lists")
def test_the_list_of_the_recommendation_is_empty(shared: Path) -> None:
    bits = _published(shared, "rec-example-3-status-list-credential.json")
    assert bits.length == status_list.MIN_LENGTH
    assert not any(bits.data)


@pytest.mark.suite("bitstring status lists")
def test_the_badge_that_the_reference_validator_calls_revoked_is_revoked(shared: Path) -> None:
    folder = shared / "standards" / "vectors" / "ob3" / "examples" / "validator" / "bit-string-list"
    badge = json.loads((folder / "credential-status-revoked.json").read_text(encoding="utf-8"))
    entry = status_list.parse_entry(badge["credentialStatus"])
    bits = _published(shared, "1edtech-testlist.json")
    assert entry.notes == ("status_index_is_number",)
    assert [index for index in range(bits.length) if bits.is_set(index)] == [entry.index]
