"""``/api/v1/openapi.json``: what programs may ask for (OpenAPI 3.1), made from what each view declares.

For people it is told in ``docs/guides/api.md``.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

from flask import Response
from pydantic.json_schema import models_json_schema

from accredit import __version__
from accredit.domain.clients.rules import Scope
from accredit.web.access import public
from accredit.web.api.answers import PROBLEM, answered
from accredit.web.api.v1 import bp
from accredit.web.api.v1.contract import OPERATIONS, Operation, Query
from accredit.web.api.v1.shapes import Shape, Trouble
from accredit.web.settings import current_settings

_PARAMETER: Final = re.compile(r"<(?:uuid:)?(\w+)>")
_LIMITS: Final = {
    "RateLimit-Policy": {"description": "How often one key may ask.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of that, and when it grows again.", "schema": {"type": "string"}},
}
_ETAG: Final = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
_PROBLEMS: Final = {
    "400": "The request could not be read.",
    "401": "No key, or one that opens nothing.",
    "403": "The key was not made for that.",
    "404": "There is nothing here, or nothing that this key may know of.",
    "409": "It was done already, is being done, or something changed in the meantime.",
    "412": "It has changed since it was read.",
    "413": "More than is taken at once.",
    "415": "Not of a kind that is read here.",
    "422": "Not as described, or a rule refuses it: code is the id of the rule.",
    "428": "If-Match is needed.",
    "429": "Too many requests with one key.",
    "503": "Busy just now.",
}


@bp.get("/openapi.json")
@public
def openapi() -> Response:
    """Describe the programs' interface to programs."""
    return answered(document() | {"servers": [{"url": current_settings().base_url}]})


@cache
def document() -> dict[str, Any]:
    """Write the OpenAPI document, without the address it is served at."""
    sent = {operation.sent for operation in OPERATIONS if operation.sent}
    told = {operation.told for operation in OPERATIONS} | {Trouble}
    by_name = sorted(sent | told, key=lambda shape: shape.__name__)
    shapes = models_json_schema(
        [(shape, "validation" if shape in sent else "serialization") for shape in by_name],
        ref_template="#/components/schemas/{model}",
    )[1]["$defs"]
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        path = "/api/v1" + _PARAMETER.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "accredit: an organisation's own programs",
            "version": __version__,
            "description": "The same acts as on the pages, with a key that a co-ordinator makes. No key awards, "
            "approves, revokes or confirms: that is done by a person, on a page.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": shapes,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": f"A key of the organisation. Its scopes are among: {', '.join(Scope)}.",
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [{"key": [scope.value for scope in operation.scopes]}],
        "parameters": [*_parameters(operation)],
        "responses": _responses(operation),
    }
    if operation.sent is not None:
        told["requestBody"] = {"required": True, "content": {each: _schema(operation.sent) for each in operation.media}}
    elif operation.method == "PUT":
        told["requestBody"] = {"required": True, "content": {each: {"schema": {}} for each in operation.media}}
    return told


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in _PARAMETER.findall(operation.path)
    ]
    found += [_query(each) for each in operation.query]
    if operation.method == "POST":
        text = "A name of the program's own for this request: sent again within a day, it is not done again."
        found.append(_header("Idempotency-Key", text))
    if operation.is_versioned:
        found.append(_header("If-Match", "The ETag of the version that is changed."))
    return found


def _query(query: Query) -> dict[str, Any]:
    return {"name": query.name, "in": "query", "description": query.text, "schema": query.schema}


def _header(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}


def _responses(operation: Operation) -> dict[str, Any]:
    headers = _LIMITS | (_ETAG if "version" in operation.told.model_fields else {})
    done = {
        "description": operation.summary,
        "headers": headers,
        "content": {"application/json": _schema(operation.told)},
    }
    without = {"GET": {"409", "412", "413", "415", "422", "428"}}.get(operation.method, set())
    without |= set() if operation.is_versioned else {"412", "428"}
    refused = {
        status: {"description": text, "content": {PROBLEM: _schema(Trouble)}}
        for status, text in _PROBLEMS.items()
        if status not in without
    }
    return {str(operation.status): done} | refused


def _schema(shape: type[Shape]) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}
