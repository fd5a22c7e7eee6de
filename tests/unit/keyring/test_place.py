"""Private keys lie in plain files that nobody else can read or replace, on a disk of this machine (KY01)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from accredit.errors import NotReady
from accredit.keyring import KeyRing, place

PASSPHRASE = "correct horse battery staple"
MOUNTS = """\
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:40 / /srv rw,relatime - nfs4 files.example:/srv rw
31 30 8:2 / /srv/own\\040disk rw,relatime - xfs /dev/sdb1 rw
32 21 0:41 / /home/keys rw,relatime - ext4 /dev/sdc1 rw
33 21 0:42 / /home/keys rw,relatime - cifs //files/keys rw
a line that says nothing
"""


def _link(path: Path) -> None:
    path.symlink_to(path.rename(path.parent.parent / "elsewhere.pem"))


def _dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nowhere")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


WAYS: dict[str, Callable[[Path], object]] = {
    "a file that everybody can read": lambda path: path.chmod(0o644),
    "a file that the group can read": lambda path: path.chmod(0o640),
    "a file that the group can write": lambda path: path.chmod(0o620),
    "a link to a key somewhere else": _link,
    "a link to nothing": _dangling_link,
    "a folder of that name": _folder,
    "a folder of keys that everybody can write to": lambda path: path.parent.chmod(0o777),
    "a folder of keys that the group can write to": lambda path: path.parent.chmod(0o770),
}


@pytest.mark.attack("KY01")
@pytest.mark.parametrize("spoil", WAYS.values(), ids=WAYS)
def test_ky01_the_ring_does_not_open_on(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    folder = tmp_path / "keys"
    KeyRing.open(folder, PASSPHRASE).create(uuid.uuid4())
    (path,) = folder.iterdir()
    spoil(path)
    with pytest.raises(NotReady) as refused:
        KeyRing.open(folder, PASSPHRASE)
    assert refused.value.code == "keys-permissions"
    assert str(folder) in refused.value.detail


@pytest.mark.parametrize(
    ("directory", "kind"),
    [
        ("/var/lib/keys", "ext4"),
        ("/srv/keys", "nfs4"),
        ("/srvx/keys", "ext4"),
        ("/srv/own disk/keys", "xfs"),
        ("/home/keys", "cifs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(directory: str, kind: str) -> None:
    assert place.file_system_of(Path(directory), MOUNTS) == kind


def test_without_a_list_of_mounts_nothing_is_known() -> None:
    assert place.file_system_of(Path("/srv"), "") == ""


@pytest.mark.attack("KY01")
@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "vboxsf"])
def test_ky01_a_folder_that_other_machines_mount_too_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 21 0:40 / {tmp_path} rw - {kind} other:/ rw\n")
    monkeypatch.setattr(place, "_MOUNTS", mounts)
    with pytest.raises(NotReady) as refused:
        KeyRing.open(tmp_path / "keys", PASSPHRASE)
    assert refused.value.code == "keys-shared"
    mounts.write_text(f"21 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 21 0:40 / {tmp_path} rw - ext4 /dev/sdb1 rw\n")
    KeyRing.open(tmp_path / "keys", PASSPHRASE)
