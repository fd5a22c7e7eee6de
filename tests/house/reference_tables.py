"""The tables of `docs/reference.md` and `docs/refusals.md`, made from the code.

Run ``python -m tests.house.reference_tables`` to write them.

Ids are found by reading the source, not by running it, so that a rule nobody has tested yet is found too.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from accredit.cli import COMMANDS
from accredit.domain.audit.rules import Tag
from accredit.domain.organisations.rules import Permission, Role, may
from accredit.domain.transparency.rules import Act
from accredit.storage.promises import Promise

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (ROOT / "docs/reference.md", ROOT / "docs/refusals.md")
MARKED = re.compile(r"(<!-- table: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)
Row = tuple[str, ...]


def sources(below: str = "accredit") -> Iterator[tuple[Path, ast.Module]]:
    """Yield every module below a folder, read once."""
    for path in sorted((ROOT / below).rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def raised(error: str, below: str = "accredit") -> dict[str, set[str]]:
    """Return where each first argument of ``error(…)`` is raised: id → names of modules.

    Where the argument is a parameter of the function around it, the constants that callers in the same module pass
    are taken.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path, module in sources(below):
        name = _module_name(path)
        for code in _constants(module, error):
            found[code].add(name)
        for function in [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]:
            parameters = [argument.arg for argument in function.args.args]
            for call in _calls(function, error):
                if call.args and isinstance(call.args[0], ast.Name) and call.args[0].id in parameters:
                    for code in _passed(module, function.name, parameters.index(call.args[0].id)):
                        found[code].add(name)
    return dict(found)


def written(words: str, below: str = "accredit") -> dict[str, set[str]]:
    """Return which modules write each member of an enumeration: ``Tag.HOURS_APPROVED`` → member → modules."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path, module in sources(below):
        # Readers name the members too: queries, checks of the record, and pages that show them.
        if path.stem in {"queries", "self_audit"} or "web" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(module):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == words:
                found[node.attr].add(_module_name(path))
    return dict(found)


def rules() -> list[Row]:
    """Every rule of the domain: id, where, what the reader is told."""
    sentences = importlib.import_module("accredit.web.messages").SENTENCES
    general = "(one general sentence: it does not fit the rules)"
    return [
        (f"`{rule}`", _packages(modules), str(sentences[rule]) if rule in sentences else general)
        for rule, modules in sorted(raised("RuleBroken", "accredit/domain").items())
    ]


def refusals() -> list[Row]:
    """Every other stable code: kind of error, code, where."""
    return [
        (f"`{code}`", error, _packages(modules))
        for error in ("Conflict", "Forbidden", "NotReady")
        for code, modules in sorted(raised(error).items())
    ]


def permissions() -> list[Row]:
    """Every permission and the roles that give it."""
    return [
        (f"`{permission.value}`", ", ".join(role.value for role in Role if may([role], permission)))
        for permission in Permission
    ]


def tags() -> list[Row]:
    """Every audit tag and the packages that write it."""
    where = written("Tag")
    return [(f"`{tag.value}`", _packages(where.get(tag.name, set())) or "nothing yet") for tag in Tag]


def acts() -> list[Row]:
    """Every act of the ledger and the packages that append it."""
    where = written("Act")
    return [(f"`{act.value}`", _packages(where.get(act.name, set())) or "nothing yet") for act in Act]


def promises() -> list[Row]:
    """Every promise, the queue whose worker keeps it, and who makes it."""
    where = written("Promise")
    return [
        (
            f"`{each.value}`",
            f"`{each.queue.value}`",
            _packages(module for module in where[each.name] if not module.startswith(("jobs", "storage"))),
        )
        for each in Promise
    ]


def commands() -> list[Row]:
    """Every command of the command line and the first line of its help."""
    return [(f"`accredit {name}`", _help(place)) for name, place in sorted(COMMANDS.items())]


TABLES = {
    "rules": (("id", "raised in", "what the reader is told"), rules),
    "refusals": (("code", "kind", "raised in"), refusals),
    "permissions": (("permission", "given by"), permissions),
    "tags": (("tag", "written by"), tags),
    "acts": (("act", "appended by"), acts),
    "promises": (("promise", "kept by `accredit work --queues`", "made in"), promises),
    "commands": (("command", "what it does"), commands),
}


def table(name: str) -> str:
    """Write one table in Markdown."""
    heading, rows = TABLES[name]
    lines = [heading, ("---",) * len(heading), *rows()]
    return "".join(f"| {' | '.join(_cell(cell) for cell in line)} |\n" for line in lines)


def filled(document: str) -> str:
    """Return the document with every marked table made anew."""
    return MARKED.sub(lambda found: f"{found[1]}{table(found[2])}{found[3]}", document)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _help(place: str) -> str:
    module, _, function = place.partition(":")
    path = ROOT / f"{module.replace('.', '/')}.py"
    if not path.exists():
        return "not built yet"
    found = [node for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    told = {node.name: ast.get_docstring(node) or "" for node in found}
    return told[function].partition("\n")[0]


def _module_name(path: Path) -> str:
    inside = path.relative_to(ROOT / "accredit").with_suffix("")
    return ".".join(part for part in inside.parts if part != "__init__")


def _packages(modules: Iterable[str]) -> str:
    return ", ".join(sorted({module.removeprefix("domain.").split(".")[0] for module in modules}))


def _calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def _constants(tree: ast.AST, error: str) -> Iterator[str]:
    for call in _calls(tree, error):
        if call.args and isinstance(call.args[0], ast.Constant):
            yield str(call.args[0].value)


def _passed(module: ast.Module, function: str, position: int) -> Iterator[str]:
    for call in _calls(module, function):
        if len(call.args) > position and isinstance(given := call.args[position], ast.Constant):
            yield str(given.value)


if __name__ == "__main__":
    for document in DOCUMENTS:
        document.write_text(filled(document.read_text(encoding="utf-8")), encoding="utf-8")
