"""The demonstration's year on PostgreSQL: played, signed and served for real, then asked as a stranger asks."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from accredit.config import PREFIX
from accredit.demo import stage
from accredit.demo.folder import Folder, open_folder
from tests.integration.visitor import Visitor
from tests.processes import PATIENCE_SECONDS, Service


@pytest.mark.timeout(600)
def test_thirty_certificates_are_genuine(postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"y{uuid.uuid4().hex}"
    with psycopg.connect(postgresql.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    place = open_folder(tmp_path / "played")
    service = Service(tmp_path / "service", database_url=postgresql.format(name))
    wanted = place.environment(host="127.0.0.1", port=service.port, with_keys=False)
    service.settings = wanted | {f"{PREFIX}DATABASE_URL": postgresql.format(name), f"{PREFIX}WEB_PROCESSES": "1"}
    for setting, value in service.settings.items():
        monkeypatch.setenv(setting, value)
    place = stage.play(place, Console(quiet=True))
    try:
        service.start("work")
        service.start("serve")
        service.wait_until_served()
        _wait_for_all(place)
        told = stage.lines(place)
        assert len({line.code for line in told}) == len({line.award_id for line in told}) == stage.EXPECTED
        stranger = Visitor(service.port)
        verdicts = {line.code: json.loads(stranger.get(f"/api/verify/{line.code}").text) for line in told}
        assert {code: said["verdict"] for code, said in verdicts.items()} == {line.code: "GENUINE" for line in told}
    finally:
        service.stop()


def _wait_for_all(place: Folder) -> None:
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while (released := stage.released(place)) < stage.EXPECTED:
        assert time.monotonic() < deadline, f"{released} of {stage.EXPECTED} released"
        time.sleep(0.2)
