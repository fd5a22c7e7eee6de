"""The files of a share as answers: one sheet (PDF), JSON, the JWT form, what checks them without us.

Who may have them is not here: a view decides that before it asks. Nothing is stored on the way.
"""

from __future__ import annotations

from flask import Response, url_for

from accredit.domain.credentials.views import ShareView
from accredit.rendering.share_sheet import ShareSheet, share_pdf
from accredit.web.files import MEDIA_TYPES, FileKind, FileSource, bytes_of
from accredit.web.settings import current_settings


def share_address(secret: str) -> str:
    """Return the whole address of a share, for whoever knows the secret part of it."""
    return current_settings().base_url + url_for("public.share", share_secret=secret)


def share_file(view: ShareView, source: FileSource, kind: FileKind, *, secret: str) -> Response:
    """Answer with one file of a share; ``source`` is what `files.source_of` returned for this kind."""
    data = _sheet(view, source, secret) if kind is FileKind.PDF else bytes_of(view, source, kind)
    called = "shared-record" if view.said.is_record else "shared-award"
    answer = Response(data, content_type=MEDIA_TYPES[kind])
    # Neither a name nor which award: a list of recent downloads is read by others.
    answer.headers.set("Content-Disposition", "attachment", filename=f"{called}.{kind.value}")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _sheet(view: ShareView, source: FileSource, secret: str) -> bytes:
    return share_pdf(
        ShareSheet(
            said=view.said,
            organisation=view.organisation_name,
            link=share_address(secret),
            verify=current_settings().base_url + url_for("public.verify"),
            last_day=view.last_day,
            credential_json=source.signed,
            evidence=source.evidence,
            demonstration=view.demonstration,
        )
    )
