"""``accredit verify`` as a program: what it prints, and the exit codes others rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.domain.verification.conftest import issued, quick_story
from tests.unit.domain.verification.story import Issued, Story

__all__ = ["issued", "quick_story"]
SECRET = "0123456789abcdef0123456789abcdef"


def run(*arguments: str, story: Story | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    if story is not None:
        environment |= {
            "ACCREDIT_BASE_URL": "https://accredit.example",
            "ACCREDIT_SECRET_KEY": SECRET,
            "ACCREDIT_PEPPER": SECRET,
            "ACCREDIT_DATABASE_URL": str(story.database.engine.url),
        }
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "accredit", "verify", *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def file(tmp_path: Path, issued: Issued) -> Path:
    path = tmp_path / "credential.json"
    path.write_bytes(issued.data)
    return path


def test_a_genuine_file_ends_with_0_and_says_what_was_done(quick_story: Story, file: Path) -> None:
    done = run(str(file), story=quick_story)
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode()
    assert text.startswith("GENUINE: Genuine\n")
    assert "Gave 13 hours of supervised peer support" in text
    assert "This is not a DBS check" in text


def test_revoked_ends_with_3_by_file_by_pipe_and_by_address(quick_story: Story, issued: Issued, file: Path) -> None:
    quick_story.change_status("revoke", issued.issuance_id)
    address = f"HTTPS://ACCREDIT.EXAMPLE/V/{issued.code}"
    for target, stdin in ((str(file), b""), ("-", issued.data), (address, b"")):
        done = run(target, "--json", story=quick_story, stdin=stdin)
        told = json.loads(done.stdout)
        assert (done.returncode, told["verdict"], told["reason"]) == (3, "NOT_CURRENT", "revoked")


@pytest.mark.parametrize(
    ("target", "code", "reason"),
    [
        ("https://accredit.example/v/AAAAA-AAAAA-AAAA", 5, "no_credential"),
        ("https://elsewhere.example/v/AAAAA-AAAAA-AAAA", 4, "fetching_is_off"),
        ("https://accredit.example/", 4, "fetching_is_off"),
    ],
    ids=["a code that is none", "somebody else's address", "another page of ours"],
)
def test_an_address_is_looked_up_here_or_not_at_all(quick_story: Story, target: str, code: int, reason: str) -> None:
    done = run(target, "--json", story=quick_story)
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (code, reason)


def test_offline_nothing_is_green(quick_story: Story, file: Path) -> None:
    done = run(str(file), "--offline", "--json", story=quick_story)
    assert (done.returncode, json.loads(done.stdout)["reason"]) == (4, "status_not_fresh")


def test_on_a_strangers_laptop_it_says_what_it_can_and_leaves_nothing_behind(
    issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.chdir(empty)
    done = run("-", "--json", stdin=issued.data)
    told = json.loads(done.stdout)
    assert (done.returncode, told["verdict"], told["reason"]) == (4, "CANNOT_CONFIRM", "issuer_key_unreachable")
    assert b"No record of a service is at hand" in done.stderr
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize(
    ("stdin", "code"),
    [(b"", 5), (b"hello", 5), (b'{"proof": {}}', 1)],
    ids=["nothing", "a note", "a claim without meaning"],
)
def test_what_is_no_credential_has_its_own_code(stdin: bytes, code: int) -> None:
    assert run("-", stdin=stdin).returncode == code


@pytest.mark.parametrize("arguments", [(), ("no-such-file.json",), ("-", "--loud")], ids=["none", "missing", "unknown"])
def test_wrong_usage_ends_with_64_and_never_with_a_verdict(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 64
