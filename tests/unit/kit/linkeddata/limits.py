"""How long a test may take where a bound on the work is what it shows."""

from __future__ import annotations

import sys

SECONDS = 2 if sys.gettrace() is None else 12
"""Processor time; the bound is meant for the code as it runs, and counting coverage makes it several times slower."""
