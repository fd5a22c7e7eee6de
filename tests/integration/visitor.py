"""A person's browser at a service that really runs: cookies, forms as the pages give them, and nothing more."""

from __future__ import annotations

import http.client
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import html5lib

PATIENCE_SECONDS = 60
# What a browser reports as "the connection was reset" or "closed without an answer".
BROKEN = (ConnectionResetError, BrokenPipeError, http.client.BadStatusLine, http.client.IncompleteRead)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str | None
    text: str


@dataclass(frozen=True)
class FilledForm:
    """A form that is ready to be sent, and may be sent again, as it is, after the answer was lost."""

    path: str
    fields: Sequence[tuple[str, str]]


class Visitor:
    """One browser; it follows no redirect by itself."""

    def __init__(self, port: int) -> None:
        """Open a browser that knows nobody yet."""
        self._port, self._cookies = port, SimpleCookie()

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def send(self, form: FilledForm) -> Answer:
        """Send a form. Raises one of `BROKEN` when the service dies before it has answered."""
        return self._ask("POST", form.path, urlencode(form.fields))

    def fill(self, path: str, values: Mapping[str, object], *, to: str | None = None) -> FilledForm:
        """Open the page at ``path`` and fill its form in; a value that is a list is sent once for each item."""
        page = self.get(path)
        assert page.status == 200, f"{path}: {page.status}"
        return self.filled(page.text, to or path, values)

    @staticmethod
    def filled(page: str, path: str, values: Mapping[str, object]) -> FilledForm:
        """Fill in the form of a page that is open already: its token, and ``values``."""
        tokens = {each.get("value") for each in _inputs(page) if each.get("name") == "csrf_token"}
        assert len(tokens) == 1, f"{path} has no form with a token"
        fields = [("csrf_token", str(tokens.pop()))]
        for name, value in values.items():
            fields += [(name, str(each)) for each in (value if isinstance(value, list) else [value])]
        return FilledForm(path, fields)

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_SECONDS)
        headers = {"Cookie": "; ".join(f"{name}={each.value}" for name, each in self._cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.load(line)
        return Answer(answer.status, answer.headers.get("Location"), text)


def _inputs(page: str) -> list[Any]:
    return list(html5lib.parse(page, namespaceHTMLElements=False).iter("input"))
