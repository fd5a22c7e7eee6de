"""``accredit verify`` where no service is at hand: anchors, evidence and lists from files."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result
from PIL import Image

from accredit.cli.verify import verify
from accredit.domain.verification import trust
from accredit.domain.verification.evidence import FILE_NAME
from accredit.kit.openbadges import png, svg
from accredit.rendering.verifier_file import verifier_file
from accredit.storage import Database
from tests import without_us
from tests.unit.cli.test_verify import program
from tests.without_us import Kept


@pytest.fixture(scope="module")
def kept(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    path = folder / "accredit.sqlite"
    path.write_bytes(sqlite_schema.read_bytes())
    return without_us.keep(Database(f"sqlite:///{path}"), folder)


@pytest.fixture
def folder(kept: Kept, tmp_path: Path) -> Path:
    """What a stranger has on their disk."""
    for name, data in {**kept.files, "credential.evidence": kept.evidence}.items():
        (tmp_path / name).write_bytes(data)
    for name, data in kept.lists.items():
        (tmp_path / f"{name}-lists.json").write_bytes(data)
    (tmp_path / "trust.json").write_bytes(trust.write(kept.trust))
    (tmp_path / "accredit-verify.html").write_bytes(verifier_file(kept.trust))
    return tmp_path


def run(kept: Kept, folder: Path, *arguments: str) -> Result:
    cleared = {name: None for name in os.environ if name.startswith("ACCREDIT_")}
    spelled = [str(folder / each) if (folder / each).exists() else each for each in arguments]
    with time_machine.travel(kept.now, tick=False):
        return CliRunner().invoke(verify, [*spelled, "--json"], env=cleared)


@pytest.mark.parametrize("anchors", ["trust.json", "accredit-verify.html"])
@pytest.mark.parametrize("name", ["certificate.pdf", "badge.png", "badge.svg", "credential.json", "credential.jwt"])
def test_every_form_is_genuine_with_its_evidence(kept: Kept, folder: Path, name: str, anchors: str) -> None:
    # Certificate and badges have it inside.
    beside = ["--evidence", "credential.evidence"] if name.startswith("credential.") else []
    done = run(kept, folder, name, "--trust", anchors, *beside)
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (0, "GENUINE")
    assert done.stderr == ""


def test_evidence_in_a_badge_that_somebody_altered_only_takes_a_help_away(kept: Kept, folder: Path) -> None:
    for name, module in (("badge.png", png), ("badge.svg", svg)):
        bare = module.bake(_undressed(kept.files[name]), kept.data.decode())
        altered = kept.evidence.replace(b'"act":"credential-issued"', b'"act":"credential-revoked"')
        assert altered != kept.evidence
        (folder / name).write_bytes(module.attach(bare, FILE_NAME, altered))
        done = run(kept, folder, name, "--trust", "trust.json")
        assert (done.exit_code, json.loads(done.stdout)["reason"]) == (4, "not_in_log")


def _undressed(badge: bytes) -> bytes:
    """A picture of the same kind that carries nothing."""
    if badge.startswith(png.SIGNATURE):
        target = BytesIO()
        Image.new("RGB", (3, 2), "green").save(target, "PNG")
        return target.getvalue()
    return b'<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>'


@pytest.mark.parametrize(
    ("lists", "code", "reason"),
    [("fresh", 0, None), ("paused", 3, "suspended"), ("again", 0, None), ("revoked", 3, "revoked")],
)
def test_a_newer_list_has_the_last_word(kept: Kept, folder: Path, lists: str, code: int, reason: str | None) -> None:
    done = run(kept, folder, "certificate.pdf", "--trust", "trust.json", "--list", f"{lists}-lists.json")
    assert (done.exit_code, json.loads(done.stdout)["reason"]) == (code, reason)


def test_without_evidence_nobody_knows_if_it_stands_in_the_log(kept: Kept, folder: Path) -> None:
    done = run(kept, folder, "credential.json", "--trust", "trust.json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["reason"]) == (4, "not_in_log")
    assert told["axes"]["issuer-binding"] == "passed"


def test_long_after_it_says_when_it_was_known_last(kept: Kept, folder: Path) -> None:
    # The program's own clock, which is later than every list of this story or the same day's.
    done = program(str(folder / "certificate.pdf"), "--trust", str(folder / "trust.json"))
    assert done.returncode == 4
    first = done.stdout.decode().splitlines()[0]
    assert first == (
        "CANNOT_CONFIRM: Genuine when issued on 2026-06-30; whether it still holds was last known on 2026-06-30"
    )
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("certificate.pdf", "--list", "fresh-lists.json"), "Say whom you trust"),
        (("certificate.pdf", "--trust", "credential.json"), "no file of trust anchors"),
        (("credential.json", "--trust", "trust.json", "--evidence", "credential.json"), "no evidence"),
        (("credential.json", "--trust", "trust.json", "--list", "badge.png"), "cannot be read"),
        (("credential.json", "--trust", "nowhere.json"), "does not exist"),
    ],
    ids=["no anchors", "other anchors", "other evidence", "another list", "no such file"],
)  # fmt: skip
def test_wrong_usage_is_said_and_is_no_verdict(
    kept: Kept, folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = run(kept, folder, *arguments)
    assert done.exit_code == 2  # which the program turns into 64
    assert words in done.output


def test_an_address_is_not_fetched(kept: Kept, folder: Path) -> None:
    done = run(kept, folder, "https://accredit.example/v/AAAAA-AAAAA-AAAA", "--trust", "trust.json")
    assert (done.exit_code, json.loads(done.stdout)["reason"]) == (4, "fetching_is_off")
