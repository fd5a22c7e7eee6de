"""A database that was in use is migrated with all that is in it: nothing is lost, and nothing is left dangling."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from accredit import migrations
from accredit.storage import Database
from accredit.storage.types import UtcDateTime

NOW = datetime(2026, 6, 30, 14, 3, 5, 123456, tzinfo=UTC)
ORGANISATION, KEY, LIST, ISSUANCE, JWT_KEY = (uuid.UUID(int=number) for number in range(1, 6))


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A service of revision 0004: one school with a key, a status list and a signed credential."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'old.sqlite'}")
    else:
        address: str = request.getfixturevalue("postgresql")
        name = f"o{uuid.uuid4().hex}"
        with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        database = Database(address.format(name))
    migrations.upgrade(database, "0004")
    with database.transaction() as db:
        _add(db.connection(), "organisation", **_organisation(db.connection()))
        _add(db.connection(), "signing_key", **KEY_ROW, public_key_multibase="z6MkExample", purpose="assertion")
        _add(db.connection(), "status_list", id=LIST, organisation_id=ORGANISATION, public_id="abc", length=131_072,
             created_at=NOW)  # fmt: skip
        _add(db.connection(), "issuance", **ISSUANCE_ROW)
    yield database
    database.close()


KEY_ROW: dict[str, Any] = {
    "id": KEY,
    "organisation_id": ORGANISATION,
    "controller": "did:web:accredit.example:o:old",
    "fragment": "assertion-1",
    "created_at": NOW,
}
ISSUANCE_ROW: dict[str, Any] = {
    "id": ISSUANCE,
    "organisation_id": ORGANISATION,
    "kind": "award",
    "subject_id": uuid.UUID(int=9),
    "round": 0,
    "credential_id": uuid.UUID(int=10),
    "status_list_id": LIST,
    "status_index": 7,
    "unsigned_document": b"{}",
    "record_hash": bytes(32),
    "signing_key_id": KEY,
    "prepared_at": NOW,
    "stage": "released",
    "signed_document": b'{"proof":[]}',
    "signed_digest": bytes(32),
    "status": "active",
}


def _add(connection: sa.Connection, table: str, **values: Any) -> None:
    connection.execute(_table(connection, table).insert().values(**values))


def _table(connection: sa.Connection, name: str) -> sa.Table:
    found = sa.Table(name, sa.MetaData(), autoload_with=connection)
    for column in found.columns:
        if column.name.endswith("_at"):
            column.type = UtcDateTime()
        elif column.name == "id" or (column.name.endswith("_id") and column.name != "public_id"):
            column.type = sa.Uuid()
    return found


def _organisation(connection: sa.Connection) -> dict[str, Any]:
    """Fill whatever an organisation must have in this revision."""
    given: dict[str, Any] = {"id": ORGANISATION, "did": "did:web:accredit.example:o:old", "created_at": NOW}
    given |= {"slug": "old", "name": "Old School", "kind": "school", "nation": "england"}
    needed = [c.name for c in _table(connection, "organisation").columns if not c.nullable and not c.server_default]
    assert set(needed) <= set(given), needed
    return given


def _rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.engine.connect() as connection:
        return [dict(row) for row in connection.execute(_table(connection, table).select()).mappings()]


def test_keys_and_credentials_are_kept_and_have_no_token(old: Database) -> None:
    keys, issuances = _rows(old, "signing_key"), _rows(old, "issuance")
    migrations.upgrade(old, "0005")
    assert _rows(old, "signing_key") == [key | {"public_key_jwk": None} for key in keys]
    assert _rows(old, "issuance") == [
        row | {"jwt_signing_key_id": None, "signed_jwt": None, "signed_jwt_digest": None} for row in issuances
    ]
    if not old.is_postgresql:
        with old.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_a_migrated_database_takes_a_key_for_tokens_and_guards_it(old: Database) -> None:
    migrations.upgrade(old, "0005")
    jwk_row = {**KEY_ROW, "id": JWT_KEY, "fragment": "assertion-jwt-1", "purpose": "assertion-jwt"}
    with old.transaction() as db:
        _add(db.connection(), "signing_key", **jwk_row, public_key_jwk='{"kty":"EC"}')
    for changes in (
        "UPDATE signing_key SET public_key_jwk = '{}' WHERE public_key_jwk IS NOT NULL",
        "UPDATE signing_key SET public_key_multibase = 'z6MkAnother'",
        "UPDATE issuance SET signing_key_id = NULL",
        "DELETE FROM signing_key",
    ):
        with pytest.raises(DBAPIError), old.transaction() as db:
            db.connection().exec_driver_sql(changes)
    neither = {**jwk_row, "id": uuid.UUID(int=6), "fragment": "assertion-jwt-2"}
    for more in ({}, {"public_key_jwk": "{}", "public_key_multibase": "z6Mk"}):
        with pytest.raises(DBAPIError), old.transaction() as db:
            _add(db.connection(), "signing_key", **neither, **more)


def test_going_back_gives_up_tokens_and_their_keys_and_keeps_the_rest(old: Database) -> None:
    keys, issuances = _rows(old, "signing_key"), _rows(old, "issuance")
    migrations.upgrade(old, "0005")
    with old.transaction() as db:
        jwk_row = {**KEY_ROW, "id": JWT_KEY, "fragment": "assertion-jwt-1", "purpose": "assertion-jwt"}
        _add(db.connection(), "signing_key", **jwk_row, public_key_jwk='{"kty":"EC"}')
        newer = {"id": uuid.UUID(int=11), "credential_id": uuid.UUID(int=12), "status_index": 8, "round": 1}
        _add(db.connection(), "issuance", **ISSUANCE_ROW | newer, jwt_signing_key_id=JWT_KEY, signed_jwt=b"a.b.c")
    migrations.downgrade(old, "0004")
    assert _rows(old, "signing_key") == keys
    assert [row for row in _rows(old, "issuance") if row["id"] == ISSUANCE] == issuances
    migrations.upgrade(old, "0005")
    assert len(_rows(old, "issuance")) == 2


def test_whoever_has_a_slip_keeps_their_page_and_is_not_asked_again(old: Database) -> None:
    migrations.upgrade(old, "0029")
    people = {name: uuid.UUID(int=number) for number, name in enumerate(("has", "had", "never"), start=40)}
    with old.transaction() as db:
        for name, person in people.items():
            given = {"id": person, "organisation_id": ORGANISATION, "printed_name": name, "known_as": name}
            _add(db.connection(), "young_person", **given, version=1, created_at=NOW)
        for number, (name, withdrawn) in enumerate((("has", None), ("has", NOW), ("had", NOW)), start=50):
            slip = {"id": uuid.UUID(int=number), "organisation_id": ORGANISATION, "young_person_id": people[name]}
            ends = {"last_used_at": NOW, "withdrawn_at": withdrawn}
            _add(db.connection(), "claim_slip", **slip, **ends, code_hash=bytes([number]), made_at=NOW)
    migrations.upgrade(old)
    (kept,) = _rows(old, "consent")
    assert (kept["young_person_id"], kept["about"], kept["voice"]) == (people["has"], "own-page", "before")
    assert kept["is_yes"]
    assert _rows(old, "word_card") == []
    with old.transaction() as db, pytest.raises(DBAPIError, match="append-only"):
        db.connection().exec_driver_sql("UPDATE consent SET voice = 'home'")
