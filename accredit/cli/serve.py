"""``accredit serve``: the web process. It holds no private key, or in conformance mode keys that nobody trusts."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
import sqlalchemy as sa
from granian import Granian
from granian.constants import Interfaces, SSLProtocols

from accredit.config import PREFIX, Settings, load_settings
from accredit.errors import NotReady
from accredit.sandbox.turns import TURNS
from accredit.storage import Database, identity

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--conformance", is_flag=True, help="serve the VC-API of test suites instead, with throw-away keys")
@click.option("--certificate", type=_FILE, help="with --conformance: the certificate of this host (PEM)")
@click.option("--key", type=_FILE, help="with --conformance: its private key (PEM)")
@click.option("--host", default="127.0.0.1", show_default=True, help="with --conformance: where to listen")
@click.option("--port", default=8443, show_default=True, help="with --conformance: and on which port")
def serve(*, conformance: bool, certificate: Path | None, key: Path | None, host: str, port: int) -> None:
    """Answer people's requests (run `accredit work` beside it, which signs)."""
    os.environ.pop("ACCREDIT_KEY_PASSPHRASE", None)  # This process must not be able to open a private key.
    if conformance:
        if certificate is None or key is None:
            raise click.UsageError("Conformance mode answers over HTTPS only: give --certificate and --key.")
        refuse_records(os.environ.get(f"{PREFIX}DATABASE_URL", Settings.model_fields["database_url"].default))
        _serve_conformance(certificate, key, host, port)
    elif certificate is not None or key is not None:
        raise click.UsageError("--certificate and --key belong to --conformance; a web server in front speaks HTTPS.")
    else:
        _serve()


def _serve() -> None:
    from accredit.app import create_app

    settings = load_settings()
    create_app(settings)  # Refuses here, once and readably, rather than in every web process.
    _say_who_begins(settings)
    with tempfile.TemporaryDirectory(prefix="accredit-") as folder:
        os.environ[TURNS] = f"{folder}/turn"
        _web_processes(settings)


def _say_who_begins(settings: Settings) -> None:
    from accredit.cli.operator import first_operator_text

    with Database(settings.database_url) as database:
        said = first_operator_text(database, settings)
    if said is not None:
        click.echo(said, err=True)


def _web_processes(settings: Settings) -> None:
    Granian(
        "accredit.app:gateway",
        factory=True,
        interface=Interfaces.RSGI,
        address=settings.listen_host,
        port=settings.listen_port,
        workers=settings.web_processes,
        log_enabled=True,
        log_access=False,
        respawn_failed_workers=True,
        websockets=False,
    ).serve()


def _serve_conformance(certificate: Path, key: Path, host: str, port: int) -> None:
    click.echo(f"Conformance mode on https://{host}:{port} with throw-away keys; GET / names the issuers.", err=True)
    Granian(
        "accredit.web.conformance:create_app",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls12,
        # One process, because keys and status list are in its memory alone; a new one would be another issuer.
        workers=1,
        blocking_threads=1,
        log_enabled=True,
        log_access=False,
    ).serve()


def refuse_records(database_url: str) -> None:
    """Refuse to run where the records of a real service are: this mode signs whatever anybody sends.

    Raises `NotReady` with code ``conformance-database``; a database of the demonstration, or of nothing, is let pass.
    """
    path = database_url.removeprefix("sqlite:///")
    if path != database_url and not Path(path).exists():
        return
    database = Database(database_url)
    try:
        with database.reading() as db:
            known = identity.read(db) if sa.inspect(db.connection()).has_table("service_identity") else None
    except sa.exc.SQLAlchemyError as error:
        sentence = "ACCREDIT_DATABASE_URL names a database that cannot be read, so what it holds is not known."
        raise NotReady("conformance-database", sentence) from error
    finally:
        database.close()
    if known is not None and not known.demonstration:
        raise NotReady(
            "conformance-database",
            f"ACCREDIT_DATABASE_URL names the database of {known.base_url}. Conformance mode signs whatever is sent to "
            "it, so it never runs beside real records: start it on a machine without them.",
        )
