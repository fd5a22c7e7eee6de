"""``accredit``: the command line."""

from __future__ import annotations

from accredit.cli import main

if __name__ == "__main__":
    main()
