"""``accredit witness``: made once, told which logs to know, and needing no setting of the service."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accredit.cli.witness import witness
from accredit.errors import AccreditError, Conflict, NotReady
from accredit.kit.ledger.cosignature import CosignerKey
from accredit.kit.ledger.signed_note import Ed25519Key

LOG_KEY = str(Ed25519Key("log.example/ledger", bytes(range(32))))


def _run(folder: Path, *arguments: str, passphrase: str = "correct horse battery staple") -> Result:
    env = {"ACCREDIT_KEY_PASSPHRASE": passphrase}
    return CliRunner(env=env).invoke(witness, [*arguments, "--folder", str(folder)])


def test_a_witness_is_made_named_and_told_a_log(tmp_path: Path) -> None:
    folder = tmp_path / "witness"
    made = _run(folder, "init", "witness.example.org")
    assert made.exit_code == 0
    assert CosignerKey.parse(made.output.strip()).name == "witness.example.org"
    assert _run(folder, "key").output == made.output
    assert _run(folder, "trust", LOG_KEY).output == "log.example/ledger is known now.\n"
    assert folder.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("arguments", "passphrase", "kind"),
    [
        (("key",), "p", NotReady),
        (("trust", LOG_KEY), "p", NotReady),
        (("serve",), "p", NotReady),
        (("init", "witness.example.org"), "", NotReady),
        (("init", "not a name"), "p", NotReady),
    ],
    ids=["no witness to name", "none to tell", "none to serve", "no passphrase", "no possible name"],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    tmp_path: Path, arguments: tuple[str, ...], passphrase: str, kind: type[AccreditError]
) -> None:
    found = _run(tmp_path / "witness", *arguments, passphrase=passphrase)
    assert isinstance(found.exception, kind)
    assert not (tmp_path / "witness" / "witness.json").exists()


def test_a_second_witness_does_not_replace_the_first(tmp_path: Path) -> None:
    first = _run(tmp_path, "init", "witness.example.org").output
    assert isinstance(_run(tmp_path, "init", "other.example").exception, Conflict)
    assert _run(tmp_path, "key").output == first
    assert isinstance(_run(tmp_path, "serve", passphrase="another").exception, NotReady)
