"""The command line: thin commands that parse, call and print.

Usage errors exit 64 and internal errors 70, so that 0 to 5 stay free for verdicts. Commands are imported when used, so
that ``accredit verify`` starts without a web framework.
"""

from __future__ import annotations

import sys
import traceback
from importlib import import_module

import click

from accredit import __version__, logs
from accredit.errors import AccreditError

EX_USAGE = 64
EX_SOFTWARE = 70
EX_CONFIG = 78

COMMANDS = {
    "affected": "accredit.cli.affected:affected_command",
    "backup": "accredit.cli.backup:backup",
    "bench": "accredit.cli.bench:bench",
    "demo": "accredit.cli.demo:demo",
    "doctor": "accredit.cli.doctor:doctor",
    "erase": "accredit.cli.retention:erase",
    "fsck": "accredit.cli.fsck:fsck",
    "hold": "accredit.cli.retention:hold",
    "import": "accredit.cli.importing:import_group",
    "issuing": "accredit.cli.issuing:issuing",
    "keys": "accredit.cli.keys:keys",
    "ledger": "accredit.cli.ledger:ledger",
    "migrate": "accredit.cli.migrate:migrate",
    "operator": "accredit.cli.operator:operator",
    "publish": "accredit.cli.publish:publish",
    "registry": "accredit.cli.registry:registry",
    "restore": "accredit.cli.restore:restore",
    "retention": "accredit.cli.retention:retention",
    "serve": "accredit.cli.serve:serve",
    "settle": "accredit.cli.restore:settle",
    "verify": "accredit.cli.verify:verify",
    "witness": "accredit.cli.witness:witness",
    "work": "accredit.cli.work:work",
}


class Lazy(click.Group):
    """A group whose commands live in modules of their own, loaded on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Record peer support, sign credentials, and let anyone verify them."""
    logs.configure()


def main() -> None:
    """Run the command line with the documented exit codes."""
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(EX_USAGE)
    except AccreditError as error:
        click.echo(error.detail or error.code, err=True)
        sys.exit(EX_CONFIG)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  # the last line of defence: 0 to 5 must never mean "it broke"
        click.echo(f"Something went wrong inside accredit: {type(error).__name__}: {error}", err=True)
        click.echo(f"If it happens again, please report these lines:\n{traceback.format_exc(limit=-6)}", err=True)
        sys.exit(EX_SOFTWARE)
