"""What a child may spend, in numbers, for the three processes alike. Who holds them is `confinement` and `nursery`."""

from __future__ import annotations

CPU_SECONDS = 2
MEMORY_BYTES = 512 * 1024 * 1024
WALL_SECONDS = 3.5
"""After this long a child is killed, whether it computes or sleeps; the CPU's limit is usually the first."""
WHOLE_SECONDS = 5.0
"""After this long whoever asked has an answer, the time for waiting included."""
