"""The witness as it is served, over HTTP, against the requests that another implementation's tests send.

The vectors are not ours and are not in this repository: set ACCREDIT_SHARED to a folder that holds
`standards/vectors`, or the tests skip and say so.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.witness import house
from tests.processes import ROOT, free_port

SHARED = Path(os.environ.get("ACCREDIT_SHARED", Path(__file__).parents[2].parent / "shared"))
SEQUENCE = SHARED / "standards" / "vectors" / "c2sp" / "witness-http" / "sequence.json"
pytestmark = pytest.mark.skipif(
    not SEQUENCE.is_file(), reason="NOT CHECKED against published witness requests: set ACCREDIT_SHARED to have them"
)
PASSPHRASE = "only for tests, only for tests"


@pytest.fixture(scope="module")
def sequence() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SEQUENCE.read_text())
    return loaded


@pytest.fixture
def witness(sequence: dict[str, Any], tmp_path: Path) -> Iterator[int]:
    """Yield the port of a witness that runs in a process of its own and knows the log of the vectors."""
    house.found(tmp_path, "example.com/witness", PASSPHRASE)
    log = sequence["log"]
    house.trust(tmp_path, str(Ed25519Key(log["origin"], bytes.fromhex(log["log_public_key_hex"]))))
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "accredit", "witness", "serve", "--folder", str(tmp_path), "--port", str(port)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ACCREDIT_KEY_PASSPHRASE": PASSPHRASE, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if _ask(port, "GET", "/")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the witness did not start")


def _ask(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Type", ""), answer.read().decode()
    finally:
        connection.close()


def test_every_request_gets_the_answer_of_the_vectors(
    sequence: dict[str, Any], witness: int, record_property: Callable[[str, object], None]
) -> None:
    requests = sequence["requests"]
    record_property("cases", len(requests))
    for number, case in enumerate(requests):
        status, media_type, text = _ask(witness, "POST", "/add-checkpoint", case["body"].encode())
        # The vectors were made before v1.0.0, which answers 404 where they say 403: an unknown origin.
        expected = 404 if case.get("answer_contains") == "unknown log" else case["status"]
        assert status == expected, f"request {number}: {text}"
        assert case.get("answer_contains", "") in text
        assert case.get("answer", text) == text
        if status == 409:
            assert media_type == "text/x.tlog.size"
