"""Small disks and disks that can only be read, under the folder of a stage. Only root may mount; others are told so."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.catalogue import Unavailable

PAGE = 4096
_FILLER = "filler"


@contextmanager
def small_disk(folder: Path, *, spare: int) -> Iterator[None]:
    """Put a disk of its own under a folder, with ``spare`` bytes more than it needs; bring all back afterwards."""
    aside = folder.with_name(f"{folder.name}.aside")
    shutil.copytree(folder, aside)
    used = sum(-(-each.stat().st_size // PAGE) * PAGE for each in folder.rglob("*") if each.is_file())
    _mount("-t", "tmpfs", "-o", f"size={used + spare},mode=700", "tmpfs", str(folder))
    try:
        shutil.copytree(aside, folder, dirs_exist_ok=True)
        # What the process itself says is not on that disk, so that a test can read it.
        (folder / "child.log").unlink(missing_ok=True)
        (folder / "child.log").symlink_to(aside / "child.log")
        yield
        (folder / "child.log").unlink(missing_ok=True)
        said = (aside / "child.log").read_bytes() if (aside / "child.log").exists() else b""
        shutil.rmtree(aside)
        shutil.copytree(folder, aside)
        (aside / "child.log").write_bytes(said)
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder)
        aside.rename(folder)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Let nobody write in a folder for a while."""
    log, aside = folder / "child.log", folder.with_name(f"{folder.name}.log")
    shutil.move(log, aside) if log.exists() else aside.touch()
    log.symlink_to(aside)
    try:
        _mount("--bind", str(folder), str(folder))
        try:
            _mount("-o", "remount,ro,bind", str(folder))
            yield
        finally:
            subprocess.run(["umount", str(folder)], check=True)
    finally:
        log.unlink()
        shutil.move(aside, log)


def fill(folder: Path, *, but_for: int) -> None:
    """Fill the disk of a folder but for some bytes."""
    room = os.statvfs(folder)
    with (folder / _FILLER).open("wb") as file:
        left = room.f_bavail * room.f_frsize - but_for
        try:
            file.write(bytes(max(left, 0)))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise


def make_room(folder: Path) -> None:
    """Take away what filled it."""
    (folder / _FILLER).unlink()


def _mount(*words: str) -> None:
    if os.geteuid() != 0:
        raise Unavailable("only root may mount a disk")
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"this machine does not let its root mount: {done.stderr.strip()}")
