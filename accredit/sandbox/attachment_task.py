"""The task that runs in the child: take a named file out of a PDF, PNG or SVG. The answer is its bytes, or nothing."""

from __future__ import annotations

from accredit.kit.openbadges import detect
from accredit.kit.openbadges.errors import ContainerUnreadable


def warm_up() -> None:
    """Use every reader once, in the nursery: what is loaded only when it is needed could not be loaded in a child."""
    for beginning in (b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b'<svg xmlns="http://www.w3.org/2000/svg"/>', b"<svg>"):
        take(b"file\0" + beginning)


def take(job: bytes) -> bytes:
    """Read a name, a zero byte and a file that holds others; answer the one of that name."""
    name, _, data = job.partition(b"\0")
    try:
        return detect.attachment(data, name.decode("ascii"))
    except ContainerUnreadable:
        return b""
