"""What browsers are told."""

from __future__ import annotations

import pytest

from accredit.web.access import public
from accredit.web.static_files import asset, content_hash
from tests.unit.web.gallery_app import CO_ORDINATOR, make_gallery


@pytest.mark.parametrize("path", ["/", "/no-such-page", "/staff", "/static/public.css"])
def test_every_answer_carries_the_headers(path: str) -> None:
    headers = make_gallery().test_client().get(path, buffered=True).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]


def test_https_is_remembered_only_over_https() -> None:
    client = make_gallery().test_client()
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert "max-age=" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_https_is_remembered_behind_a_proxy_that_speaks_plainly_to_us() -> None:
    app = make_gallery()
    app.config["SESSION_COOKIE_SECURE"] = True
    assert "max-age=" in app.test_client().get("/").headers["Strict-Transport-Security"]


def test_a_page_is_never_stored() -> None:
    assert make_gallery().test_client().get("/").headers["Cache-Control"] == "no-store"


def test_a_public_view_may_choose_its_caching_but_not_for_a_signed_in_reader() -> None:
    for viewer, expected in ((None, "public, max-age=300"), (CO_ORDINATOR, "no-store")):
        app = make_gallery(viewer)
        app.add_url_rule("/tile", "tile", public(lambda: ("tile", {"Cache-Control": "public, max-age=300"})))
        assert app.test_client().get("/tile").headers["Cache-Control"] == expected


def test_a_static_file_is_kept_for_ever_only_under_its_own_hash() -> None:
    client = make_gallery().test_client()
    right = client.get(f"/static/public.css?v={content_hash('public.css')}", buffered=True)
    wrong = client.get("/static/public.css?v=000000000000", buffered=True)
    assert "immutable" in right.headers["Cache-Control"]
    assert "immutable" not in wrong.headers.get("Cache-Control", "")


def test_a_page_with_a_missing_file_fails_at_once() -> None:
    with make_gallery().test_request_context(), pytest.raises(FileNotFoundError):
        asset("no-such-file.css")
