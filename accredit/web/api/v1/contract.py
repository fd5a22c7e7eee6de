"""How a view for programs is declared: what it is for, what it takes, what it answers; the same for the description.

- What is read and what is written travels as JSON of a stated shape, and nothing else is taken.
- ``POST`` needs an ``Idempotency-Key``: sent again, it is answered again and not done again.
- What has a version carries it as its ``ETag``; a change names it in ``If-Match``, so that nobody's work is lost.
- Lists come in pages; ``next`` of one is the ``after`` of the following.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from uuid import UUID

from flask import Response, current_app, request
from pydantic import ValidationError

from accredit.clock import utc_now
from accredit.domain.clients import repeating
from accredit.domain.clients.rules import Scope
from accredit.errors import Forbidden
from accredit.kit.linkeddata import strict_json
from accredit.kit.linkeddata.errors import JsonRefused
from accredit.storage import Session
from accredit.web.access import client
from accredit.web.api.answers import answered_text
from accredit.web.api.v1 import bp
from accredit.web.api.v1.shapes import Shape
from accredit.web.database import reading, transaction
from accredit.web.viewer import current_viewer

LONGEST_BODY: Final = 100_000
MOST_ON_A_PAGE: Final = 200
_IN_FLIGHT = "accredit.requests_in_flight"
_VERSION = re.compile(r'"([0-9]{1,9})"')

T = TypeVar("T")
S = TypeVar("S", bound=Shape)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One word after the question mark."""

    name: str
    text: str
    schema: dict[str, Any]


AFTER = Query(name="after", text="`next` of the page before.", schema={"type": "string", "format": "uuid"})
LIMIT = Query(
    name="limit",
    text="How many at most.",
    schema={"type": "integer", "minimum": 1, "maximum": MOST_ON_A_PAGE, "default": MOST_ON_A_PAGE},
)
PAGED: Final = (AFTER, LIMIT)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing that programs can ask for. ``path`` is as Flask has it, below ``/api/v1``."""

    name: str
    summary: str
    method: str
    path: str
    scopes: tuple[Scope, ...]
    told: type[Shape]
    status: int = 200
    sent: type[Shape] | None = None
    media: tuple[str, ...] = ("application/json",)
    query: tuple[Query, ...] = ()
    is_versioned: bool = False


OPERATIONS: Final[list[Operation]] = []


class Refused(Exception):  # an answer, as werkzeug's are
    """A request that is answered with a problem; ``more`` are further members of it."""

    def __init__(self, status: int, code: str, detail: str, **more: object) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.more = status, code, detail, more


View = Callable[..., Shape]


def reads(path: str, *scopes: Scope, told: type[Shape], query: tuple[Query, ...] = ()) -> Callable[[View], View]:
    """Declare a view that reads: it is given a handle, and returns the shape that it ``told``."""

    def declared(view: View) -> View:
        def answer(**values: object) -> Response:
            with reading() as db:
                return as_answer(view(db, **values))

        told_of(view, answer, method="GET", path=path, scopes=scopes, told=told, query=query)
        return view

    return declared


def writes(
    method: str,
    path: str,
    *scopes: Scope,
    sent: type[Shape],
    told: type[Shape],
    status: int = 200,
    is_versioned: bool = False,
) -> Callable[[View], View]:
    """Declare a view that writes: it is given a handle in a transaction, and what was ``sent``."""

    def declared(view: View) -> View:
        def answer(**values: object) -> Response:
            body = body_of(sent)
            if method == "POST":
                return _once(lambda db: view(db, body, **values), status)
            with transaction() as db:
                return as_answer(view(db, body, **values), status)

        told_of(
            view,
            answer,
            method=method,
            path=path,
            scopes=scopes,
            told=told,
            status=status,
            sent=sent,
            is_versioned=is_versioned,
        )
        return view

    return declared


def told_of(view: View, answer: Callable[..., Response], **declared: Any) -> None:
    """Add a view to the addresses, and to the description."""
    name, summary = view.__name__, (view.__doc__ or "").partition("\n")[0]
    operation = Operation(name=name, summary=summary, **declared)
    answer.__name__, answer.__module__ = name, view.__module__
    guarded = client(*operation.scopes)(answer)
    bp.add_url_rule(operation.path, endpoint=name, view_func=guarded, methods=[operation.method])
    OPERATIONS.append(operation)


def as_answer(shape: Shape, status: int = 200) -> Response:
    """Answer with a shape; where it has a version, with its ``ETag``."""
    answer = answered_text(shape.model_dump_json())
    answer.status_code = status
    version = getattr(shape, "version", None)
    if version is not None:
        answer.headers["ETag"] = f'"{version}"'
    return answer


def body_of(sent: type[S]) -> S:
    """Return what was sent. Raises `Refused` for anything but JSON of that shape, with each fault named."""
    if request.mimetype != "application/json":
        raise Refused(415, "not-json", "Send JSON, with Content-Type: application/json.")
    data = request.get_data()
    if len(data) > LONGEST_BODY:
        raise Refused(413, "too-large", f"At most {LONGEST_BODY} bytes can be sent at once.")
    try:
        return sent.model_validate(strict_json.loads(data), strict=False)
    except JsonRefused as refused:
        raise Refused(400, "not-json", str(refused)) from None
    except ValidationError as faults:
        raise Refused(
            422,
            "not-as-described",
            "Some of it is not as the description has it.",
            # Never what was sent: an error is written down in more places than an answer.
            errors=[{"at": ".".join(map(str, each["loc"])), "text": each["msg"]} for each in faults.errors()],
        ) from None


def fault(at: str, text: str) -> Refused:
    """Return the refusal of one member that was sent."""
    detail = "Some of it is not as the description has it."
    return Refused(422, "not-as-described", detail, errors=[{"at": at, "text": text}])


def expected_version() -> int:
    """Return the version that a change is made to. Raises `Refused` where the request does not say."""
    given = request.headers.get("If-Match")
    if given is None:
        raise Refused(428, "if-match-needed", "Say in If-Match which version you change: the ETag that you read.")
    found = _VERSION.fullmatch(given.strip())
    if found is None:
        raise changed_meanwhile()
    return int(found[1])


def changed_meanwhile() -> Refused:
    """Return the refusal of a change to something that is no longer as it was read."""
    return Refused(412, "changed-meanwhile", "It has changed since you read it. Read it again, and decide anew.")


def flag(name: str) -> bool:
    """Return whether a word after the question mark is ``true``. Raises `Refused` for anything but true and false."""
    given = request.args.get(name, "false")
    if given not in {"true", "false"}:
        raise Refused(400, "query", f"{name} is true or false.")
    return given == "true"


def given_id(name: str) -> UUID | None:
    """Return the id after the question mark, if there is one. Raises `Refused` for what is none."""
    given = request.args.get(name)
    try:
        return None if given is None else UUID(given)
    except ValueError:
        raise Refused(400, "query", f"{name} is an id.") from None


def given_limit() -> int:
    """Return how many somebody wants on a page. Raises `Refused`."""
    given = request.args.get("limit", str(MOST_ON_A_PAGE))
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= MOST_ON_A_PAGE):
        raise Refused(400, "query", f"limit is a number from 1 to {MOST_ON_A_PAGE}.")
    return int(given)


def one_page(items: Sequence[T], id_of: Callable[[T], UUID]) -> tuple[list[T], UUID | None]:
    """Return the items of the page that was asked for, in the order of their ids, and what follows it, if anything."""
    after, limit = given_id("after"), given_limit()
    rest = sorted((each for each in items if after is None or id_of(each) > after), key=id_of)
    return rest[:limit], (id_of(rest[limit - 1]) if len(rest) > limit else None)


@dataclass
class _InFlight:
    """The requests that are being done in this process, by key and name."""

    _doing: set[tuple[UUID, str]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def doing(self, key_id: UUID, name: str) -> Iterator[None]:
        """Hold the place of one. Raises `Refused` while it is taken."""
        with self._lock:
            if (key_id, name) in self._doing:
                raise Refused(409, "in-flight", "This very request is being done. Ask again in a moment.")
            self._doing.add((key_id, name))
        try:
            yield
        finally:
            with self._lock:
                self._doing.discard((key_id, name))


def _once(act: Callable[[Session], Shape], status: int) -> Response:
    """Do something once, however often it is sent under one name."""
    viewer, given = current_viewer(), request.headers.get("Idempotency-Key")
    if viewer.key_id is None or viewer.organisation_id is None:
        raise Forbidden("staff-only")
    if given is None:
        raise Refused(
            400, "idempotency-key-needed", "Name this request in Idempotency-Key, so that it is done once only."
        )
    key_id, name = viewer.key_id, repeating.check_name(given)
    asked = repeating.hash_of(request.method, request.full_path, request.get_data())
    places: _InFlight = current_app.extensions.setdefault(_IN_FLIGHT, _InFlight())
    now = utc_now()
    # In another process the second waits for the first at the key's row, and is then answered with its answer.
    with places.doing(key_id, name), transaction() as db:
        kept = repeating.answer_to(db, key_id=key_id, name=name, asked=asked, now=now)
        text = kept if kept is not None else act(db).model_dump_json()
        if kept is None:
            repeating.keep_answer(
                db,
                organisation_id=viewer.organisation_id,
                key_id=key_id,
                name=name,
                asked=asked,
                answer=text,
                now=now,
            )
    answer = answered_text(text)
    answer.status_code = status
    if kept is not None:
        answer.headers["Idempotent-Replayed"] = "true"
    return answer
