"""``accredit fsck``: check the invariants of a live service, and name what is wrong."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

import click

from accredit import migrations
from accredit.config import load_settings
from accredit.domain.issuing.self_audit import verify_lists, verify_store
from accredit.domain.transparency import queries as transparency
from accredit.errors import NotReady
from accredit.storage import Database, integrity
from accredit.storage.lock_store import LockStore


@click.command()
@click.option("--all", is_flag=True, expose_value=False, help="every check (the only choice so far)")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
def fsck(*, as_json: bool) -> None:
    """Check database, ledger and signed documents; exits 1 when anything is wrong."""
    database = Database(load_settings().database_url)
    migrations.check(database)
    migrations.import_models()
    found = {name: check(database) for name, check in CHECKS.items()}
    wrong = sum(len(problems) for problems in found.values())
    if as_json:
        click.echo(json.dumps({"problems": wrong, "checks": {name: list(each) for name, each in found.items()}}))
    else:
        for name, problems in found.items():
            click.echo(f"{'ok   ' if not problems else 'WRONG'} {name}")
            for problem in problems:
                click.echo(f"      {problem}")
    sys.exit(1 if wrong else 0)


def _ledger(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return transparency.verify_chain(db)


def _last_signed(database: Database) -> tuple[str, ...]:
    try:
        with database.reading() as db:
            kept = LockStore(load_settings().lock_store_path).latest(transparency.origin(db) or "")
            if kept is None:
                return ()
            told = transparency.contradiction(db, signed_size=kept.size, signed_root=kept.root)
    except (OSError, NotReady) as error:
        return (f"what was signed last cannot be read: {error}",)
    return () if told is None else (told,)


def _status_lists(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return verify_lists(db)


def _signed_documents(database: Database) -> tuple[str, ...]:
    with database.reading() as db:
        return verify_store(db)


Checks = dict[str, Callable[[Database], tuple[str, ...]]]

CHECKS_OF_A_COPY: Checks = {
    "the database is whole": integrity.problems,
    "every guard of what only grows is in its place": integrity.missing_guards,
    "the ledger is whole, and every checkpoint agrees with it": _ledger,
    "every signed document is the one that was recorded": _signed_documents,
    "every published status list says what the record says": _status_lists,
}
"""What holds of every copy. A copy is of one moment, and what was signed since then says nothing against it."""

CHECKS: Checks = CHECKS_OF_A_COPY | {"the ledger continues what was signed last": _last_signed}
