"""``accredit ledger``: what the public log says, for whoever keeps watch over it."""

from __future__ import annotations

import click

from accredit.config import load_settings
from accredit.domain.issuing import queries as issuing
from accredit.domain.transparency import queries as log
from accredit.errors import NotFound
from accredit.storage import Database


@click.group()
def ledger() -> None:
    """Read the public log: its checkpoint, its key, and receipts of entries. Changes nothing."""


@ledger.command()
def checkpoint() -> None:
    """Print the latest signed checkpoint, as /ledger/checkpoint serves it."""
    with Database(load_settings().database_url).reading() as db:
        found = log.latest_checkpoint(db)
    if found is None:
        raise NotFound("checkpoint", "No checkpoint yet: `accredit work` signs one with the first award.")
    click.echo(found.note, nl=False)


@ledger.command()
def key() -> None:
    """Print the key that verifies checkpoints, in the form that log monitors take."""
    with Database(load_settings().database_url).reading() as db:
        found = issuing.log_verifier_key(db)
    if found is None:
        raise NotFound("log-key", "The log has no key yet: `accredit work` makes it with the first award.")
    click.echo(found)


@ledger.command()
@click.argument("index", type=click.IntRange(min=0))
def receipt(index: int) -> None:
    """Print the receipt (C2SP tlog-proof) of the entry at INDEX, which anybody can verify offline."""
    with Database(load_settings().database_url).reading() as db:
        found = log.receipt(db, index)
    if found is None:
        raise NotFound("receipt", f"Entry {index} is not covered by a checkpoint.")
    click.echo(found, nl=False)
