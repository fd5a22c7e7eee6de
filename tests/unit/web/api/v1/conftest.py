"""A program with a key."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import pytest
from flask import Flask
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types
from werkzeug.test import TestResponse

from accredit.domain.clients import operations
from accredit.domain.clients.rules import Scope, Wish
from accredit.storage import Database
from accredit.web.api.v1.description import document
from tests.cast import Cast, Player
from tests.factories import NOW, TODAY
from tests.web import Browser


@dataclass
class Program:
    """Sends requests with its key, and holds every answer to the description."""

    browser: Browser
    key: str
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def send(self, method: str, path: str, *, key: str | None = None, **options: Any) -> TestResponse:
        """Send a request; a POST gets a new name unless it has one."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        if method == "POST":
            headers["Idempotency-Key"] = f"request-{next(self._numbers)}"
        headers |= options.pop("headers", {})
        answer = self.browser.open(f"/api/v1{path}", method=method, headers=headers, **options)
        self.check(method, path, answer)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """Return what is read, which must be there."""
        answer = self.send("GET", path, **options)
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def check(self, method: str, path: str, answer: TestResponse) -> None:
        """Hold an answer to the description: there is such a status, and the body has its shape."""
        described = document()
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
        wanted = f"/api/v1{path}".partition("?")[0].split("/")
        for template, operations_there in described["paths"].items():
            parts = template.split("/")
            fits = len(parts) == len(wanted) and all(
                a == b or a.startswith("{") for a, b in zip(parts, wanted, strict=True)
            )
            if fits and method.lower() in operations_there:
                told = operations_there[method.lower()]["responses"][str(answer.status_code)]
                media = answer.mimetype
                name = told["content"][media]["schema"]["$ref"].rpartition("/")[2]
                shape(name).validate(json.loads(answer.get_data()))


def shape(name: str) -> Draft202012Validator:
    """Return what holds a value to a shape of the description."""
    shapes = document()["components"]["schemas"]
    text = json.dumps({"$ref": f"#/$defs/{name}", "$defs": shapes}).replace("#/components/schemas/", "#/$defs/")
    return Draft202012Validator(json.loads(text))


class ProgramFor(Protocol):
    """Makes a program whose key has some scopes."""

    def __call__(self, *scopes: Scope, of: Player | None = None) -> Program:
        """Return it."""


@pytest.fixture
def program_for(app: Flask, cast: Cast, sqlite_database: Database) -> ProgramFor:
    """Return a program of somebody's, by default of Nia's."""

    def program(*scopes: Scope, of: Player | None = None) -> Program:
        maker = of or cast.nia
        organisation_id = maker.actor.organisation_id
        assert organisation_id is not None
        wish = Wish(label="A program", scopes=frozenset(scopes), last_day=TODAY + timedelta(days=30))
        with sqlite_database.transaction(organisation_id) as db:
            _, key = operations.make_key(db, organisation_id=organisation_id, wish=wish, actor=maker.actor, now=NOW)
        client = app.test_client()
        assert isinstance(client, Browser)
        return Program(client, key)

    return program
