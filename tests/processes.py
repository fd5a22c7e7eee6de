"""Real processes for tests: a free port, a service of its own (`serve` and `work`), and how to end them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody listens to now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """One service in a folder: its settings, and the processes that run with them."""

    def __init__(self, folder: Path, *, database_url: str | None = None) -> None:
        """Choose settings for a service in ``folder``; nothing runs yet."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.port = folder, free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.settings = {
            "ACCREDIT_BASE_URL": self.base_url,
            "ACCREDIT_ISSUER_HOST": "accredit.example",
            "ACCREDIT_LISTEN_PORT": str(self.port),
            "ACCREDIT_WEB_PROCESSES": "1",
            "ACCREDIT_DATABASE_URL": database_url or f"sqlite:///{folder / 'accredit.sqlite'}",
            "ACCREDIT_KEYS_DIR": str(folder / "keys"),
            "ACCREDIT_SECRET_KEY": "a secret that only the tests know, long enough",
            "ACCREDIT_PEPPER": "a pepper that only the tests know, long enough!",
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, *words: str, given: str | None = None, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "accredit", *words],
            cwd=ROOT,
            env=self._environment({}),
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=check,
        )

    def start(self, command: str, **extra: str) -> subprocess.Popen[bytes]:
        """Start ``serve`` or ``work`` in the background; its output goes to a file in the folder."""
        if command == "work":
            extra.setdefault("ACCREDIT_KEY_PASSPHRASE", "only for tests, only for tests")
        with (self.folder / f"{command}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "accredit", command],
                cwd=ROOT,
                env=self._environment(extra),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes[command] = process
        return process

    def wait_until_served(self) -> None:
        """Wait for the port to answer."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.processes["serve"].poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError((self.folder / "serve.log").read_text()[-3000:])

    def kill(self, command: str) -> None:
        """End a process and its children at once, as a power cut would."""
        process = self.processes.pop(command)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if command == "serve":
            self._wait_until_closed()

    def _wait_until_closed(self) -> None:
        # A child that is still dying holds the port a moment longer, and would take what is meant for its successor.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) != 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"port {self.port} is still open")

    def stop(self) -> None:
        """End everything."""
        for command in list(self.processes):
            self.kill(command)

    def _environment(self, extra: Mapping[str, str]) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
        return {**plain, **self.settings, **extra}
