"""``accredit bench``: measure one thing, and its baselines beside it in the same run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import click

from accredit.bench import harness, report
from accredit.bench.batch import SIZES as BATCH_SIZES
from accredit.bench.catalogue import BENCHES, SERVED
from accredit.bench.page import SIZES
from accredit.clock import utc_now

ALL: Final = "all"
LONG_ENOUGH: Final = 2.0
NAMES: Final = sorted([*BENCHES, *SERVED])


@click.command()
@click.argument("name", metavar="NAME", type=click.Choice([*NAMES, ALL]))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--rounds", type=click.IntRange(min=harness.MIN_ROUNDS), default=7, show_default=True)
@click.option(
    "--seconds", type=click.FloatRange(min=0.01), default=0.4, show_default=True, help="CPU time of each turn."
)
@click.option("--write", type=click.Path(path_type=Path), help="Write this page, and the answers beside it as JSON.")
@click.option(
    "--credentials",
    default="",
    help="Of page, poison (the least) and verify_api: how many there are in the databases that are served; of batch: "
    "how many are awarded at once.",
)
@click.option("--commit", default="", help="With --write: what is measured; its answers are kept if it is stopped.")
def bench(
    name: str, *, as_json: bool, rounds: int, seconds: float, write: Path | None, credentials: str, commit: str
) -> None:
    """Measure NAME, or all.

    The names: bake, batch, canonicalise, class_list, issue, issue_checked, ledger, page, poison, status, verify,
    verify_api.
    Exits 1 when an outcome was wrong. Compare ratios, not figures, between machines.
    """
    if name == ALL and write is None:
        raise click.UsageError("all needs --write")

    def measure(one: str) -> dict[str, Any]:
        if one in SERVED:
            # The time of a server is told in hundredths of a second, so a turn must take a while.
            usual = BATCH_SIZES if one == "batch" else SIZES
            sizes = [int(size) for size in credentials.split(",")] if credentials else list(usual)
            result = SERVED[one](rounds=rounds, seconds=max(seconds, LONG_ENOUGH), sizes=sizes)
        else:
            result = harness.run(BENCHES[one](), rounds=rounds, seconds=seconds)
        for sentence in result["missing"].values():
            click.echo(sentence, err=True)
        click.echo(json.dumps(result, indent=2) if as_json else in_words(result))
        return result

    if write is None:
        answers = {name: measure(name)}
    else:
        names, day = NAMES if name == ALL else [name], utc_now().date().isoformat()
        answers = report.gathered(write.with_suffix(".json"), names, measure, commit=commit, day=day)
        write.write_text(report.page(answers, in_words), encoding="utf-8")
    sys.exit(1 if any(answer["ours"]["errors"] for answer in answers.values()) else 0)


def in_words(result: dict[str, Any]) -> str:
    """Write the answer of a bench as lines for people."""
    machine, ours = result["machine"], result["ours"]
    lines = [f"{result['bench']}: {result['unit']}, median of {len(result['runs'])} rounds that took turns"]
    measured = "per_cpu_s" if "per_cpu_s" in ours else "p99_ms"
    figures = {"ours": ours[measured]}
    figures |= {name.removesuffix("_per_cpu_s"): figure for name, figure in ours.items() if name.endswith("_per_cpu_s")}
    for name, figure in figures.items():
        lines.append(f"  {name:<22} {figure:>14,.1f}")
    for key, baseline in result["baselines"].items():
        against = f"{result['beside'][key]} is {result['ratio'][key]:,.3g} × this"
        lines.append(f"  {key:<22} {baseline[measured]:>14,.1f}   {against}")
    lines += [f"  {name.replace('_', ' '):<22} {value:>14,}" for name, value in result["facts"].items()]
    if ours["errors"]:
        lines.append(f"  WRONG OUTCOMES: {ours['errors']}")
    lines.append(
        f"  {machine['python']}, {machine['processor'] or machine['architecture']}, {machine['cores']} cores, "
        f"load {machine['load_before']} before and {machine['load_after']} after"
    )
    return "\n".join(lines)
