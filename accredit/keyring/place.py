"""Where private keys may lie: in plain files that their owner alone can read, on a disk of this machine.

Refused are links, which may lead anywhere; files that others can read; a folder in which others can put files; and file
systems that other machines mount too.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from accredit.errors import NotReady

_MOUNTS = Path("/proc/self/mountinfo")
_SHARED = re.compile(r"nfs4?|cifs|smb3?|smbfs|afs|ceph|glusterfs|lustre|ocfs2|gfs2|vboxsf|fuse\.(sshfs|glusterfs|s3fs)")


def check_folder(directory: Path) -> None:
    """Refuse a folder that is not this machine's, or that others may write to.

    Raises `NotReady`: ``keys-permissions``, ``keys-shared``.
    """
    if directory.stat().st_mode & 0o022:
        raise NotReady("keys-permissions", f"Others can put files into {directory}; run: chmod 700 {directory}")
    mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace") if _MOUNTS.exists() else ""
    kind = file_system_of(directory.resolve(), mounts)
    if _SHARED.fullmatch(kind):
        detail = (
            f"{directory} lies on {kind}, which other machines read too; set ACCREDIT_KEYS_DIR to a disk of its own."
        )
        raise NotReady("keys-shared", detail)


def file_system_of(directory: Path, mounts: str) -> str:
    """Return the kind of file system a folder lies on, by the text of ``/proc/self/mountinfo``; empty if unknown."""
    found, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        # The kernel writes blanks in octal; of two mounts at one place the later one is seen.
        point = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4])
        if directory.is_relative_to(point) and len(Path(point).parts) >= found:
            found, kind = len(Path(point).parts), after.split()[0]
    return kind


def read_private(path: Path) -> bytes:
    """Read a file that nobody but its owner can read. Raises `NotReady` (``keys-permissions``)."""
    try:
        # What is checked is what is read: the file itself, whatever happens to its name meanwhile.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ELOOP:
            detail = f"{path} is a link; a key must lie in this folder itself."
        elif error.errno == errno.EACCES:
            detail = f"{path} cannot be read by this user; run the command as the user who signs."
        else:
            raise
        raise NotReady("keys-permissions", detail) from error
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise NotReady("keys-permissions", f"{path} is not a plain file.")
        if stat.S_IMODE(mode) & 0o077:
            raise NotReady("keys-permissions", f"{path} can be read by others; run: chmod 600 {path}")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(descriptor)
