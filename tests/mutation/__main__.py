"""What to try, and what came of it.

Outcomes are kept one a line in ``var/mutants/outcomes.jsonl``. A mutant whose file has not changed since is not tried
again, unless it survived and ``--again`` is given, which is for after a test was added.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.mutation import mutants
from tests.mutation.mutants import Mutant
from tests.mutation.trials import Ground

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "var/mutants"
PACKAGES: Final = ("accredit/kit/vc", "accredit/kit/linkeddata")
TESTS: Final = ("tests/unit/kit/vc", "tests/unit/kit/linkeddata")
COLUMNS: Final = ("mutants", "tried", "killed", "stopped", "survived")


def main() -> None:
    """Try mutants until all are tried or the time is up, then print the table and every survivor."""
    options = _options()
    os.nice(15)
    files = sorted(
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).glob("*.py")
        if path.name != "__init__.py" or package.endswith("linkeddata")
    )
    # In the order in which they are asked for.
    named = [file for part in options.only for file in files if part in file]
    chosen = list(dict.fromkeys(named)) if options.only else files
    everything: dict[str, list[Mutant]] = {}
    kept = _kept()
    if not options.report:
        ground = Ground(ROOT, FOLDER, files, list(TESTS))
        _try_all(ground, _wanted(_made(chosen, everything), kept, options), kept, options.minutes)
    for _ in _made(chosen, everything):
        pass
    print(table(everything, kept))
    print(survivors(everything, kept))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description="Try mutants of the kit.")
    parser.add_argument("only", nargs="*", help="parts of the names of files to try")
    parser.add_argument("--sample", type=int, help="try at most this many of each file, drawn by --seed")
    parser.add_argument("--seed", type=int, default=1, help="draws the sample (default 1)")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop after this time")
    parser.add_argument("--again", action="store_true", help="try survivors again, and nothing else")
    parser.add_argument("--report", action="store_true", help="try nothing, only print")
    return parser.parse_args()


def _kept() -> dict[str, str]:
    path = FOLDER / "outcomes.jsonl"
    if not path.exists():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {line["key"]: line["outcome"] for line in lines}


def _made(files: list[str], everything: dict[str, list[Mutant]]) -> Iterator[tuple[str, list[Mutant]]]:
    """Make the mutants of one file after the other, once, and keep them in `everything`."""
    for file in files:
        if file not in everything:
            everything[file] = list(mutants.of(file, (ROOT / file).read_text(encoding="utf-8")))
        yield file, everything[file]


def _wanted(
    made: Iterable[tuple[str, list[Mutant]]], kept: dict[str, str], options: argparse.Namespace
) -> Iterator[Mutant]:
    for file, found in made:
        drawn = found
        if options.sample:
            # Shuffled, so that a larger sample holds the smaller one.
            drawn = random.Random(f"{options.seed} {file}").sample(found, len(found))[: options.sample]
        for mutant in drawn:
            outcome = kept.get(mutant.key, "untried")
            if outcome in (("survived", "unreached") if options.again else ("untried",)):
                yield mutant


def _try_all(ground: Ground, wanted: Iterable[Mutant], kept: dict[str, str], minutes: float) -> None:
    begun = time.monotonic()
    with (FOLDER / "outcomes.jsonl").open("a", encoding="utf-8") as log:
        for mutant in wanted:
            if time.monotonic() - begun > minutes * 60:
                return
            word, seconds = ground.outcome(mutant)
            kept[mutant.key] = word
            line = {"key": mutant.key, "outcome": word, "seconds": round(seconds, 2), "file": mutant.file}
            log.write(json.dumps({**line, "line": mutant.first, "after": mutant.after}) + "\n")
            log.flush()
            if word != "killed":
                print(f"{word}: {mutant.file}:{mutant.first}\n  - {mutant.before}\n  + {mutant.after}", flush=True)


def table(everything: dict[str, list[Mutant]], kept: dict[str, str]) -> str:
    """Write how the mutants of each file fared, as Markdown."""
    rows = [f"| file | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    total: Counter[str] = Counter()
    for file, found in everything.items():
        words = Counter(kept[mutant.key] for mutant in found if mutant.key in kept)
        words["survived"] += words.pop("unreached", 0)
        words["tried"] = sum(words.values())
        words["mutants"] = len(found)
        total += words
        rows.append(_row(f"`{file.removeprefix('accredit/kit/')}`", words))
    return "\n".join([*rows, _row("together", total)])


def _row(name: str, words: Counter[str]) -> str:
    return (
        f"| {name} | " + " | ".join(str(words[w]) for w in ("mutants", "tried", "killed", "stopped", "survived")) + " |"
    )


def survivors(everything: dict[str, list[Mutant]], kept: dict[str, str]) -> str:
    """Write the survivors, each with its line before and after."""
    lines = [
        f"{mutant.file}:{mutant.first} [{mutant.key}] {kept[mutant.key]}\n  - {mutant.before}\n  + {mutant.after}"
        for found in everything.values()
        for mutant in found
        if kept.get(mutant.key) in ("survived", "unreached")
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
