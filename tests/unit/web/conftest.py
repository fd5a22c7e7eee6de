"""The gallery, looked at by each kind of reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accredit.web.viewer import Viewer
from tests.client import LintingClient
from tests.unit.web.gallery_app import make_gallery


@pytest.fixture
def visit() -> Callable[..., LintingClient]:
    """Return a linting client of the gallery for one viewer."""

    def as_(
        viewer: Viewer | None = None, *, demonstration: bool = False, welsh_approved: bool = False
    ) -> LintingClient:
        app = make_gallery(viewer, demonstration=demonstration, welsh_approved=welsh_approved)
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = LintingClient
        client = app.test_client()
        assert isinstance(client, LintingClient)
        return client

    return as_
