"""Letters that the service writes by itself, without a reader's page: plain text in the language they chose."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment

from accredit.rendering.environment import environment


@cache
def _plain(language: str) -> Environment:
    # Plain text: an ampersand in a programme's name stays one.
    return environment(language).overlay(autoescape=False)


def letter(template: str, language: str, **values: object) -> tuple[str, str]:
    """Return (subject, text) of a letter; the first line of its template is the subject."""
    subject, _line, text = _plain(language).get_template(template).render(values).partition("\n")
    return subject.strip(), text.strip() + "\n"
