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
    file: Path, names: Iterable[str], measure: Callable[[str], dict[str, Any]], *, commit: str, day: str
) -> dict[str, dict[str, Any]]:
    """Measure each name that `file` has no answer for at this commit; the file is written after each.

    Returned are all answers that there are, those to other names at the commit they were measured at.
    """
    answers: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for name in names:
        if name not in answers or not commit or answers[name]["commit"] != commit:
            answers[name] = {"commit": commit, "day": day} | measure(name)
            file.write_text(json.dumps(answers, indent=1, sort_keys=False) + "\n", encoding="utf-8")
    return dict(sorted(answers.items()))


def page(answers: Answers, words: Callable[[Any], str]) -> str:
    """Write the page; `words` writes one answer as lines for people."""
    machine = next(iter(answers.values()))["machine"]
    rows = [
        f"| {name} | {answer['beside'][key]} | {key} | {ratio:,.3g} × |"
        for name, answer in answers.items()
        for key, ratio in answer["ratio"].items()
    ]
    parts = [
        "# Measured",
        f"Written by `make bench`: {machine['python']}, {machine['processor'] or machine['architecture']}, "
        f"{machine['cores']} cores. CPU time, or what the bench says; medians of rounds that took turns. Only the "
        "ratios carry over to another machine.",
        "\n".join(["| bench | of ours | beside | ours is |", "|---|---|---|---|", *rows]),
    ]
    for name, answer in answers.items():
        measured = f"Measured on {answer['day']} at commit {answer['commit']}."
        parts += [f"## {name}", answer["about"], measured, f"```\n{words(answer)}\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"
