"""Every stable word is documented: rules, permissions, audit tags, acts, promises, commands, verdicts."""

from __future__ import annotations

import re

import pytest

from accredit.domain.verification.rules import AXES, REASONS, CheckId, Reason, Verdict, colour
from tests.house import reference_tables
from tests.house.reference_tables import DOCUMENTS, ROOT, TABLES

AGAIN = "out of date; run: .venv/bin/python -m tests.house.reference_tables"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_reference_is_that_of_the_code(name: str) -> None:
    documents = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    written = {match[2]: match[0] for text in documents for match in reference_tables.MARKED.finditer(text)}
    assert reference_tables.table(name) in written[name], f"table {name}: {AGAIN}"


def test_rules_are_found_where_they_are_raised_by_name_and_through_a_parameter() -> None:
    found = reference_tables.raised("RuleBroken", "accredit/domain")
    assert "domain.practice.rules" in found["own-hours"]
    # `_matching("urn", …)` and `_find(…, "unknown-level")` raise what they are given.
    assert {"urn", "unknown-level"} <= set(found)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_is_documented_with_its_colours_and_exit_code(verdict: Verdict) -> None:
    document = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{verdict}` \|([^|]+)\|([^|]+)\|", document, re.MULTILINE)
    assert row, verdict
    reasons: list[Reason | None] = [reason for reason, leads_to in REASONS.items() if leads_to is verdict]
    colours = {colour(verdict, reason) for reason in reasons or [None]}
    assert set(re.findall(r"green|red|amber|grey", row[1])) == colours
    assert row[2].strip() == str(verdict.exit_code)


@pytest.mark.parametrize("check", CheckId)
def test_a_check_is_documented_with_its_number_and_its_axis(check: CheckId) -> None:
    document = (ROOT / "docs/verification.md").read_text(encoding="utf-8")
    number = list(CheckId).index(check) + 1
    line = re.search(rf"^{number}\. \*\*{check.value}\*\* \(([a-z-]+)\)", document, re.MULTILINE)
    assert line, check
    assert line[1] == AXES[check].value
