"""Promise later work by name, in the same transaction as the rows it is about.

A promise is a durable workflow of DBOS Transact, written through the caller's own connection: it exists exactly when
the caller's transaction commits. It holds a name and an id, never anything personal, since it may outlive an erasure.
Handlers live in ``accredit.jobs``; nothing else knows the engine. A handler may run more than once.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import pysqlite3.dbapi2 as sqlite
import sqlalchemy as sa
import uuid_utils.compat

from accredit.storage.database import Database, Session

if TYPE_CHECKING:
    # The engine takes a second to import, which a command that promises nothing must not wait for.
    from dbos import DBOSClient, EnqueueOptions
    from dbos._serialization import Serializer

APPLICATION = "accredit"
WORKFLOW_VERSION = "1"
"""Changes when a handler's steps change, so that a worker never resumes what an older one began in another shape."""
SCHEMA = "dbos"
SQLITE_TABLES = frozenset(
    {
        "application_versions",
        "dbos_migrations",
        "notifications",
        "operation_outputs",
        "queues",
        "streams",
        "workflow_events",
        "workflow_events_history",
        "workflow_input",
        "workflow_output",
        "workflow_schedules",
        "workflow_status",
    }
)
"""Tables that migrations leave alone on SQLite; on PostgreSQL they live in the schema ``dbos``."""


class Queue(StrEnum):
    """Which worker keeps a promise: one that holds keys, or one that talks to the outside."""

    SIGN = "sign"
    DELIVER = "deliver"


class Promise(StrEnum):
    """Everything that can be promised."""

    ISSUE_AWARD = "issue-award"
    PUBLISH_CHECKPOINT = "publish-checkpoint"
    PUBLISH_STATUS_LIST = "publish-status-list"
    SIGN_STATEMENT = "sign-statement"
    SEND_MAIL = "send-mail"
    ASK_WITNESSES = "ask-witnesses"

    @property
    def queue(self) -> Queue:
        """The queue its handler listens to."""
        return Queue.DELIVER if self in {Promise.SEND_MAIL, Promise.ASK_WITNESSES} else Queue.SIGN


def promise(db: Session, name: Promise | str, subject: UUID | str, *, delay_seconds: float = 0) -> None:
    """Promise the work ``name`` on ``subject``; it is kept soon after the caller's transaction commits, or never made.

    Raises `ValueError` for a name that no handler keeps.
    """
    chosen = Promise(name)
    options: EnqueueOptions = {
        "workflow_name": chosen.value,
        "queue_name": chosen.queue.value,
        "workflow_id": f"{chosen.value}:{subject}:{uuid_utils.compat.uuid7()}",
        "app_version": WORKFLOW_VERSION,
    }
    if delay_seconds:
        options["delay_seconds"] = delay_seconds
    connection = db.connection()
    _client(connection.dialect.name).enqueue_in_transaction(connection, options, str(subject))


def prepare(database: Database) -> None:
    """Create or upgrade the engine's tables beside ours; repeatable. Part of ``accredit migrate``."""
    # Private, and the only way to let DBOS migrate through the same SQLite driver as ours: its public `DBOS.migrate`
    # takes the standard library's, whose WAL may corrupt with several processes. The dependency is pinned below 4.
    from dbos._sys_db import SystemDatabase

    arguments: dict[str, object] = {"pool_timeout": 30, "max_overflow": 0, "pool_size": 2}
    if not database.is_postgresql:
        arguments["module"] = sqlite
    system = SystemDatabase.create(
        system_database_url=database.engine.url.render_as_string(hide_password=False),
        engine_kwargs=arguments,
        engine=None,
        schema=SCHEMA,
        serializer=serializer(),
        executor_id=None,
    )
    try:
        system.run_migrations()
    finally:
        system.destroy()


def serializer() -> Serializer:
    """Return how arguments are written: plain JSON, where the engine's own choice would be pickle."""
    from dbos._serialization import DBOSPortableJSON

    return DBOSPortableJSON


@lru_cache(maxsize=2)
def _client(dialect: str) -> DBOSClient:
    from dbos import DBOSClient

    # The engine given here only tells the client which SQL to write; it never connects, and so never migrates.
    engine = sa.create_engine("postgresql+psycopg://" if dialect == "postgresql" else "sqlite://")
    return DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=SCHEMA,
        serializer=serializer(),
        application_name=APPLICATION,
        lazy=True,
    )
