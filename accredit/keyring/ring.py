"""The key ring: Ed25519 keys as PKCS#8 files, encrypted with the operator's passphrase.

A file is written whole or not at all, readable by its owner only, and its public half is compared with the register
before anything is signed with it. Keys are made here and never brought in, so no foreign key can enter by accident.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.errors import NotReady
from accredit.keyring.known_test_keys import is_published_test_key

SUFFIX = ".key.pem"


class KeyRing:
    """An open folder of private keys. Keys are read when first used and kept in memory."""

    def __init__(self, directory: Path, passphrase: bytes) -> None:
        """Use `open`; this does not check anything."""
        self._directory = directory
        self._passphrase = passphrase
        self._keys: dict[UUID, Ed25519PrivateKey] = {}

    @classmethod
    def open(cls, directory: Path, passphrase: str) -> KeyRing:
        """Open the folder, making it if there is none, and open every key in it.

        Raises `NotReady`: ``passphrase-missing``, ``keys-permissions``, ``key-unreadable`` (a wrong passphrase, or a
        damaged file), ``key-known`` (a key that is published somewhere as a test key).
        """
        if not passphrase:
            raise NotReady("passphrase-missing", "ACCREDIT_KEY_PASSPHRASE is not set; signing needs it.")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        ring = cls(directory, passphrase.encode())
        for path in sorted(directory.glob(f"*{SUFFIX}")):
            ring._load(_id_of(path))
        return ring

    def create(self, key_id: UUID) -> bytes:
        """Make a key, write it durably, and return its public half (32 bytes); the same id again returns the same."""
        if self._path(key_id).exists():
            return self.public(key_id)
        key = Ed25519PrivateKey.generate()
        _write_once(
            self._path(key_id),
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(self._passphrase),
            ),
        )
        return self.public(key_id)

    def public(self, key_id: UUID) -> bytes:
        """Return a key's public half. Raises `NotReady` (``key-missing``)."""
        return _public(self._load(key_id))

    def sign(self, key_id: UUID, message: bytes) -> bytes:
        """Sign ``message`` (64 bytes of Ed25519). Raises `NotReady` (``key-missing``)."""
        return self._load(key_id).sign(message)

    def holds(self, key_id: UUID) -> bool:
        """Say whether the key is in this ring."""
        return key_id in self._keys or self._path(key_id).exists()

    def check(self, register: Mapping[UUID, bytes]) -> None:
        """Compare with the register, which maps the ids of keys in use to their public halves.

        Raises `NotReady`: ``key-missing``, ``key-mismatch``.
        """
        for key_id, expected in register.items():
            if self.public(key_id) != expected:
                raise NotReady("key-mismatch", f"{self._path(key_id)} is not the key that the register names.")

    def _path(self, key_id: UUID) -> Path:
        return self._directory / f"{key_id}{SUFFIX}"

    def _load(self, key_id: UUID) -> Ed25519PrivateKey:
        if key_id in self._keys:
            return self._keys[key_id]
        path = self._path(key_id)
        if not path.exists():
            raise NotReady("key-missing", f"{path} is not there. Restore the folder of keys from its backup.")
        _check_permissions(path)
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), self._passphrase)
        except (ValueError, TypeError) as error:
            detail = f"{path} does not open with this ACCREDIT_KEY_PASSPHRASE, or is damaged."
            raise NotReady("key-unreadable", detail) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise NotReady("key-unreadable", f"{path} holds another kind of key than Ed25519.")
        if is_published_test_key(_public(key)):
            raise NotReady("key-known", f"{path} is a test key that anyone can look up; it must never sign.")
        self._keys[key_id] = key
        return key


def throw_away_key() -> tuple[bytes, Ed25519PrivateKey]:
    """Return a key that lives in memory only, for rehearsing a signature; (public half, key)."""
    key = Ed25519PrivateKey.generate()
    return _public(key), key


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


def _id_of(path: Path) -> UUID:
    try:
        return UUID(path.name.removesuffix(SUFFIX))
    except ValueError as error:
        detail = f"{path} is not named as a key of this service is; a copy belongs in another folder."
        raise NotReady("key-unreadable", detail) from error


def _check_permissions(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise NotReady("keys-permissions", f"{path} can be read by others; run: chmod 600 {path}")


def _write_once(path: Path, data: bytes) -> None:
    """Write through a temporary file, then link: whole or absent after a power cut, and never over another key."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
