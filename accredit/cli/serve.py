"""``accredit serve``: the web process. It holds no private key."""

from __future__ import annotations

import os

import click
from granian import Granian
from granian.constants import Interfaces

from accredit.app import create_app
from accredit.config import load_settings


@click.command()
def serve() -> None:
    """Answer people's requests (run `accredit work` beside it, which signs)."""
    os.environ.pop("ACCREDIT_KEY_PASSPHRASE", None)  # This process must not be able to open a private key.
    settings = load_settings()
    create_app(settings)  # Refuses here, once and readably, rather than in every web process.
    Granian(
        "accredit.app:from_environment",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.listen_host,
        port=settings.listen_port,
        workers=settings.web_processes,
        # One thread a process: measured faster than several, and p99 four times lower.
        blocking_threads=1,
        log_enabled=True,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()
