"""Copy a whole database out while it is in use, and in again where there is none.

SQLite by ``VACUUM INTO``: one consistent moment, without the space that erased rows left. PostgreSQL by ``pg_dump`` and
``pg_restore``, which must be installed beside it (package postgresql-client).
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pysqlite3.dbapi2 as sqlite
from sqlalchemy import URL, inspect, make_url

from accredit.errors import NotReady
from accredit.storage.database import Database

SQLITE = "sqlite"
POSTGRESQL = "postgresql"


def kind(database: Database) -> str:
    """Return which of the two it is."""
    return POSTGRESQL if database.is_postgresql else SQLITE


def size(database: Database) -> int:
    """Return how many bytes the database takes now, to compare with the room there is."""
    if not database.is_postgresql:
        path = _file(database.engine.url)
        return path.stat().st_size if path.exists() else 0
    with database.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def is_empty(url: str) -> bool:
    """Say whether there is no table yet (for SQLite also: no file)."""
    address = make_url(url)
    if address.get_backend_name() == SQLITE and not _file(address).exists():
        return True
    database = Database(url)
    try:
        with database.engine.connect() as connection:
            return not inspect(connection).get_table_names()
    finally:
        database.close()


def copy_out(database: Database, to: Path) -> None:
    """Write one consistent moment of the database into the new file ``to``. Raises `NotReady` (``copy-failed``)."""
    if database.is_postgresql:
        _run("pg_dump", database.engine.url, "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")
        return
    connection = sqlite.connect(str(_file(database.engine.url)), isolation_level=None)
    try:
        connection.execute("PRAGMA busy_timeout = 10000")
        connection.execute("VACUUM INTO ?", [str(to)])
    except sqlite.Error as error:
        raise NotReady("copy-failed", f"The database could not be copied to {to}: {error}.") from error
    finally:
        connection.close()


def copy_in(file: Path, url: str) -> None:
    """Put a copy in its place, where there is nothing yet. Raises `NotReady` (``copy-failed``)."""
    address = make_url(url)
    if address.get_backend_name() == SQLITE:
        place = _file(address)
        place.parent.mkdir(parents=True, exist_ok=True)
        half = place.with_name(f".{place.name}.{secrets.token_hex(4)}")
        try:
            shutil.copyfile(file, half)
            half.chmod(0o600)
            half.replace(place)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise NotReady("copy-failed", f"{place} could not be written: {error.strerror}.") from error
        return
    _run("pg_restore", address, "--exit-on-error", "--no-owner", "--no-privileges", str(file))


@contextmanager
def scratch(database: Database, folder: Path) -> Iterator[str]:
    """Yield the address of a database of the same kind that is empty now and gone afterwards.

    Raises `NotReady` (``no-scratch``) where PostgreSQL does not let this user make one.
    """
    if not database.is_postgresql:
        path = folder / f"scratch-{secrets.token_hex(4)}.sqlite"
        try:
            yield f"sqlite:///{path}"
        finally:
            for each in folder.glob(f"{path.name}*"):
                each.unlink()
        return
    name = f"accredit_check_{secrets.token_hex(6)}"
    _make_database(database.engine.url, name)
    try:
        yield database.engine.url.set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(database.engine.url, f"DROP DATABASE {name} WITH (FORCE)")


def _make_database(url: URL, name: str) -> None:
    try:
        _administer(url, f"CREATE DATABASE {name} TEMPLATE template0")
    except psycopg.Error as error:
        detail = (
            "A backup is checked by restoring it into a database of its own, and this user may not make one. Run: "
            f"ALTER ROLE {url.username} CREATEDB"
        )
        raise NotReady("no-scratch", detail) from error


def _administer(url: URL, statement: str) -> None:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement.encode())


def _run(program: str, url: URL, *arguments: str) -> None:
    # The password travels in the environment: a command line can be read by every user of the machine.
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {})
    command = [program, f"--dbname={address}", *arguments]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # ours
    except FileNotFoundError as error:
        detail = f"{program} is not installed. On Debian and Ubuntu: apt-get install postgresql-client"
        raise NotReady("copy-failed", detail) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        raise NotReady("copy-failed", f"{program} failed: {last}")


def _file(url: URL) -> Path:
    return Path(url.database or "")
