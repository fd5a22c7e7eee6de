"""Whether a disk has room left: real disks of a known size where the tests may make one, else the one they run on."""

from __future__ import annotations

from pathlib import Path

from accredit.storage import Database
from accredit.storage.room import Room


def test_enough_room_everywhere_is_no_shortage(tmp_path: Path) -> None:
    assert Room([tmp_path], lambda _total: 1).shortage() is None


def test_too_little_room_is_told_with_what_is_free_and_what_is_needed(tmp_path: Path) -> None:
    found = Room([tmp_path], lambda total: total + 1).shortage()
    assert found is not None
    assert found.folder == tmp_path
    assert f"{found.free / 1e6:,.0f} MB are free" in found.detail
    assert "make room" in found.detail
    assert str(tmp_path) not in found.detail


def test_a_folder_that_is_not_made_yet_lies_on_the_disk_of_the_one_above_it(tmp_path: Path) -> None:
    assert Room([tmp_path / "not" / "there" / "yet"], lambda _total: 1).shortage() is None


def test_where_the_database_is_a_file_its_disk_is_looked_at(sqlite_database: Database) -> None:
    found = Room.of(sqlite_database, [], lambda total: total + 1).shortage()
    assert found is not None
    assert found.folder == Path(str(sqlite_database.engine.url.database)).parent


def test_the_disk_of_a_server_is_its_own_to_watch(postgresql_database: Database) -> None:
    assert Room.of(postgresql_database, [], lambda total: total + 1).shortage() is None
