"""The key ring: keys at rest are encrypted, whole, and the right ones."""

from __future__ import annotations

import errno
import os
import stat
import uuid
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.errors import NotReady
from accredit.keyring import Algorithm, KeyRing
from accredit.keyring.ring import throw_away_key
from accredit.kit.vc import json_web_key

PASSPHRASE = "correct horse battery staple"


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_a_key_signs_and_the_signature_verifies_with_its_public_half(tmp_path: Path, algorithm: Algorithm) -> None:
    key_id = uuid.uuid4()
    KeyRing.open(tmp_path / "keys", PASSPHRASE).create(key_id, algorithm)
    ring = KeyRing.open(tmp_path / "keys", PASSPHRASE)
    public = ring.public(key_id)
    assert algorithm.value in json_web_key.algorithms_of(public)
    assert public.verifies(ring.sign(key_id, b"a document"), b"a document")
    assert not public.verifies(ring.sign(key_id, b"a document"), b"another")


def test_making_a_key_again_after_a_crash_returns_the_same_key(tmp_path: Path) -> None:
    key_id = uuid.uuid4()
    first = KeyRing.open(tmp_path, PASSPHRASE).create(key_id)
    assert KeyRing.open(tmp_path, PASSPHRASE).create(key_id) == first


@pytest.mark.attack("KY02")
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


@pytest.mark.attack("KY01")
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
        ring.check({uuid.uuid4(): throw_away_key()[0]})
    assert refused.value.code == "key-missing"


def test_a_key_that_is_not_the_registers_is_refused(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path, PASSPHRASE)
    key_id = uuid.uuid4()
    public = ring.create(key_id)
    ring.check({key_id: public})
    with pytest.raises(NotReady) as refused:
        ring.check({key_id: throw_away_key()[0]})
    assert refused.value.code == "key-mismatch"


def _brought_in(folder: Path, key: Any) -> None:
    path = folder / f"{uuid.uuid4()}.key.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(PASSPHRASE.encode()),
        )
    )
    path.chmod(0o600)


# The first key of RFC 8032 section 7.1 and the one of RFC 7515 appendix A.3, which every test suite knows.
_RFC_8032 = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
_RFC_7515 = int.from_bytes(json_web_key.decode_base64url("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"), "big")


@pytest.mark.attack("KY22")
@pytest.mark.parametrize(
    ("key", "code"),
    [
        pytest.param(Ed25519PrivateKey.from_private_bytes(_RFC_8032), "key-known", id="a published key of Ed25519"),
        pytest.param(ec.derive_private_key(_RFC_7515, ec.SECP256R1()), "key-known", id="a published key of P-256"),
        pytest.param(ec.derive_private_key(_RFC_7515, ec.SECP384R1()), "key-unreadable", id="a key of P-384"),
        pytest.param(rsa.generate_private_key(65_537, 2_048), "key-unreadable", id="a key of RSA with 2,048 bits"),
    ],
)
def test_a_key_that_must_never_sign_is_refused(tmp_path: Path, key: Any, code: str) -> None:
    _brought_in(tmp_path, key)
    with pytest.raises(NotReady) as refused:
        KeyRing.open(tmp_path, PASSPHRASE)
    assert refused.value.code == code


@pytest.mark.parametrize("algorithm", list(Algorithm))
def test_signing_the_same_bytes_again_gives_the_same_signature(tmp_path: Path, algorithm: Algorithm) -> None:
    ring = KeyRing.open(tmp_path, PASSPHRASE)
    key_id = uuid.uuid4()
    ring.create(key_id, algorithm)
    assert ring.sign(key_id, b"a document") == ring.sign(key_id, b"a document")


def test_a_half_written_file_is_never_taken_for_a_key(tmp_path: Path) -> None:
    (tmp_path / f".{uuid.uuid4()}.key.pem.0011223344556677").write_bytes(b"-----BEGIN")
    KeyRing.open(tmp_path, PASSPHRASE)


def test_nothing_is_left_beside_the_key_when_it_cannot_be_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    ring = KeyRing.open(tmp_path, PASSPHRASE)
    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="No space left"):
        ring.create(uuid.uuid4())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("has_nameless_files", [True, False], ids=["with nameless files", "without nameless files"])
def test_a_key_lies_alone_in_its_folder_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_nameless_files: bool
) -> None:
    really_open = os.open

    def open_with_a_name(path: str, flags: int, *mode: int) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(errno.EOPNOTSUPP, "Operation not supported")
        return really_open(path, flags, *mode)

    ring, key_id = KeyRing.open(tmp_path, PASSPHRASE), uuid.uuid4()
    if not has_nameless_files:
        monkeypatch.setattr(os, "open", open_with_a_name)
    made = ring.create(key_id)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KeyRing.open(tmp_path, PASSPHRASE).public(key_id) == made


@pytest.mark.attack("KY04")
def test_ky04_a_key_that_is_taken_away_signs_no_more_although_it_was_in_memory(tmp_path: Path) -> None:
    ring, key_id = KeyRing.open(tmp_path, PASSPHRASE), uuid.uuid4()
    ring.create(key_id)
    assert ring.sign(key_id, b"a document")
    (path,) = tmp_path.iterdir()
    kept = path.rename(tmp_path / "elsewhere")
    with pytest.raises(NotReady) as refused:
        ring.sign(key_id, b"a document")
    assert refused.value.code == "key-missing"
    assert not ring.holds(key_id)
    kept.rename(path)
    assert ring.sign(key_id, b"a document")


@pytest.mark.attack("KY18")
def test_ky18_a_deleted_key_is_gone_from_disk_and_from_memory(tmp_path: Path) -> None:
    ring, key_id = KeyRing.open(tmp_path, PASSPHRASE), uuid.uuid4()
    ring.create(key_id)
    ring.delete(key_id)
    ring.delete(key_id)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(NotReady):
        ring.sign(key_id, b"a document")
