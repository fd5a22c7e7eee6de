"""``accredit migrate``: bring the database to this version's schema."""

from __future__ import annotations

import click
import sqlalchemy as sa

from accredit import migrations
from accredit.config import load_settings
from accredit.errors import NotReady
from accredit.storage import Database
from accredit.storage.identity import ServiceIdentity


@click.command()
def migrate() -> None:
    """Create or update the tables, and those of the job engine."""
    settings = load_settings()
    database = Database(settings.database_url)
    if settings.demonstration and not sa.inspect(database.engine).has_table(str(ServiceIdentity.__tablename__)):
        # Here it can only be a mistake: `accredit demo` sets its own database up.
        raise NotReady("demonstration", "Only `accredit demo` makes a demonstration. Take ACCREDIT_DEMONSTRATION away.")
    migrations.prepare(database, settings)
    click.echo("The database is ready.")
