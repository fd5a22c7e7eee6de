"""Keys that were published with their private halves are known by their fingerprints, whoever published them."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.kit.vc.known_test_keys import is_printed_in_a_specification, is_published_test_key

# RFC 8032 §7.1, TEST 1.
OF_A_SPECIFICATION = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def test_a_key_printed_in_a_specification_is_known() -> None:
    assert is_published_test_key(OF_A_SPECIFICATION)
    assert is_printed_in_a_specification(OF_A_SPECIFICATION)


def test_a_key_that_was_just_made_is_not() -> None:
    fresh = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert not is_published_test_key(fresh)
    assert not is_printed_in_a_specification(fresh)


def test_another_byte_makes_it_another_key() -> None:
    assert not is_published_test_key(OF_A_SPECIFICATION[:-1] + b"\x1b")
