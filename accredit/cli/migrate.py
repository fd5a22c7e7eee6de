"""``accredit migrate``: bring the database to this version's schema."""

from __future__ import annotations

import click

from accredit import migrations
from accredit.config import load_settings
from accredit.storage import Database


@click.command()
def migrate() -> None:
    """Create or update the tables, and those of the job engine."""
    settings = load_settings()
    migrations.prepare(Database(settings.database_url), settings)
    click.echo("The database is ready.")
