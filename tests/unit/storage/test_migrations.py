"""The schema that migrations make is the schema of the models, on both databases, up, down and up again."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
import sqlmodel
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from accredit import migrations
from accredit.errors import NotReady
from accredit.storage import Database
from accredit.storage.append_only import create_statements, guards


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{Path(folder) / 'empty.sqlite'}")
            yield database
            database.close()
        return
    address: str = request.getfixturevalue("postgresql")
    name = f"m{uuid.uuid4().hex}"
    with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    database = Database(address.format(name))
    yield database
    database.close()


def _differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, sqlmodel.SQLModel.metadata))


def _ours(differences: list[object]) -> list[object]:
    return [d for d in differences if not (isinstance(d, tuple) and d[0] == "remove_table")]


def _triggers(database: Database) -> set[str]:
    statement = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if database.is_postgresql
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with database.engine.connect() as connection:
        return {row[0] for row in connection.exec_driver_sql(statement)}


def test_migrations_make_what_the_models_say(empty: Database) -> None:
    migrations.upgrade(empty)
    assert _ours(_differences(empty)) == []
    wanted = {
        statement.split('CREATE TRIGGER "')[1].split('"')[0]
        for guard in guards()
        for statement in create_statements(guard, empty.engine.dialect.name)
        if statement.startswith("CREATE TRIGGER")
    }
    assert _triggers(empty) == wanted


def test_triggers_of_the_migrations_guard_the_same_columns_as_the_models(tmp_path: Path) -> None:
    # SQLite keeps the text of a trigger as it was written, so the two can be compared word for word.
    migrated = Database(f"sqlite:///{tmp_path / 'migrated.sqlite'}")
    migrations.upgrade(migrated)
    modelled = Database(f"sqlite:///{tmp_path / 'modelled.sqlite'}")
    sqlmodel.SQLModel.metadata.create_all(modelled.engine)
    statement = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    with migrated.engine.connect() as one, modelled.engine.connect() as other:
        assert one.exec_driver_sql(statement).all() == other.exec_driver_sql(statement).all()
    migrated.close()
    modelled.close()


def test_down_and_up_again(empty: Database) -> None:
    migrations.upgrade(empty)
    migrations.downgrade(empty, "base")
    left = set(sa.inspect(empty.engine).get_table_names()) - {"alembic_version"}
    assert left == set()
    assert _triggers(empty) == set()
    migrations.upgrade(empty)
    assert _ours(_differences(empty)) == []


def test_a_database_without_tables_is_refused_with_what_to_do(empty: Database) -> None:
    with pytest.raises(NotReady, match="accredit migrate"):
        migrations.check(empty)


def test_a_newer_schema_is_refused_with_what_to_do(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NotReady, match="newer accredit"):
        migrations.check(empty)


def test_an_older_schema_is_refused_with_what_to_do(empty: Database) -> None:
    migrations.upgrade(empty, "0003")
    with pytest.raises(NotReady, match="older"):
        migrations.check(empty)
