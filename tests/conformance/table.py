"""The conformance table: a pytest plugin that counts each suite and prints passed, expected and skipped.

`make conformance` loads it (``-p tests.conformance.table``). What is expected is counted anew from the manifests and
files of the vectors, not from the tests, so that a case dropped anywhere is a failure. Suites that are ours, or
somebody's program, have as many cases as were collected. ``--table FILE`` writes the table as a document too.

A test says its suite with ``@pytest.mark.suite("name")``; without one it counts under that of its module.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from accredit.clock import utc_now

from .vectors import PRESENT, files, load

ROOT = Path(__file__).resolve().parents[2]


def _entries(manifest: str, member: str, kind: str = "") -> Callable[[], int]:
    return lambda: sum(f":{kind}" in str(entry["type"]) if kind else 1 for entry in load(manifest)[member])


def _files(folder: str, *patterns: str, but: int = 0) -> Callable[[], int]:
    return lambda: len(files(folder, *patterns)) - but


_SD = "vc-di-ecdsa/ecdsa-sd-2023"
SUITES: dict[str, tuple[Callable[[], int] | None, str]] = {
    "OB 3.0 examples, reference validator": (_files("ob3/examples/validator", but=1), "read, or the fault named"),
    "OB 3.0 examples, specification": (_files("ob3/examples/spec"), "read and written again"),
    "OB 3.0 proof vector": (_files("ob3/proof-vector", "*.json"), "made again to the byte"),
    "OB 3.0 schemas": (None, "what we build follows each copy"),
    "bitstring status lists": (_files("bitstring-status-list"), ""),
    "vc-di-eddsa": (_files("vc-di-eddsa"), "every file"),
    "vc-di-ecdsa": (lambda: len(files("vc-di-ecdsa")) - len(files(_SD)), "every file but those of ecdsa-sd-2023"),
    "vc-di-ecdsa, ecdsa-sd-2023": (
        _files(_SD),
        "every file: the derived proof verified, the base proof refused by name, each step between them equal",
    ),
    "proofs made again": (None, "signed anew by us, same bytes"),
    "own-signed": (_files("own-signed", but=1), "every file but the key"),
    "rdf-canon, evaluation": (_entries("rdf-canon/manifest.jsonld", "entries", "RDFC10EvalTest"), ""),
    "rdf-canon, map": (_entries("rdf-canon/manifest.jsonld", "entries", "RDFC10MapTest"), ""),
    "rdf-canon, negative": (_entries("rdf-canon/manifest.jsonld", "entries", "RDFC10NegativeEvalTest"), "given up"),
    "json-ld-api, toRdf": (_entries("json-ld-api/toRdf-manifest.jsonld", "sequence"), "equal, or refused"),
    "json-ld-api, expand": (_entries("json-ld-api/expand-manifest.jsonld", "sequence"), "equal, or refused"),
    "jsonld-safe-mode": (lambda: len(load("jsonld-safe-mode/cases.json")["cases"]), "equal, or refused"),
    "contexts": (None, "our tables say what the publishers' files say"),
    "merkle, inclusion": (_files("merkle/inclusion"), ""),
    "merkle, consistency": (_files("merkle/consistency"), ""),
    "merkle, inclusion in a subtree": (_files("merkle/subtreeinclusion"), ""),
    "merkle, consistency of a subtree": (_files("merkle/subtreeconsistency"), ""),
    "c2sp, signed checkpoints": (_files("c2sp/tessera-log", "checkpoint*"), ""),
    "c2sp, tiles and bundles": (
        lambda: len(files("c2sp/tessera-log")) - len(files("c2sp/tessera-log", "checkpoint*")),
        "",
    ),
    "c2sp, cosigned checkpoints": (lambda: len(load("c2sp/notes.json")["cosignature_v1_ed25519"]), ""),
    "c2sp, signed notes": (lambda: sum(len(load("c2sp/notes.json")[part]) for part in ("signed_note", "altered")), ""),
    "c2sp, mirror": (None, "its root from its tiles"),
    "c2sp, witness requests": (lambda: len(load("c2sp/witness-http/sequence.json")["requests"]), "over HTTP"),
    "vcdm2": (_files("vcdm2"), "over HTTPS"),
    "vc-barcodes": (_files("vc-barcodes"), "out of scope: refused by name"),
    "vc-api": (None, "over HTTPS"),
    "openbadgeslib": (None, "both ways"),
    "Node verifiers": (None, "both ways"),
    "generated documents": (None, "see ACCREDIT_GENERATED_DOCUMENTS"),
    "mutated documents": (None, "see ACCREDIT_GENERATED_DOCUMENTS"),
    "known differences": (None, "each is still there"),
    "own vectors": (None, "tests/vectors"),
}
OF_MODULES = {
    "test_agreement": "generated documents",
    "test_alterations": "Node verifiers",
    "test_context_tables": "contexts",
    "test_known_differences": "known differences",
    "test_node_verifiers": "Node verifiers",
    "test_openbadges_vectors": "OB 3.0 schemas",
    "test_openbadgeslib": "openbadgeslib",
    "test_other_verifiers": "openbadgeslib",
    "test_own_vectors": "own vectors",
    "test_proof_vectors": "proofs made again",
    "test_vc_api": "vc-api",
    "test_witness_vectors": "c2sp, witness requests",
}


@dataclass
class Row:
    """One suite as it came out."""

    collected: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    agreements: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def note(self, about: str) -> str:
        """Say what the suite is about and how its cases agreed, where they told."""
        how = [f"{name} {count}" for name, count in self.agreements.most_common()]
        return "; ".join(part for part in (about, ", ".join(how), *self.notes) if part)


def suite_of(item: pytest.Item) -> str:
    """Name the suite that a test counts under."""
    mark = item.get_closest_marker("suite")
    if mark is not None:
        return str(mark.args[0])
    module = Path(str(item.path)).stem
    return OF_MODULES.get(module, module)


class Table:
    """What is collected and what becomes of it."""

    def __init__(self, target: str | None) -> None:
        self.target = target
        self.rows: dict[str, Row] = {}
        self.suites: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Count the cases of each suite before any of them runs."""
        for item in items:
            self.suites[item.nodeid] = suite_of(item)
            self.rows.setdefault(suite_of(item), Row()).collected += 1

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count how each case ended; what goes wrong before or after it counts as failed."""
        row = self.rows[self.suites[report.nodeid]]
        if report.when == "call" or report.outcome != "passed":
            # One run of a program may answer several cases in order, and says how many.
            told = [value for name, value in report.user_properties if name == "cases"]
            row.outcomes[report.outcome] += int(str(told[0])) if told and report.when == "call" else 1
        if report.when == "call":
            row.notes += [str(value) for name, value in report.user_properties if name == "outcome"]
            row.agreements.update(str(value) for name, value in report.user_properties if name == "agreement")

    def lines(self) -> Iterator[tuple[str, int, int, int, str, bool]]:
        """Give each suite: name, passed, expected, skipped, note, and whether it is as it should be."""
        order = [*SUITES, *sorted(set(self.rows) - set(SUITES))]
        for name in order:
            count, note = SUITES.get(name, (None, ""))
            row = self.rows.get(name, Row())
            if not PRESENT and count is not None:
                yield name, 0, 0, row.outcomes["skipped"], "NOT CHECKED: no vectors here", True
                continue
            expected = row.collected if count is None else count()
            passed = row.outcomes["passed"]
            good = passed == expected and not row.outcomes["failed"] and (not row.outcomes["skipped"] or not PRESENT)
            yield name, passed, expected, row.outcomes["skipped"], row.note(note), good

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the table, and write it where it was asked for."""
        terminalreporter.section("conformance")
        lines = list(self.lines())
        width = max(len(line[0]) for line in lines)
        terminalreporter.write_line(f"{'suite':{width}}  passed  expected  skipped")
        for name, passed, expected, skipped, note, good in lines:
            mark = " " if good else "!"
            terminalreporter.write_line(f"{name:{width}}  {passed:6}  {expected:8}  {skipped:7} {mark} {note[:90]}")
        if self.target:
            Path(self.target).write_text(document(lines), encoding="utf-8")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Fail where a suite did not pass whole, a case of it was dropped, or one was skipped."""
        if session.exitstatus == pytest.ExitCode.OK and not all(line[-1] for line in self.lines()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def document(lines: list[tuple[str, int, int, int, str, bool]]) -> str:
    """Write the table as it stands in docs/proof."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    rows = [
        f"| {name} | {passed} | {expected} | {skipped} | {note} |" for name, passed, expected, skipped, note, _ in lines
    ]
    total = [sum(column) for column in zip(*(line[1:4] for line in lines), strict=True)]
    return "\n".join([
        "# Conformance",
        "",
        f"Written by `make conformance TABLE=docs/proof/conformance.md` on {utc_now():%d %B %Y} at commit"
        f" {commit.strip()[:12]}. What each row means is in [conformance.md](../conformance.md).",
        "",
        "| suite | passed | expected | skipped | |",
        "|---|---|---|---|---|",
        *rows,
        f"| **all** | **{total[0]}** | **{total[1]}** | **{total[2]}** | |",
        "",
    ])  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the table be written to a file as well."""
    parser.addoption("--table", metavar="FILE", help="write the conformance table to this file too")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.pluginmanager.register(Table(config.getoption("--table")), "conformance-table")
