"""The same page for the same answer: what was rendered for one stranger is sent to the next one.

Only to readers who brought no cookie of ours, only for the minute that the page itself states, and only while nothing
at all was written to the database. A page that gave its reader a cookie is nobody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import Response, session

from accredit.storage.versions import Remembered
from accredit.web.database import current_version
from accredit.web.languages import page_language


@dataclass(frozen=True)
class _Kept:
    body: bytes
    headers: tuple[tuple[str, str], ...]


_PAGES: Final = Remembered[_Kept](size=512)


def kept_page(key: Hashable, render: Callable[[], Response], *, now: datetime) -> Response:
    """Return the page that was kept under a key, or render it and keep it."""
    if session:
        return render()
    # Before anything is read, so that nothing that is kept can be older than this.
    version, key = current_version(), (key, page_language())
    kept = _PAGES.get(version, key, now=now)
    if kept is not None:
        return Response(kept.body, headers=list(kept.headers))
    answer = render()
    if answer.status_code == 200 and not session:
        until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        _PAGES.keep(version, key, _Kept(answer.get_data(), tuple(answer.headers)), until=until)
    return answer
