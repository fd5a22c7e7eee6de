"""Conformance mode: the VC-API as test suites call it, signed with throw-away keys; an application of its own.

It shares nothing with the service but the kit: no database, no accounts, no keys that anybody trusts. Its issuers live
as long as the process does. `accredit serve --conformance` starts it, over HTTPS and in one process.
"""

from __future__ import annotations

from flask import Flask

from accredit.kit.linkeddata.strict_json import MAX_BYTES
from accredit.web.access import check_every_route_declares
from accredit.web.conformance import answers, issuers, views
from accredit.web.conformance.status import StatusList

__all__ = ["create_app"]


def create_app() -> Flask:
    """Build the application with new keys, which nobody has seen before and nobody will see again."""
    app = Flask("accredit.conformance", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    # The verdict and the reason come first, as they were written.
    app.json.sort_keys = False  # type: ignore[attr-defined]  # of Flask's default provider
    app.extensions[issuers.EXTENSION] = issuers.throw_away()
    app.extensions[views.STATUS_LIST] = StatusList()
    app.register_blueprint(views.bp)
    answers.install(app)
    check_every_route_declares(app)
    return app
