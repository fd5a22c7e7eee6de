"""Many files as one ZIP, written as they are made: whoever waits for it sees it grow, and no more than one is kept.

The same files in the same order at the same moment are the same bytes. What is in it is decided elsewhere.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

# A file of one's own: everybody may read it, its owner may change it.
_RIGHTS: Final = 0o100644 << 16
_UNIX: Final = 3


class _Sink:
    """Takes what is written until it is handed on; it cannot go back, so each file's size stands behind it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: everything is handed on by `taken`."""

    def taken(self) -> bytes:
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


def zip_of(files: Iterable[tuple[str, bytes]], *, moment: datetime) -> Iterator[bytes]:
    """Yield a ZIP piece by piece; each file is asked for when its turn comes, and bears the ``moment``."""
    sink = _Sink()
    stamp = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)
    # Typed for files on a disk; whatever can be written to will do.
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]
        for name, content in files:
            about = zipfile.ZipInfo(name, date_time=stamp)
            about.compress_type = zipfile.ZIP_DEFLATED
            about.create_system, about.external_attr = _UNIX, _RIGHTS
            archive.writestr(about, content)
            yield sink.taken()
    yield sink.taken()
