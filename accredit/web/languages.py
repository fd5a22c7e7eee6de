"""Which language a page speaks, and the filters that templates use.

Welsh is offered only after the operator has set ``welsh_approved``: a Welsh speaker has read the catalogue.
"""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask, Response, abort, current_app, has_request_context, make_response, redirect, request
from flask_babel import Babel, get_locale

from accredit.web import words
from accredit.web.access import public
from accredit.web.forms import csrf
from accredit.web.pages import safe_next

LANGUAGES = ("en", "cy")
COOKIE = "language"
_APPROVED = "accredit.languages"


def offered_languages() -> tuple[str, ...]:
    """Return the languages a reader may choose, the default first."""
    offered: tuple[str, ...] = current_app.extensions[_APPROVED]
    return offered


def chosen_language() -> str:
    """Return the reader's language: their choice, else their browser's wish, else English."""
    offered = offered_languages()
    if not has_request_context():
        return offered[0]
    if request.cookies.get(COOKIE) in offered:
        return request.cookies[COOKIE]
    return request.accept_languages.best_match(offered, default=offered[0]) or offered[0]


def page_language() -> str:
    """Return the language of the page being rendered, as it stands in ``<html lang>``."""
    locale = get_locale()
    return locale.language if locale is not None else LANGUAGES[0]


@public
def choose_language() -> Response:
    """Remember the language a reader chose and show the same page again."""
    language, back = request.form.get("language", ""), request.form.get("next", "/")
    if language not in offered_languages():
        abort(400)
    answer = make_response(redirect(safe_next(back) or "/", code=303))
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(COOKIE, language, max_age=31_536_000, secure=secure, httponly=True, samesite="Lax")
    return answer


def _hours(minutes: int) -> str:
    return words.hours_in_words(minutes, page_language())


def _date(day: date) -> str:
    return words.date_in_words(day, page_language())


def _month(day: date) -> str:
    return words.month_in_words(day, page_language())


def _moment(moment: datetime) -> str:
    return words.moment_in_words(moment, page_language())


def _number(number: int) -> str:
    return words.number_in_words(number, page_language())


def install_languages(app: Flask, *, welsh_approved: bool) -> None:
    """Set up messages and the filters ``hours``, ``date``, ``month``, ``moment`` and ``number``."""
    app.extensions[_APPROVED] = LANGUAGES if welsh_approved else LANGUAGES[:1]
    # Whoever forged this form would choose a language for somebody; a token would give every stranger a cookie.
    csrf.exempt(choose_language)
    Babel(
        app,
        default_locale="en",
        default_timezone="Europe/London",
        default_translation_directories=str(words.CATALOGUES),
        locale_selector=chosen_language,
    )
    app.jinja_env.filters.update(hours=_hours, date=_date, month=_month, moment=_moment, number=_number)
    app.add_url_rule("/language", "language.choose", choose_language, methods=["POST"])
    app.jinja_env.globals.update(page_language=page_language, offered_languages=offered_languages)
