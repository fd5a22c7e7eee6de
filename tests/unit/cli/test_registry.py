"""``accredit registry``: a register is made by one house, and trusted by another that pins its key."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accredit.cli.registry import registry
from accredit.clock import utc_now
from accredit.config import Settings
from accredit.errors import Conflict, NotReady, RuleBroken
from accredit.migrations import prepare
from accredit.storage import Database


def _write(file: Path, version: int) -> Path:
    issued = utc_now() - timedelta(hours=1)
    entry = {
        "id": "did:web:badges.example.org",
        "name": "Example County Youth Service",
        "confirmed_by": "Register of peer support",
        "channel": "telephone",
        "confirmed_on": "2026-10-12",
    }
    told = {
        "format": "accredit.issuers/v1",
        "name": "Register of peer support",
        "version": version,
        "issued": f"{issued:%Y-%m-%dT%H:%M:%SZ}",
        "expires": f"{issued + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}",
        "issuers": [entry],
    }
    file.write_text(json.dumps(told, indent=2))
    return file


def _made(folder: Path, version: int = 1) -> tuple[str, Path]:
    env = {"ACCREDIT_KEY_PASSPHRASE": "correct horse battery staple"}
    here = ["--folder", str(folder / "house")]
    runner = CliRunner(env=env)
    key_file = folder / "house" / "registry.json"
    if not key_file.exists():
        made = runner.invoke(registry, ["init", "register.example.org", *here])
        assert made.exit_code == 0, made.output
    out = folder / f"register-{version}.txt"
    signed = runner.invoke(registry, ["sign", str(_write(folder / "register.json", version)), "--out", str(out), *here])
    assert re.match(rf"Edition {version} of Register of peer support: 1 issuers, until ", signed.output), signed.output
    return json.loads(key_file.read_text())["vkey"], out


def _at_the_service(folder: Path, key: str, *arguments: str) -> Result:
    env = {
        "ACCREDIT_BASE_URL": "https://accredit.example",
        "ACCREDIT_SECRET_KEY": "s" * 32,
        "ACCREDIT_PEPPER": "p" * 32,
        "ACCREDIT_DATABASE_URL": f"sqlite:///{folder}/accredit.sqlite",
        "ACCREDIT_REGISTRY_KEYS": key,
    }
    return CliRunner(env=env).invoke(registry, arguments)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = Settings(
        base_url="https://accredit.example",
        secret_key="s" * 32,
        pepper="p" * 32,
        database_url=f"sqlite:///{tmp_path}/accredit.sqlite",
    )
    with Database(settings.database_url) as database:
        prepare(database, settings)
    return tmp_path


@pytest.mark.attack("VI07")
def test_vi07_a_register_is_taken_into_force_and_an_older_one_never_again(folder: Path) -> None:
    key, first = _made(folder, 1)
    _, second = _made(folder, 2)
    assert "  did:web:badges.example.org  Example County" in _at_the_service(folder, key, "check", str(first)).output
    for file in (first, second):
        assert "is in force: 1 issuers." in _at_the_service(folder, key, "add", str(file)).output
    refused = _at_the_service(folder, key, "add", str(first)).exception
    assert isinstance(refused, RuleBroken)
    assert refused.rule == "registry-rolled-back"
    listed = _at_the_service(folder, key, "list").output
    assert "edition 2, in force" in listed
    assert "did:web:badges.example.org  Example County Youth Service  (telephone, 12 October 2026)" in listed


@pytest.mark.attack("VI07")
def test_vi07_without_its_key_a_register_is_nothing(folder: Path) -> None:
    key, file = _made(folder)
    _at_the_service(folder, key, "add", str(file))
    refused = _at_the_service(folder, "", "check", str(file)).exception
    assert isinstance(refused, RuleBroken)
    assert "badges" not in _at_the_service(folder, "", "list").output


def test_a_key_is_made_once_and_nothing_is_signed_without_it(tmp_path: Path) -> None:
    _made(tmp_path)
    runner = CliRunner(env={"ACCREDIT_KEY_PASSPHRASE": "correct horse battery staple"})
    again = runner.invoke(registry, ["init", "register.example.org", "--folder", str(tmp_path / "house")])
    assert isinstance(again.exception, Conflict)
    source = str(_write(tmp_path / "x.json", 1))
    none = runner.invoke(registry, ["sign", source, "--out", str(tmp_path / "x"), "--folder", str(tmp_path / "none")])
    assert isinstance(none.exception, NotReady)
