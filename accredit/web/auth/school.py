"""Sign in with the account somebody has at their school (OpenID Connect Core 1.0, code flow, PKCE).

1. `school`: the page of one organisation, whose link leads to `go_to_school`.
2. `go_to_school` remembers in this browser what it asked (state, nonce, verifier, issuer) and sends its reader there.
3. `back_from_school` shows a page; looking at it changes nothing. Each organisation has an address back of its own: a
   service that sends its readers on to another school's cannot have their answer handed to itself (RFC 9700 §4.4.2.2).
4. `check_school`: the state is this browser's and is used up, the code is exchanged for a token, the token is believed.
5. An identity that was connected signs in; `connect_school` is the same way, for somebody who is signed in already.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

import structlog
from flask import Response, current_app, make_response, redirect, request, session, url_for
from flask_babel import gettext as _
from joserfc.errors import JoseError

from accredit.clock import local_date, utc_now
from accredit.domain.organisations import queries as organisations
from accredit.domain.organisations.queries import OrganisationFacts
from accredit.domain.people import school_sign_in as schools
from accredit.domain.people.rules import SignInWay
from accredit.domain.people.school_sign_in import Connection, Identity, NotBelieved
from accredit.errors import NotFound, RuleBroken
from accredit.fetching.errors import FetchRefused
from accredit.fetching.fetcher import Fetcher
from accredit.web.access import proved_account_holder, public
from accredit.web.auth import SCHOOL_FETCHER, bp
from accredit.web.auth.account import own_account
from accredit.web.auth.entering import account_by_id, enter
from accredit.web.auth.known import BY_ADDRESS
from accredit.web.auth.viewer import readers_of_account
from accredit.web.database import reading, transaction
from accredit.web.limits import address, check_allowance, count_try
from accredit.web.messages import sentence
from accredit.web.pages import page, safe_next, see_other
from accredit.web.settings import current_pepper, current_settings
from accredit.web.viewer import Viewer, ViewerKind, current_viewer

logger = structlog.get_logger()

ASKED = "school_asked"
LASTS_SECONDS = 600
KEYS_KEPT = timedelta(hours=1)
JSON = frozenset({"application/json", "application/jwk-set+json"})


@bp.get("/sign-in/school/<slug>")
@public
def school(slug: str) -> Response:
    """Offer the school's own account to whoever works there."""
    facts, _connection = _school(slug)
    return page("auth/school.html", facts=facts, wanted=safe_next(request.args.get("next")))


@bp.get("/sign-in/school/<slug>/go")
@public
def go_to_school(slug: str) -> Response:
    """Remember what is asked, in this browser alone, and send its reader to the school's service."""
    facts, connection = _school(slug)
    return _go(facts, connection, wanted=safe_next(request.args.get("next")), connects=None)


@bp.post("/account/school")
@proved_account_holder
def connect_school() -> Response:
    """Send somebody who is signed in to their school's service, to connect the account they have there."""
    viewer = current_viewer()
    if viewer.organisation_id is None:
        raise NotFound("school-sign-in")
    with reading(everywhere=True) as db:
        facts = organisations.organisation(db, viewer.organisation_id)
    facts, connection = _school(facts.slug)
    return _go(facts, connection, wanted=url_for("auth.account"), connects=own_account(viewer))


@bp.get("/sign-in/school/<slug>/back")
@public
def back_from_school(slug: str) -> Response:
    """Show who comes back that they are; the button of the page goes on."""
    if ASKED not in session:
        return see_other("auth.sign_in")
    carried = [(name, request.args.get(name, "")) for name in ("code", "state", "iss", "error")]
    return page("auth/school_back.html", carried=carried, slug=slug)


@bp.post("/sign-in/school/<slug>/back")
@public
def check_school(slug: str) -> Response:
    """Believe the school's answer, or not; sign in, or connect, whom it speaks of."""
    now = utc_now()
    check_allowance(BY_ADDRESS, address(), now=now)
    asked: dict[str, Any] | None = session.pop(ASKED, None)
    identity = _identity(asked, now) if asked is not None and asked.get("slug") == slug else None
    if asked is None or identity is None:
        count_try(BY_ADDRESS, address())
        return _refused(_("Your school’s answer did not fit. Begin again, or sign in another way."))
    if asked["connects"] is not None:
        return _connected(UUID(asked["connects"]), identity, now)
    return _entered(UUID(asked["organisation"]), identity, asked["next"], now)


def _go(facts: OrganisationFacts, connection: Connection, *, wanted: str | None, connects: UUID | None) -> Response:
    endpoint = _where_to_go(connection)
    if endpoint is None:
        return _refused(_("Your school’s service does not answer now. Sign in another way, or try again later."))
    verifier = secrets.token_urlsafe(48)
    asked = {
        "organisation": str(facts.id),
        "slug": facts.slug,
        "issuer": connection.issuer,
        "state": secrets.token_urlsafe(32),
        "nonce": secrets.token_urlsafe(32),
        "verifier": verifier,
        "at": int(utc_now().timestamp()),
        "next": wanted,
        "connects": None if connects is None else str(connects),
    }
    session[ASKED] = asked
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "response_type": "code",
        "scope": "openid",
        "client_id": connection.client_id,
        "redirect_uri": address_back(facts.slug),
        "state": asked["state"],
        "nonce": asked["nonce"],
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **({"hd": connection.school} if connection.issuer == schools.GOOGLE and connection.school else {}),
    }
    return make_response(redirect(f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", code=303))


def _where_to_go(connection: Connection) -> str | None:
    try:
        told = _told(connection.issuer, "/.well-known/openid-configuration", utc_now())
    except (FetchRefused, ValueError) as error:
        logger.info("a school's service did not answer", cause=type(error).__name__)
        return None
    endpoint = str(told.get("authorization_endpoint", ""))
    # OpenID Connect Discovery §4.3: whoever answers must say that they are who was asked.
    return endpoint if told.get("issuer") == connection.issuer and endpoint.startswith("https://") else None


def _identity(asked: dict[str, Any], now: datetime) -> Identity | None:
    """Return whom the answer speaks of; None for one that is not to be believed, whatever the reason."""
    state = request.form.get("state", "")
    is_ours = hmac.compare_digest(state.encode("utf-8", "replace"), asked["state"].encode())
    # RFC 9207 §2.4: an answer that names its issuer must name the one that was asked.
    from_them = request.form.get("iss", "") in {"", asked["issuer"]}
    in_time = abs(now.timestamp() - asked["at"]) <= LASTS_SECONDS
    code = request.form.get("code", "")
    if not (is_ours and from_them and in_time and code) or len(code) > 4_000:
        return None
    with reading(everywhere=True) as db:
        connection = schools.connection(db, UUID(asked["organisation"]))
        if connection is None or connection.issuer != asked["issuer"]:
            return None
        secret = schools.client_secret(db, connection.organisation_id, pepper=current_pepper())
    try:
        token, keys = _exchanged(connection, secret, code, asked, now)
        return schools.believed(token, keys=keys, expected=connection, expected_nonce=asked["nonce"], now=now)
    except (FetchRefused, NotBelieved, JoseError, ValueError, KeyError, TypeError) as error:
        logger.info("a school's answer was not believed", cause=type(error).__name__, why=str(error)[:40])
        return None


def _exchanged(
    connection: Connection, secret: str, code: str, asked: dict[str, Any], now: datetime
) -> tuple[str, dict[str, Any]]:
    told = _told(connection.issuer, "/.well-known/openid-configuration", now)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": address_back(asked["slug"]),
        "client_id": connection.client_id,
        "client_secret": secret,
        "code_verifier": asked["verifier"],
    }
    answered = school_fetcher().send(str(told["token_endpoint"]), form=urlencode(form).encode(), accept=JSON, now=now)
    token = str(json.loads(answered.body)["id_token"])
    return token, json.loads(school_fetcher().get(str(told["jwks_uri"]), accept=JSON, ttl=KEYS_KEPT, now=now).body)


def _told(issuer: str, path: str, now: datetime) -> dict[str, Any]:
    found = school_fetcher().get(issuer + path, accept=JSON, ttl=KEYS_KEPT, now=now)
    return cast("dict[str, Any]", json.loads(found.body))


def _entered(organisation_id: UUID, identity: Identity, wanted: str | None, now: datetime) -> Response:
    with reading(everywhere=True) as db:
        account_id = schools.account_of(db, identity)
        readers = readers_of_account(db, account_id, on=local_date(now)) if account_id is not None else ()
    account = account_by_id(account_id) if account_id is not None else None
    if account is None or not account.active:
        return _refused(
            _("This school account is not connected yet. Sign in another way once, and connect it on your own page.")
        )
    if not _works_there_alone(readers, organisation_id):
        return _refused(_("You work in more than one place here, so a school account cannot sign you in."))
    return enter(account, way=SignInWay.SCHOOL, wanted=wanted, now=now)


def _works_there_alone(readers: tuple[Viewer, ...], organisation_id: UUID) -> bool:
    # Whoever runs a school's service can be anybody there; they must not become somebody elsewhere by it.
    return len(readers) == 1 and readers[0].kind is ViewerKind.STAFF and readers[0].organisation_id == organisation_id


def _connected(account_id: UUID, identity: Identity, now: datetime) -> Response:
    viewer = current_viewer()
    if viewer.account_id != account_id:
        return _refused(_("Your school’s answer did not fit. Begin again, or sign in another way."))
    try:
        with transaction(everywhere=True) as db:
            schools.connect_account(db, account_id=account_id, identity=identity, actor=viewer.actor(), now=now)
    except RuleBroken as broken:
        return see_other("auth.account", flash=sentence(broken), flash_kind="careful")
    return see_other("auth.account", flash=_("From now on your school account signs you in."))


def _refused(said: str) -> Response:
    here = "auth.account" if current_viewer().account_id is not None else "auth.sign_in"
    return see_other(here, flash=said, flash_kind="careful")


def _school(slug: str) -> tuple[OrganisationFacts, Connection]:
    with reading(everywhere=True) as db:
        facts = organisations.organisation_by_slug(db, slug)
        connection = schools.connection(db, facts.id) if facts is not None else None
    if facts is None or connection is None or not school_fetcher().allowed:
        raise NotFound("school-sign-in")
    return facts, connection


def address_back(slug: str) -> str:
    """Return where the service of one school sends people back to."""
    # From the settings, never from what a request says its host is (WA03).
    return current_settings().base_url + url_for("auth.back_from_school", slug=slug)


def school_fetcher() -> Fetcher:
    """Return what contacts schools' services."""
    return cast("Fetcher", current_app.extensions[SCHOOL_FETCHER])
