"""The least that a page behind a code can be: Flask, one indexed read, one small template."""

from __future__ import annotations

import os
import sys
from typing import Final

import sqlalchemy as sa
from flask import Flask, abort
from granian import Granian
from granian.constants import Interfaces
from sqlmodel import col

from accredit.domain.credentials.models import Credential
from accredit.storage import Database

ADDRESS: Final = "127.0.0.1"
DATABASE: Final = "BARE_DATABASE_URL"
MARK: Final = "the certificate with the code"
PAGE: Final = (
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{{ code }}</title></head><body><h1>{{ code }}</h1>"
    f"<p>This is {MARK} {{{{ code }}}}, made on {{{{ made }}}} for {{{{ award }}}}.</p></body></html>"
)
_READ: Final = sa.select(col(Credential.code), col(Credential.award_id), col(Credential.created_at)).where(
    col(Credential.code) == sa.bindparam("code")
)


def application() -> Flask:
    """Build the bare page over the database that the environment names."""
    database = Database(os.environ[DATABASE])
    app = Flask("bare", static_folder=None)
    template = app.jinja_env.from_string(PAGE)

    @app.get("/v/<code>")
    def page(code: str) -> str:
        with database.engine.connect() as connection:
            row = connection.execute(_READ, {"code": code}).one_or_none()
        return abort(404) if row is None else template.render(code=row[0], award=row[1], made=row[2])

    return app


def serve(port: int, workers: int) -> None:
    """Serve it as `accredit serve` serves its pages."""
    Granian(
        "accredit.bench.bare:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=ADDRESS,
        port=port,
        workers=workers,
        blocking_threads=1,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
