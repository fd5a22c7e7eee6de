"""``accredit doctor``: is everything here that a service needs? Says what to do where it is not."""

from __future__ import annotations

import ctypes.util
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial

import click

from accredit.config import load_settings
from accredit.errors import AccreditError

SYSTEM_LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}


@click.command()
def doctor() -> None:
    """Check this machine and these settings, one line each."""
    healthy = True
    for name, check in _checks():
        try:
            click.echo(f"  ok    {name}: {check()}")
        except Exception as error:  # noqa: BLE001  # every trouble is a line, and the next check still runs
            healthy = False
            click.echo(f"  TO DO {name}: {getattr(error, 'detail', '') or error}")
    sys.exit(0 if healthy else 1)


def _checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "Python", _python
    for library, package in SYSTEM_LIBRARIES.items():
        yield f"library {library}", partial(_library, library, package)
    yield "SQLite", _sqlite
    yield "fonts", _fonts
    yield "certificates", _certificate
    if any(name.startswith("ACCREDIT_") for name in os.environ):
        yield "settings", lambda: f"{len(load_settings().model_fields_set)} set, all known"
        yield "database", _database
    else:
        yield "settings", lambda: "none given; `accredit demo` needs none (docs/configuration.md lists them)"


def _python() -> str:
    return sys.version.split()[0]


def _library(library: str, package: str) -> str:
    found = ctypes.util.find_library(library)
    if not found:
        raise AccreditError("library", f"missing. Run: sudo apt-get install {package}")
    return found


def _sqlite() -> str:
    dbapi = importlib.import_module("pysqlite3.dbapi2")
    from accredit.storage.database import FIRST_SAFE_SQLITE

    if dbapi.sqlite_version_info < FIRST_SAFE_SQLITE:
        raise AccreditError("sqlite", f"{dbapi.sqlite_version} may corrupt shared files; 3.51.3 or later is needed.")
    return str(dbapi.sqlite_version)


def _fonts() -> str:
    from accredit.rendering.fonts import FAMILIES

    return ", ".join(sorted(path.name for path in (family.path for family in FAMILIES) if path.is_file()))


def _certificate() -> str:
    weasyprint = importlib.import_module("weasyprint")
    page = weasyprint.HTML(string="<title>doctor</title><p lang=cy>Llŷr</p>").write_pdf()
    return f"WeasyPrint {weasyprint.__version__} made a page of {len(page):,} bytes"


def _database() -> str:
    from accredit import migrations
    from accredit.storage import Database

    database = Database(load_settings().database_url)
    migrations.check(database)
    return f"{database.engine.dialect.name}, schema up to date"
