"""The key ring: keys at rest are encrypted, whole, and the right ones."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from accredit.errors import NotReady
from accredit.keyring import KeyRing

PASSPHRASE = "correct horse battery staple"


def test_a_key_signs_and_the_signature_verifies_with_its_public_half(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", PASSPHRASE)
    key_id = uuid.uuid4()
    public = ring.create(key_id)
    Ed25519PublicKey.from_public_bytes(public).verify(ring.sign(key_id, b"a document"), b"a document")


def test_making_a_key_again_after_a_crash_returns_the_same_key(tmp_path: Path) -> None:
    key_id = uuid.uuid4()
    first = KeyRing.open(tmp_path, PASSPHRASE).create(key_id)
    assert KeyRing.open(tmp_path, PASSPHRASE).create(key_id) == first


def test_the_file_is_encrypted_and_for_its_owner_only(tmp_path: Path) -> None:
    KeyRing.open(tmp_path, PASSPHRASE).create(uuid.uuid4())
    (path,) = tmp_path.iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    KeyRing.open(tmp_path, PASSPHRASE).create(uuid.uuid4())
    with pytest.raises(NotReady) as refused:
        KeyRing.open(tmp_path, "something else")
    assert refused.value.code == "key-unreadable"


def test_a_copy_left_in_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "copy of a key.key.pem").write_text("")
    with pytest.raises(NotReady, match="copy of a key") as refused:
        KeyRing.open(tmp_path, PASSPHRASE)
    assert refused.value.code == "key-unreadable"


def test_without_a_passphrase_there_is_no_ring(tmp_path: Path) -> None:
    with pytest.raises(NotReady) as refused:
        KeyRing.open(tmp_path, "")
    assert refused.value.code == "passphrase-missing"


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    KeyRing.open(tmp_path, PASSPHRASE).create(uuid.uuid4())
    (path,) = tmp_path.iterdir()
    path.chmod(0o644)
    with pytest.raises(NotReady) as refused:
        KeyRing.open(tmp_path, PASSPHRASE)
    assert refused.value.code == "keys-permissions"


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path, PASSPHRASE)
    with pytest.raises(NotReady) as refused:
        ring.check({uuid.uuid4(): b"\x00" * 32})
    assert refused.value.code == "key-missing"


def test_a_key_that_is_not_the_registers_is_refused(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path, PASSPHRASE)
    key_id = uuid.uuid4()
    public = ring.create(key_id)
    ring.check({key_id: public})
    with pytest.raises(NotReady) as refused:
        ring.check({key_id: bytes(reversed(public))})
    assert refused.value.code == "key-mismatch"


def test_a_published_test_key_is_refused(tmp_path: Path) -> None:
    # The first key of RFC 8032 section 7.1, which every test suite knows.
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    path = tmp_path / f"{uuid.uuid4()}.key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PASSPHRASE.encode()),
        )
    )
    path.chmod(0o600)
    with pytest.raises(NotReady) as refused:
        KeyRing.open(tmp_path, PASSPHRASE)
    assert refused.value.code == "key-known"


def test_a_half_written_file_is_never_taken_for_a_key(tmp_path: Path) -> None:
    (tmp_path / f".{uuid.uuid4()}.key.pem.0011223344556677").write_bytes(b"-----BEGIN")
    KeyRing.open(tmp_path, PASSPHRASE)
