"""A backup file is whole or refused: altered, cut short, swapped, for somebody else's key."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest

from accredit.errors import NotReady
from accredit.storage import archive

PEPPER = b"a pepper that only the tests know"
FACTS = {"made_at": "2026-06-30T14:03:00Z", "kind": "sqlite"}


@pytest.fixture
def members(tmp_path: Path) -> dict[str, Path]:
    contents = {"database": bytes(range(256)) * 40, "erased.jsonl": b""}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return {name: tmp_path / name for name in contents}


def _open(path: Path, tmp_path: Path, identity: str | None = None) -> tuple[dict[str, object], dict[str, bytes]]:
    into = tmp_path / "into"
    into.mkdir()
    facts, found = archive.unseal(path, into=into, identity=identity, pepper=PEPPER)
    return facts, {name: place.read_bytes() for name, place in found.items()}


def test_what_was_sealed_comes_back(tmp_path: Path, members: dict[str, Path]) -> None:
    archive.seal(tmp_path / "b", members=members, facts=FACTS, recipients=[], pepper=PEPPER)
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    facts, found = _open(tmp_path / "b", tmp_path)
    assert facts == FACTS
    assert found == {name: path.read_bytes() for name, path in members.items()}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_encrypted_for_two_it_opens_for_each_and_for_nobody_else(tmp_path: Path, members: dict[str, Path]) -> None:
    one, other, stranger = (pyrage.x25519.Identity.generate() for _ in range(3))
    recipients = [str(one.to_public()), str(other.to_public())]
    archive.seal(tmp_path / "b", members=members, facts=FACTS, recipients=recipients, pepper=PEPPER)
    assert bytes(range(200)) not in (tmp_path / "b").read_bytes()
    for number, identity in enumerate((one, other)):
        into = tmp_path / str(number)
        into.mkdir()
        assert archive.unseal(tmp_path / "b", into=into, identity=str(identity), pepper=PEPPER)[0] == FACTS
    with pytest.raises(NotReady, match="does not open with this key"):
        archive.unseal(tmp_path / "b", into=tmp_path / "0", identity=str(stranger), pepper=PEPPER)
    with pytest.raises(NotReady, match="--identity"):
        archive.unseal(tmp_path / "b", into=tmp_path / "0", identity=None, pepper=PEPPER)
    with pytest.raises(NotReady, match="AGE-SECRET-KEY-1"):
        archive.unseal(tmp_path / "b", into=tmp_path / "0", identity="hello", pepper=PEPPER)


def test_a_recipient_that_is_no_key_is_refused_before_anything_is_written(
    tmp_path: Path, members: dict[str, Path]
) -> None:
    with pytest.raises(NotReady, match="begins with age1"):
        archive.seal(tmp_path / "b", members=members, facts=FACTS, recipients=["agent"], pepper=PEPPER)
    assert not (tmp_path / "b").exists()


def _flip(data: bytes) -> bytes:
    # In the middle of the database, which is the longest member.
    at = data.index(bytes(range(100))) + 50
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def _second_member(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        new.addfile(tarfile.TarInfo("../../etc/passwd"))
    return out.getvalue()


def _link(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old:
            if member.name == "database":
                member.type, member.linkname, member.size = tarfile.SYMTYPE, "/etc/passwd", 0
                new.addfile(member)
            else:
                new.addfile(member, old.extractfile(member))
    return out.getvalue()


def _head(data: bytes, *, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """Return an archive of one member, which stands where the manifest belongs."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as new:
        member = tarfile.TarInfo(archive.MANIFEST)
        member.type, member.linkname, member.size = kind, link, len(data)
        new.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _sparse(data: bytes, where: str = "0,100") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old:
            if member.name == "database":
                # What is read of it is 64 MB of nothing, from a file of some kilobytes; it could be terabytes.
                size = {"GNU.sparse.size": str(64 << 20), "GNU.sparse.numblocks": "1", "GNU.sparse.map": where}
                member.pax_headers = {"GNU.sparse.name": "database", **size}
            new.addfile(member, old.extractfile(member))
    return out.getvalue()


@pytest.mark.attack("WI20")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(_flip, id="R60 one bit of the database"),
        pytest.param(lambda data: data[: len(data) // 2], id="R60 cut in the middle"),
        pytest.param(lambda data: data[:2048], id="R60 cut after the manifest"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: b"PK\x03\x04 something else", id="another kind of file"),
        pytest.param(lambda data: data.replace(b'"sha256"', b'"sha255"', 1), id="a manifest altered"),
        pytest.param(_second_member, id="a member too many, with a path that climbs"),
        pytest.param(_link, id="a link in the place of the database"),
        pytest.param(_sparse, id="a file of holes that would fill the disk"),
        pytest.param(lambda data: _sparse(data, "zz,100"), id="a map of holes that is none"),
        pytest.param(lambda _: _head(b"[" * 400_000), id="a manifest nested beyond reading"),
        pytest.param(
            lambda _: _head(b"", kind=tarfile.SYMTYPE, link=archive.MANIFEST), id="a manifest that leads to itself"
        ),
    ],
)
def test_a_spoilt_backup_is_refused(tmp_path: Path, members: dict[str, Path], spoil: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "b"
    archive.seal(path, members=members, facts=FACTS, recipients=[], pepper=PEPPER)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(NotReady, match="cannot be used"):
        _open(path, tmp_path)
    # Nothing is written that is longer than what was handed in.
    assert sum(each.stat().st_size for each in tmp_path.rglob("*") if each.is_file()) < 1 << 20


def _rewritten(data: bytes, told: Callable[[dict[str, Any]], None], erased: bytes = b"") -> bytes:
    """Return the archive with another list of the erased, and a manifest that agrees with it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for member in old:
            content = b"".join(old.extractfile(member) or [])
            if member.name == archive.MANIFEST:
                manifest = json.loads(content)
                manifest["members"]["erased.jsonl"] = {
                    "bytes": len(erased),
                    "sha256": hashlib.sha256(erased).hexdigest(),
                }
                told(manifest)
                content = json.dumps(manifest, indent=1, sort_keys=True).encode()
            if member.name == "erased.jsonl":
                content = erased
            member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(
    ("told", "erased"),
    [
        pytest.param(lambda manifest: None, b"somebody else\n", id="another list of the erased"),
        pytest.param(lambda manifest: manifest.update(made_at="2036-06-30T14:03:00Z"), b"", id="another day"),
        pytest.param(lambda manifest: manifest.pop("seal"), b"", id="no seal"),
        pytest.param(lambda manifest: manifest.update(seal=None), b"", id="a seal that is none"),
        pytest.param(lambda manifest: manifest.update(seal="é" * 64), b"", id="a seal in other letters"),
        pytest.param(lambda manifest: manifest.update(more="said"), b"", id="more than was sealed"),
    ],
)
def test_whoever_alters_a_backup_where_it_lies_cannot_seal_it_again(
    tmp_path: Path, members: dict[str, Path], told: Callable[[dict[str, Any]], None], erased: bytes
) -> None:
    path = tmp_path / "b"
    archive.seal(path, members=members, facts=FACTS, recipients=[], pepper=PEPPER)
    path.write_bytes(_rewritten(path.read_bytes(), told, erased))
    with pytest.raises(NotReady, match="does not bear the seal") as refused:
        _open(path, tmp_path)
    assert refused.value.code == "backup-not-ours"
    into = tmp_path / "known"
    into.mkdir()
    _, found = archive.unseal(path, into=into, identity=None, pepper=PEPPER, without_seal=True)
    assert found["erased.jsonl"].read_bytes() == erased


def test_a_backup_sealed_under_another_pepper_is_not_ours(tmp_path: Path, members: dict[str, Path]) -> None:
    archive.seal(tmp_path / "b", members=members, facts=FACTS, recipients=[], pepper=b"another house")
    with pytest.raises(NotReady, match="another ACCREDIT_PEPPER"):
        _open(tmp_path / "b", tmp_path)


@pytest.mark.parametrize("at", [100, -1000, -1])
def test_an_encrypted_backup_that_was_altered_does_not_open(tmp_path: Path, members: dict[str, Path], at: int) -> None:
    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / "b"
    archive.seal(path, members=members, facts=FACTS, recipients=[str(identity.to_public())], pepper=PEPPER)
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)
    with pytest.raises(NotReady, match="altered"):
        _open(path, tmp_path, str(identity))
