"""``accredit work``: the process that signs, publishes and delivers."""

from __future__ import annotations

import click

from accredit.config import load_settings
from accredit.jobs import worker


@click.command()
def work() -> None:
    """Keep what was promised: sign, publish, send. Needs ACCREDIT_KEY_PASSPHRASE."""
    worker.run(load_settings())
