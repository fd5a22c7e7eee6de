"""The page of proof, ``docs/proof/attacks.md``, and the last line that others read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tests.attacks.catalogue import GROUPS, OWED, SENTENCES

Outcomes = Mapping[str, Mapping[str, Any]]

TITLES = {
    "VJ": "tokens",
    "VC": "proofs and their handling",
    "VL": "linked data",
    "VP": "JSON",
    "VI": "who the issuer is",
    "VS": "validity, clock and status",
    "VX": "uploaded files",
    "VN": "fetching",
    "VH": "people who verify",
    "KY": "keys and signing",
    "LG": "the log",
    "WA": "signing in",
    "WZ": "who may do what",
    "WI": "injection, output, files, HTTP",
    "IN": "insiders",
    "DP": "data protection",
}


def last_line(outcomes: Outcomes) -> str:
    """Return the one line that others read: tests that show an attack, and those that failed, by how they failed."""
    run = [each for each in outcomes.values() if each["outcome"] != "skipped"]
    failed = [each for each in run if each["outcome"] == "failed"]
    green = sum(bool(each["green"]) for each in failed)
    return f"cases={len(run)} wrongly_green={green} wrong_verdict={len(failed) - green}"


def by_attack(outcomes: Outcomes) -> dict[str, list[Mapping[str, Any]]]:
    """Gather the outcomes of each attack."""
    found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for outcome in outcomes.values():
        for attack in outcome["attacks"]:
            found[attack].append(outcome)
    return dict(found)


def result_of(outcomes: list[Mapping[str, Any]]) -> str:
    """Say in a word what came of one attack."""
    words = [each["outcome"] for each in outcomes]
    if "failed" in words:
        return "**wrongly green**" if any(each.get("green") for each in outcomes) else "**wrong**"
    if "passed" not in words:
        return "not run" if not words else "skipped"
    return "held"


def page(outcomes: Outcomes, *, day: str, commit: str) -> str:
    """Write the page of proof."""
    found = by_attack(outcomes)
    listed = [attack for attack in SENTENCES if found.get(attack)]
    parts = [
        "# Attacks",
        f"Written by `make attacks` on {day} at commit {commit}. Each line is an attack of the catalogue by its id, "
        "what must be said of it, and how many tests show it; a table of variants counts each variant. A test that "
        "fails after anything was called `GENUINE` counts as wrongly green, whatever it was about.",
        f"`{last_line(outcomes)}`",
        f"{len(listed)} of {len(SENTENCES)} attacks of the list were shown.",
    ]
    for group, attacks in GROUPS.items():
        rows = [
            f"| {attack} | {said} | {len(found.get(attack, []))} | {result_of(found.get(attack, []))} |"
            for attack, said in attacks.items()
        ]
        parts += [
            f"## {group}: {TITLES.get(group, group)}",
            "\n".join(["| id | what must be said | tests | result |", "|---|---|---|---|", *rows]),
        ]
    if OWED:
        rows = [f"| {attack} | {missing} |" for attack, missing in OWED.items()]
        parts += ["## Not shown yet", "\n".join(["| id | what is missing |", "|---|---|", *rows])]
    others = sorted(attack for attack in found if attack not in SENTENCES)
    if others:
        rows = [f"| {attack} | {len(found[attack])} | {result_of(found[attack])} |" for attack in others]
        parts += [
            "## Of other groups",
            "Attacks on the rest of the service that tests show already; their groups are not complete yet.",
            "\n".join(["| id | tests | result |", "|---|---|---|", *rows]),
        ]
    return "\n\n".join(parts) + "\n"
