"""Every answer of every address, to everybody: what the browser is told of it, and that it is what it says it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from accredit.web.access import Audience
from accredit.web.headers import NO_MARKUP_OF_TEXT
from tests.house.access_matrix import Answered, Stage

pytestmark = pytest.mark.xdist_group("access-matrix")

# Everybody's pages, a young person's, the school's and the operator's; what is refused to each of them is here too.
WHO = ("stranger", "the young person", "co-ordinator", "operator")
YEAR = 365 * 24 * 3600
TOLD_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SIGNS = {
    b"%PDF-": {"application/pdf"},
    b"\x89PNG": {"image/png"},
    b"<svg": {"image/svg+xml"},
    b"<!doctype html": {"text/html"},
    b"<!DOCTYPE html": {"text/html"},
}
JSON = re.compile(r"application/(?:[a-z0-9.-]+\+)?json$")
# JSON by another name: a credential (W3C), and the lists that witnesses and wallets read.
JSON_BY_NAME = {"application/vc"}


@pytest.fixture(params=WHO)
def answers(stage: Stage, request: pytest.FixtureRequest) -> list[Answered]:
    return stage.answers(request.param)


def directives(policy: str) -> dict[str, set[str]]:
    parts = (part.split() for part in policy.split(";") if part.strip())
    return {name: set(values) for name, *values in parts}


@pytest.mark.attack("WI32")
def test_every_answer_says_how_it_may_be_used(answers: list[Answered]) -> None:
    faults = []
    for each in answers:
        headers = each.answer.headers
        said = [f"{name}: {headers.get(name)}" for name, value in TOLD_ALWAYS.items() if headers.get(name) != value]
        age = re.search(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
        said += [] if age and int(age.group(1)) >= YEAR else ["Strict-Transport-Security"]
        said += [] if headers.get("Cross-Origin-Resource-Policy") in {"same-origin", "cross-origin"} else ["CORP"]
        said += [] if "microphone=()" in headers.get("Permissions-Policy", "") else ["Permissions-Policy"]
        said += [name for name in ("Server", "X-Powered-By", "Via") if name in headers]
        faults += [f"{each.row.name}: {fault}" for fault in said]
    assert faults == []


@pytest.mark.attack("WI32")
def test_only_published_files_may_be_used_by_other_sites(answers: list[Answered]) -> None:
    faults = [
        each.row.name
        for each in answers
        if each.answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        and (each.row.access.audience is not Audience.PUBLIC or is_page(each))
    ]
    assert faults == []


@pytest.mark.attack("WI05")
def test_no_answer_lets_a_browser_run_what_is_not_ours(answers: list[Answered]) -> None:
    faults = []
    for each in answers:
        policies = each.answer.headers.getlist("Content-Security-Policy")
        policy = directives(policies[0]) if len(policies) == 1 else {}
        allowed = {"'self'", "'wasm-unsafe-eval'"} if each.row.rule.rule == "/verify" else {"'self'"}
        closed = ("default-src", "base-uri", "frame-ancestors")
        is_tight = (
            all(policy.get(name) == {"'none'"} for name in closed)
            and policy.get("form-action") == {"'self'"}
            and policy.get("script-src", set()) <= allowed
            and not any("unsafe-inline" in value or "*" in value for values in policy.values() for value in values)
        )
        faults += [] if is_tight else [f"{each.row.name}: {policies}"]
    assert faults == []


@pytest.mark.attack("WI04")
def test_every_page_but_the_one_with_the_camera_makes_no_markup_of_text(answers: list[Answered]) -> None:
    # That one reads the single file, as a document that runs nothing (verifier/src/away.js).
    faults = [
        each.row.name
        for each in answers
        if NO_MARKUP_OF_TEXT not in each.answer.headers["Content-Security-Policy"] and each.row.rule.rule != "/verify"
    ]
    assert faults == []


@pytest.mark.attack("WI33")
def test_every_answer_is_of_the_kind_that_it_says(answers: list[Answered]) -> None:
    faults = []
    for each in bodies(answers):
        kind, body = each.answer.mimetype or "", each.answer.get_data()
        signed = next((kinds for sign, kinds in SIGNS.items() if body.lstrip().startswith(sign)), None)
        if signed is not None and kind not in signed:
            faults.append(f"{each.row.name}: {kind} is {body[:20]!r}")
        if kind == "text/html" and (signed is None or each.answer.content_type != "text/html; charset=utf-8"):
            faults.append(f"{each.row.name}: {each.answer.content_type} {body[:20]!r}")
        if (JSON.match(kind) or kind in JSON_BY_NAME) and not is_json(body):
            faults.append(f"{each.row.name}: {kind} that is none")
    assert faults == []


@pytest.mark.attack("WI33")
def test_what_could_run_in_a_browser_is_kept_and_never_shown(answers: list[Answered]) -> None:
    """A drawing can hold a script, and a page that somebody keeps has its own: both are handed over to be kept."""
    shown = [
        each.row.name
        for each in bodies(answers)
        if each.answer.mimetype in {"image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml"}
        and not each.answer.headers.get("Content-Disposition", "").startswith("attachment")
    ]
    assert shown == []


@pytest.mark.attack("WZ11")
def test_nothing_that_is_not_for_everybody_is_kept_on_the_way(answers: list[Answered]) -> None:
    """No cache between two people keeps it, and no validator lets one be told that the other's is still good."""
    faults = []
    for each in answers:
        control = each.answer.headers.get("Cache-Control", "")
        if each.row.access.audience is not Audience.PUBLIC and (
            "no-store" not in control or each.answer.headers.get("ETag")
        ):
            faults.append(f"{each.row.name}: {control} {each.answer.headers.get('ETag')}")
    assert faults == []


@pytest.mark.attack("WI31")
def test_no_answer_tells_of_the_inside(answers: list[Answered]) -> None:
    tells = re.compile(
        rb"Traceback|sqlalchemy|sqlite3?\b|psycopg|werkzeug|jinja2|\.py\b|site-packages|SELECT |INSERT |granian|Python/"
    )
    faults = []
    for each in bodies(answers):
        found = tells.search(each.answer.get_data()) if each.answer.mimetype != "application/pdf" else None
        faults += [f"{each.row.name}: {found.group()!r}"] if found else []
    assert faults == []


def is_page(each: Answered) -> bool:
    """Say whether a browser shows an answer as a page; the single file is one to keep."""
    kept = each.answer.headers.get("Content-Disposition", "").startswith("attachment")
    return each.answer.mimetype == "text/html" and not kept


def bodies(answers: list[Answered]) -> Iterator[Answered]:
    """Yield the answers that hold something."""
    return (each for each in answers if each.answer.get_data() and not 300 <= each.answer.status_code < 400)


def is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
