"""The request's way to the database: confined to the viewer's organisation, and read-only for a GET."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import cast
from uuid import UUID

from flask import current_app, request

from accredit.storage import Database, Session, versions
from accredit.storage.fault_points import fault_point
from accredit.web.viewer import current_viewer

READ_ONLY_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def current_database() -> Database:
    """Return the database this app was composed with."""
    return cast("Database", current_app.extensions["accredit.database"])


def reading(*, everywhere: bool = False, within: UUID | None = None) -> AbstractContextManager[Session]:
    """Read as the viewer; ``everywhere`` lifts the wall between organisations, for public pages and sign-in.

    ``within`` is the one organisation of a reader who is not signed in but has shown what opens it.
    """
    return current_database().reading(within or _tenant(everywhere=everywhere))


def current_version() -> str | None:
    """Return what stays the same exactly as long as nobody writes to this app's database."""
    return versions.version_of(current_database())


def transaction(*, everywhere: bool = False, within: UUID | None = None) -> AbstractContextManager[Session]:
    """Write as the viewer, in one transaction; ``everywhere`` and ``within`` as in `reading`.

    Raises `RuntimeError` in a GET: an address that is followed, prefetched or scanned must change nothing.
    """
    if request.method in READ_ONLY_METHODS:
        msg = f"{request.endpoint} would write in a {request.method}"
        raise RuntimeError(msg)
    return _committing(current_database().transaction(within or _tenant(everywhere=everywhere)))


@contextmanager
def _committing(opened: AbstractContextManager[Session]) -> Iterator[Session]:
    """Let a test cut the power on either side of the commit, when every row has been sent to the database."""
    with opened as db:
        yield db
        db.flush()
        fault_point("web.before_commit")
    fault_point("web.after_commit")


def _tenant(*, everywhere: bool) -> UUID | None:
    if everywhere:
        return None
    viewer = current_viewer()
    if viewer.organisation_id is None:
        # Without a tenant the wall would be lifted silently; that must be asked for by name.
        msg = f"{request.endpoint} reads an organisation's records without a viewer of one"
        raise RuntimeError(msg)
    return viewer.organisation_id
