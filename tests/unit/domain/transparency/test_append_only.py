"""No statement through the service's own connection changes what the log holds."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from accredit.domain.transparency import operations, queries
from accredit.domain.transparency.rules import Act, Entry, LogSigner
from accredit.kit.ledger.cosignature import CosignerKey, cosign
from accredit.kit.ledger.signed_note import parse
from accredit.storage import Database, integrity
from accredit.storage.append_only import drop_statements, guards

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
SIGNER = LogSigner(public_key=KEY.public_key().public_bytes_raw(), sign=KEY.sign)
TABLES = {
    "ledger_leaf": "entry",
    "ledger_node": "hash",
    "ledger_record": "subject_id",
    "ledger_checkpoint": "note",
    "ledger_cosignature": "line",
}


@pytest.fixture
def log(database: Database) -> Database:
    """A log that has a row in every table."""
    key = Ed25519PrivateKey.generate()
    witness = CosignerKey("witness.example.org", key.public_key().public_bytes_raw())
    entries = [Entry(act=Act.HOURS_APPROVED, subject_id=uuid.uuid4(), record={"minutes": 45}) for _ in range(260)]
    with database.transaction() as db:
        operations.ensure_log(db, origin="accredit.example/ledger")
        operations.append_many(db, entries=entries, now=NOW)
        signed = operations.checkpoint(db, signer=SIGNER, now=NOW)
        assert signed is not None
        line = cosign(parse(signed.note).text, witness.name, key.sign, witness.public_key, time=1_770_000_000)
        operations.keep_cosignature(db, size=signed.size, witness=witness, answer=line.line.encode())
    return database


@pytest.mark.attack("LG01")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("act", ["update", "delete", "replace", "truncate"])
def test_no_statement_changes_what_the_log_holds(log: Database, table: str, act: str) -> None:
    changed = "'0'" if table != "ledger_record" else f"'{uuid.uuid4()}'"
    if log.is_postgresql and TABLES[table] in {"entry", "hash"}:
        changed = "'\\x00'::bytea"
    statements = {
        "update": f"UPDATE {table} SET {TABLES[table]} = {changed}",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "truncate": f"TRUNCATE {table} CASCADE",
    }
    if act == ("replace" if log.is_postgresql else "truncate"):
        # Each of the two databases has one of these verbs only.
        statements[act] = statements["delete"]
    before = _rows(log, table)
    assert before
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), log.transaction() as db:
        db.connection().exec_driver_sql(statements[act])
    assert _rows(log, table) == before
    with log.reading() as db:
        assert queries.verify_chain(db) == ()


def _rows(log: Database, table: str) -> list[Any]:
    with log.reading() as db:
        return sorted(map(repr, db.connection().exec_driver_sql(f"SELECT * FROM {table}")))


@pytest.mark.attack("LG01")
def test_a_trigger_that_was_taken_away_is_named(log: Database) -> None:
    assert integrity.missing_guards(log) == ()
    (guard,) = [each for each in guards() if each.table == "ledger_leaf"]
    first = drop_statements(guard, log.engine.dialect.name)[0]
    with log.transaction() as db:
        db.connection().exec_driver_sql(first)
    assert integrity.missing_guards(log) == ("the trigger ledger_leaf_append_only_update is gone",)


@pytest.mark.attack("LG01")
def test_a_trigger_that_was_switched_off_is_named(postgresql_database: Database) -> None:
    with postgresql_database.transaction() as db:
        db.connection().exec_driver_sql("ALTER TABLE ledger_leaf DISABLE TRIGGER ledger_leaf_append_only_delete")
    assert integrity.missing_guards(postgresql_database) == ("the trigger ledger_leaf_append_only_delete is gone",)
