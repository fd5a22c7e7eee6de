"""``accredit affected``: when something got out, whom it is about, and a letter for each school to act on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from babel.dates import format_datetime

from accredit import migrations
from accredit.clock import LONDON, utc_now
from accredit.config import load_settings
from accredit.domain.retention.affected import Affected, affected
from accredit.rendering.letters import letter
from accredit.storage import Database

TO_TELL_WITHIN = timedelta(hours=72)
"""UK GDPR Article 33(1)."""


@click.command("affected")
@click.argument("numbers", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--letters", type=click.Path(file_okay=False, path_type=Path), help="write a letter for each school here")
@click.option("--known-since", type=click.DateTime(), help="when it was learned; now, if not given")
@click.option("--language", type=click.Choice(["en", "cy"]), default="en", show_default=True)
def affected_command(numbers: Path, letters: Path | None, known_since: datetime | None, language: str) -> None:
    """Say whom leaked numbers are about, and write a letter for each school.

    NUMBERS is a text file (- for standard input) with numbers of records, numbers of certificates or codes, one a line.
    """
    with click.open_file(str(numbers), encoding="utf-8", errors="replace") as file:
        given = tuple(dict.fromkeys(line.strip() for line in file if line.strip()))
    migrations.import_models()
    database = Database(load_settings().database_url)
    migrations.check(database)
    with database.reading() as db:
        found = affected(db, given)
    _tell(found, len(given))
    if letters is not None:
        since = known_since.replace(tzinfo=LONDON).astimezone(UTC) if known_since else utc_now()
        _write(found, letters, since, language)


def _tell(found: Affected, given: int) -> None:
    people = _count(sum(len(each.people) for each in found.schools), "young person", "young people")
    schools = _count(len(found.schools), "school", "schools")
    click.echo(f"{_count(given, 'number', 'numbers')}: {people} at {schools}.")
    for each in found.schools:
        click.echo(f"{len(each.people):6}  {each.name}  {each.contact or '(no contact is recorded)'}")
    if found.unknown:
        click.echo(f"{len(found.unknown)} lead to nobody: erased, of another service, or no number of a person:")
        for number in found.unknown[:20]:
            click.echo(f"        {number[:80]}")


def _write(found: Affected, folder: Path, since: datetime, language: str) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    day, until = (_moment(each, language) for each in (since, since + TO_TELL_WITHIN))
    for number, school in enumerate(found.schools, start=1):
        subject, text = letter("email/affected.txt", language, school=school, day=day, until=until)
        name = re.sub(r"[^a-z0-9]+", "-", school.name.lower()).strip("-")[:60]
        path = folder / f"{number:03}-{name}.txt"
        path.touch(mode=0o600)
        path.write_text(f"{subject}\n\n{text}", encoding="utf-8")
    letters = _count(len(found.schools), "letter is", "letters are")
    click.echo(f"{letters} in {folder}. There are names in them: send them sealed, then delete the folder.")


def _moment(moment: datetime, language: str) -> str:
    return format_datetime(moment, "d MMMM y, HH:mm", tzinfo=LONDON, locale=f"{language}_GB")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
