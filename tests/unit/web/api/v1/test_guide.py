"""Every command of the guide is sent, and does what the guide says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from accredit.domain.clients.rules import Scope
from accredit.web.api.v1.contract import OPERATIONS
from accredit.web.api.v1.keys import REQUESTS
from tests.cast import Cast
from tests.unit.web.api.v1.conftest import Program, ProgramFor
from tests.web import BASE_URL, Browser

GUIDE = (Path(__file__).resolve().parents[5] / "docs/guides/api.md").read_text(encoding="utf-8")
COMMANDS = [
    command.replace("\\\n", " ")
    for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)
    for command in re.split(r"\n(?=curl )", block.strip())
]
CLASS = b"Adno,Forename,Surname,Year,Reg\n3101,Ama,Sample,12,12A\n0500,Efa,Enghraifft,12,12B\n"


@pytest.fixture
def program(program_for: ProgramFor) -> Program:
    return program_for(*Scope)


def send(command: str, program: Program, cast: Cast) -> TestResponse:
    """Send what curl would."""
    text = command.replace("https://SERVICE", BASE_URL).replace("$KEY", program.key)
    text = text.replace("PERSON", str(cast.ama.id)).replace("PROGRAMME", str(cast.programme_id))
    words = iter(shlex.split(text)[1:])
    method, address, data, headers = "", "", None, {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word in {"-d", "--data-binary"}:
            given = next(words)
            data = CLASS if given == "@class.csv" else given.encode()
        else:
            address = word
    browser: Browser = program.browser
    path = address.removeprefix(BASE_URL)
    return browser.open(path, method=method or ("POST" if data else "GET"), headers=headers, data=data)


def test_every_command_of_the_guide_is_answered(program: Program, cast: Cast) -> None:
    assert len(COMMANDS) == 10
    statuses = {command: send(command, program, cast).status_code for command in COMMANDS}
    assert {command: status for command, status in statuses.items() if status not in {200, 201}} == {}


def test_the_guide_names_every_scope_and_address_it_promises() -> None:
    paths = {re.sub(r"<[^>]+>", "ID", each.path) for each in OPERATIONS}
    named = set(re.findall(r"`(?:GET|POST|PUT) (/[\w/-]+)`", GUIDE))
    assert named <= paths
    assert f"{REQUESTS.times} times a minute" in GUIDE
    shown = re.sub(r"/(PERSON|PROGRAMME)\b", "/ID", " ".join(COMMANDS))
    missing = [path for path in paths - named if f"/api/v1{path}" not in shown]
    assert missing == []
