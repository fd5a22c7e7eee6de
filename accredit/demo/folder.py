"""Where the demonstration lives: one folder, marked as ours, with settings and secrets of its own."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from accredit.errors import NotReady

MARK = "demonstration.json"
ISSUER_HOST = "accredit.example"


@dataclass(frozen=True)
class Folder:
    """The folder and what is written in its mark."""

    path: Path
    secrets: dict[str, str]
    is_complete: bool

    def environment(self, *, host: str, port: int, with_keys: bool) -> dict[str, str]:
        """Return the ``ACCREDIT_*`` settings of the demonstration; only the worker is given the passphrase."""
        values = {
            "ACCREDIT_BASE_URL": f"http://{host}:{port}",
            "ACCREDIT_ISSUER_HOST": ISSUER_HOST,
            "ACCREDIT_DEMONSTRATION": "true",
            "ACCREDIT_DATABASE_URL": f"sqlite:///{self.path / 'accredit.sqlite'}",
            "ACCREDIT_KEYS_DIR": str(self.path / "keys"),
            "ACCREDIT_LISTEN_HOST": host,
            "ACCREDIT_LISTEN_PORT": str(port),
            "ACCREDIT_SECRET_KEY": self.secrets["secret_key"],
            "ACCREDIT_PEPPER": self.secrets["pepper"],
        }
        if with_keys:
            values["ACCREDIT_KEY_PASSPHRASE"] = self.secrets["key_passphrase"]
        return values

    def write_settings(self, *, host: str, port: int) -> Path:
        """Write the settings, without the passphrase, as a file that a shell can read; returns its path."""
        path = self.path / "settings.sh"
        values = self.environment(host=host, port=port, with_keys=False)
        _write_text(path, "".join(f"export {name}='{value}'\n" for name, value in values.items()))
        return path

    def remember(self, **facts: object) -> Folder:
        """Write facts beside the secrets; ``is_complete`` says that the whole year was played."""
        values = _read(self.path / MARK) | facts
        _write(self.path / MARK, values)
        return open_folder(self.path)

    def recall(self, name: str) -> object:
        """Return a fact written by `remember`."""
        return _read(self.path / MARK)[name]


def open_folder(path: Path) -> Folder:
    """Open or make the demonstration's folder; one that was left half played is made anew.

    Raises `NotReady` for a folder that holds something else.
    """
    mark = path / MARK
    if path.exists() and any(path.iterdir()) and not mark.exists():
        raise NotReady(
            "demo-folder", f"{path} holds something else. Choose an empty folder: accredit demo --folder NAME"
        )
    if not mark.exists():
        path.mkdir(parents=True, exist_ok=True)
        names = ("secret_key", "pepper", "key_passphrase")
        _write(mark, {"secrets": {name: secrets.token_hex(32) for name in names}, "is_complete": False})
    values = _read(mark)
    return Folder(path.resolve(), values["secrets"], bool(values["is_complete"]))


def start_again(folder: Folder) -> Folder:
    """Empty a folder whose year was not played to the end, keeping nothing."""
    shutil.rmtree(folder.path)
    return open_folder(folder.path)


def _read(mark: Path) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = json.loads(mark.read_text())
    return values


def _write(mark: Path, values: object) -> None:
    _write_text(mark, json.dumps(values, indent=1))


def _write_text(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
