"""What several files of misfortunes begin with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command

from accredit import migrations
from accredit.storage import Database
from tests.integration.cohort import awarded
from tests.integration.lost_database import Service, postgresql_programs


@pytest.fixture
def service(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """A service with two certificates, whose database can be lost."""
    cohort = awarded(database, tmp_path, 2)
    command.stamp(migrations.configuration(database), "head")
    environment = cohort.environment() | {"ACCREDIT_TOMBSTONES": str(tmp_path / "erased.jsonl")}
    if database.is_postgresql:
        environment["PATH"] = f"{postgresql_programs()}:{os.environ['PATH']}"
    number = iter(range(100))

    def fresh() -> str:
        if not database.is_postgresql:
            return f"sqlite:///{tmp_path / f'fresh-{next(number)}.sqlite'}"
        name = f"fresh_{next(number)}_{os.getpid()}"
        made.append(name)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return database.engine.url.set(database=name).render_as_string(hide_password=False)

    made: list[str] = []
    found = Service(cohort, tmp_path, environment, fresh)
    found.issuer(database).issue_waiting()
    yield found
    for name in made:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
