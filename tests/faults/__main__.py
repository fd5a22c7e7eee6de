"""`python -m tests.faults run`: every misfortune, one after another, then a table.

    run     --only R17,R05-sqlite   only runs whose id begins so, in the order of these words
            --seed 7                otherwise the order is shuffled, the same for one seed
            --again                 play them again although they were played
            --keep                  leave out what was played with older code; each line of the table names the commit
            --share 2/3             the second third of them, for three processes side by side
            --report FILE           write the page of proof
    list    --only R17              name them
    report  FILE                    write the page of proof of what was played last, whatever the code was then

It goes on where it was stopped: what was played with this code of the product is not played again.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.faults import report
from tests.faults.catalogue import Run, all_runs, chosen
from tests.faults.performance import Outcome, Record, perform
from tests.faults.stage import Theatre

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Parse and do; answer 1 when anything went wrong."""
    parser = _parser()
    given = parser.parse_args()
    runs = chosen(all_runs(), given.only)
    if not runs:
        parser.error(f"no run begins with {given.only}")
    if given.command == "list":
        for run in runs:
            print(f"{run.id}  {run.title}")
        return 0
    if given.command == "report":
        record = Record(given.folder, "")
        played = {run.id: found for run in runs if (found := record.last_outcome(run)) is not None}
        given.file.write_text(report.document(runs, played), encoding="utf-8")
        print(report.last_line(runs, played))
        return 0
    part, _, parts = given.share.partition("/")
    return _run(runs[int(part) - 1 :: int(parts)], given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    play = commands.add_parser("run")
    play.add_argument("--seed", type=int, default=1)
    play.add_argument("--again", action="store_true")
    play.add_argument("--keep", action="store_true")
    play.add_argument("--share", default="1/1")
    play.add_argument("--report", type=Path, default=None)
    told = commands.add_parser("report")
    told.add_argument("file", type=Path)
    for each in (play, told):
        each.add_argument("--folder", type=Path, default=ROOT / ".faults")
    for each in (play, told, commands.add_parser("list")):
        each.add_argument("--only", default="")
    return parser


def _run(runs: tuple[Run, ...], given: argparse.Namespace) -> int:
    # Asked to end, leave no cluster behind.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    record = Record(given.folder, _code(), _git("rev-parse", "--short=10", "HEAD"), keeps_older=given.keep)
    if given.again:
        record.forget(runs)
    shuffled = list(runs)
    Random(given.seed).shuffle(shuffled)
    outcomes = _play(chosen(tuple(shuffled), given.only), record)
    for outcome in outcomes.values():
        if outcome.problems:
            print(f"\n{outcome.id}\n  " + "\n  ".join(outcome.problems))
    print(f"\n{report.table(runs, outcomes)}\n")
    if given.report is not None:
        given.report.write_text(report.document(runs, outcomes), encoding="utf-8")
    for row, reason in sorted({(each.row, each.skipped) for each in outcomes.values() if each.skipped}):
        print(f"SKIPPED LOUDLY: {row}: {reason}")
    print(report.last_line(runs, outcomes))
    return 1 if any(outcome.problems for outcome in outcomes.values()) else 0


def _play(runs: tuple[Run, ...], record: Record) -> dict[str, Outcome]:
    outcomes = {run.id: found for run in runs if (found := record.outcome(run)) is not None}
    left = [run for run in runs if run.id not in outcomes]
    if outcomes:
        print(f"{len(outcomes)} of {len(runs)} were played before")
    with tempfile.TemporaryDirectory(prefix="accredit-faults-") as folder, Theatre(Path(folder)) as theatre:
        for count, run in enumerate(left, start=1):
            outcome = perform(theatre, run)
            record.keep(outcome)
            outcomes[run.id] = outcome
            told = "skipped" if outcome.skipped else "not reached" if outcome.not_reached else "well"
            told = "WRONG" if outcome.problems else told
            print(f"{count:>5}/{len(left)} {told:<11} {outcome.seconds:5.1f} s  {run.id}: {run.title}", flush=True)
    return outcomes


def _code() -> str:
    """Name the product's code as it is: what is committed, and what is not yet."""
    changed = _git("diff", "HEAD", "--", "accredit")
    return _git("rev-parse", "HEAD:accredit") + (f"+{hash_of(changed)}" if changed else "")


def hash_of(text: str) -> str:
    """Return a short hash."""
    from hashlib import sha256

    return sha256(text.encode()).hexdigest()[:12]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
