"""A body that is too long or has no end is turned away, and its beginning is never judged (VX30)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.unit.domain.verification.test_other_issuers import DID, OWN_METHOD, badge
from tests.web import BASE_URL, Browser

FORM = "application/x-www-form-urlencoded"


@pytest.mark.attack("VX30")
def test_vx30_a_huge_body_is_refused_before_it_is_read(stranger: Browser) -> None:
    for path in ("/verify", "/api/verify"):
        said = {"CONTENT_LENGTH": "2000000000"}
        answer = stranger.post(path, data=b"x", content_type="application/pdf", environ_overrides=said)
        assert answer.status_code == 413, path
        assert "verdict" not in answer.text, path


class _Endless(io.RawIOBase):
    """A body without an end, and without a length."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self.given += len(into)
        return len(into)


@pytest.mark.attack("VX30")
def test_vx30_a_body_that_never_ends_is_left(app: Flask) -> None:
    kinds = ("application/pdf", "application/json", "multipart/form-data; boundary=b", FORM)
    for path, kind in (("/verify", kinds[2]), ("/verify", FORM), *(("/api/verify", kind) for kind in kinds)):
        endless = _Endless()
        status, body = _sent(app, path, kind, endless)
        assert (status[:3], b"verdict" in body) == ("413", False), (path, kind)
        assert endless.given < 13_000_000


@pytest.mark.attack("VX30")
def test_vx30_half_a_file_is_never_judged_as_a_whole_one(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is good up to the limit, and then goes on.
    credential = badge(DID, OWN_METHOD)
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", len(credential))
    for rest, expected in ((b"", "200"), (b"x", "413")):
        status, body = _sent(app, "/api/verify", "application/json", io.BytesIO(credential + rest))
        assert status[:3] == expected
        assert (b'"verdict"' in body) == (expected == "200")


def _sent(app: Flask, path: str, kind: str, given: io.IOBase) -> tuple[str, bytes]:
    environ = EnvironBuilder(path=path, base_url=BASE_URL, method="POST", content_type=kind).get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ |= {"wsgi.input": given, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    body, status, _headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    return status, b"".join(body)
