"""``accredit ledger``: what the public log says, and all of it as files that check themselves."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from accredit.cli.ledger import ledger
from accredit.domain.issuing import operations as issuing
from accredit.domain.transparency import operations as transparency
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.errors import AccreditError, NotFound, NotReady
from accredit.keyring import KeyRing
from accredit.kit.ledger.signed_note import Ed25519Key, parse
from accredit.storage import Database
from tests.factories import HOST, NOW

SETTINGS = {
    "ACCREDIT_BASE_URL": f"https://{HOST}",
    "ACCREDIT_SECRET_KEY": "s" * 32,
    "ACCREDIT_PEPPER": "p" * 32,
}


def _run(database: Database, *arguments: str) -> Result:
    address = database.engine.url.render_as_string(hide_password=False)
    return CliRunner(env={**SETTINGS, "ACCREDIT_DATABASE_URL": address}).invoke(ledger, arguments)


def _check(*arguments: str) -> Result:
    # No database and no setting: a folder is checked by whoever holds it.
    return CliRunner().invoke(ledger, ["check", *arguments])


@pytest.fixture
def folder(sqlite_database: Database, tmp_path: Path) -> Path:
    """A log of a few entries, signed by its own key, as files."""
    keyring = KeyRing.open(tmp_path / "keys", "correct horse battery staple")
    with sqlite_database.transaction() as db:
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        key = issuing.ensure_log_key(db, origin=f"{HOST}/ledger", keyring=keyring, now=NOW)
        entries = [Entry(act=Act.HOURS_APPROVED, subject_id=uuid4(), record={"minutes": 45}) for _ in range(20)]
        transparency.append_many(db, entries=entries, now=NOW)
        signer = LogSigner(public_key=key.raw, sign=lambda message: keyring.sign(key.id, message))
        transparency.checkpoint(db, signer=signer, now=NOW)
    place = tmp_path / "published"
    assert _run(sqlite_database, "export", str(place)).exit_code == 0
    return place


def test_the_log_is_exported_once_and_then_only_what_is_new(sqlite_database: Database, folder: Path) -> None:
    again = _run(sqlite_database, "export", str(folder))
    assert "0 of them new (0 files)" in again.output
    assert (folder / "checkpoint").read_text() == _run(sqlite_database, "checkpoint").output
    assert (folder / "log-key").read_text() == _run(sqlite_database, "key").output


def test_a_whole_folder_is_said_to_be_whole(sqlite_database: Database, folder: Path) -> None:
    key = _run(sqlite_database, "key").output.strip()
    (folder.parent / "receipt.tlog-proof").write_text(_run(sqlite_database, "receipt", "0").output)
    found = _check(str(folder), "--key", key, "--checkpoint", str(folder.parent / "receipt.tlog-proof"))
    assert (found.exit_code, found.output.startswith(f"The log {HOST}/ledger is whole:")) == (0, True)
    assert "--key" not in found.output
    without = _check(str(folder))
    assert without.exit_code == 0
    assert "The key was the folder's own" in without.output


def test_what_is_wrong_is_one_sentence_each_and_the_exit_code_is_1(folder: Path) -> None:
    size = parse((folder / "checkpoint").read_text()).text.splitlines()[1]
    tile = folder / "tile" / "0" / "000.p" / size
    tile.write_bytes(tile.read_bytes()[:-32])
    found = _check(str(folder))
    assert found.exit_code == 1
    assert "which is not its length; export or fetch it again." in found.output
    as_json = json.loads(_check(str(folder), "--json").output)
    assert [(each["code"], each["path"]) for each in as_json["problems"]] == [("tile_length", f"tile/0/000.p/{size}")]
    assert as_json["origin"] == f"{HOST}/ledger"


def test_another_key_and_another_log_are_told(folder: Path) -> None:
    other = str(Ed25519Key(f"{HOST}/ledger", bytes(32)))
    found = _check(str(folder), "--key", other, "--json")
    assert (found.exit_code, json.loads(found.output)["problems"][0]["code"]) == (1, "no_known_key")
    stranger = str(Ed25519Key("other.example/ledger", bytes(32)))
    assert _check(str(folder), "--key", stranger).exit_code == 1


@pytest.mark.parametrize("key", ["nonsense", None], ids=["no key", "a folder without one"])
def test_without_a_key_nothing_is_checked(folder: Path, key: str | None) -> None:
    (folder / "log-key").unlink()
    found = _check(str(folder), *(["--key", key] if key else []))
    assert isinstance(found.exception, NotReady)
    assert "key" in found.exception.detail


def test_a_log_without_a_checkpoint_is_not_exported(sqlite_database: Database, tmp_path: Path) -> None:
    found = _run(sqlite_database, "export", str(tmp_path / "new"))
    assert isinstance(found.exception, AccreditError)
    assert isinstance(found.exception, NotFound)
