"""Parts of a long run: each is some sequences from one seed, and can be played again by its seed alone."""

from __future__ import annotations

import logging
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from accredit.migrations import import_models
from tests.databases import postgresql_cluster
from tests.properties.machine import Machine
from tests.properties.template import Template, postgresql_template, sqlite_template

STEPS_OF_A_SEQUENCE = 50
SEQUENCES_OF_A_PART = 5
_QUIET = 50


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one part came to; ``steps`` counts by rule."""

    database: str
    seed: int
    steps: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    commit: str = ""

    @property
    def count(self) -> int:
        """All its steps."""
        return sum(self.steps.values())


def play(database: str, template: Template, number: int, *, shrink: bool = False, sequences: int | None = None) -> Part:
    """Play the part of a seed. Raises what a sequence failed with; its notes tell the steps that led there."""
    Machine.template = template
    Machine.steps.clear()
    begun = time.monotonic()
    run_state_machine_as_test(
        seed(number)(Machine),
        settings=settings(
            max_examples=sequences or SEQUENCES_OF_A_PART,
            stateful_step_count=STEPS_OF_A_SEQUENCE,
            deadline=None,
            database=None,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
        ),
    )
    seconds = round(time.monotonic() - begun, 1)
    return Part(database=database, seed=number, steps=Counter(Machine.steps), seconds=seconds)


@contextmanager
def prepared(database: str, address: str = "") -> Iterator[Template]:
    """Set up what every sequence begins as a copy of, in memory where the machine has room for files there."""
    import_models()
    with _quiet(), tempfile.TemporaryDirectory(prefix="accredit-properties-", dir=_fast_folder()) as name:
        Machine.folder = folder = Path(name)
        if database == "sqlite":
            yield sqlite_template(folder)
        elif address:
            yield postgresql_template(folder, address)
        else:
            with postgresql_cluster() as own:
                yield postgresql_template(folder, own)


def _fast_folder() -> str | None:
    # A power cut is a killed process here, so that nothing is lost which a disk would have to keep.
    memory = Path("/dev/shm")  # a place for temporary files, named by a random suffix
    return str(memory) if memory.is_dir() else None


@contextmanager
def _quiet() -> Iterator[None]:
    """Say nothing of what fails as it should."""
    before, server = structlog.get_config(), logging.getLogger("werkzeug")
    level = server.level
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_QUIET))
    server.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(**before)
        server.setLevel(level)
