"""The pytest plugin: only tests that show an attack, what came of each, and whether anything was called genuine.

A test that fails says only that something was not as it must be. What matters most is whether it was *green*: so every
verdict that the engine gives is noted, and a test that fails after any GENUINE was given, or whose failure speaks of
it, counts as wrongly green. That may call a harmless failure wrongly green, and never the other way round. Pages and
files that a browser judges are seen by what the failure says.
"""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

import pytest

from accredit.domain.verification.report import VerificationReport
from accredit.domain.verification.rules import Verdict
from tests.attacks.catalogue import attacks_of

_SPEAKS_OF_GREEN: Final = re.compile(r"verdict--genuine|(?<![A-Z_])GENUINE(?![A-Z_])")
_given: list[Verdict] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the file in which outcomes are kept, one line for each test, and the state of the code they are of."""
    parser.addoption("--attacks-kept", type=Path, default=None)
    parser.addoption("--attacks-state", default="")
    parser.addoption("--attacks-only", default="", help="beginnings of ids, with commas between them")


def pytest_configure(config: pytest.Config) -> None:
    """Note every verdict from here on."""
    if config.getoption("--attacks-kept") is None:
        return
    made = VerificationReport.__init__

    def noting(self: VerificationReport, *args: Any, **values: Any) -> None:
        made(self, *args, **values)
        _given.append(self.verdict)

    VerificationReport.__init__ = noting  # type: ignore[method-assign]  # only while attacks are run


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests that show an attack and have not been run in this state."""
    path: Path | None = config.getoption("--attacks-kept")
    if path is None:
        return
    done = kept(path, config.getoption("--attacks-state"))
    only = tuple(config.getoption("--attacks-only").upper().split(","))
    shows = {item.nodeid: any(attack.startswith(only) for attack in attacks_of(item)) for item in items}
    wanted = [item for item in items if shows[item.nodeid] and item.nodeid not in done]
    chosen = {item.nodeid for item in wanted}
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
    items[:] = wanted


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send along, with what came of a test, its attacks and whether anything was green."""
    if call.when == "setup":
        _given.clear()
    found = yield
    is_green = Verdict.GENUINE in _given or bool(found.failed and _SPEAKS_OF_GREEN.search(found.longreprtext))
    found.user_properties = [("attacks", sorted(attacks_of(item))), ("green", is_green)]
    return found


class Keeper:
    """Writes one line for each test that was run, by whichever process, as soon as it is over."""

    def __init__(self, path: Path, state: str) -> None:
        self.path = path
        self.state = state
        self._worst: dict[str, dict[str, Any]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Join the parts of a test (before, itself, after): the worst of them is what came of it."""
        told = dict(report.user_properties)
        line = self._worst.setdefault(
            report.nodeid,
            {"state": self.state, "test": report.nodeid, "attacks": told.get("attacks", []), "seconds": 0.0},
        )
        line["seconds"] = round(line["seconds"] + report.duration, 3)
        if report.failed and line.get("outcome") != "failed":
            line |= {"outcome": "failed", "green": bool(told.get("green")), "said": report.longreprtext[-2000:]}
        elif report.skipped and "outcome" not in line:
            line |= {"outcome": "skipped", "said": str(report.longrepr)[-300:]}
        elif report.when == "call":
            line.setdefault("outcome", "passed")
        if report.when == "teardown":
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(self._worst.pop(report.nodeid)) + "\n")


def kept(path: Path, state: str) -> dict[str, dict[str, Any]]:
    """Read what came of each test in this state of the code; what failed is run again."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
    return {line["test"]: line for line in lines if line["state"] == state and line["outcome"] != "failed"}


def all_kept(path: Path, state: str) -> dict[str, dict[str, Any]]:
    """Read the last outcome of each test in this state of the code, failures too."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
    return {line["test"]: line for line in lines if line["state"] == state}


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep outcomes in the one process that hears of all of them."""
    path: Path | None = session.config.getoption("--attacks-kept")
    if path is not None and not hasattr(session.config, "workerinput"):
        keeper = Keeper(path, session.config.getoption("--attacks-state"))
        session.config.pluginmanager.register(keeper, "attacks-keeper")
