"""Answer with a page, or send the reader on.

What a page shows is not here: values come from views, words from templates.
"""

from __future__ import annotations

import re
from typing import Literal

from flask import Response, make_response, redirect, render_template, url_for
from flask import flash as show_next
from flask_babel import LazyString
from werkzeug.routing import BuildError

FlashKind = Literal["success", "information", "careful"]
# One leading slash, then nothing a browser reads as another host: `//elsewhere`, `/\elsewhere`, or a hidden line end or
# tab, which a browser takes out before it looks at the slashes.
_PATH_OF_OURS = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """Render ``template`` as an HTML answer."""
    return make_response(render_template(template, **values), status)


def see_other(
    endpoint: str, *, flash: str | LazyString | None = None, flash_kind: FlashKind = "success", **values: object
) -> Response:
    """Send the reader to ``endpoint`` after a form, with one sentence of news to show there.

    303, so that a reload never sends the form again; ``values`` fill the address.
    """
    if flash is not None:
        show_next(str(flash), flash_kind)
    return make_response(redirect(url_for(endpoint, **values), code=303))  # type: ignore[arg-type]  # any value an URL takes


def address_of(endpoint: str, **values: object) -> str | None:
    """Return the address of ``endpoint``; None where this app has no such page: a layout leaves the link out."""
    try:
        return url_for(endpoint, **values)  # type: ignore[arg-type]  # any value an URL takes
    except BuildError:
        return None


def safe_next(text: str | None) -> str | None:
    """Return an address of this site as a path, or None for anything else."""
    return text if text and len(text) <= 500 and _PATH_OF_OURS.fullmatch(text) else None
