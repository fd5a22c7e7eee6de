"""DBOS Transact behind one door: launch it with our handlers, wait, stop. Nothing else knows the engine.

A promise is a workflow of one step that starts from the database, so what a crash interrupts is simply run again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

import pysqlite3.dbapi2 as sqlite
import structlog
from dbos import DBOS, DBOSConfig

from accredit.errors import RuleBroken
from accredit.jobs.handlers import Handler
from accredit.storage import Database
from accredit.storage.promises import APPLICATION, SCHEMA, WORKFLOW_VERSION, Promise, Queue, serializer

logger = structlog.get_logger()

POLL_SECONDS = 0.25
AT_ONCE = 8
FINISH_WITHIN_SECONDS = 20


class PromiseNotKept(RuntimeError):
    """What the engine stores of a failure: the promise and the kind of error."""


def launch(
    database: Database, *, worker_id: str, queues: Collection[Queue], handlers: Mapping[Promise, Handler]
) -> None:
    """Start keeping the promises of ``queues``.

    ``worker_id`` is stable over restarts: what it left unfinished is what it resumes. The engine's tables must exist.
    """
    logging.getLogger("dbos").setLevel(logging.WARNING)
    config = DBOSConfig(
        name=APPLICATION,
        system_database_url=database.engine.url.render_as_string(hide_password=False),
        dbos_system_schema=SCHEMA,
        serializer=serializer(),
        application_version=WORKFLOW_VERSION,
        executor_id=worker_id,
        sys_db_pool_size=AT_ONCE + 2,
        run_migrations=False,
        log_level="WARNING",
        console_log_level="WARNING",
    )
    if not database.is_postgresql:
        # The same driver as ours: the standard library's SQLite may corrupt a WAL that several processes share.
        config["db_engine_kwargs"] = {"module": sqlite}
    DBOS(config=config)
    for name, handler in handlers.items():
        _register(name, handler)
    DBOS.listen_queues([queue.value for queue in queues])
    DBOS.launch()
    for queue in queues:
        DBOS.register_queue(queue.value, worker_concurrency=AT_ONCE, polling_interval_sec=POLL_SECONDS)


def stop() -> None:
    """Finish what is running and close; what does not finish in time is resumed at the next start."""
    DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=FINISH_WITHIN_SECONDS)


def _register(name: Promise, handler: Handler) -> None:
    @DBOS.workflow(name=name.value)
    def keep(subject: str) -> None:
        try:
            handler(subject)
        except Exception as error:  # noqa: BLE001  # whatever it is, only its kind may be stored
            # The sweep of the reconciler is the second attempt. What the engine keeps and what is logged is the kind of
            # error, and the id of a broken rule, which is one of a fixed list: a mail server's refusal quotes an
            # address, and these rows outlive an erasure.
            cause = f"RuleBroken ({error.rule})" if isinstance(error, RuleBroken) else type(error).__name__
            logger.error("promise not kept yet", promise=name.value, subject=subject, cause=cause)  # noqa: TRY400
            raise PromiseNotKept(f"{name.value}: {cause}") from None
