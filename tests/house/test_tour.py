"""The tour names symbols, one list maps them to files, and both are true."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROSE, _, LIST = (ROOT / "docs/tour.md").read_text(encoding="utf-8").partition("\n## Where it is\n")
MAPPED = re.findall(r"^\| `([\w.]+)` \| (\S+) \|$", LIST, re.MULTILINE)


def is_symbol(text: str) -> bool:
    """Say whether something in backticks is a name in code, and no file, command, address or verdict."""
    return re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", text) is not None and not (
        text.isupper() or text.endswith(".py")
    )


def defined_in(path: Path) -> set[str]:
    kinds = ast.FunctionDef, ast.ClassDef
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, kinds)}


@pytest.mark.parametrize(("symbol", "file"), MAPPED, ids=[symbol for symbol, _ in MAPPED])
def test_a_name_of_the_list_is_defined_in_its_file(symbol: str, file: str) -> None:
    assert symbol.rpartition(".")[2] in defined_in(ROOT / file)


def test_every_name_in_the_prose_is_in_the_list_and_the_other_way_round() -> None:
    named = {text for text in re.findall(r"`([^`]+)`", PROSE) if is_symbol(text)}
    assert named == {symbol for symbol, _ in MAPPED}


def test_the_list_is_in_order_and_names_nothing_twice() -> None:
    symbols = [symbol for symbol, _ in MAPPED]
    assert symbols == sorted(set(symbols))
    assert len(symbols) == LIST.count("| `")


DOTTED = re.compile(r"`([a-z_]\w*(?:\.[A-Za-z_]\w*)+)`")
NO_NAME_OF_OURS = re.compile(
    r".*\.(py|md|toml|html|json|sqlite|example|lock|evidence)$|^(accredit\.example|platform|http)\b"
)


# What a run wrote about itself names things as they were then.
DOCUMENTS = sorted(set((ROOT / "docs").rglob("*.md")) - set((ROOT / "docs/proof").rglob("*.md")))


def exists(dotted: str) -> bool:
    """Say whether ``issuing.operations.sign``, or ``kit.ledger.commitment``, is a name of ours (`domain.` left out)."""
    *inside, last = dotted.removeprefix("accredit.").split(".")
    for start in (ROOT / "accredit", ROOT / "accredit/domain"):
        place = start.joinpath(*inside)
        if (place / last).is_dir() or (place / f"{last}.py").is_file():
            return True
        if place.with_suffix(".py").is_file() and last in defined_in(place.with_suffix(".py")):
            return True
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_dotted_name_in_a_document_exists(document: Path) -> None:
    dotted = [name for name in DOTTED.findall(document.read_text(encoding="utf-8")) if not NO_NAME_OF_OURS.match(name)]
    known_to_the_list = {symbol for symbol, _ in MAPPED}
    tags = {name for name in dotted if document.name in {"reference.md", "refusals.md"}}
    assert [name for name in dotted if not exists(name) and name not in known_to_the_list | tags] == []
