"""``accredit import``: class lists from the command line, dry run first, all or nothing."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from accredit.clock import local_date, utc_now
from accredit.config import load_settings
from accredit.domain.audit.rules import SERVICE
from accredit.domain.organisations import queries as organisations
from accredit.domain.people.class_list import BY_NAME, read_class_list
from accredit.domain.people.class_list_cells import YEAR_GROUPS
from accredit.domain.people.importing import ImportPlan, import_class_list, plan_import
from accredit.errors import NotFound
from accredit.storage import Database


@click.group("import")
def import_group() -> None:
    """Bring in records from a school's own files."""


@import_group.command("class-list")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organisation", "slug", required=True, help="the organisation's short name in addresses")
@click.option("--write", is_flag=True, help="import; without this, only say what would happen")
@click.option("--by-name", is_flag=True, help="take a list without any numbers by its names")
@click.option("--leave-out-rejected", is_flag=True, help="import the good rows although others need attention")
def class_list(file: Path, slug: str, *, write: bool, by_name: bool, leave_out_rejected: bool) -> None:
    """Import a class list exported from SIMS, Arbor, Bromcom or a spreadsheet (CSV, XLSX, ODS, XLS)."""
    settings, now = load_settings(), utc_now()
    database = Database(settings.database_url)
    pepper = settings.pepper.get_secret_value().encode()
    with database.reading() as db:
        organisation = organisations.organisation_by_slug(db, slug)
    if organisation is None:
        raise NotFound("organisation", f"There is no organisation called {slug}.")
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(file.name, total=None)
        listed = read_class_list(
            file.read_bytes(),
            today=local_date(now),
            year_groups=YEAR_GROUPS[organisation.nation.value],
            answers={BY_NAME: "yes"} if by_name else None,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    with database.reading(organisation.id) as db:
        plan = plan_import(db, organisation_id=organisation.id, class_list=listed, pepper=pepper)
    _explain(plan)
    if not write:
        click.echo("Nothing was written. Add --write to import.")
        return
    with database.transaction(organisation.id) as db:
        done = import_class_list(
            db,
            organisation_id=organisation.id,
            class_list=listed,
            expected_digest=plan.digest,
            pepper=pepper,
            leave_out_rejected=leave_out_rejected,
            actor=SERVICE,
            now=now,
        )
    click.echo(f"Imported: {len(done.added)} added, {done.changed} changed, {done.unchanged} unchanged.")


def _explain(plan: ImportPlan) -> None:
    click.echo(
        f"{len(plan.new)} new, {len(plan.changed)} changed, {plan.unchanged} unchanged, "
        f"{len(plan.rejected)} need attention"
    )
    for remark in plan.remarks:
        click.echo(f"  line {remark.line}, {remark.column or 'file'}: {remark.level.value}, {remark.reason}")
