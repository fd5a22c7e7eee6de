"""WeasyPrint as it is used here: our own fonts and drawings only, nothing fetched, and the same bytes every time.

The files are tagged, PDF/A-3a and PDF/UA-1. What stands on a page is decided elsewhere.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from accredit.rendering import pdf_metadata
from accredit.rendering.fonts import fontconfig_file

NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
# WeasyPrint, Pango and the process environment are shared by all threads.
_ONE_AT_A_TIME = threading.Lock()


class ForeignAddress(Exception):  # what happened, in the caller's words
    """A page asked for something that is not its own."""


@dataclass(frozen=True)
class Attached:
    """A file inside a file: its name, its bytes, what it is, and how it stands to the page (PDF's AFRelationship)."""

    name: str
    content: bytes
    description: str
    relationship: str


class Press:
    """Lays pages out and writes them, while the press is held."""

    def __init__(self, moment: datetime) -> None:
        """Take the moment that the files state as theirs."""
        self._moment = moment

    def pages(self, html: str, drawings: Mapping[str, str | bytes]) -> Any:
        """Lay out a document. Raises `ForeignAddress` when it asks for anything but its drawings, here or in `pdf`.

        A drawing is an SVG as text, or a picture as bytes.
        """
        # The first import reads the fontconfig file, so it may only happen where ours is in force.
        import weasyprint
        from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

        class OwnDrawings(URLFetcher):  # type: ignore[misc]
            """Serves these drawings and nothing else: no file, no network."""

            def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
                if url not in drawings:
                    raise FatalURLFetchingError(url)
                drawing = drawings[url]
                if isinstance(drawing, str):
                    return URLFetcherResponse(url, drawing.encode(), {"Content-Type": "image/svg+xml"})
                return URLFetcherResponse(url, drawing, {"Content-Type": "image/png"})

        with _nothing_foreign():
            return weasyprint.HTML(string=html, base_url="own:", url_fetcher=OwnDrawings()).render(
                font_config=_font_configuration()
            )

    def pdf(
        self,
        documents: Sequence[Any],
        *,
        identifier: bytes,
        attached: Sequence[Attached] = (),
        title: str | None = None,
    ) -> bytes:
        """Write documents, one after the other, as one file; what is said of it is what the first says of itself."""
        import weasyprint

        document = documents[0]
        if len(documents) > 1:
            document = document.copy([page for each in documents for page in each.pages])
        if title is not None:
            document.metadata.title = title
        moment = self._moment
        document.metadata.created = document.metadata.modified = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        document.metadata.attachments = [
            weasyprint.Attachment(
                string=each.content,
                name=each.name,
                description=each.description,
                created=moment,
                modified=moment,
                relationship=each.relationship,
            )
            for each in attached
        ]
        # Asked for by its own name, sRGB would be opened by the library for every file and never closed.
        document.color_profiles["srgb"] = pdf_metadata.srgb_profile()
        with _nothing_foreign():
            return bytes(
                document.write_pdf(
                    pdf_variant="pdf/a-3a",
                    pdf_identifier=identifier,
                    output_intent="first-profile",
                    finisher=pdf_metadata.declare_pdf_ua,
                )
            )


@contextmanager
def press(moment: datetime) -> Iterator[Press]:
    """Hold the press: only our fonts are seen, and fontTools writes one date into what it embeds."""
    fixed = {"FONTCONFIG_FILE": str(fontconfig_file()), "SOURCE_DATE_EPOCH": str(int(moment.timestamp()))}
    with _ONE_AT_A_TIME:
        before = {name: os.environ.get(name) for name in fixed}
        os.environ.update(fixed)
        try:
            yield Press(moment)
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@contextmanager
def _nothing_foreign() -> Iterator[None]:
    from weasyprint.urls import FatalURLFetchingError

    try:
        yield
    except FatalURLFetchingError as error:
        raise ForeignAddress(str(error)) from None


@cache
def _font_configuration() -> Any:
    from weasyprint.text.fonts import FontConfiguration

    return FontConfiguration()
