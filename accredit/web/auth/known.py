"""A browser from which somebody has signed in before: it keeps a right of its own to try, so nobody can shut them out.

Whoever guesses at an account from elsewhere uses up what is allowed from elsewhere; its owner, at their own desk, does
not notice. The cookie says nothing but that: a number of the browser, and keyed marks of addresses that signed in.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from accredit.web.limits import Allowance, address, check_allowance, count_try
from accredit.web.settings import current_pepper

QUARTER = 15 * 60
LASTS_SECONDS = 180 * 24 * 3600
MOST_MARKS = 5
BY_ADDRESS = Allowance(name="sign-in-address", times=100, seconds=QUARTER)
BY_SOURCE = Allowance(name="sign-in-source", times=10, seconds=QUARTER)
BY_ACCOUNT = Allowance(name="sign-in-account", times=100, seconds=QUARTER)
BY_ALL = Allowance(name="sign-in-all", times=2_000, seconds=QUARTER)


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where somebody who gives this address tries from: a browser that knows it, or a network."""

    who: str
    key: str
    is_known: bool


def source_of(who: str) -> Source:
    """Return where this request comes from, for an address as it was typed."""
    kept = _kept()
    if _mark(who) in kept["marks"]:
        return Source(who=who, key=f"{who}|browser {kept['browser']}", is_known=True)
    return Source(who=who, key=f"{who}|network {address()}", is_known=False)


def check_tries(source: Source, *, now: datetime) -> None:
    """Refuse a source that has used up its wrong tries. Raises `TooManyRequests`."""
    check_allowance(BY_SOURCE, source.key, now=now)
    if not source.is_known:
        check_allowance(BY_ADDRESS, address(), now=now)
        check_allowance(BY_ACCOUNT, source.who, now=now)
        check_allowance(BY_ALL, "", now=now)


def count_wrong(source: Source) -> None:
    """Count one wrong try."""
    count_try(BY_SOURCE, source.key)
    if not source.is_known:
        count_try(BY_ADDRESS, address())
        count_try(BY_ACCOUNT, source.who)
        count_try(BY_ALL, "")


def remember(answer: Response, who: str) -> Response:
    """Let the browser know that this address has signed in from it."""
    kept = _kept()
    marks = [_mark(who), *(mark for mark in kept["marks"] if mark != _mark(who))][:MOST_MARKS]
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    text = _seal().dumps({"browser": kept["browser"], "marks": marks})
    answer.set_cookie(_name(), text, max_age=LASTS_SECONDS, secure=secure, httponly=True, samesite="Lax", path="/")
    return answer


def _kept() -> dict[str, Any]:
    try:
        kept: dict[str, Any] = _seal().loads(request.cookies.get(_name(), ""), max_age=LASTS_SECONDS)
    except BadSignature:
        return {"browser": secrets.token_urlsafe(12), "marks": []}
    return kept


def _seal() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known-browser")


def _name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"


def _mark(who: str) -> str:
    return hmac.digest(current_pepper(), b"known-browser:" + who.encode("utf-8", "replace"), "sha256").hex()[:24]
