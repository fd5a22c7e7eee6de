"""The answers of all benches as one page: a table of ratios first, then each in full.

Answers are kept by name in one JSON file, with the commit they were measured at, so that a run that was stopped goes on
where it was. Not here: the measuring; see `harness`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

Answers = Mapping[str, Mapping[str, Any]]


def gathered(
    file: Path, names: Iterable[str], measure: Callable[[str], dict[str, Any]], *, commit: str
) -> dict[str, dict[str, Any]]:
    """Measure each name that `file` has no answer for at this commit; the file is written after each."""
    kept = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    answers: dict[str, dict[str, Any]] = kept["answers"] if kept.get("commit") == commit else {}
    for name in names:
        if name not in answers:
            answers[name] = measure(name)
            written = json.dumps({"commit": commit, "answers": answers}, indent=1)
            file.write_text(written + "\n", encoding="utf-8")
    return answers


def page(answers: Answers, words: Callable[[Any], str], *, commit: str, day: str) -> str:
    """Write the page; `words` writes one answer as lines for people."""
    machine = next(iter(answers.values()))["machine"]
    rows = [
        f"| {name} | {answer['beside'][key]} | {key} | {ratio:,.3g} × |"
        for name, answer in answers.items()
        for key, ratio in answer["ratio"].items()
    ]
    parts = [
        "# Measured",
        f"Written by `make bench` on {day} at commit {commit}: {machine['python']}, "
        f"{machine['processor'] or machine['architecture']}, {machine['cores']} cores. CPU time of one process, "
        "medians of rounds that took turns. Only the ratios carry over to another machine.",
        "\n".join(["| bench | of ours | beside | ours is |", "|---|---|---|---|", *rows]),
    ]
    for name, answer in answers.items():
        parts += [f"## {name}", answer["about"], f"```\n{words(answer)}\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"
