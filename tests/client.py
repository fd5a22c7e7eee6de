"""A test client that reads every HTML answer with a critical eye."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.html_lint import lint


class LintingClient(FlaskClient):
    """Fails the test whose page has a fault, with each fault named."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        """Send a request and lint what comes back, redirects followed or not."""
        # Buffered: a file that is sent is read and closed at once, whoever forgets to.
        options.setdefault("buffered", True)
        answer = super().open(*args, **options)
        # The checking page is a file to keep, with a script of its own inside; tests/browser reads that one critically.
        is_page = answer.mimetype == "text/html" and "attachment" not in answer.headers.get("Content-Disposition", "")
        if is_page and answer.status_code not in {301, 302, 303, 307, 308} and answer.data:
            faults = lint(answer.get_data(as_text=True))
            assert not faults, f"{answer.request.path} ({answer.status_code}):\n" + "\n".join(faults)
        return answer
