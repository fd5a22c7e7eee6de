"""The key ring: private keys as PKCS#8 files, encrypted with the operator's passphrase.

A file is written whole or not at all, readable by its owner only, and its public half is compared with the register
before anything is signed with it. Keys are made here and never brought in, so no foreign key can enter by accident.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import BinaryIO, TypeGuard
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.errors import NotReady
from accredit.keyring.place import check_folder, read_private
from accredit.kit.vc import multikey
from accredit.kit.vc.json_web_key import JoseKey, RsaPublicKey
from accredit.kit.vc.json_web_signature import Sign, es256_signer, rs256_signer
from accredit.kit.vc.known_test_keys import is_published_test_key
from accredit.kit.vc.multikey import KeyKind, PublicKey

SUFFIX = ".key.pem"
RSA_BITS = 3_072
# What a file system without nameless files answers, and a kernel that does not know them.
_NO_NAMELESS_FILES = {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL}

PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Algorithm(StrEnum):
    """What a key signs by; chosen when it is made. Each gives the same signature for the same bytes, every time."""

    EDDSA = "EdDSA"
    ES256 = "ES256"
    RS256 = "RS256"


class KeyRing:
    """An open folder of private keys. Keys are read when first used and kept in memory."""

    def __init__(self, directory: Path, passphrase: bytes) -> None:
        """Use `open`; this does not check anything."""
        self._directory = directory
        self._passphrase = passphrase
        self._keys: dict[UUID, PrivateKey] = {}

    @classmethod
    def open(cls, directory: Path, passphrase: str) -> KeyRing:
        """Open the folder, making it if there is none, and open every key in it.

        Raises `NotReady`: ``passphrase-missing``, ``keys-permissions``, ``keys-shared`` (a folder of other machines
        too), ``key-unreadable`` (a wrong passphrase, or a damaged file), ``key-known`` (a key that is published
        somewhere as a test key).
        """
        if not passphrase:
            raise NotReady("passphrase-missing", "ACCREDIT_KEY_PASSPHRASE is not set; signing needs it.")
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        check_folder(directory)
        ring = cls(directory, passphrase.encode())
        for path in sorted(directory.glob(f"*{SUFFIX}")):
            ring._load(_id_of(path))
        return ring

    def create(self, key_id: UUID, algorithm: Algorithm = Algorithm.EDDSA) -> JoseKey:
        """Make a key, write it durably, and return its public half; the same id again returns the same key."""
        if self._path(key_id).exists():
            return self.public(key_id)
        _write_once(
            self._path(key_id),
            _generate(algorithm).private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.BestAvailableEncryption(self._passphrase),
            ),
        )
        return self.public(key_id)

    def public(self, key_id: UUID) -> JoseKey:
        """Return a key's public half. Raises `NotReady` (``key-missing``)."""
        return _public(self._load(key_id))

    def sign(self, key_id: UUID, message: bytes) -> bytes:
        """Sign ``message`` as the key's kind does: 64 bytes of Ed25519 or ES256 (r ‖ s), 384 of RS256.

        Raises `NotReady` (``key-missing``).
        """
        return _signer(self._load(key_id))(message)

    def holds(self, key_id: UUID) -> bool:
        """Say whether the key is in this ring."""
        return self._path(key_id).exists()

    def delete(self, key_id: UUID) -> None:
        """Delete a key for good; one that is gone already is left alone."""
        self._keys.pop(key_id, None)
        self._path(key_id).unlink(missing_ok=True)
        _flush(self._directory)

    def check(self, register: Mapping[UUID, JoseKey]) -> None:
        """Compare with the register, which maps the ids of keys in use to their public halves.

        Raises `NotReady`: ``key-missing``, ``key-mismatch``.
        """
        for key_id, expected in register.items():
            if self.public(key_id) != expected:
                raise NotReady("key-mismatch", f"{self._path(key_id)} is not the key that the register names.")

    def _path(self, key_id: UUID) -> Path:
        return self._directory / f"{key_id}{SUFFIX}"

    def _load(self, key_id: UUID) -> PrivateKey:
        path = self._path(key_id)
        # Asked each time: whoever takes a key away from a running worker means that it is to sign no more.
        if not path.exists() and not path.is_symlink():
            self._keys.pop(key_id, None)
            raise NotReady("key-missing", f"{path} is not there. Restore the folder of keys from its backup.")
        if key_id in self._keys:
            return self._keys[key_id]
        try:
            key = serialization.load_pem_private_key(read_private(path), self._passphrase)
        except (ValueError, TypeError) as error:
            detail = f"{path} does not open with this ACCREDIT_KEY_PASSPHRASE, or is damaged."
            raise NotReady("key-unreadable", detail) from error
        if not _is_of_ours(key):
            raise NotReady("key-unreadable", f"{path} holds a kind of key that this service does not sign with.")
        public = _public(key)
        if isinstance(public, PublicKey) and is_published_test_key(public.raw):
            raise NotReady("key-known", f"{path} is a test key that anyone can look up; it must never sign.")
        self._keys[key_id] = key
        return key


def throw_away_key(algorithm: Algorithm = Algorithm.EDDSA) -> tuple[JoseKey, Sign]:
    """Return a key that lives in memory only, for rehearsing a signature: its public half, and how to sign with it."""
    key = _rehearsal_rsa() if algorithm is Algorithm.RS256 else _generate(algorithm)
    return _public(key), _signer(key)


@cache
def _rehearsal_rsa() -> rsa.RSAPrivateKey:
    # Making one takes up to a second, so that of rehearsals is made once for this process; it signs nothing that stays.
    return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)


def _generate(algorithm: Algorithm) -> PrivateKey:
    match algorithm:
        case Algorithm.EDDSA:
            return Ed25519PrivateKey.generate()
        case Algorithm.ES256:
            return ec.generate_private_key(ec.SECP256R1())
        case Algorithm.RS256:
            return rsa.generate_private_key(public_exponent=65_537, key_size=RSA_BITS)


def _is_of_ours(key: object) -> TypeGuard[PrivateKey]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return isinstance(key.curve, ec.SECP256R1)
    return isinstance(key, Ed25519PrivateKey) or (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= RSA_BITS)


def _signer(key: PrivateKey) -> Sign:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return es256_signer(key)
    return rs256_signer(key) if isinstance(key, rsa.RSAPrivateKey) else key.sign


def _public(key: PrivateKey) -> JoseKey:
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return RsaPublicKey(numbers.n, numbers.e)
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)
        return multikey.from_raw(KeyKind.P256, point)
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return multikey.from_raw(KeyKind.ED25519, raw)


def _id_of(path: Path) -> UUID:
    try:
        return UUID(path.name.removesuffix(SUFFIX))
    except ValueError as error:
        detail = f"{path} is not named as a key of this service is; a copy belongs in another folder."
        raise NotReady("key-unreadable", detail) from error


def _write_once(path: Path, data: bytes) -> None:
    """Write a file that has no name yet, then give it one: whole or absent after a power cut, never over another key.

    Until it has its name it is nobody's, so that of a process that dies nothing is left to be cleared away.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            descriptor = os.open(path.parent, os.O_WRONLY | os.O_TMPFILE, 0o600)
        except OSError as error:
            if error.errno not in _NO_NAMELESS_FILES:
                raise
            _write_beside(path, data)
        else:
            with os.fdopen(descriptor, "wb") as file:
                _write_durably(file, data)
                # With a folder given, Python asks for the link to be followed; without one it would link the link.
                os.link(f"/proc/self/fd/{file.fileno()}", path.name, dst_dir_fd=folder)
        os.fsync(folder)
    finally:
        os.close(folder)


def _write_beside(path: Path, data: bytes) -> None:
    """Do the same on a file system where every file has a name; a process that dies leaves an encrypted half behind."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            _write_durably(file, data)
        os.link(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _write_durably(file: BinaryIO, data: bytes) -> None:
    file.write(data)
    file.flush()
    os.fsync(file.fileno())


def _flush(directory: Path) -> None:
    folder = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
