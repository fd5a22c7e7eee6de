"""`python -m tests.fuzz`: one target after another, each for its processor seconds, then a table.

    run         --seconds 600 --targets json,png --folder .fuzz --report docs/proof/fuzz.md
    report      FILE            write the table of what has been done so far
    reproduce   TARGET FILE     read and judge one input; the error is shown as it is
    measure     TARGET FILE     say the processor seconds that reading it takes without instruments

A run goes on where the last one was stopped: seconds that a target has had already are not spent again.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import limits
from .progress import Progress, findings, keep
from .worker import Present, run

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("json", "png", "svg", "status_list", "jwt", "mapper", "rdfc")
STALLED_SECONDS = 150.0
"""Processor time in one input after which the process is ended from outside."""
MAX_DEATHS = 20
_COVERAGE = re.compile(rb"cov: (\d+) ft: (\d+)")


def main() -> int:
    """Parse and do; answer 1 when anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    all_of_them = commands.add_parser("run")
    all_of_them.add_argument("--seconds", type=float, default=600.0)
    all_of_them.add_argument("--targets", default=",".join(NAMES))
    all_of_them.add_argument("--folder", type=Path, default=ROOT / ".fuzz")
    all_of_them.add_argument("--report", type=Path, default=None)
    all_of_them.add_argument("--commit", default=_commit())
    work = commands.add_parser("work")
    work.add_argument("target", choices=NAMES)
    work.add_argument("folder", type=Path)
    work.add_argument("seconds", type=float)
    work.add_argument("commit")
    told = commands.add_parser("report")
    told.add_argument("file", type=Path)
    told.add_argument("--folder", type=Path, default=ROOT / ".fuzz")
    for name in ("reproduce", "measure"):
        one = commands.add_parser(name)
        one.add_argument("target", choices=NAMES)
        one.add_argument("file", type=Path)
    given = parser.parse_args()
    if given.command == "work":
        run(given.target, given.folder, given.seconds, given.commit)
        return 0
    if given.command == "report":
        return _tell(given.folder.resolve(), given.file)
    if given.command == "run":
        names = [name for name in given.targets.split(",") if name]
        if unknown := set(names) - set(NAMES):
            parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
        return _run_all(names, given.folder.resolve(), given.seconds, given.report, given.commit)
    return _look_again(given.command, given.target, given.file.read_bytes())


def _look_again(command: str, name: str, data: bytes) -> int:
    from .targets import TARGETS

    target = TARGETS[name]
    limits.bound_time()
    if command == "measure":
        print(f"{limits.clean_cpu_seconds(target, data):.3f}")
        return 0
    answer, seconds = limits.timed_answer(target, data)
    print(f"{name}: {len(data)} bytes, {answer.name}, {seconds:.3f} s of processor time")
    if answer.refusal is not None:
        print(answer.refusal)
    limits.judge(target, data, answer)
    print("the oracle has no objection")
    return 0


def _run_all(names: list[str], folder: Path, seconds: float, written: Path | None, commit: str) -> int:
    # Asked to end, leave no worker behind.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    for name in names:
        _run_one(name, folder / name, seconds, commit)
        _time_again(name, folder / name)
    return _tell(folder, written)


def _tell(folder: Path, written: Path | None) -> int:
    # Not at the top: a worker must load the kit with instruments, so nothing may have loaded it before.
    from . import report

    rows = {name: Progress.read(folder / name) for name in NAMES if (folder / name / "progress.json").exists()}
    found = {name: findings(folder / name) for name in rows}
    print(report.table(rows, found))
    for files in found.values():
        for file in files:
            print(f"\n{file.with_suffix('.txt').read_text(encoding='utf-8').partition(chr(10))[0]}")
    if written is not None:
        written.write_text(report.document(rows, found), encoding="utf-8")
    return 1 if any(found.values()) else 0


def _commit() -> str:
    done = subprocess.run(["git", "rev-parse", "--short=10", "HEAD"], cwd=ROOT, capture_output=True, check=False)
    return done.stdout.decode().strip() or "unknown"


def _run_one(name: str, folder: Path, seconds: float, commit: str) -> None:
    """Keep a worker at it until the seconds are used; one that dies has found something, and another goes on."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "log"
    deaths = 0
    while (spent := Progress.read(folder).cpu_seconds) < seconds:
        print(f"{name}: {spent:.0f} of {seconds:.0f} s", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", "work", name, str(folder), str(seconds), commit]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        with log.open("wb") as errors:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=errors, stderr=errors)
            try:
                was_stalled = _watch(process, folder)
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        _note_coverage(folder, log)
        if process.returncode != 0:
            told = "stalled" if was_stalled else f"ended with {process.returncode}"
            count, data = Present(folder).found()
            deaths += 1
            if count == 0 or deaths > MAX_DEATHS:
                raise SystemExit(f"{name}: the worker cannot go on\n{log.read_text(errors='replace')[-3000:]}")
            keep(
                folder / "findings",
                name,
                f"process-{told.replace(' ', '-')}",
                data,
                log.read_text(errors="replace")[-3000:],
            )


def _watch(process: subprocess.Popen[bytes], folder: Path) -> bool:
    """Wait for a worker; end it, and answer True, when one input has taken `STALLED_SECONDS` of processor time."""
    present = Present(folder)
    count, since = present.found()[0], 0.0
    while process.poll() is None:
        time.sleep(0.5)
        used = _cpu_seconds(process.pid)
        if (now := present.found()[0]) != count:
            count, since = now, used
        elif used - since > STALLED_SECONDS:
            process.send_signal(signal.SIGKILL)
            process.wait()
            return True
    return False


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _note_coverage(folder: Path, log: Path) -> None:
    said = _COVERAGE.findall(log.read_bytes())
    if said:
        progress = Progress.read(folder)
        progress.coverage, progress.features = (max(int(row[at]) for row in said) for at in (0, 1))
        progress.write(folder)


def _time_again(name: str, folder: Path) -> None:
    """Time the slowest inputs once more without instruments; one over the promise is a finding."""
    progress = Progress.read(folder)
    for file in sorted((folder / "slow").glob("*.bin"), reverse=True):
        command = [sys.executable, "-m", "tests.fuzz", "measure", name, str(file.resolve())]
        measured = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
        seconds = float(measured.stdout)
        if seconds > progress.slowest_clean:
            progress.slowest_clean, progress.slowest_bytes = seconds, file.stat().st_size
        if seconds > limits.MAX_CPU_SECONDS:
            keep(folder / "findings", name, "slow", file.read_bytes(), f"{seconds:.2f} s of processor time")
    progress.write(folder)


if __name__ == "__main__":
    sys.exit(main())
