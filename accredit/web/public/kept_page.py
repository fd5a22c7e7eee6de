"""The same page for the same answer: what was rendered for one stranger is sent to the next one.

Only to readers who brought no cookie of ours, and only for the minute that the page itself states. While nothing at all
was written to the database nothing is asked of it; after that the answer is worked out again, and where it follows from
the very same facts, so does the page. A page that gave its reader a cookie is nobody else's.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flask import Response, session

from accredit.domain.verification.operations import CodeAnswer
from accredit.storage.readings import Notes
from accredit.storage.versions import Remembered
from accredit.web.database import current_version
from accredit.web.languages import page_language

_MOST: Final = 512


@dataclass(frozen=True)
class _Kept:
    body: bytes
    headers: tuple[tuple[str, str], ...]
    basis: Notes | None
    since: datetime
    until: datetime


class _LastPages:
    """The page that was rendered last under each key, whatever was written since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: OrderedDict[Hashable, _Kept] = OrderedDict()

    def get(self, key: Hashable, basis: Notes, now: datetime) -> _Kept | None:
        with self._lock:
            kept = self._pages.get(key)
        return kept if kept is not None and kept.basis is basis and kept.since <= now < kept.until else None

    def keep(self, key: Hashable, page: _Kept) -> None:
        with self._lock:
            for old in [old for old, kept in self._pages.items() if kept.until <= page.since]:
                del self._pages[old]
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > _MOST:
                self._pages.popitem(last=False)


_PAGES: Final = Remembered[_Kept](size=_MOST)
_LAST_PAGES: Final = _LastPages()


def kept_page(
    key: Hashable,
    *,
    find: Callable[[], CodeAnswer | None],
    render: Callable[[CodeAnswer | None], Response],
    now: datetime,
) -> Response:
    """Return the page that was kept under a key, or find the answer, render it and keep the page."""
    if session:
        return render(find())
    # Before anything is read, so that nothing that is kept can be older than this.
    version, key = current_version(), (key, page_language())
    kept = _PAGES.get(version, key, now=now)
    if kept is not None:
        return Response(kept.body, headers=list(kept.headers))
    found = find()
    basis = None if found is None else found.basis
    same = None if basis is None else _LAST_PAGES.get(key, basis, now)
    if same is not None:
        _PAGES.keep(version, key, same, until=same.until)
        return Response(same.body, headers=list(same.headers))
    answer = render(found)
    if answer.status_code == 200 and not session:
        minute = now.replace(second=0, microsecond=0)
        until = minute + timedelta(minutes=1)
        page = _Kept(answer.get_data(), tuple(answer.headers), basis, minute, until)
        _PAGES.keep(version, key, page, until=until)
        if basis is not None:
            _LAST_PAGES.keep(key, page)
    return answer
