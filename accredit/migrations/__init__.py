"""Schema changes (Alembic), and the list of every module that holds tables."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from accredit.clock import utc_now
from accredit.config import Settings
from accredit.domain.transparency import operations as transparency
from accredit.errors import NotReady
from accredit.storage import Database, identity, promises

PACKAGES = (
    "audit",
    "notifications",
    "transparency",
    "issuing",
    "organisations",
    "people",
    "clients",
    "programmes",
    "enrolments",
    "training",
    "facilitation",
    "practice",
    "awarding",
    "credentials",
    "retention",
    "verification",
)


def import_models() -> None:
    """Import every table, so that the metadata is whole."""
    import_module("accredit.storage.erasure")
    import_module("accredit.storage.merging")
    import_module("accredit.storage.heartbeat")
    import_module("accredit.storage.identity")
    import_module("accredit.storage.inspection")
    import_module("accredit.storage.standstill")
    for package in PACKAGES:
        import_module(f"accredit.domain.{package}.models")
    import_module("accredit.domain.credentials.sharing_models")
    import_module("accredit.domain.people.own_page_models")


def configuration(database: Database | None = None) -> Config:
    """Return Alembic's configuration, made in code so that an installed wheel needs no ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database"] = database
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the schema to ``revision``; each step is one transaction."""
    command.upgrade(configuration(database), revision)


def prepare(database: Database, settings: Settings) -> None:
    """Bring ``database`` to this version's schema and write the service's identity into it; repeatable.

    Raises `NotReady` when the database belongs to another address, or to a demonstration.
    """
    upgrade(database)
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


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to ``revision`` (``base`` for none)."""
    command.downgrade(configuration(database), revision)


def check(database: Database) -> None:
    """Refuse to start on a schema this version does not know.

    Raises `NotReady` saying whether to migrate or to update accredit.
    """
    script = ScriptDirectory.from_config(configuration())
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return
    if current is None:
        raise NotReady("schema-missing", "The database has no tables yet. Run: accredit migrate")
    if current not in {revision.revision for revision in script.walk_revisions()}:
        raise NotReady(
            "schema-newer",
            f"The database was changed by a newer accredit (schema {current}). Update accredit, or restore a backup.",
        )
    raise NotReady("schema-older", "The database is of an older accredit. Make a backup, then run: accredit migrate")
