"""Try mutants: a copy of the code in which one file at a time is changed, and a process for each trial.

The parent imports pytest and the libraries but nothing of ours, so a forked child reads our code afresh, from the
patterns of its modules to the memories that they keep. A trial runs the tests that reach the changed lines, quick ones
first, until one fails.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import os
import resource
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import coverage
import pytest

from tests.mutation.mutants import Mutant

CONFTEST: Final = """import pytest
@pytest.fixture
def shared():
    pytest.skip("official vectors are not needed to notice a mutant")
"""
PYTEST_INI: Final = "[pytest]\nfilterwarnings =\n  error\n  ignore::pytest.PytestUnknownMarkWarning\n"
ARGUMENTS: Final = ("-x", "-q", "-c", "pytest.ini", "--rootdir=.", "-p", "no:cacheprovider")
LIBRARIES: Final = ("cryptography", "hypothesis", "pydantic", "defusedxml", "PIL", "numpy", "fontTools")
MEMORY: Final = 4 << 30
LONGEST: Final = 3.0
"""Seconds of processor time while coverage is counted: of the tests that reach a mutant, so many run."""


class Ground:
    """The copy; `reached` says for each line of a file which tests run it, `seconds` how long each test takes."""

    def __init__(self, checkout: Path, folder: Path, files: list[str], tests: list[str]) -> None:
        """Copy the code of `checkout`, and run `tests` once to see what they reach of `files`."""
        self.root = folder / "tree"
        self.tests = tests
        self._known = folder / "reached.json"
        known = self._read_known()
        if known.get("digest") != (digest := _digest(checkout)):
            self._copy(checkout)
            self._known.unlink(missing_ok=True)
            code = self._in_child(lambda: self._first_run(files, digest), seconds=1_200)
            known = self._read_known()
            if code != 0:
                raise SystemExit(f"Without any change the tests fail (exit {code}): {known.get('failed')}")
        for file in files:
            # A run that was killed leaves its mutant behind.
            source = (checkout / file).read_text(encoding="utf-8")
            if source != (self.root / file).read_text(encoding="utf-8"):
                self._write(file, source)
        self.seconds: dict[str, float] = known["seconds"]
        self.reached: dict[str, dict[str, list[str]]] = known["reached"]
        for name in known["modules"]:
            with contextlib.suppress(Exception):
                importlib.import_module(name)
        gc.freeze()

    def _read_known(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._known.exists():
            found = json.loads(self._known.read_text(encoding="utf-8"))
        return found

    def _copy(self, checkout: Path) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        without = shutil.ignore_patterns("__pycache__", "static", "locale", "node_modules", "mutation")
        for name in ("accredit", "tests"):
            shutil.copytree(checkout / name, self.root / name, ignore=without)
        (self.root / "pytest.ini").write_text(PYTEST_INI, encoding="utf-8")
        (self.root / "tests/conftest.py").write_text(CONFTEST, encoding="utf-8")

    def tests_for(self, mutant: Mutant) -> list[str]:
        """Name the tests that reach a mutant, those of its module first and then quick ones.

        What runs on import is reached by every test that reaches the module.
        """
        lines = self.reached.get(mutant.file, {})
        found: set[str] = set()
        for number in range(mutant.first, mutant.last + 1):
            found.update(lines.get(str(number), ()))
        if "" in found or not found:
            # Where all of a module runs on import, whatever is tested beside it may be meant.
            found = {test for tests in lines.values() for test in tests if test} or set(self.seconds)
        own = _own_file(mutant, set(map(_file, self.seconds)), found)
        # What is remembered is worked out once, so that another test of the module may see it without reaching it.
        found.update(test for test in self.seconds if _file(test) == own)
        ordered = sorted(found - {""}, key=lambda test: (_file(test) != own, self.seconds.get(test, 0.0), test))
        spent = accumulate(self.seconds.get(test, 0.0) for test in ordered)
        return [test for test, seconds in zip(ordered, spent, strict=True) if seconds <= LONGEST]

    def outcome(self, mutant: Mutant) -> tuple[str, float]:
        """Try one mutant: ``killed``, ``survived``, ``stopped`` (it ran on far too long) or ``unreached``."""
        tests = self.tests_for(mutant)
        if not tests:
            return "unreached", 0.0
        source = (self.root / mutant.file).read_text(encoding="utf-8")
        begun = time.monotonic()
        try:
            self._write(mutant.file, mutant.source)
            limit = 10 + 4 * sum(self.seconds.get(test, 0.0) for test in tests)
            code = self._in_child(lambda: self._run_tests(mutant, tests), seconds=limit)
        finally:
            self._write(mutant.file, source)
        word = "survived" if code == 0 else "stopped" if code < 0 else "killed"
        return word, time.monotonic() - begun

    def _write(self, file: str, source: str) -> None:
        path = self.root / file
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
        path.write_text(source, encoding="utf-8")

    def _in_child(self, work: Callable[[], int], *, seconds: float) -> int:
        """Run `work` in a forked child; the answer is its exit code, negative when a limit stopped it."""
        child = os.fork()
        if child == 0:
            code = 70
            with contextlib.suppress(BaseException):
                resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 1))
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
                self._enter()
                code = work()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        return os.waitstatus_to_exitcode(status)

    def _enter(self) -> None:
        """Make the copy the only place that our code is read from, and be silent."""
        for name in [name for name in sys.modules if name.partition(".")[0] in {"accredit", "tests"}]:
            del sys.modules[name]
        os.chdir(self.root)
        sys.path[:] = [str(self.root), *sys.path[1:]]
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)

    def _first_run(self, files: list[str], digest: str) -> int:
        sys.dont_write_bytecode = False
        watch = _Watch(
            coverage.Coverage(data_file=None, config_file=False, include=[str(self.root / f) for f in files])
        )
        code = int(pytest.main([*ARGUMENTS, *self.tests], plugins=[_Hypothesis(), watch]))
        data = watch.coverage.get_data()
        reached = {file: data.contexts_by_lineno(str(self.root / file)) for file in files}
        modules = [name for name in sys.modules if name.partition(".")[0] in LIBRARIES]
        said = {"seconds": watch.seconds, "reached": reached, "modules": modules, "failed": watch.failed}
        if code == 0:
            said["digest"] = digest
        self._known.write_text(json.dumps(said), encoding="utf-8")
        return code

    def _run_tests(self, mutant: Mutant, tests: list[str]) -> int:
        """Run the tests of the module's own file first: most mutants fall there, and only that file is read."""
        sys.dont_write_bytecode = True
        own = _own_file(mutant, set(map(_file, tests)), tests)
        for chosen in ([t for t in tests if _file(t) == own], [t for t in tests if _file(t) != own]):
            files = sorted(set(map(_file, chosen)))
            code = int(pytest.main([*ARGUMENTS, *files], plugins=[_Hypothesis(), _Chosen(chosen)])) if files else 0
            if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                return code
        return 0


def _digest(checkout: Path) -> str:
    """Name the state of the code and the tests, so that what the tests reach is counted once for each."""
    found = hashlib.sha256()
    for folder in ("accredit/kit", "tests/unit/kit"):
        for path in sorted((checkout / folder).rglob("*.py")):
            found.update(f"{path} {path.stat().st_size} ".encode() + path.read_bytes())
    return found.hexdigest()


def _file(test: str) -> str:
    return test.partition("::")[0]


def _own_file(mutant: Mutant, files: Collection[str], reaching: Iterable[str]) -> str:
    """Name the test file of the mutated module, or where there is none, the one with most tests that reach it."""
    mirror = mutant.file.replace("accredit/kit/", "tests/unit/kit/").rpartition("/")
    named = f"{mirror[0]}/test_{mirror[2]}"
    return named if named in files else max(sorted(files), key=list(map(_file, reaching)).count, default="")


class _Watch:
    """Notes which test is running while coverage counts lines, and how long each takes."""

    def __init__(self, counting: coverage.Coverage) -> None:
        self.coverage = counting
        self.seconds: dict[str, float] = {}
        self.failed: list[str] = []
        self._begun = 0.0

    def pytest_configure(self) -> None:
        self.coverage.start()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid}: {report.longrepr}")

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.coverage.switch_context(nodeid)
        self._begun = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = time.process_time() - self._begun

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid}: {report.longrepr}")

    def pytest_unconfigure(self) -> None:
        self.coverage.stop()


class _Chosen:
    """Leaves only the chosen tests, in their order."""

    def __init__(self, tests: list[str]) -> None:
        self._order = {test: position for position, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self._order), key=lambda i: self._order[i.nodeid])


class _Hypothesis:
    """The same examples in every trial, and none remembered from another."""

    def pytest_configure(self, config: Any) -> None:
        from hypothesis import HealthCheck, settings

        quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
        settings.register_profile("trial", deadline=None, derandomize=True, database=None, suppress_health_check=quiet)
        settings.load_profile("trial")
