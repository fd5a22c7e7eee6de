"""Databases for every test: real SQLite and real PostgreSQL, each test its own copy of one prepared schema."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlmodel
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from accredit.migrations import import_models
from accredit.sandbox import credentials as sandboxed
from accredit.storage import Database, promises
from tests import databases
from tests.snapshots import Snapshots

import_models()

# A busy machine is slow, not wrong: no verdict of a test depends on the time that it took.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
# A stranger's file may use two seconds of a processor here as anywhere; by the clock that may be a minute.
sandboxed.files.wall_seconds = 60.0

# The app with the cast in it, for every test of pages: `cast`, `app`, `client_for`.
pytest_plugins = ["tests.web"]


# What takes minutes goes first, so that two processes end together and neither waits for the other's last browser.
_LONG = ("browser", "integration", "faults", "conformance")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long tests before the others, each kind in the order it was given (pytest-randomly's, as a rule)."""
    folders = {item: item.path.relative_to(item.config.rootpath).parts for item in items}
    items.sort(key=lambda item: 0 if set(_LONG) & set(folders[item][1:2]) else 1)


# Files that share what takes long to make: they are run by one process, like the tests of one file.
_TOGETHER = {"tests/house/test_every_write_is_told.py": "tests/house/test_access_matrix.py"}


class _ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Gives whole files to the processes, in the order above.

    The mark ``xdist_group`` would say the same, but pytest 9.2 no longer hears it (pytest-xdist, issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return _TOGETHER.get(file, file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Take the place of the scheduler of ``--dist loadfile``."""
    if config.getvalue("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return _ByFile(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of specifications beside the checkout; tests that need it skip, and say so, where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared"
    folder = Path(os.environ.get("ACCREDIT_SHARED", default))
    if not folder.is_dir():
        pytest.skip(f"SKIPPED LOUDLY: no folder of specifications and official vectors at {folder}")
    return folder


@pytest.fixture(scope="session")
def sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite"
    _give_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A real PostgreSQL with a template database that has the schema; yields its address with ``{}`` for the name."""
    with databases.postgresql_cluster() as address:
        _give_schema(databases.create_postgresql(address, "prepared"))
        yield address


def _give_schema(url: str) -> None:
    database = Database(url)
    sqlmodel.SQLModel.metadata.create_all(database.engine)
    promises.prepare(database)
    databases.settle(database)


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Snapshots:
    """States of a database that many tests begin with."""
    return Snapshots(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture
def sqlite_database(sqlite_schema: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "accredit.sqlite"
    shutil.copy(sqlite_schema, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def postgresql_database(postgresql: str) -> Iterator[Database]:
    with databases.postgresql_copy(postgresql, template="prepared") as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test on both databases."""
    chosen: Database = request.getfixturevalue(f"{request.param}_database")
    return chosen
