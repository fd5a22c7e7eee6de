"""Jinja for what is rendered without a browser: one environment a language, everything escaped, nothing undefined."""

from __future__ import annotations

import gettext
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from accredit.rendering.templates import template_root

_LOCALES = Path(__file__).parent.parent / "locale"


@cache
def translations(language: str) -> gettext.NullTranslations:
    """Return the catalogue of a language; a language without one speaks English, as the source does."""
    return gettext.translation("messages", localedir=_LOCALES, languages=[language.replace("-", "_")], fallback=True)


@cache
def environment(language: str) -> Environment:
    """Return the environment of a language, with `_()` and `ngettext()`."""
    made = Environment(
        loader=FileSystemLoader(template_root()),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Added by the i18n extension, which Jinja's types do not tell of.
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    return made
