"""``accredit ledger``: what the public log says, for whoever keeps watch over it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from accredit.config import load_settings
from accredit.domain.issuing import queries as issuing
from accredit.domain.issuing.rules import Purpose
from accredit.domain.transparency import publishing
from accredit.domain.transparency import queries as log
from accredit.errors import NotFound, NotReady
from accredit.kit.ledger import static_log
from accredit.kit.ledger.errors import LedgerError
from accredit.kit.ledger.signed_note import Ed25519Key
from accredit.storage import Database, Session
from accredit.storage.durable_folder import DurableFolder


@click.group()
def ledger() -> None:
    """Read the public log: its checkpoint, its key, receipts of entries, all of it as files. Changes nothing in it."""


@ledger.command()
def checkpoint() -> None:
    """Print the latest signed checkpoint, as /ledger/checkpoint serves it."""
    with Database(load_settings().database_url) as database, database.reading() as db:
        found = log.latest_checkpoint(db)
    if found is None:
        raise NotFound("checkpoint", "No checkpoint yet: `accredit work` signs one with the first award.")
    click.echo(found.note, nl=False)


@ledger.command()
def key() -> None:
    """Print the key that verifies checkpoints, in the form that log monitors take."""
    with Database(load_settings().database_url) as database, database.reading() as db:
        found = issuing.log_verifier_key(db)
    if found is None:
        raise NotFound("log-key", "The log has no key yet: `accredit work` makes it with the first award.")
    click.echo(found)


@ledger.command()
@click.argument("index", type=click.IntRange(min=0))
def receipt(index: int) -> None:
    """Print the receipt (C2SP tlog-proof) of the entry at INDEX, which anybody can verify offline."""
    with Database(load_settings().database_url) as database, database.reading() as db:
        found = log.receipt(db, index)
    if found is None:
        raise NotFound("receipt", f"Entry {index} is not covered by a checkpoint.")
    click.echo(found, nl=False)


@ledger.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the log into FOLDER as static files that any web server can carry; again, to add what is new."""
    place = DurableFolder(folder)
    place.sweep()
    with Database(load_settings().database_url) as database, database.reading() as db:
        done = publishing.publish(db, folder=place, log_keys=_log_keys(db))
    click.echo(f"{folder} holds {done.now:,} entries, {done.now - done.before:,} of them new ({done.written:,} files).")


@ledger.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", metavar="VKEY", help="The log's verifier key, from a source you trust; the folder's own if not.")
@click.option(
    "--checkpoint",
    "held",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint or receipt that you kept: the folder must continue it. Can be given several times.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(folder: Path, key: str | None, held: tuple[Path, ...], *, as_json: bool) -> None:
    """Compute the log in FOLDER again from its entries; exits 1 when anything is wrong.

    Needs no service and no setting.
    A checkpoint is what /ledger/checkpoint showed once; a receipt is the .tlog-proof beside a credential.
    """
    place = DurableFolder(folder)
    keys = _keys(place, key)
    found = static_log.examine(
        place.read,
        log_keys=keys,
        expected_origin=keys[0].name,
        held=[static_log.Held(name=str(each), note=each.read_bytes()) for each in held],
    )
    if as_json:
        problems = [{"code": each.code, "path": each.path, "sentence": each.sentence} for each in found.findings]
        click.echo(json.dumps({"origin": keys[0].name, "size": found.size, "problems": problems}))
    else:
        for each in found.findings:
            click.echo(each.sentence)
        if not found.findings:
            click.echo(f"The log {keys[0].name} is whole: {found.size:,} entries give the root that its key signed.")
        if key is None:
            click.echo("The key was the folder's own; give --key with the one the service told you to be sure of it.")
    sys.exit(1 if found.findings else 0)


def _log_keys(db: Session) -> tuple[Ed25519Key, ...]:
    keys = issuing.verification_keys(db, log.origin(db) or "")
    return tuple(Ed25519Key(key.controller, key.raw) for key in keys if key.purpose is Purpose.CHECKPOINT)


def _keys(place: DurableFolder, given: str | None) -> tuple[Ed25519Key, ...]:
    text = given.encode() if given is not None else place.read(static_log.KEY)
    if text is None:
        raise NotReady("log-key", f"{place.root} holds no {static_log.KEY}; give the log's key with --key.")
    try:
        return static_log.read_keys(text)
    except LedgerError as error:
        raise NotReady("log-key", f"That is no verifier key of a log: {error.message}.") from error
