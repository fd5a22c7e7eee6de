"""What the documents say exists, exists; what exists is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accredit.cli import COMMANDS, cli
from accredit.config import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("keys/*.md")]


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `(ACCREDIT_\w+)` \| ([^|]+?) \|", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE)
    )
    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        documented = rows[PREFIX + name.upper()]
        if field.is_required():
            assert "required" in documented
        elif documented.startswith("`"):
            assert documented.strip("`").casefold() == str(field.default).casefold(), name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", document.read_text())
    assert [link for link in links if not (document.parent / link).exists()] == []


def test_every_command_loads_and_explains_itself() -> None:
    context = cli.make_context("accredit", [], resilient_parsing=True)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None, name
        assert command.get_short_help_str(), name


def test_every_make_target_in_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z-]+)`", "".join(d.read_text() for d in DOCUMENTS)))
    assert named <= targets
