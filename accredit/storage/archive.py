"""One file that holds a backup: a tar with a manifest of lengths and SHA-256, encrypted for age keys if any are given.

It is written beside its place, synced and renamed, so a backup is whole or absent. Reading takes nothing for granted:
only members the manifest names are taken out, under names of our own, and each is compared with it. The manifest bears
a seal, a keyed hash under the service's pepper: whoever can only write where backups lie cannot make one, or alter it.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import os
import secrets
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyrage

from accredit.errors import NotReady

MANIFEST = "manifest.json"
_BLOCK = 1 << 20
_MANIFEST_LIMIT = 1 << 20
_AGE = b"age-encryption.org/v1"


def seal(
    path: Path, *, members: Mapping[str, Path], facts: Mapping[str, Any], recipients: Sequence[str], pepper: bytes
) -> None:
    """Write the archive durably; ``recipients`` are age public keys (``age1…``), none for a readable archive.

    Raises `NotReady` (``recipient``) for something that is no such key; `OSError` from the disk.
    """
    keys = [_recipient(each) for each in recipients]
    plain = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    sealed = plain.with_name(f"{plain.name}.age")
    try:
        _write_tar(plain, members, facts, pepper)
        if keys:
            pyrage.encrypt_file(str(plain), str(sealed), keys)
        done = sealed if keys else plain
        done.chmod(0o600)
        _sync(done)
        done.replace(path)
        _sync(path.parent)
    finally:
        plain.unlink(missing_ok=True)
        sealed.unlink(missing_ok=True)


def unseal(
    path: Path, *, into: Path, identity: str | None, pepper: bytes, without_seal: bool = False
) -> tuple[dict[str, Any], dict[str, Path]]:
    """Take a backup apart into the folder ``into``; return the facts of its manifest, and its members by name.

    ``identity`` is an age secret key (``AGE-SECRET-KEY-…``). With ``without_seal`` nobody asks who made it. Raises
    `NotReady`: ``backup-encrypted``, ``backup-identity``, ``backup-damaged``, ``backup-not-ours``, each with the next
    step.
    """
    plain = path
    with path.open("rb") as file:
        is_encrypted = file.read(len(_AGE)) == _AGE
    if is_encrypted:
        plain = into / "decrypted.tar"
        _decrypt(path, plain, identity)
    try:
        with tarfile.open(plain, "r:") as tar:
            facts, members, is_sealed = _take_apart(tar, into, path, pepper)
    # Of a header that somebody wrote by hand, the reader tells some faults as values that are none.
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise _damaged(path, "it is no archive of accredit, or it was cut short") from error
    if not is_sealed and not without_seal:
        detail = (
            f"{path} does not bear the seal of this service: it was altered, or made under another ACCREDIT_PEPPER or "
            "by an older version. If you know that it is what you saved: --without-seal. Its list of erased records is "
            "left aside then; the one beside the service is used."
        )
        raise NotReady("backup-not-ours", detail)
    return facts, members


def _write_tar(path: Path, members: Mapping[str, Path], facts: Mapping[str, Any], pepper: bytes) -> None:
    listed = {name: {"bytes": file.stat().st_size, "sha256": _digest(file)} for name, file in members.items()}
    told = {**facts, "members": listed}
    manifest = _written({**told, "seal": _seal(told, pepper)})
    with tarfile.open(path, "w:") as tar:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(manifest)
        tar.addfile(head, io.BytesIO(manifest))
        for name, file in members.items():
            tar.add(file, arcname=name, filter=_nobodys)


def _seal(told: Mapping[str, Any], pepper: bytes) -> str:
    return hmac.digest(pepper, b"backup:" + _written(told), "sha256").hex()


def _written(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, indent=1, sort_keys=True).encode()


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _take_apart(
    tar: tarfile.TarFile, into: Path, path: Path, pepper: bytes
) -> tuple[dict[str, Any], dict[str, Path], bool]:
    first = tar.next()
    if first is None or first.name != MANIFEST or not _is_plain(first) or first.size > _MANIFEST_LIMIT:
        raise _damaged(path, "it has no manifest")
    try:
        facts = json.loads(_content(tar, first).read())
        is_sealed = hmac.compare_digest(str(facts.pop("seal", "")).encode(), _seal(facts, pepper).encode())
        listed = {str(name): str(each["sha256"]) for name, each in dict(facts.pop("members")).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, "its manifest cannot be read") from error
    found: dict[str, Path] = {}
    while (member := tar.next()) is not None:
        wanted = listed.get(member.name)
        if wanted is None or member.name in found or not _is_plain(member):
            raise _damaged(path, f"it holds something else than its manifest says ({member.name!r})")
        found[member.name] = place = into / f"member-{len(found)}"
        digest = _copy(_content(tar, member), place)
        if digest != wanted:
            raise _damaged(path, f"{member.name} is not what was written")
    if missing := set(listed) - set(found):
        raise _damaged(path, f"{min(missing)} is missing")
    return facts, found, is_sealed


def _is_plain(member: tarfile.TarInfo) -> bool:
    # A sparse file of a few bytes may be written as one of many terabytes, and a link leads elsewhere, or to itself.
    return member.isreg() and not member.issparse()


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.ReadError("not a file")
    return content


def _copy(source: Any, place: Path) -> str:
    digest = hashlib.sha256()
    with place.open("wb") as file:
        while block := source.read(_BLOCK):
            digest.update(block)
            file.write(block)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _decrypt(path: Path, plain: Path, identity: str | None) -> None:
    if identity is None:
        raise NotReady("backup-encrypted", f"{path} is encrypted. Give the age key it was made for with --identity.")
    try:
        pyrage.decrypt_file(str(path), str(plain), [pyrage.x25519.Identity.from_str(identity.strip())])
    except pyrage.IdentityError as error:
        raise NotReady("backup-identity", "That is no age secret key; it begins with AGE-SECRET-KEY-1.") from error
    except (pyrage.DecryptError, OSError) as error:
        detail = f"{path} does not open with this key, or it was altered ({error})."
        raise NotReady("backup-identity", detail) from error


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise NotReady("recipient", f"{text!r} is no age public key; it begins with age1.") from error


def _damaged(path: Path, what: str) -> NotReady:
    return NotReady("backup-damaged", f"{path} cannot be used: {what}. Take another backup.")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
