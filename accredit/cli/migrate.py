"""``accredit migrate``: bring the database to this version's schema."""

from __future__ import annotations

import click

from accredit import migrations
from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.storage import Database, identity


@click.command()
def migrate() -> None:
    """Create or update the tables, and those of the job engine."""
    settings = load_settings()
    database = Database(settings.database_url)
    migrations.upgrade(database)
    with database.transaction() as db:
        identity.claim(
            db,
            base_url=settings.base_url,
            did_host=settings.did_host,
            demonstration=settings.demonstration,
            now=utc_now(),
        )
    click.echo("The database is ready.")
