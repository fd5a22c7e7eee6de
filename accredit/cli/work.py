"""``accredit work``: the process that signs, publishes and delivers."""

from __future__ import annotations

import click

from accredit import migrations
from accredit.config import load_settings
from accredit.jobs import worker
from accredit.storage import Database
from accredit.storage.promises import Queue


@click.command()
@click.option(
    "--queues",
    type=click.Choice([queue.value for queue in Queue]),
    multiple=True,
    help="Do only this part: `sign` needs ACCREDIT_KEY_PASSPHRASE, `deliver` does not. Both without it.",
)
def work(queues: tuple[str, ...]) -> None:
    """Keep what was promised: sign, publish, send."""
    settings = load_settings()
    database = Database(settings.database_url)
    migrations.check(database)
    # The nightly inspection looks at every table, also at those that nothing else in this process knows.
    migrations.import_models()
    database.close()
    worker.run(settings, queues=tuple(Queue(name) for name in queues) or worker.ALL)
