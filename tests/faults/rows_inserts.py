"""R20: one INSERT fails, and no other: a trigger in the database refuses the nth row of one table while a pass runs.

For each table into which a pass writes, and each of its rows. Then the trigger is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

from accredit.storage import Database
from tests.faults import child
from tests.faults.catalogue import DATABASES, NotReached, Run
from tests.faults.stage import Stage

ROWS_OF_A_PASS: Mapping[str, int] = {
    "signing_key": 4,
    "status_list": 1,
    "issuance": 2,
    "achievement": 1,
    "credential": 2,
    "ledger_leaf": 6,
    "ledger_record": 6,
    "ledger_checkpoint": 1,
    "audit_event": 8,
    "workflow_status": 2,
}
"""Counted in the first pass of a service; a test fails when there are more."""


def runs() -> Iterator[Run]:
    """Yield a run for each row that a pass inserts."""
    for database in DATABASES:
        for table, count in ROWS_OF_A_PASS.items():
            for nth in range(1, count + 1):
                yield Run(
                    row="R20",
                    database=database,
                    point=f"insert.{table}",
                    kind="refused",
                    nth=nth,
                    title=f"row {nth} of {table} is refused by the database",
                    play=partial(play, table, nth),
                    situation="new",
                )


def play(table: str, nth: int, stage: Stage) -> None:
    """Issue while one row is refused."""
    with stage.opened() as database, refusing(database, table, nth) as most:
        ended = stage.run(child.issue_and_go_on)
        assert ended.code in {0, child.FAILED}, ended
        reached = count_of(database, table)
        assert reached <= most, "the row was not refused"
        if reached < most:
            raise NotReached(f"{table}: {reached} of {most}")


@contextmanager
def refusing(database: Database, table: str, nth: int) -> Iterator[int]:
    """Refuse the nth new row of a table; yields how many rows there can be until then."""
    name = table_name(database, table)
    most = count_of(database, table) + nth - 1
    if database.is_postgresql:
        begin: tuple[str, ...] = (
            "CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF (SELECT count(*) FROM {name}) >= {most} THEN RAISE EXCEPTION 'refused by a test'; END IF;"
            " RETURN NEW; END $$",
            f"CREATE TRIGGER refuse_one BEFORE INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION refuse_one()",
        )
        end: tuple[str, ...] = (f"DROP TRIGGER refuse_one ON {name}", "DROP FUNCTION refuse_one()")
    else:
        begin = (
            f"CREATE TRIGGER refuse_one BEFORE INSERT ON {name} WHEN (SELECT count(*) FROM {name}) >= {most}"
            " BEGIN SELECT RAISE(ABORT, 'refused by a test'); END",
        )
        end = ("DROP TRIGGER refuse_one",)
    _execute(database, begin)
    try:
        yield most
    finally:
        _execute(database, end)


def table_name(database: Database, table: str) -> str:
    """Return a table's name with its schema; the job engine's tables have one of their own on PostgreSQL."""
    return f"dbos.{table}" if database.is_postgresql and table == "workflow_status" else table


def count_of(database: Database, table: str) -> int:
    """Count a table's rows."""
    with database.engine.connect() as connection:
        found: int = connection.exec_driver_sql(f"SELECT count(*) FROM {table_name(database, table)}").scalar_one()
    return found


def _execute(database: Database, statements: tuple[str, ...]) -> None:
    with database.transaction() as db:
        for statement in statements:
            db.connection().exec_driver_sql(statement)
