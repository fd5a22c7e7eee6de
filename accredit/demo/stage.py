"""Put the year on: a database of its own, the play with its progress bar, and the table of what came of it."""

from __future__ import annotations

import csv
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

from argon2 import PasswordHasher
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from accredit import migrations
from accredit.config import Settings, load_settings
from accredit.demo import school as setting_up
from accredit.demo import year
from accredit.demo.folder import Folder
from accredit.domain.credentials import queries as credentials
from accredit.domain.credentials.rules import Progress as Stage
from accredit.domain.organisations import paper
from accredit.domain.transparency import queries as log
from accredit.kit.typed_code import show
from accredit.rendering.of_credential import certificate_of
from accredit.storage import Database

EXPECTED = 30


@dataclass(frozen=True)
class Line:
    """One row of the table: who, what, the typed code, and the words that open the young person's page."""

    name: str
    award: str
    code: str
    words: str
    award_id: UUID


def play(place: Folder, console: Console) -> Folder:
    """Make the database and play the year in it; returns the folder, now complete."""
    settings, database = _open()
    migrations.prepare(database, settings)
    password = "-".join(secrets.token_hex(2) for _ in range(4))
    bar = Progress(
        TextColumn("{task.description:<28}"),
        BarColumn(40),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        console=console,
    )
    with bar:
        task = bar.add_task("Setting up the school", total=1.0)
        played = setting_up.found(database, did_host=settings.did_host, password_hash=PasswordHasher().hash(password))
        setting_up.invite(database, played, pepper=settings.pepper.get_secret_value().encode())
        outcome = year.play(database, played, lambda month, done: bar.update(task, description=month, completed=done))
        bar.update(task, description="The year is played", completed=1.0)
    console.print(
        f"{outcome.approved} entries of supervised time approved, {outcome.returned} returned with a reason, "
        f"{outcome.refused} politely refused at once, {outcome.waiting} still waiting."
    )
    database.close()
    words = {str(played.people[reference]): said for reference, said in played.words.items()}
    return place.remember(is_complete=True, password=password, organisation=str(played.organisation_id), words=words)


def reopen() -> None:
    """Take up a year that was played before; the port may differ."""
    settings, database = _open()
    migrations.prepare(database, settings)
    database.close()


def released(place: Folder) -> int:
    """Count the credentials that anyone could verify now."""
    _, database = _open()
    try:
        with database.reading() as db:
            waiting = credentials.waiting_count(db, organisation_id=UUID(str(place.recall("organisation"))))
            return EXPECTED - waiting
    finally:
        database.close()


def lines(place: Folder) -> list[Line]:
    """Return one line for each award, by name."""
    words = _words(place)
    _, database = _open()
    with database.reading() as db:
        cohort = credentials.cohort(db, organisation_id=UUID(str(place.recall("organisation"))))
    database.close()
    return [
        Line(each.printed_name, each.level_title, each.code, words[str(each.young_person_id)], each.award_id)
        for each in cohort
        if each.progress in {Stage.RELEASED, Stage.SUSPENDED, Stage.REVOKED} and each.code
    ]


def _words(place: Folder) -> dict[str, str]:
    """Return what opens each page; in a year that was played before there were words, the slip, which works once."""
    words = cast("dict[str, str] | None", place.recall("words"))
    if words is not None:
        return words
    return {person: show(code) for person, code in cast("dict[str, str]", place.recall("slips")).items()}


def write_list(place: Folder, told: list[Line], base_url: str) -> Path:
    """Write everybody with their address and codes as a spreadsheet, and return its path."""
    path = place.path / "people.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Young person", "Award", "Verification address", "Code", "Sign-in words"])
        writer.writerows([[x.name, x.award, f"{base_url}/v/{x.code}", x.code, x.words] for x in told])
    return path


def write_certificate(place: Folder, line: Line) -> Path:
    """Write one certificate as a PDF and return its path."""
    settings, database = _open()
    with database.reading() as db:
        view = credentials.view_of_award(db, line.award_id)
        assert view is not None
        document = credentials.signed_document(db, view.credential_id)
        found = None if view.ledger_index is None else log.receipt(db, view.ledger_index)
        receipt = None if found is None else found.encode()
        look = paper.look(db, view.organisation_id)
    database.close()
    assert document is not None
    path = place.path / "certificate.pdf"
    path.write_bytes(certificate_of(view, document, base_url=settings.base_url, receipt=receipt, look=look))
    return path


def _open() -> tuple[Settings, Database]:
    settings = load_settings()
    return settings, Database(settings.database_url)
