"""``accredit fsck``: check the invariants of a live service, and name what is wrong."""

from __future__ import annotations

import json
import sys

import click

from accredit import migrations
from accredit.config import load_settings
from accredit.jobs.inspecting import checks
from accredit.storage import Database


@click.command()
@click.option("--all", is_flag=True, expose_value=False, help="every check (the only choice so far)")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
def fsck(*, as_json: bool) -> None:
    """Check database, ledger and signed documents; exits 1 when anything is wrong."""
    settings = load_settings()
    database = Database(settings.database_url)
    migrations.check(database)
    migrations.import_models()
    found = {name: check(database) for name, check in checks(settings.lock_store_path).items()}
    wrong = sum(len(problems) for problems in found.values())
    if as_json:
        click.echo(json.dumps({"problems": wrong, "checks": {name: list(each) for name, each in found.items()}}))
    else:
        for name, problems in found.items():
            click.echo(f"{'ok   ' if not problems else 'WRONG'} {name}")
            for problem in problems:
                click.echo(f"      {problem}")
    sys.exit(1 if wrong else 0)
