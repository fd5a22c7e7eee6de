"""Who asks: the key in ``Authorization: Bearer …``, and nowhere else. How often it may, and what every error says.

- A key in the address is refused whatever it opens: addresses are kept in logs and histories.
- An answer is never stored, and no page of another site may read one.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy.exc
import structlog
from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from accredit.clock import local_date, utc_now
from accredit.domain.clients import operations, queries
from accredit.domain.clients.queries import Opened
from accredit.domain.clients.rules import BEGINNING
from accredit.domain.organisations.standing import standing_of
from accredit.domain.people import demanding
from accredit.errors import Conflict, Forbidden, NotFound
from accredit.storage import Session
from accredit.web.api.answers import problem
from accredit.web.api.v1 import bp
from accredit.web.api.v1.contract import Refused, reads
from accredit.web.api.v1.schema import Key
from accredit.web.database import current_database, reading
from accredit.web.limits import Allowance, Standing, address, check_allowance, count_try, standing
from accredit.web.messages import SENTENCES, sentence
from accredit.web.settings import current_settings
from accredit.web.viewer import Viewer, ViewerKind, current_viewer

logger = structlog.get_logger()

REQUESTS = Allowance(name="key-requests", times=300, seconds=60)
WRONG_KEYS = Allowance(name="wrong-keys", times=60, seconds=60)
REALM = 'Bearer realm="accredit"'
_NOT_FOUND = "There is nothing here, or nothing that this key may know of."
_SAID = {
    400: ("bad-request", "The request could not be read."),
    401: ("key-needed", "Send your key in the header: Authorization: Bearer accredit_…"),
    404: ("not-found", _NOT_FOUND),
    405: ("method-not-allowed", "This address cannot be used in that way; the header Allow names the ways there are."),
    413: ("too-large", "That is more than this service takes at once."),
    429: ("too-many-requests", "Wait for as many seconds as Retry-After says."),
    503: ("busy", "Ask again in as many seconds as Retry-After says."),
}


@bp.before_request
def look_for_the_key() -> None:
    """Let a program in whose key opens something now."""
    if BEGINNING in request.full_path:
        raise Refused(400, "key-in-address", "A key belongs in the header. End this one and make another.")
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return
    now = utc_now()
    with reading(everywhere=True) as db:
        found = queries.opened_by(db, text.strip(), now=now)
        # For an organisation that is suspended or has closed no program acts either (attacks.md WA12).
        if found is not None and not standing_of(db, found.organisation_id).somebody_acts:
            found = None
        lacks = found is not None and _lacks_second_step(db, found, now)
    if found is None:
        check_allowance(WRONG_KEYS, address(), now=now)
        count_try(WRONG_KEYS, address())
        raise Refused(401, "key-not-open", "This key opens nothing: it was mistyped, ended, or its last day is over.")
    if lacks:
        # What its maker may not do today, no key of theirs does.
        raise Refused(
            403, "second-step-missing", "Whoever made this key must first add a second step to their own sign-in."
        )
    g.viewer = _viewer(found)
    _count(str(found.key_id), now)
    _note_use(found, now)


def _lacks_second_step(db: Session, found: Opened, now: datetime) -> bool:
    since = demanding.lacking_since(
        db,
        account_id=found.account_id,
        organisation_id=found.organisation_id,
        by_everybody=current_settings().second_step == "everybody",
        today=local_date(now),
    )
    return since is not None and since <= local_date(now)


def _viewer(found: Opened) -> Viewer:
    return Viewer(
        kind=ViewerKind.CLIENT,
        organisation_id=found.organisation_id,
        staff_id=found.staff_id,
        # What a view asks for is a scope; that the one who made the key may still do it was looked at with the key.
        scopes=found.scopes,
        display_name=found.label,
        role=found.actor.role,
        key_id=found.key_id,
    )


def _count(key: str, now: datetime) -> None:
    g.standing = Standing(allowance=REQUESTS, left=0, seconds=REQUESTS.seconds)
    check_allowance(REQUESTS, key, now=now)
    count_try(REQUESTS, key)
    g.standing = standing(REQUESTS, key, now=now)


def _note_use(found: Opened, now: datetime) -> None:
    if found.last_used_on == local_date(now):
        return
    # Once a day, also where something is only read: whoever looks through the keys must see which one is in use. It
    # changes nothing that anybody asked about, and a request with a key is never made by following a link.
    try:
        with current_database().transaction(found.organisation_id) as db:
            operations.note_use(db, key_id=found.key_id, now=now)
    except sqlalchemy.exc.OperationalError as error:
        # Somebody else writes for long: what is asked for is not held up by this, and the next request notes it.
        logger.warning("the use of a key could not be noted", cause=type(error.orig).__name__)


@reads("/key", told=Key)
def key(db: Session) -> Key:
    """Say what this key opens, and until when."""
    viewer = current_viewer()
    return Key(label=viewer.display_name, scopes=sorted(viewer.scopes), last_day=queries.last_day(db, viewer.key_id))


@bp.after_request
def nothing_is_kept(answer: Response) -> Response:
    """Say how the key stands, and that no answer is to be stored."""
    found: Standing | None = g.get("standing")
    if found is not None:
        # draft-ietf-httpapi-ratelimit-headers-10, as for checks.
        answer.headers["RateLimit-Policy"] = f'"requests";q={found.allowance.times};w={found.allowance.seconds}'
        answer.headers["RateLimit"] = f'"requests";r={found.left};t={found.seconds}'
    if answer.status_code == 401:
        # RFC 6750 §3.
        wrong = "Authorization" in request.headers
        answer.headers["WWW-Authenticate"] = f'{REALM}, error="invalid_token"' if wrong else REALM
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.errorhandler(Refused)
def _refused(refusal: Refused) -> Response:
    return problem(refusal.status, refusal.code, refusal.detail, **refusal.more)


@bp.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response:
    status = error.code or 500
    code, detail = _SAID.get(status, (error.name.lower().replace(" ", "-"), error.description or error.name))
    answer = problem(status, code, detail)
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


@bp.errorhandler(NotFound)
def _not_found(_error: NotFound) -> Response:
    # What was missing stays ours, since it may belong to another school.
    return problem(404, "not-found", _NOT_FOUND)


@bp.errorhandler(Forbidden)
def _forbidden(error: Forbidden) -> Response:
    if error.code == "scope-missing":
        return problem(403, error.code, "This key was not made for that. Make one with the scope that this needs.")
    return problem(403, error.code, "No key may do this.")


@bp.errorhandler(Conflict)
def _conflict(error: Conflict) -> Response:
    said = sentence(error) if error.code in SENTENCES else "Something changed in the meantime. Read it again."
    return problem(409, error.code, said)
