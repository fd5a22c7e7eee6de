"""``/api/openapi.json``: the API as programs read it (OpenAPI 3.1), made from the shapes in `schema`.

Every example in it is sent or compared by a test. For people it is told in ``docs/api.md``.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from flask import Response
from pydantic.json_schema import models_json_schema

from accredit import __version__
from accredit.web.access import public
from accredit.web.api import bp
from accredit.web.api import examples as shown
from accredit.web.api.answers import CHECKS, PROBLEM, answered
from accredit.web.api.schema import Problem, Verification
from accredit.web.settings import current_settings

_BYTES: Final = {"description": "The bytes of a file or a text, whatever they are called."}
_FORMS: Final = (
    "application/json",
    "application/vc",
    "application/vc+jwt",
    "application/pdf",
    "image/png",
    "image/svg+xml",
    "application/octet-stream",
)
_LIMITS: Final = {
    "RateLimit-Policy": {"description": "How often one reader may ask.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of that, and when it grows again.", "schema": {"type": "string"}},
}


@bp.get("/openapi.json")
@public
def openapi() -> Response:
    """Describe the API to programs."""
    return answered(document() | {"servers": [{"url": current_settings().base_url}]})


@cache
def document() -> dict[str, Any]:
    """Write the OpenAPI document, without the address it is served at."""
    shapes = models_json_schema(
        [(Verification, "serialization"), (Problem, "serialization")], ref_template="#/components/schemas/{model}"
    )[1]["$defs"]
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "accredit: verify a credential",
            "version": __version__,
            "description": "One verdict on a credential, by the engine and in the words of the page. Rely on "
            "`verdict`; status 200 says only that there is one.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {"/api/verify": {"post": _post()}, "/api/verify/{code}": {"get": _get()}},
        "components": {"schemas": shapes},
    }


def _post() -> dict[str, Any]:
    forms = (
        "application/json",
        "application/vc",
        "application/vc+jwt",
        "application/pdf",
        "image/png",
        "image/svg+xml",
    )
    content: dict[str, Any] = {media_type: {"schema": _BYTES} for media_type in (*forms, "application/octet-stream")}
    content["application/json"] = {"schema": {"type": "object"}, "examples": {"by code": {"value": shown.BY_CODE}}}
    content["application/octet-stream"] |= {"examples": {"no credential": {"value": shown.NO_CREDENTIAL}}}
    content["multipart/form-data"] = {
        "schema": {
            "type": "object",
            "properties": {"file": _BYTES, "text": {"type": "string"}},
            "description": "A file, or whatever somebody pasted: a code, an address, JSON or a token.",
        }
    }
    return {
        "operationId": "verify",
        "summary": "Verify a credential: JSON, a token, or a PDF, PNG or SVG that carries one; or a code.",
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": _verdicts({"genuine": shown.GENUINE, "no credential": shown.UNREADABLE}),
            "400": _problem("Nothing was sent.", {"empty": shown.EMPTY}),
            "404": _problem("A code without a certificate.", {"unknown": shown.UNKNOWN_CODE}),
            "413": _problem("More was sent than a credential can have."),
            "429": _too_often(),
        },
    }


def _get() -> dict[str, Any]:
    return {
        "operationId": "verifyCode",
        "summary": "Verify the certificate with this code. The holder is told by initials only.",
        "parameters": [
            {
                "name": "code",
                "in": "path",
                "required": True,
                "description": "The code on the paper, in any case, with or without hyphens.",
                "schema": {"type": "string"},
                "examples": {"a code": {"value": shown.BY_CODE["code"]}},
            }
        ],
        "responses": {
            "200": _verdicts({}),
            "404": _problem("A code with a slip, or without a certificate.", {"unknown": shown.UNKNOWN_CODE}),
            "429": _too_often(),
        },
    }


def _verdicts(examples: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Verification"}}
    if examples:
        told["examples"] = {name: {"value": value} for name, value in examples.items()}
    return {"description": "A verdict, of whatever kind.", "headers": _LIMITS, "content": {"application/json": told}}


def _problem(sentence: str, examples: dict[str, Any] | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    if examples:
        told["examples"] = {name: {"value": value} for name, value in examples.items()}
    return {"description": sentence, "headers": _LIMITS, "content": {PROBLEM: told}}


def _too_often() -> dict[str, Any]:
    found = _problem(f"More than {CHECKS.times} checks in {CHECKS.seconds} seconds by one reader.")
    wait = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    return found | {"headers": _LIMITS | {"Retry-After": wait}}
