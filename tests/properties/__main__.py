"""``python -m tests.properties``: many steps in random order on both databases, in parts that go on where they stopped.

    run     --steps 10000 --seed 20261123 --folder .properties --report docs/proof/properties.md
    replay  DATABASE SEED       one part again, with the shortest sequence that still fails
    report  FILE                write the table of what has been done so far

Of the steps every fifth is done on PostgreSQL. ``--only sqlite`` leaves the other to another process.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from accredit.clock import utc_now
from tests.properties.runs import Part, play, prepared

ROOT = Path(__file__).resolve().parents[2]
DATABASES = ("sqlite", "postgresql")
OF_WHICH_POSTGRESQL = 5
ABOUT = """\
A school's certificates are awarded, issued, paused, revoked, replaced and erased, keys are changed and stolen, the \
power fails at every named point, databases are lost and come back from newer and older backups (none from before \
the last change of a key): in random order. \
After each step `accredit fsck --all` finds nothing, and every certificate's answer, every page behind a code, every \
status list and the log are as a small model says that knows nothing of the product (`tests/properties`). \
`make properties STEPS=10000` does this again, and `make test` a few sequences of it."""

FOUND = (
    "A pause that came while another certificate was on its way was forgotten when that one was released.",
    "After a restored backup a status list was signed anew without the bits of credentials that were lost, and the "
    "older list was shown meanwhile.",
    "What was prepared before a backup, and issued and revoked after it, was issued again, in force.",
    "An erased certificate under a stolen key was called not genuine although a witness had seen it before.",
    "A replacement that was given up kept a revoked level from being awarded again, and let an award be taken back "
    "whose certificate was out.",
    "A decision about one award that waited after a restore was taken as one about all.",
    "Of erased certificates `accredit fsck` could not say anything since statements for QR codes were added.",
    "A list of pauses that came back stood beside a newer list of revocations (sqlite 11003, not counted above).",
    "A backup from between a revocation and its list brought the list before back for a minute (sqlite 20261124).",
    "A witness who signed after a theft, in the same second, counted as one who had seen it before (sqlite 20261150).",
)
"""What these steps, and writing the model, brought to light; each is set right and has a test of its own."""


def main() -> int:
    """Parse and do; answer 1 when a sequence failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.properties", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run")
    run.add_argument("--steps", type=int, default=10_000)
    run.add_argument("--seed", type=int, default=20261123)
    run.add_argument("--only", choices=DATABASES, default=None)
    run.add_argument("--report", type=Path, default=None)
    replay = commands.add_parser("replay")
    replay.add_argument("database", choices=DATABASES)
    replay.add_argument("seed", type=int)
    report = commands.add_parser("report")
    report.add_argument("report", type=Path)
    for each in (run, report):
        each.add_argument("--folder", type=Path, default=ROOT / ".properties")
    given = parser.parse_args()
    if given.command == "replay":
        return _replay(given.database, given.seed)
    given.folder.mkdir(exist_ok=True)
    if given.command == "run":
        for database in [given.only] if given.only else DATABASES:
            if not _run(database, _share(database, given.steps), given.seed, given.folder):
                return 1
    if given.report is not None:
        given.report.write_text(_document(_done(given.folder)), encoding="utf-8")
    return 0


def _share(database: str, steps: int) -> int:
    on_postgresql = steps // OF_WHICH_POSTGRESQL
    return on_postgresql if database == "postgresql" else steps - on_postgresql


def _run(database: str, steps: int, first_seed: int, folder: Path) -> bool:
    """Play parts until there are enough steps; what an earlier run did counts."""
    mine = [each for each in _done(folder) if each.database == database]
    done, number = sum(each.count for each in mine), max([first_seed - 1, *(each.seed for each in mine)]) + 1
    if done >= steps:
        return True
    with prepared(database) as template:
        while done < steps:
            try:
                part = play(database, template, number)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is told with the steps that led there
                _tell(database, number, error)
                return False
            _keep(folder, part)
            done, number = done + part.count, number + 1
            print(f"{database}: {done:,} of {steps:,} steps; seed {part.seed} took {part.seconds} s", flush=True)
    return True


def _replay(database: str, number: int) -> int:
    with prepared(database) as template:
        try:
            play(database, template, number, shrink=True)
        except Exception as error:  # noqa: BLE001  # as above
            _tell(database, number, error)
            return 1
    print("every step of this part is as it should be")
    return 0


def _tell(database: str, number: int, error: BaseException) -> None:
    first = error
    while first.__cause__ or first.__context__:
        first = first.__cause__ or first.__context__ or first
    told = {id(each): each for each in (error, first)}.values()
    notes = "\n".join(note for each in told for note in getattr(each, "__notes__", []))
    steps = [line for line in notes.splitlines() if line.startswith("state") and not line.endswith(".look()")]
    where = [line.rstrip() for line in traceback.format_tb(first.__traceback__) if str(ROOT) in line]
    print("\n".join([*steps, *where[-3:], f"{type(first).__name__}: {first}"]))
    print(f"To play it again: make properties REPLAY='{database} {number}'", file=sys.stderr)


def _keep(folder: Path, part: Part) -> None:
    path = folder / f"{part.database}-{part.seed}.json"
    new = path.with_suffix(".new")
    new.write_text(json.dumps(vars(part) | {"commit": _commit()}), encoding="utf-8")
    new.replace(path)


def _done(folder: Path) -> list[Part]:
    found = (json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json")))
    return [
        Part(
            database=each["database"],
            seed=each["seed"],
            steps=Counter(each["steps"]),
            seconds=each["seconds"],
            commit=each["commit"],
        )
        for each in found
    ]


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    return done.stdout.decode().strip() or "unknown"


def _document(parts: Iterable[Part]) -> str:
    parts = list(parts)
    by_database = {name: [each for each in parts if each.database == name] for name in DATABASES}
    steps = {name: sum((each.steps for each in of), Counter()) for name, of in by_database.items()}
    rules = sorted(set().union(*steps.values()))
    lines = [
        "# Everything in random order",
        "",
        ABOUT,
        "",
        f"{utc_now():%-d %B %Y}, commit {', '.join(sorted({each.commit for each in parts}))}: "
        f"{sum(each.count for each in parts):,} steps, none of them wrong.",
        "",
        f"| step | {' | '.join(DATABASES)} |",
        "|---|" + "---:|" * len(DATABASES),
        *(_row(rule.replace("_", " "), [f"{steps[name][rule]:,}" for name in DATABASES]) for rule in rules),
        _row("**all**", [f"**{sum(steps[name].values()):,}**" for name in DATABASES]),
        _row("parts", [f"{len(by_database[name]):,}" for name in DATABASES]),
        "",
        "Each part is five sequences from one seed ("
        + ", ".join(_seeds(by_database[name]) for name in DATABASES)
        + "). "
        "One that fails is printed with its seed, to be played again.",
        "",
        "## Found and set right",
        "",
        *(f"- {each}" for each in FOUND),
    ]
    return "\n".join(lines) + "\n"


def _row(head: str, cells: list[str]) -> str:
    return f"| {head} | {' | '.join(cells)} |"


def _seeds(parts: list[Part]) -> str:
    return f"{parts[0].database} {', '.join(str(each.seed) for each in parts)}" if parts else "none yet"


if __name__ == "__main__":
    sys.exit(main())
