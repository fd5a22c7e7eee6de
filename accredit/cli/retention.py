"""``accredit erase``, ``accredit hold``, ``accredit retention``: let a record go, keep it, see whose time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import click

from accredit import migrations
from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.retention import operations, queries, rules
from accredit.domain.retention.rules import Due, ErasureReason, HoldReason, RecordKind
from accredit.errors import NotFound, RuleBroken
from accredit.storage import Database, Session
from accredit.storage.erasure import scrub
from accredit.storage.tombstones import Tombstones

OPERATOR = Actor(kind=ActorKind.OPERATOR)
SENTENCES = {
    "young-person": "There is nobody with this id. It is the last part of the address of the person's page.",
    "on-hold": "The record is on hold and stays. End the hold first: accredit hold end PERSON-ID",
    "on-hold-already": "The record is on hold already.",
    "not-on-hold": "The record is not on hold.",
}
_PEOPLE = frozenset({RecordKind.WITHOUT_AWARD, RecordKind.WITH_AWARD})
_go = click.option("--go", is_flag=True, help="Do it. Without --go, only say what would be done.")


@click.command()
@click.argument("person_id", type=click.UUID)
@click.option("--reason", type=click.Choice([ErasureReason.ASKED.value, ErasureReason.MISTAKE.value]), required=True)
@_go
def erase(person_id: UUID, reason: str, *, go: bool) -> None:
    """Erase the record of one young person, for good.

    PERSON_ID is the last part of the address of the person's page. Their certificates can no longer be confirmed.
    """
    settings = load_settings()
    database = _database(settings.database_url)
    try:
        if not go:
            with database.reading() as db:
                found = operations.rehearse(db, person_id)
            click.echo(f"{_count(len(found.ids), 'row')} and {_count(len(found.issuances), 'certificate')} would go.")
            click.echo("Nothing was changed. This cannot be undone: add --go to do it.")
            return
        with database.transaction() as db:
            erased = operations.erase_person(
                db,
                person_id=person_id,
                reason=ErasureReason(reason),
                tombstones=Tombstones(settings.tombstones),
                actor=OPERATOR,
                now=utc_now(),
            )
    except (NotFound, RuleBroken) as error:
        raise click.UsageError(SENTENCES.get(error.code, error.code)) from error
    click.echo(f"Erased: {_count(erased.rows, 'row')} and {_count(erased.credentials, 'certificate')}.")
    _scrub(database)
    click.echo(f"Copy {settings.tombstones} to where your backups are, so that an older backup is cleaned again.")


@click.group()
def hold() -> None:
    """Keep a record whatever is asked or due, for a complaint or a claim."""


@hold.command("set")
@click.argument("person_id", type=click.UUID)
@click.option("--reason", type=click.Choice([each.value for each in HoldReason]), required=True)
def set_hold(person_id: UUID, reason: str) -> None:
    """Put the record of PERSON_ID on hold."""
    _hold(lambda db, now: operations.hold(db, person_id=person_id, reason=HoldReason(reason), actor=OPERATOR, now=now))
    click.echo("On hold.")


@hold.command("end")
@click.argument("person_id", type=click.UUID)
def end_hold(person_id: UUID) -> None:
    """End the hold on the record of PERSON_ID."""
    _hold(lambda db, now: operations.end_hold(db, person_id=person_id, actor=OPERATOR, now=now))
    click.echo("No longer on hold.")


@click.group()
def retention() -> None:
    """See whose time is over by the schedule, and let it go."""


@retention.command()
def due() -> None:
    """Count what is due, kind by kind, without naming anybody."""
    with _database(load_settings().database_url).reading() as db:
        found = queries.due(db, now=utc_now())
    for each in found:
        line = rules.period(each.kind)
        click.echo(f"{len(each.ids):6}  {each.kind.value}: {_span(line)} after {line.counted_from}")


@retention.command()
@click.option("--with-awards", is_flag=True, help="Also people whose certificates could then no longer be confirmed.")
@_go
def run(*, with_awards: bool, go: bool) -> None:
    """Let go of what is due; it can be stopped and run again at any time."""
    settings = load_settings()
    database = _database(settings.database_url)
    tombstones = Tombstones(settings.tombstones)
    now = utc_now()
    with database.reading() as db:
        found = [each for each in queries.due(db, now=now) if with_awards or each.kind is not RecordKind.WITH_AWARD]
    gone = sum(_let_go(database, each, tombstones, now) for each in found) if go else 0
    total = sum(len(each.ids) for each in found)
    if go:
        click.echo(f"{gone} of {total} gone.")
        _scrub(database)
    else:
        click.echo(f"{total} would go. Nothing was changed: add --go to do it.")


def _let_go(database: Database, due: Due, tombstones: Tombstones, now: datetime) -> int:
    if due.kind not in _PEOPLE:
        with database.transaction() as db:
            return operations.let_go(db, due=due, actor=OPERATOR, now=now)
    gone = 0
    with click.progressbar(due.ids, label=due.kind.value) as people:
        for person_id in people:
            # One transaction each: what was done stays done, and somebody put on hold meanwhile is passed over.
            try:
                with database.transaction() as db:
                    operations.erase_person(
                        db,
                        person_id=person_id,
                        reason=ErasureReason.RETENTION,
                        tombstones=tombstones,
                        actor=OPERATOR,
                        now=now,
                    )
            except (NotFound, RuleBroken):
                continue
            gone += 1
    return gone


def _hold(act: Callable[[Session, datetime], None]) -> None:
    try:
        with _database(load_settings().database_url).transaction() as db:
            act(db, utc_now())
    except (NotFound, RuleBroken) as error:
        raise click.UsageError(SENTENCES.get(error.code, error.code)) from error


def _scrub(database: Database) -> None:
    if not scrub(database):
        click.echo("Somebody is reading the database: what was erased leaves its log file with the next write.")


def _span(line: rules.Period) -> str:
    days = line.after.days
    return _count(days // 365, "year") if days >= 365 else _count(days, "day")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _database(url: str) -> Database:
    """Open the database with every table loaded. Raises `NotReady` when it is another version's."""
    migrations.import_models()
    database = Database(url)
    migrations.check(database)
    return database
