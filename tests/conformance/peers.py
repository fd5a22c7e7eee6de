"""Verifiers and signers by others, in one process of node that has no network; see the scripts in `node/`."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

NODE = Path(__file__).parent / "node"
DIGITALBAZAAR = "digitalbazaar"
DIGITALCREDENTIALS = "digitalcredentials"


def _why_not() -> str | None:
    node = shutil.which("node")
    if node is None:
        return "there is no node on this machine"
    found = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.match(r"v(\d+)\.", found)
    if version is None or int(version[1]) < 20:
        return f"node 20 or later is needed, and this is {found.strip()}"
    if not (NODE / "node_modules").is_dir():
        return "their packages are not installed: run tools/setup.sh dev, or npm ci in tests/conformance/node"
    return None


class Peers:
    """The process: a line of JSON in, a line of JSON out. Use it in a ``with``; skips the test without node."""

    def __init__(self) -> None:
        why_not = _why_not()
        if why_not is not None:
            pytest.skip(f"NOT CHECKED against @digitalbazaar/vc and verifier-core: {why_not}")
        self._process = subprocess.Popen(
            ["node", "peers.mjs"],
            cwd=NODE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
        self.asked: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=20)

    def ask(
        self,
        peer: str,
        command: str,
        *,
        files: Mapping[str, str] | None = None,
        now: str | None = None,
        **arguments: Any,
    ) -> Any:
        """Run one command, at `now` (else by the machine's clock); `files` is all the web there is.

        Raises AssertionError with their words where they throw.
        """
        line = {"peer": peer, "command": command, "arguments": arguments, "files": dict(files or {}), "now": now}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        self.asked = answer["asked"]
        return answer["answer"]
