"""Files that are whole or absent: written beside their place, renamed into it, swept after a crash."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from accredit.errors import NotReady
from accredit.storage.durable_folder import DurableFolder


def test_what_was_written_is_read_and_writing_it_again_changes_nothing(tmp_path: Path) -> None:
    folder = DurableFolder(tmp_path / "new" / "folder")
    assert folder.read("a/b") is None
    assert folder.write("a/b", b"one")
    assert not folder.write("a/b", b"one")
    assert folder.write("a/b", b"two")
    folder.settle()
    assert folder.read("a/b") == b"two"
    assert folder.read("a/b/c") is None
    assert [path.name for path in (tmp_path / "new" / "folder" / "a").iterdir()] == ["b"]


def test_a_power_cut_while_writing_leaves_the_old_file_and_is_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DurableFolder(tmp_path)
    folder.write("a/b", b"old")

    def power_cut(_descriptor: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", power_cut)
        with pytest.raises(KeyboardInterrupt):
            folder.write("a/b", b"new")
    assert folder.read("a/b") == b"old"
    assert len(list(tmp_path.rglob("*.half"))) == 1
    DurableFolder(tmp_path).sweep()
    assert list(tmp_path.rglob("*.half")) == []


def test_a_full_disk_is_said_in_one_sentence_and_harms_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = DurableFolder(tmp_path)
    folder.write("a", b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(NotReady, match="No space left on device"):
            folder.write("a", b"new")
    assert folder.read("a") == b"old"


def test_a_folder_in_a_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(NotReady, match="cannot be read"):
        DurableFolder(tmp_path).read("a")
