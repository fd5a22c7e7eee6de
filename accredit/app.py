"""The composition root: everything below is joined here, and only here.

`create_app` refuses to start on settings, a schema or an identity that do not fit, and on any view that does not say
whom it is for. Private keys are never opened here: `accredit work` signs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from accredit import logs, migrations
from accredit.config import Settings, load_settings
from accredit.domain.verification import registering
from accredit.fetching.connection import Proxy
from accredit.fetching.fetcher import Fetcher
from accredit.sandbox import credentials
from accredit.sandbox.turns import TURNS
from accredit.storage import Database, identity
from accredit.web import admin, api, auth, coordinator, learner, public, supervisor
from accredit.web.access import check_every_route_declares
from accredit.web.api.verify import recalling
from accredit.web.auth import SCHOOL_FETCHER
from accredit.web.foundation import Foundation, install
from accredit.web.gateway import Gateway
from accredit.web.outside import FETCHER

THREADS = 4
AUDIENCES = (public, api, auth, learner, supervisor, coordinator, admin)


def create_app(settings: Settings) -> Flask:
    """Build the WSGI application.

    Raises `NotReady` saying what is wrong and what to do.
    """
    logs.configure()
    database = Database(settings.database_url)
    migrations.check(database)
    _check_identity(database, settings)
    return compose(database, settings)


def compose(database: Database, settings: Settings) -> Flask:
    """Join the pages on a database that is known to fit."""
    app = Flask("accredit", static_folder=None)
    app.extensions["accredit.settings"] = settings
    app.extensions["accredit.check_schema"] = lambda: migrations.check(database)
    app.extensions[FETCHER] = Fetcher(
        allowed=settings.fetch == "on", own_hosts=settings.own_hosts, proxy=Proxy.at(settings.fetch_proxy)
    )
    app.extensions[SCHOOL_FETCHER] = Fetcher(
        allowed=settings.school_sign_in == "on",
        own_hosts=settings.own_hosts,
        proxy=Proxy.at(settings.fetch_proxy),
    )
    registering.pinned(settings.registry_keys)  # A key that cannot be read is refused now, not at the first reader.
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        TRUSTED_HOSTS=_trusted_hosts(settings),
        PREFERRED_URL_SCHEME="https" if settings.is_https else "http",
    )
    install(
        app,
        Foundation(
            load_viewer=auth.load_viewer,
            database=database,
            demonstration=settings.demonstration,
            welsh_approved=settings.welsh_approved,
            https=settings.is_https,
        ),
    )
    for audience in AUDIENCES:
        audience.register(app)
    check_every_route_declares(app)
    if settings.trusted_proxies:
        # Only the address, for limits: host and scheme are known from the settings.
        proxied = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]  # as Flask's documentation says
    return app


def from_environment() -> Flask:
    """Build the application from ``ACCREDIT_*``; what a WSGI server calls."""
    app = create_app(load_settings())
    # A page need not wait five milliseconds for a thread that is busy with what somebody brought.
    sys.setswitchinterval(0.001)
    if place := os.environ.get(TURNS):
        credentials.files.take_turns(Path(place))
    # Early and once in each process: the first file that somebody brings need not wait for it.
    credentials.files.start()
    return app


def gateway() -> Gateway:
    """Build what `accredit serve` lets the web server call."""
    # One thread that is busy at a time is the fastest; the others wait for files that are read (`web.admission` lets
    # two in), so that one is always left for everybody else.
    app = from_environment()
    return Gateway(app, threads=THREADS, recall=recalling(app))


def _check_identity(database: Database, settings: Settings) -> None:
    with database.reading() as db:
        identity.check(db, base_url=settings.base_url, did_host=settings.did_host, demonstration=settings.demonstration)


def _trusted_hosts(settings: Settings) -> list[str]:
    name = settings.host.rsplit(":", 1)[0] if not settings.host.endswith("]") else settings.host
    return [name, settings.host, *settings.trusted_hosts]
