"""A real Chromium, and a demonstration served by real processes, for every test of this folder."""

from __future__ import annotations

import csv
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.processes import ROOT, free_port

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run; each test opens a context of its own in it."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@dataclass(frozen=True)
class Demonstration:
    """A demonstration that is being served: where, and how its people sign in."""

    address: str
    folder: Path
    printed: str
    password: str
    codes: dict[str, str] = field(default_factory=dict)
    """Name → the typed code of the certificate."""
    slips: dict[str, str] = field(default_factory=dict)
    """Name → the code with which the young person signs in."""


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """Run ``accredit demo`` as a technician would, and read what it prints."""
    folder, port = tmp_path_factory.mktemp("demonstration") / "played", free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    output = folder.parent / "printed.txt"
    with output.open("wb") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "accredit", "demo", "--port", str(port), "--folder", str(folder)],
            cwd=ROOT,
            env=environment | {"COLUMNS": "200"},
            stdout=printed,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _wait(process, output, f"http://127.0.0.1:{port}", folder)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], output: Path, address: str, folder: Path) -> Demonstration:
    deadline = time.monotonic() + 180
    while "Press Ctrl-C" not in (text := output.read_text()):
        assert process.poll() is None, text[-3000:]
        assert time.monotonic() < deadline, text[-3000:]
        time.sleep(0.2)
    password = re.search(r"with the password: (\S+)", text)
    assert password
    with (folder / "people.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    codes = {row["Young person"]: row["Code"] for row in rows}
    return Demonstration(
        address, folder, text, password[1], codes, {row["Young person"]: row["Sign-in code"] for row in rows}
    )


def open_tab(chromium: Browser, *, width: int, height: int = 900) -> Page:
    """Open a page of one width; a phone's has a finger instead of a mouse."""
    context: BrowserContext = chromium.new_context(
        viewport={"width": width, "height": height}, has_touch=width < 600, is_mobile=width < 600, locale="en-GB"
    )
    context.set_default_timeout(15_000)
    return context.new_page()
