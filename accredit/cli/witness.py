"""``accredit witness``: watch over logs of other houses, and cosign what continues what was seen."""

from __future__ import annotations

import os
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from accredit.config import key_passphrase
from accredit.witness import house
from accredit.witness.application import FOLDER, open_witness

_folder = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/witness"),
    show_default=True,
    help="where the witness lives",
)


@click.group()
def witness() -> None:
    """Run a witness, which cosigns the checkpoints of logs that it knows.

    It needs a folder and ACCREDIT_KEY_PASSPHRASE, and no other setting. Run it on another machine than the logs it
    watches, in another house if you can: that is what makes its word worth something.
    """


@witness.command()
@click.argument("name")
@_folder
def init(name: str, folder: Path) -> None:
    """Make a witness called NAME, such as witness.example.org, with a key of its own, and print its verifier key."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    click.echo(house.found(folder, name, key_passphrase()).key)


@witness.command()
@_folder
def key(folder: Path) -> None:
    """Print the witness's verifier key, for whoever asks it to cosign."""
    click.echo(house.identity_of(folder).key)


@witness.command()
@click.argument("verifier_key")
@_folder
def trust(verifier_key: str, folder: Path) -> None:
    """Let the witness know a log by its VERIFIER_KEY, as `accredit ledger key` prints it."""
    house.identity_of(folder)
    click.echo(f"{house.trust(folder, verifier_key).name} is known now.")


@witness.command()
@_folder
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8090, show_default=True)
def serve(folder: Path, host: str, port: int) -> None:
    """Answer requests for cosignatures; put a proxy with TLS in front of it."""
    open_witness(folder, key_passphrase())  # Refuses here, once and readably.
    os.environ[FOLDER] = str(folder.resolve())
    Granian(
        "accredit.witness.application:from_environment",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=1,
        blocking_threads=1,
        log_enabled=True,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
