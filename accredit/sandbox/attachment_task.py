"""The task that runs in the child: take a named file out of a PDF. The answer is its bytes, or nothing."""

from __future__ import annotations

from accredit.kit.openbadges import pdf
from accredit.kit.openbadges.errors import ContainerUnreadable


def take(job: bytes) -> bytes:
    """Read a name, a zero byte and a PDF; answer the attached file of that name."""
    name, _, data = job.partition(b"\0")
    try:
        return pdf.attachment(data, name.decode("ascii"))
    except ContainerUnreadable:
        return b""
