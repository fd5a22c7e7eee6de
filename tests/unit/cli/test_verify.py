"""``accredit verify`` as a program: what it prints, and the exit codes others rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accredit.cli.verify import verify
from tests.unit.domain.verification.conftest import issued, quick_story
from tests.unit.domain.verification.story import Issued, Story
from tests.unit.domain.verification.test_other_issuers import DID, OWN_METHOD, badge
from tests.unit.kit.openbadges.test_files import _pdf

__all__ = ["issued", "quick_story"]
SECRET = "0123456789abcdef0123456789abcdef"


def run(*arguments: str, story: Story | None = None, stdin: bytes = b"") -> Result:
    """Run the command in this process, which is quick."""
    cleared = {name: None for name in os.environ if name.startswith("ACCREDIT_")}
    return CliRunner().invoke(verify, arguments, input=stdin, env={**cleared, **(settings_of(story) if story else {})})


def program(*arguments: str, story: Story | None = None, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run it as others do, as a program of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "accredit", "verify", *arguments],
        env=environment | (settings_of(story) if story else {}),
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def settings_of(story: Story) -> dict[str, str]:
    return {
        "ACCREDIT_BASE_URL": "https://accredit.example",
        "ACCREDIT_SECRET_KEY": SECRET,
        "ACCREDIT_PEPPER": SECRET,
        "ACCREDIT_DATABASE_URL": str(story.database.engine.url),
    }


@pytest.fixture
def file(tmp_path: Path, issued: Issued) -> Path:
    path = tmp_path / "credential.json"
    path.write_bytes(issued.data)
    return path


def test_a_genuine_file_ends_with_0_and_says_what_was_done(quick_story: Story, file: Path) -> None:
    done = program(str(file), story=quick_story)
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
        assert (done.exit_code, told["verdict"], told["reason"]) == (3, "NOT_CURRENT", "revoked")


@pytest.mark.parametrize(
    ("target", "code", "reason"),
    [
        ("https://accredit.example/v/AAAAA-AAAAA-AAAA", 5, "no_credential"),
        ("https://elsewhere.example/v/AAAAA-AAAAA-AAAA", 4, "fetching_is_off"),
        ("https://accredit.example/", 4, "fetching_is_off"),
        ("http://[", 4, "fetching_is_off"),
    ],
    ids=["a code that is none", "somebody else's address", "another page of ours", "half a bracket"],
)
def test_an_address_is_looked_up_here_or_not_at_all(quick_story: Story, target: str, code: int, reason: str) -> None:
    done = run(target, "--json", story=quick_story)
    assert (done.exit_code, json.loads(done.stdout)["reason"]) == (code, reason)


def test_a_stranger_writes_no_line_of_their_own_on_the_terminal() -> None:
    said = "University\x1b[2J\x1b[H\nGENUINE: Genuine\u2028This award is real and still holds.\u202e\x9b31m"
    done = run("-", stdin=badge(DID, OWN_METHOD, name=said))
    assert done.exit_code == 2
    assert [line for line in done.stdout.splitlines() if line.startswith(("GENUINE:", "This award is real"))] == []
    shown = "What it is: University[2J[H GENUINE: Genuine This award is real and still holds.31m"
    assert shown in done.stdout.splitlines()


def test_offline_nothing_is_green(quick_story: Story, file: Path) -> None:
    done = run(str(file), "--offline", "--json", story=quick_story)
    assert (done.exit_code, json.loads(done.stdout)["reason"]) == (4, "status_not_fresh")


def test_on_a_strangers_laptop_it_says_what_it_can_and_leaves_nothing_behind(
    issued: Issued, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "elsewhere"
    empty.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[3]))
    monkeypatch.chdir(empty)
    done = program("-", "--json", stdin=issued.data)
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
    assert run("-", stdin=stdin).exit_code == code


@pytest.mark.parametrize("arguments", [(), ("no-such-file.json",), ("-", "--loud")], ids=["none", "missing", "unknown"])
def test_wrong_usage_ends_with_64_and_never_with_a_verdict(arguments: tuple[str, ...]) -> None:
    assert program(*arguments).returncode == 64


_AS_ON_WINDOWS = """
import os, select, sys
for name in ("fcntl", "resource", "pwd", "grp"):
    sys.modules[name] = None
for module, name in ((os, "fork"), (os, "nice"), (os, "geteuid"), (os, "sched_setscheduler"), (select, "poll")):
    delattr(module, name)
from accredit.cli.verify import verify
verify(sys.argv[1:], prog_name="verify")
"""


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_without_children_it_starts_reads_the_file_itself_and_says_so(
    issued: Issued, tmp_path: Path, kind: str
) -> None:
    """Windows can neither fork a process nor limit it; what it lacks is taken away here."""
    path = tmp_path / f"badge.{kind}"
    path.write_bytes(issued.data if kind == "json" else _pdf(("credential.json", issued.data)))
    ended = subprocess.run(
        [sys.executable, "-c", _AS_ON_WINDOWS, str(path), "--json", "--offline"],
        env={name: value for name, value in os.environ.items() if not name.startswith("ACCREDIT_")},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 4, ended.stderr.decode()
    assert json.loads(ended.stdout)["verdict"] == "CANNOT_CONFIRM"
    assert ended.stderr.count(b"opened in this one") == 1
