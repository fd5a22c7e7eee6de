"""Engine, transactions and the wall between organisations.

Writes take ``BEGIN IMMEDIATE`` on SQLite: a deferred read-then-write fails at once under load (measured: 594 of 600).
Reads are read-only on both databases, so a GET cannot write by mistake. The pragmas are those of
``docs/operating/database.md``; an old SQLite is refused because its WAL may corrupt with several processes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import pysqlite3.dbapi2 as sqlite
import sqlmodel
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.orm import ORMExecuteState, UOWTransaction, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from accredit.errors import NotFound, NotReady
from accredit.storage import plain_text
from accredit.storage.often import often

FIRST_SAFE_SQLITE = (3, 51, 3)
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
sqlmodel.SQLModel.metadata.naming_convention = NAMING


def _is_no_row(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG


# Whoever looks for a fault may log every statement, whose parameters are hidden below; at the level beneath, SQLAlchemy
# writes down every row that came back, names and all (attacks.md DP14).
logging.getLogger("sqlalchemy.engine.Engine").addFilter(_is_no_row)


class Session(sqlmodel.Session):
    """A database handle (``db``); ``tenant`` is the organisation it may see, or None for the service itself."""

    @property
    def tenant(self) -> UUID | None:
        """The organisation this handle is confined to."""
        return self.info.get("tenant")

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Load by key. Loader criteria do not reach ``get``, so the wall is checked here."""
        found = super().get(entity, ident, **options)
        if found is not None and self.tenant and getattr(found, "organisation_id", self.tenant) != self.tenant:
            return None
        return found


class Database:
    """One engine with its two ways in: `transaction` and `reading`."""

    def __init__(self, url: str) -> None:
        """Open ``url`` (``sqlite:///path`` or ``postgresql+psycopg://…``) without touching its schema."""
        self.engine = _engine(url)
        self._write = self.engine.execution_options(accredit_write=True)
        read_only = {"postgresql_readonly": True} if self.is_postgresql else {"accredit_read": True}
        self._read = self.engine.execution_options(**read_only)

    @property
    def is_postgresql(self) -> bool:
        """Whether the engine speaks to PostgreSQL."""
        return self.engine.dialect.name == "postgresql"

    @contextmanager
    def transaction(self, tenant: UUID | None = None) -> Iterator[Session]:
        """Open a write transaction; it commits when the block ends and rolls back on any exception."""
        with Session(self._write, info={"tenant": tenant}, expire_on_commit=False) as db, db.begin():
            yield db

    @contextmanager
    def reading(self, tenant: UUID | None = None) -> Iterator[Session]:
        """Open a read-only transaction; a write inside it fails on both databases."""
        with Session(self._read, info={"tenant": tenant}, autoflush=False) as db:
            yield db

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        """Use it for one block, as commands do."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give back every connection when the block ends."""
        self.close()


def _engine(url: str) -> Engine:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        if sqlite.sqlite_version_info < FIRST_SAFE_SQLITE:
            raise NotReady(
                "sqlite-too-old", f"SQLite {sqlite.sqlite_version} may corrupt shared files; 3.51.3 is needed."
            )
        if address.database:
            Path(address.database).parent.mkdir(parents=True, exist_ok=True)
        # The connection used last comes first: it has pages in its cache, and what it remembers still holds.
        pool = {"pool_use_lifo": True} if address.database not in {None, "", ":memory:"} else {}
        engine = create_engine(address, module=sqlite, hide_parameters=True, **pool)
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if address.get_backend_name() == "postgresql":
        # Parameters are hidden in both, because an error in a log would otherwise quote names and addresses.
        engine = create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", _hide_row)
        return engine
    raise NotReady("database-url", "ACCREDIT_DATABASE_URL must start with sqlite:/// or postgresql://.")


def _hide_row(context: ExceptionContext) -> None:
    # PostgreSQL quotes the whole row that it refused ("DETAIL: Failing row contains …"), names and all.
    original, raised = context.original_exception, context.sqlalchemy_exception
    quoted = str(original)
    original.args = (quoted.partition("\n")[0],)
    if raised is not None:
        raised.args = tuple(str(part).replace(quoted, str(original)) for part in raised.args)


def _configure_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" event below decides how a transaction starts.
    connection.create_function(plain_text.FUNCTION, 1, plain_text.plain, deterministic=True)
    for pragma in (
        "busy_timeout = 10000",  # First, so that the switch to WAL itself can wait.
        "journal_mode = WAL",
        "synchronous = FULL",  # NORMAL lost 10,231 of 18,357 acknowledged commits in simulated power cuts.
        "foreign_keys = ON",
        "recursive_triggers = ON",  # Without it INSERT OR REPLACE takes a row out of an append-only table unseen.
        "secure_delete = ON",
        "cell_size_check = ON",
        "trusted_schema = OFF",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if options.get('accredit_read') else 'OFF'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("accredit_write") else "BEGIN")


@lru_cache(maxsize=256)
def _wall(tenant: UUID) -> tuple[ExecutableOption, ...]:
    # One option for each class: the mixin-with-lambda form does not reach SQLModel classes.
    mappers = sqlmodel.SQLModel._sa_registry.mappers  # noqa: SLF001  # the one list of mapped classes there is
    classes = [mapper.class_ for mapper in mappers if "organisation_id" in mapper.columns]
    return tuple(with_loader_criteria(cls, often(cls.organisation_id == tenant)) for cls in classes)


@event.listens_for(Session, "do_orm_execute")
def _confine_reads(state: ORMExecuteState) -> None:
    tenant = state.session.info.get("tenant")
    if tenant is not None and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(*_wall(tenant))


@event.listens_for(Session, "before_flush")
def _confine_writes(db: Session, _context: UOWTransaction, _instances: Any) -> None:
    if db.tenant is None:
        return
    for row in (*db.new, *db.dirty, *db.deleted):
        if getattr(row, "organisation_id", db.tenant) != db.tenant:
            raise NotFound("other-organisation", f"{type(row).__name__} belongs to another organisation")
