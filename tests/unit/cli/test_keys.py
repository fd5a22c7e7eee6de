"""``accredit keys``: what an operator does with the keys that sign."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from accredit.cli.keys import keys
from accredit.clock import utc_now
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotReady
from accredit.storage import Database, identity
from tests import factories
from tests.factories import HOST

SECRETS = {"ACCREDIT_SECRET_KEY": "s" * 32, "ACCREDIT_PEPPER": "p" * 32}


@pytest.fixture
def environment(sqlite_database: Database, tmp_path: Path) -> dict[str, str]:
    with sqlite_database.transaction() as db:
        identity.claim(db, base_url=f"https://{HOST}", did_host=HOST, demonstration=False, now=utc_now())
        transparency.ensure_log(db, origin=f"{HOST}/ledger")
        factories.add_organisation(db, name="Example Park Academy")
    return {
        "ACCREDIT_BASE_URL": f"https://{HOST}",
        "ACCREDIT_DATABASE_URL": sqlite_database.engine.url.render_as_string(),
        "ACCREDIT_KEYS_DIR": str(tmp_path / "keys"),
        "ACCREDIT_KEY_PASSPHRASE": "correct horse battery staple",
        **SECRETS,
    }


def _run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner(env=environment).invoke(keys, arguments)


def _slug(database: Database) -> str:
    from accredit.domain.organisations import queries

    with database.reading() as db:
        return queries.organisations(db)[0].slug


def test_keys_are_made_once_listed_rotated_and_retired(environment: dict[str, str], sqlite_database: Database) -> None:
    slug = _slug(sqlite_database)
    assert "No keys yet" in _run(environment, "list").output
    made = _run(environment, "create", "--organisation", slug).output
    assert made.count("in use") == 3
    assert _run(environment, "create", "--organisation", slug).output == made
    assert "#assertion-2" in _run(environment, "rotate", "--organisation", slug).output
    listed = _run(environment, "list").output
    assert listed.count("in use") == 3
    assert listed.count("retired") == 1
    name = next(line.split()[0] for line in listed.splitlines() if "#assertion-2" in line)
    assert "retired" in _run(environment, "retire", name).output


def test_a_key_for_tokens_is_made_by_the_algorithm_that_is_set(
    environment: dict[str, str], sqlite_database: Database
) -> None:
    slug = _slug(sqlite_database)
    made = _run(environment, "create", "--organisation", slug).output
    assert next(line for line in made.splitlines() if "#assertion-jwt-1" in line).split()[1].startswith("ES256:")
    rsa = environment | {"ACCREDIT_JWT_ALGORITHM": "RS256"}
    assert _run(rsa, "create", "--organisation", slug).output == made, "a key that exists keeps its kind"
    rotated = _run(rsa, "rotate", "--organisation", slug, "--purpose", "assertion-jwt").output
    assert "#assertion-jwt-2  RS256:" in rotated
    assert "retired" in next(line for line in _run(rsa, "list").output.splitlines() if "#assertion-jwt-1" in line)


def test_the_logs_key_is_made_and_rotated_without_an_organisation(environment: dict[str, str]) -> None:
    assert f"{HOST}/ledger#checkpoint-1" in _run(environment, "create").output
    assert f"{HOST}/ledger#checkpoint-2" in _run(environment, "rotate", "--purpose", "checkpoint").output


def test_making_a_key_needs_the_passphrase_and_listing_does_not(environment: dict[str, str]) -> None:
    without = {**environment, "ACCREDIT_KEY_PASSPHRASE": ""}
    assert _run(without, "list").exit_code == 0
    refused = _run(without, "create")
    assert isinstance(refused.exception, NotReady)
    assert refused.exception.code == "passphrase-missing"


def test_a_rotation_names_an_organisation_or_the_log(environment: dict[str, str]) -> None:
    assert _run(environment, "rotate").exit_code == 2


def test_an_organisation_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    refused = _run(environment, "create", "--organisation", "nowhere")
    assert "nowhere" in str(refused.exception)


def _made(environment: dict[str, str], database: Database) -> str:
    """Make an organisation's keys; return the full name of the one for credentials."""
    made = _run(environment, "create", "--organisation", _slug(database)).output
    return next(line.split()[0] for line in made.splitlines() if "#assertion-1" in line)


@pytest.mark.attack("KY05")
def test_ky05_a_registered_key_whose_file_is_lost_is_never_made_again(
    environment: dict[str, str], sqlite_database: Database
) -> None:
    _made(environment, sqlite_database)
    folder = Path(environment["ACCREDIT_KEYS_DIR"])
    lost = sorted(folder.glob("*.key.pem"))
    for path in lost:
        path.unlink()
    for _ in range(2):
        refused = _run(environment, "create", "--organisation", _slug(sqlite_database))
        assert isinstance(refused.exception, NotReady)
        assert refused.exception.code == "key-missing"
    assert not any(path.exists() for path in lost)


def test_a_stolen_key_is_marked_and_another_put_in_its_place(
    environment: dict[str, str], sqlite_database: Database
) -> None:
    name = _made(environment, sqlite_database)
    marked = _run(environment, "compromised", name, "--since", "2026-01-05T09:30Z", "--rotate")
    assert marked.exit_code == 0, marked.output
    assert "COMPROMISED 2026-01-05 09:30 UTC" in marked.output
    assert "#assertion-2" in marked.output
    assert "0 credentials can no longer be trusted" in marked.output
    assert "0 to be ordered" in _run(environment, "reissue", name).output


def test_without_another_key_issuing_stands_still_and_the_command_says_so(
    environment: dict[str, str], sqlite_database: Database
) -> None:
    name = _made(environment, sqlite_database)
    marked = _run({**environment, "ACCREDIT_KEY_PASSPHRASE": ""}, "compromised", name, "--since", "2026-01-05")
    assert "Nothing is issued for this organisation" in marked.output
    created = _run(environment, "create", "--organisation", _slug(sqlite_database)).output
    assert "#assertion-2" not in created
    assert "#assertion-2" in _run(environment, "rotate", "--organisation", _slug(sqlite_database)).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["compromised", "nothing#1", "--since", "2026-01-05"], "No key is called", id="an unknown key"),
        pytest.param(["compromised", "{}", "--since", "yesterday"], "Write the time", id="a time that is none"),
        pytest.param(["compromised", "{}", "--since", "2999-01-05"], "has not come", id="a time to come"),
        pytest.param(["reissue", "{}"], "not marked as compromised", id="a re-issue without a theft"),
        pytest.param(["delete", "{}"], "in use", id="deleting a key in use"),
    ],
)
def test_what_cannot_be_done_is_said(
    environment: dict[str, str], sqlite_database: Database, arguments: list[str], said: str
) -> None:
    name = _made(environment, sqlite_database)
    refused = _run(environment, *[each.format(name) for each in arguments])
    assert refused.exit_code != 0
    assert said in refused.output + str(refused.exception)


def test_the_logs_stolen_key_must_be_replaced_in_the_same_step(environment: dict[str, str]) -> None:
    name = _run(environment, "create").output.split()[0]
    refused = _run(environment, "compromised", name, "--since", "2026-01-05")
    assert "--rotate" in refused.output
    assert "#checkpoint-2" in _run(environment, "compromised", name, "--since", "2026-01-05", "--rotate").output


def test_the_public_history_is_written_to_a_file_or_to_the_screen(
    environment: dict[str, str], sqlite_database: Database, tmp_path: Path
) -> None:
    name = _made(environment, sqlite_database)
    assert _run(environment, "export", str(tmp_path / "register.toml")).exit_code == 0
    written = (tmp_path / "register.toml").read_text()
    assert written == _run(environment, "export").output
    assert name in {each["id"] for each in tomllib.loads(written)["key"]}


def test_a_retired_key_is_deleted_and_its_history_stays(environment: dict[str, str], sqlite_database: Database) -> None:
    name = _made(environment, sqlite_database)
    _run(environment, "rotate", "--organisation", _slug(sqlite_database))
    before = len(list(Path(environment["ACCREDIT_KEYS_DIR"]).glob("*.key.pem")))
    assert "Deleted" in _run(environment, "delete", name).output
    assert len(list(Path(environment["ACCREDIT_KEYS_DIR"]).glob("*.key.pem"))) == before - 1
    assert name in _run(environment, "list").output
