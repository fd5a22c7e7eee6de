"""The lock store: what was signed last, outside the database; never smaller, never forked, never lost."""

from __future__ import annotations

import threading
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest

from accredit.errors import Conflict, NotReady
from accredit.storage.lock_store import Latest, LockStore
from tests.factories import NOW

ORIGIN = "log.example/ledger"


def _latest(size: int, mark: int = 0) -> Latest:
    return Latest(size=size, root=bytes([mark]) * 32, note=f"note {size}\n")


def test_what_was_swapped_in_is_there_for_every_process(tmp_path: Path) -> None:
    store = LockStore(tmp_path / "keys" / "last.sqlite")
    assert store.latest(ORIGIN) is None
    store.swap(ORIGIN, expected=None, new=_latest(1))
    store.swap(ORIGIN, expected=_latest(1), new=_latest(5, 1))
    assert LockStore(store.path).latest(ORIGIN) == _latest(5, 1)
    assert store.latest("another.example") is None


def test_what_is_let_go_of_is_kept_beside_with_its_reason(tmp_path: Path) -> None:
    store = LockStore(tmp_path / "last.sqlite")
    store.swap(ORIGIN, expected=None, new=_latest(5, 1))
    store.swap("another.example", expected=None, new=_latest(3))
    with pytest.raises(Conflict, match="Look again"):
        store.let_go(ORIGIN, expected=_latest(5, 9), reason="no copy", at=NOW)
    assert store.latest(ORIGIN) == _latest(5, 1)
    store.let_go(ORIGIN, expected=_latest(5, 1), reason="no copy", at=NOW)
    assert (store.latest(ORIGIN), store.latest("another.example")) == (None, _latest(3))
    with sqlite.connect(str(store.path)) as connection:
        kept = connection.execute("SELECT origin, size, reason, at FROM let_go").fetchall()
        assert kept == [(ORIGIN, 5, "no copy", NOW.isoformat())]
        # The guard is back in its place, for this log too.
        store.swap(ORIGIN, expected=None, new=_latest(4))
        with pytest.raises(sqlite.Error, match="never forgotten"):
            connection.execute("DELETE FROM latest")
    connection.close()


@pytest.mark.parametrize(
    "expected",
    [None, _latest(4), _latest(5, 9), _latest(6, 1)],
    ids=["nothing", "an older size", "another root", "a larger size"],
)
def test_whoever_expected_something_else_loses_the_swap(tmp_path: Path, expected: Latest | None) -> None:
    store = LockStore(tmp_path / "last.sqlite")
    store.swap(ORIGIN, expected=None, new=_latest(5, 1))
    with pytest.raises(Conflict, match="Only one server"):
        store.swap(ORIGIN, expected=expected, new=_latest(7, 2))
    assert store.latest(ORIGIN) == _latest(5, 1)


@pytest.mark.parametrize("new", [_latest(4, 1), _latest(5, 2)], ids=["smaller", "the same size with another root"])
def test_a_log_never_shrinks_and_never_forks_even_by_our_own_mistake(tmp_path: Path, new: Latest) -> None:
    store = LockStore(tmp_path / "last.sqlite")
    store.swap(ORIGIN, expected=None, new=_latest(5, 1))
    with pytest.raises(NotReady, match="never shrinks"):
        store.swap(ORIGIN, expected=_latest(5, 1), new=new)
    assert store.latest(ORIGIN) == _latest(5, 1)


def test_no_row_can_be_taken_out(tmp_path: Path) -> None:
    store = LockStore(tmp_path / "last.sqlite")
    store.swap(ORIGIN, expected=None, new=_latest(5, 1))
    with sqlite.connect(str(store.path)) as connection, pytest.raises(sqlite.Error, match="never forgotten"):
        connection.execute("DELETE FROM latest")
    connection.close()


def test_of_twenty_at_once_one_wins(tmp_path: Path) -> None:
    store = LockStore(tmp_path / "last.sqlite")
    store.swap(ORIGIN, expected=None, new=_latest(1))
    won: list[int] = []
    lost: list[Exception] = []

    def take(mark: int) -> None:
        try:
            store.swap(ORIGIN, expected=_latest(1), new=_latest(2, mark))
            won.append(mark)
        except Conflict as error:
            lost.append(error)

    threads = [threading.Thread(target=take, args=[mark]) for mark in range(1, 21)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (len(won), len(lost)) == (1, 19)
    assert store.latest(ORIGIN) == _latest(2, won[0])


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b""], ids=["another file", "an empty file"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "last.sqlite"
    path.write_bytes(damage)
    if damage:
        with pytest.raises(NotReady, match="cannot be read"):
            LockStore(path).latest(ORIGIN)
    else:
        assert LockStore(path).latest(ORIGIN) is None
