"""A demonstration served by real processes: where it is, and how its people sign in."""

from __future__ import annotations

import csv
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from playwright.sync_api import Browser, BrowserContext, Page

from tests.processes import ROOT, free_port

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_SECONDS = 180


@dataclass(frozen=True)
class Demonstration:
    """A demonstration that is being served: where, and how its people sign in."""

    address: str
    folder: Path
    printed: str
    password: str
    codes: dict[str, str] = field(default_factory=dict)
    """Name → the typed code of the certificate."""
    words: dict[str, str] = field(default_factory=dict)
    """Name → the code with which the young person signs in."""


def played_once(place: Path) -> Path:
    """Return a folder in ``place`` with the year played to its end, for all processes of a run: who is first plays it.

    Whoever changes something takes a copy (`demonstrated`): to play the year costs half a minute.
    """
    folder = place / "year"
    with (place / "year.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "people.csv").exists():
            with (place / "year.txt").open("wb") as printed:
                _demo(folder, free_port(), printed, "--once").wait(PATIENCE_SECONDS)
            assert (folder / "people.csv").exists(), (place / "year.txt").read_text()[-3000:]
    return folder


@contextmanager
def demonstrated(folder: Path, *, year: Path | None = None, port: int | None = None) -> Iterator[Demonstration]:
    """Run ``accredit demo`` as a technician would, in ``folder``, and read what it prints.

    ``year`` is one already played, to begin with.
    """
    if year is not None:
        shutil.copytree(year, folder)
    port, output = port or free_port(), folder.parent / "printed.txt"
    with output.open("wb") as printed:
        process = _demo(folder, port, printed)
    try:
        yield _wait(process, output, f"http://127.0.0.1:{port}", folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _demo(folder: Path, port: int, printed: IO[bytes], *options: str) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    return subprocess.Popen(
        [sys.executable, "-m", "accredit", "demo", "--port", str(port), "--folder", str(folder), *options],
        cwd=ROOT,
        env=environment | {"COLUMNS": "200"},
        stdout=printed,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes], output: Path, address: str, folder: Path) -> Demonstration:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "Press Ctrl-C" not in (text := output.read_text()):
        assert process.poll() is None, text[-3000:]
        assert time.monotonic() < deadline, text[-3000:]
        time.sleep(0.2)
    password = re.search(r"with the password: (\S+)", text)
    assert password
    with (folder / "people.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    codes = {row["Young person"]: row["Code"] for row in rows}
    words = {row["Young person"]: row["Sign-in words"] for row in rows}
    return Demonstration(address, folder, text, password[1], codes, words)


def open_tab(chromium: Browser, *, width: int, height: int = 900, sharpness: int = 1) -> Page:
    """Open a page of one width; a phone's has a finger instead of a mouse. ``sharpness``: dots for each pixel."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": width, "height": height},
        has_touch=width < 600,
        is_mobile=width < 600,
        locale="en-GB",
        device_scale_factor=sharpness,
    )
    context.set_default_timeout(15_000)
    return context.new_page()
