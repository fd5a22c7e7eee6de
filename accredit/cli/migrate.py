"""``accredit migrate``: bring the database to this version's schema."""

from __future__ import annotations

import click

from accredit import migrations
from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.transparency import operations as transparency
from accredit.storage import Database, identity, promises


@click.command()
def migrate() -> None:
    """Create or update the tables, and those of the job engine."""
    settings = load_settings()
    database = Database(settings.database_url)
    prepare(database, settings)
    click.echo("The database is ready.")


def prepare(database: Database, settings: Settings) -> None:
    """Bring ``database`` to this version's schema and write the service's identity into it; repeatable."""
    migrations.upgrade(database)
    promises.prepare(database)
    with database.transaction() as db:
        identity.claim(
            db,
            base_url=settings.base_url,
            did_host=settings.did_host,
            demonstration=settings.demonstration,
            now=utc_now(),
        )
        transparency.ensure_log(db, origin=f"{settings.did_host}/ledger")
