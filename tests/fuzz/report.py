"""The table at the end of a run, on the screen and in `docs/proof/fuzz.md`."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from pathlib import Path

from accredit.clock import utc_now

from .progress import Progress
from .targets import TARGETS
from .worker import HAS_ATHERIS

HEADINGS = (
    *("target", "inputs", "of them large", "CPU s", "read", "refusal codes met", "branches", "features", "findings"),
    *("slowest s", "peak MB"),
)

FOUND = (
    "strict_json: `[NaNx` and a number with anything behind it raised `IndexError` where the fault was to be located.",
    "svg: a document type inside the declaration of XML was blanked out, so that a drawing which no other reader opens "
    "gave a credential.",
    "svg: baking into a drawing that is not UTF-8 was refused as ill-formed XML, not as a drawing that takes none.",
    "pyoxigraph 0.5, not ours: blank nodes in a graph that is one itself are named in another order; PyLD and the W3C "
    "suite agree with us.",
    "pyoxigraph 0.5, not ours: a link between two blank nodes that stands in two graphs is counted once; rdf-canonize "
    "and PyLD agree with us.",
)
"""What was found and set right, each with a test of its own beside the code."""


def table(rows: Mapping[str, Progress], found: Mapping[str, list[Path]]) -> str:
    """Write the figures, one target a line."""
    lines = [_row(HEADINGS), _row(["---", *["---:"] * (len(HEADINGS) - 1)])]
    for name, row in rows.items():
        codes = len(set(row.outcomes) - {"accepted", "FINDING"})
        figures = (
            *(name, f"{row.inputs:,}", f"{row.large:,}", f"{row.cpu_seconds:.0f}"),
            *(f"{row.outcomes['accepted'] / max(1, row.inputs):.1%}", str(codes)),
            *(f"{row.coverage:,}", f"{row.features:,}", str(len(found[name]))),
            *(_slowest(row), str(row.peak_megabytes)),
        )
        lines.append(_row(figures))
    return "\n".join(lines)


def _slowest(row: Progress) -> str:
    if row.slowest_clean:
        return f"{row.slowest_clean:.2f} ({row.slowest_bytes:,} bytes)"
    # Nothing was slow enough with instruments to be timed again without.
    return f"under {row.slowest:.2f}"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def document(rows: Mapping[str, Progress], found: Mapping[str, list[Path]]) -> str:
    """Write the page of proof."""
    guided = "Atheris (on libFuzzer) keeps what reaches a new branch of `accredit.kit`, and changes it further."
    blind = "Atheris was not installed, so inputs were changed blindly."
    asked = [_row((each.name, each.reader, each.asks)) for each in TARGETS.values()]
    commits = [
        f"- {name}: " + ", ".join(f"`{commit}` ({spent:.0f} s)" for commit, spent in row.commits.items())
        for name, row in rows.items()
    ]
    total = sum(len(files) for files in found.values())
    heading = _row(("target", "reader", 'the oracle asks, beside "no error but the kit\'s own"'))
    parts = (
        "# Hostile input for each reader",
        "`make fuzz` runs each reader of the kit that strangers reach, one after another, in a process of its own. "
        f"{guided if HAS_ATHERIS else blind} Each input is read by the code under test, and judged by an oracle:",
        "\n".join((heading, "|---|---|---|", *asked)),
        "A quarter of the time goes into inputs grown to 1 MB. The slowest are timed again without instruments: over 2 "
        "s is a finding, as is memory over 1.5 GB, an input that never ends, or a process that dies.",
        f"{utc_now().date().isoformat()}, Python {platform.python_version()}: **{total} open findings**. Time is "
        "that of the processor; a target is done after 600 s, and `make fuzz` goes on where it stopped.",
        table(rows, found),
        '"Read" is the share of inputs that got through; branches and features are counts of libFuzzer; "slowest" is '
        "without instruments. The seconds of each target were spent at these commits:",
        "\n".join(commits),
        "## What was found, and set right",
        "\n".join(f"- {each}" for each in FOUND),
    )
    return "\n\n".join(parts) + "\n"
