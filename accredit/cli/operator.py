"""``accredit operator``: who runs this service and may confirm organisations."""

from __future__ import annotations

import secrets

import click

from accredit import migrations
from accredit.clock import utc_now
from accredit.config import Settings, load_settings
from accredit.domain.audit.rules import SERVICE
from accredit.domain.people import first_operator, passphrases, queries, second_step, sign_ins, signing_in
from accredit.domain.people import operations as people
from accredit.errors import Conflict, NotFound, RuleBroken
from accredit.storage import Database


@click.group(invoke_without_command=True)
@click.pass_context
def operator(context: click.Context) -> None:
    """Add and list the operators; alone, print the code that makes the first one."""
    if context.invoked_subcommand is None:
        settings = load_settings()
        click.echo(first_operator_text(_database(), settings) or context.get_help())


@operator.command()
@click.argument("email")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
def add(email: str, *, ask: bool) -> None:
    """Add an operator who signs in with EMAIL; print the password once."""
    database = _database()
    password = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else _passphrase()
    try:
        hashed = passphrases.hashed(password, about=(email, "accredit"))
        with database.transaction() as db:
            people.add_account(db, email=email, password=hashed, is_operator=True, actor=SERVICE, now=utc_now())
    except (RuleBroken, Conflict) as error:
        raise click.UsageError(MESSAGES.get(error.code, error.code)) from error
    click.echo(f"{email} is an operator now and signs in at /sign-in.")
    if not ask:
        click.echo(f"Password, shown only this once: {password}")


@operator.command("list")
def list_operators() -> None:
    """Name the operators."""
    with _database().reading() as db:
        for account in queries.operators(db):
            click.echo(account.email if account.active else f"{account.email} (closed)")


@operator.command()
@click.argument("email")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
def password(email: str, *, ask: bool) -> None:
    """Give the account EMAIL a new password and end its sign-ins everywhere."""
    chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True) if ask else _passphrase()
    with _database().transaction() as db:
        account = queries.account_by_email(db, email)
        if account is None:
            raise click.UsageError("There is no account with this address.")
        try:
            signing_in.set_password(db, account_id=account.id, text=chosen)
        except RuleBroken as error:
            raise click.UsageError(MESSAGES.get(error.code, error.code)) from error
    click.echo("Done." if ask else f"Password, shown only this once: {chosen}")


@operator.command("forget-second-step")
@click.argument("email")
def forget_second_step(email: str) -> None:
    """Let the account EMAIL sign in without its second step, once you are sure who asks; end its sign-ins."""
    with _database().transaction() as db:
        account = queries.account_by_email(db, email)
        if account is None:
            raise click.UsageError("There is no account with this address.")
        try:
            second_step.take_away(db, account_id=account.id, actor=SERVICE, now=utc_now())
        except NotFound as error:
            raise click.UsageError("This account has no second step.") from error
        sign_ins.end_every_one(db, account_id=account.id)
    click.echo("Done. They sign in without it now, and can add a new one on their page.")


MESSAGES = {
    "email-format": "Write the address like name@example.org.",
    "email-in-use": "There is an account with this address already.",
    "password-short": f"Choose at least {passphrases.SHORTEST} characters.",
    "password-long": f"Choose at most {passphrases.MOST_BYTES} characters.",
    "password-common": "This is easy to guess, or stands in a list of stolen passwords. Four words are better.",
}


def first_operator_text(database: Database, settings: Settings) -> str | None:
    """Make the code for the first operator and return what the console says; None where somebody runs the service."""
    with database.reading() as db:
        if not first_operator.is_wanted(db):
            return None
    pepper = settings.pepper.get_secret_value().encode()
    with database.transaction() as db:
        code = first_operator.make_code(db, pepper=pepper, now=utc_now())
    return (
        f"Nobody runs this service yet. Within 24 hours, open {settings.base_url}/begin and type this code there:\n\n"
        f"    {code}\n\n"
        "It works once. To get another one: accredit operator"
    )


def _database() -> Database:
    """Open the database. Raises `NotReady` when it is not set up, or is another version's."""
    # Every table is loaded: the audit trail refers to tables that this command does not name itself.
    migrations.import_models()
    database = Database(load_settings().database_url)
    migrations.check(database)
    return database


def _passphrase() -> str:
    return "-".join("".join(secrets.choice(first_operator.LETTERS) for _ in range(4)) for _ in range(4))
