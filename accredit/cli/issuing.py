"""``accredit issuing``: the switch that stops the signing of credentials at once, and lets it go on."""

from __future__ import annotations

from uuid import UUID

import click

from accredit import migrations
from accredit.clock import utc_now
from accredit.config import load_settings
from accredit.domain.audit.rules import Actor, ActorKind
from accredit.domain.issuing import operations
from accredit.domain.issuing.rules import StopReason
from accredit.domain.issuing.stopping import stops
from accredit.domain.organisations import queries as organisations
from accredit.domain.transparency import timekeeping
from accredit.errors import RuleBroken
from accredit.storage import Database, Session

OPERATOR = Actor(kind=ActorKind.OPERATOR)
SENTENCES = {
    "issuing-stopped-already": "Issuing is stopped already.",
    "issuing-not-stopped": "Issuing is not stopped.",
}

_organisation = click.option("--organisation", metavar="SLUG", help="Only this organisation; everybody without it.")


@click.group()
def issuing() -> None:
    """Stop the signing of certificates at once, and let it go on.

    Whatever was issued before can still be verified and revoked; awards wait, and are signed when issuing starts.
    """


@issuing.command()
@_organisation
@click.option("--reason", type=click.Choice([each.value for each in StopReason]), required=True)
def stop(organisation: str | None, reason: str) -> None:
    """Sign nothing more from this moment on."""
    try:
        with _database().transaction() as db:
            operations.stop_issuing(
                db,
                organisation_id=_id(db, organisation),
                reason=StopReason(reason),
                actor=OPERATOR,
                now=utc_now(),
            )
    except RuleBroken as error:
        raise click.UsageError(SENTENCES[error.rule]) from error
    click.echo("Stopped. Nothing is signed or released any more. To go on: accredit issuing start")


@issuing.command()
@_organisation
def start(organisation: str | None) -> None:
    """Let signing go on; what waits is signed within the next half minute."""
    try:
        with _database().transaction() as db:
            operations.start_issuing(db, organisation_id=_id(db, organisation), actor=OPERATOR, now=utc_now())
    except RuleBroken as error:
        raise click.UsageError(SENTENCES[error.rule]) from error
    click.echo("Started. What waits is signed within the next half minute.")


@issuing.command("trust-clock")
def trust_clock() -> None:
    """Sign by this machine's clock, though the log was signed last at another time.

    Look first: what is signed by a wrong clock states a wrong time for ever.
    """
    now = utc_now()
    with _database().transaction() as db:
        timekeeping.trust_clock(db, actor=OPERATOR, now=now)
    click.echo(f"It is {now:%Y-%m-%d %H:%M} UTC. Signing goes on within the next half minute.")


@issuing.command()
def status() -> None:
    """Say what is stopped, since when and why."""
    with _database().reading() as db:
        found = stops(db)
        slugs = {each.id: each.slug for each in organisations.organisations(db)}
    if not found:
        click.echo("Issuing is on for everybody.")
    for each in found:
        who = "everybody" if each.organisation_id is None else slugs[each.organisation_id]
        click.echo(f"stopped for {who} since {each.since:%Y-%m-%d %H:%M} UTC: {each.reason.value}")


def _id(db: Session, slug: str | None) -> UUID | None:
    if slug is None:
        return None
    found = organisations.organisation_by_slug(db, slug)
    if found is None:
        raise click.UsageError(f"There is no organisation at /o/{slug}.")
    return found.id


def _database() -> Database:
    """Open the database with every table loaded. Raises `NotReady` when it is another version's."""
    migrations.import_models()
    database = Database(load_settings().database_url)
    migrations.check(database)
    return database
