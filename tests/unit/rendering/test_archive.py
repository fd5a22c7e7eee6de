"""A ZIP that is written while its files are made: whole, the same every time, and never more than one in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime

from accredit.rendering.archive import zip_of

MOMENT = datetime(2026, 6, 30, 14, 5, 8, tzinfo=UTC)
FILES = [("README.txt", "Siân".encode()), ("a/certificate.pdf", b"%PDF" * 5000), ("a/empty", b"")]


def test_what_went_in_comes_out_in_its_order() -> None:
    whole = b"".join(zip_of(FILES, moment=MOMENT))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert [(each.filename, archive.read(each)) for each in archive.infolist()] == FILES
        assert {each.date_time for each in archive.infolist()} == {(2026, 6, 30, 14, 5, 8)}


def test_the_same_files_are_the_same_bytes() -> None:
    assert b"".join(zip_of(FILES, moment=MOMENT)) == b"".join(zip_of(iter(FILES), moment=MOMENT))


def test_a_file_is_asked_for_when_its_turn_comes() -> None:
    asked = []

    def files() -> Iterator[tuple[str, bytes]]:
        for name, content in FILES:
            asked.append(name)
            yield name, content

    pieces = zip_of(files(), moment=MOMENT)
    assert next(pieces).startswith(b"PK")
    assert asked == ["README.txt"]


def test_nothing_at_all_is_still_a_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(zip_of([], moment=MOMENT)))) as archive:
        assert archive.namelist() == []
