"""The whole app for tests: our cast in a real database, and a linting browser for each of them.

Fixtures (every test may ask for them): `cast`, `app`, `client_for`; `app` travels to the cast's today, 30 June 2026.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import CodeType
from typing import Any, Protocol
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from pydantic import SecretStr
from werkzeug.test import TestResponse

import accredit.app
from accredit.config import Settings
from accredit.domain.people import queries as people_queries
from accredit.domain.people import sign_ins, word_cards
from accredit.domain.people.models import Account
from accredit.domain.people.rules import SignInWay
from accredit.domain.transparency import operations as transparency
from accredit.domain.verification import operations as verification
from accredit.storage import Database, identity
from accredit.web.auth import cookie
from accredit.web.auth.cookie import YoungSignIn
from tests.cast import Cast, Player, make_cast
from tests.client import LintingClient
from tests.factories import HOST, NOW, PEPPER
from tests.snapshots import Snapshots

BASE_URL = f"https://{HOST}"


class Browser(LintingClient):
    """A browser that reaches the service at its own address, over TLS."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send a request to the service's own host."""
        options.setdefault("base_url", BASE_URL)
        return super().open(*args, **options)


class _Compiled(BytecodeCache):
    """Templates as they were compiled for the first app of this process: each test composes an app of its own."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was compiled from the same source under the same name."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        assert bucket.code is not None
        self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


class ClientFor(Protocol):
    """Makes a browser: signed in as somebody, or nobody's."""

    def __call__(self, player: Player | None = None) -> Browser:
        """Return it."""


def make_settings(database_url: str = "sqlite://", **changes: object) -> Settings:
    """Return the settings of tests; nothing is read from the environment but what the machine has set there."""
    values: dict[str, object] = {
        "base_url": BASE_URL,
        "secret_key": SecretStr("a secret that only the tests know, long enough"),
        "pepper": SecretStr(PEPPER.decode()),
        "database_url": database_url,
        "keys_dir": Path("no-keys-in-the-web"),
        **changes,
    }
    return Settings(**values)  # type: ignore[arg-type]  # pydantic checks them


def compose(database: Database, settings: Settings, *, csrf: bool = False) -> Flask:
    """Join the app as the service does, for a browser of tests; without the guard against forged forms."""
    # Each app stands for a process of its own, which knows nothing of what another one kept.
    for kept in (verification._SAME_REPORTS, verification._SAME_ANSWERS):
        kept._kept.clear()
    app = accredit.app.compose(database, settings)
    app.jinja_env.bytecode_cache = _COMPILED
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=csrf)
    app.test_client_class = Browser
    return app


def prepare(database: Database, settings: Settings) -> None:
    """Write what a service has before anybody uses it: its identity and an empty ledger."""
    with database.transaction() as db:
        identity.claim(
            db,
            base_url=settings.base_url,
            did_host=settings.did_host,
            demonstration=settings.demonstration,
            now=NOW,
        )
        transparency.ensure_log(db, origin=f"{settings.did_host}/ledger")


def sign_in(client: Browser, player: Player, cast: Cast) -> None:
    """Give the browser the cookie that the sign-in pages would give; those have tests of their own."""
    database: Database = client.application.extensions["accredit.database"]
    if player in {cast.ama, cast.ben, cast.cai, cast.olu}:
        card_id = card_of(database, player)
        with client.session_transaction(base_url=BASE_URL) as session:
            who = YoungSignIn(young_person_id=player.id, card_id=card_id)
            cookie.remember_young_person(session, who, now=NOW)
        return
    with database.reading() as db:
        account_id = player.id if player == cast.operator else people_queries.staff_member(db, player.id).account_id
        assert account_id is not None
        account = people_queries.account(db, account_id)
        assert account is not None
    with client.session_transaction(base_url=BASE_URL) as session:
        session.clear()
        remember_account(database, session, account, now=NOW)
        if player.actor.organisation_id is not None:
            cookie.choose_organisation(session, player.actor.organisation_id)


def remember_account(database: Database, session: cookie.Cookie, account: Account, *, now: datetime) -> None:
    """Begin a sign-in of an account, and put into a cookie what the pages put there."""
    with database.transaction() as db:
        way, device = SignInWay.PASSPHRASE, sign_ins.Device()
        _, secret = sign_ins.begin(db, account_id=account.id, way=way, device=device, now=now)
    session[cookie.ACCOUNT], session["_fresh"] = account.fs_uniquifier, True
    cookie.remember_account(session, secret=secret, now=now)


def card_of(database: Database, player: Player) -> UUID:
    """Return the card of words of a young person, made now where they have none."""
    with database.transaction() as db:
        card = word_cards.current(db, player.id)
        if card is not None:
            return card.id
        person = people_queries.young_person(db, player.id)
        return word_cards.make(
            db,
            organisation_id=person.organisation_id,
            young_person_id=player.id,
            language="en",
            pepper=PEPPER,
            actor=player.actor,
            now=NOW,
        )[0]


@pytest.fixture
def today() -> Iterator[time_machine.Traveller]:
    """It is the cast's today while a test runs; `shift` or `move_to` go elsewhere."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def cast(sqlite_database: Database, snapshots: Snapshots) -> Cast:
    """The cast, in the database of this test."""

    def play() -> Cast:
        with sqlite_database.transaction() as db:
            return make_cast(db)

    return snapshots.reach(sqlite_database, "cast", play)


@pytest.fixture
def app(sqlite_database: Database, cast: Cast, today: time_machine.Traveller, snapshots: Snapshots) -> Flask:
    """The app on SQLite with every audience there is, without the guard against forged forms."""
    settings = make_settings()
    snapshots.reach(sqlite_database, "service", lambda: prepare(sqlite_database, settings))
    return compose(sqlite_database, settings)


@pytest.fixture
def client_for(app: Flask, cast: Cast) -> ClientFor:
    """Return a browser: signed in as somebody of the cast, or nobody's."""

    def browser(player: Player | None = None) -> Browser:
        client = app.test_client()
        assert isinstance(client, Browser)
        if player is not None:
            sign_in(client, player, cast)
        return client

    return browser
